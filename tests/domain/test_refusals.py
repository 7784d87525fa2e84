"""Every refusal is provoked, and its sentence is what a person reads.

`BY_COMMAND` provokes by the last of some commands, `BY_FIELD` by one changed field of open_plan;
the rules of lines, keys and recording time have tests of their own. A class that none of them
reaches fails `test_every_refusal_is_provoked`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from bootstrap import make_store, open_ledger
from ledger import refusals as domain_refusals
from ledger.answers import Asked, Verdict
from ledger.application import (
    ATTEMPTS_AMONG_OTHERS,
    LONGEST_PAUSE_SECONDS,
    MOST_ATTEMPTS,
    LedgerApplication,
)
from ledger.command_file import MOST_BYTES, lines
from ledger.commands import _READ
from ledger.draft import Draft
from ledger.opening import Settings, open_or_recognise
from ledger.refusals import CommandIdReused, RecordedGoesBack, RecordedNotAllowed, TooManyConflicts
from ledger.store.append import NewCommand
from ledger.terms import refusals as terms_refusals
from ledger.terms.money import decimal_of, positive_minor_units
from ledger.terms.refusals import Refusal
from tests.domain.refused_commands import BEFORE, BY_COMMAND, UNCHARGED
from tests.domain.refused_terms import BY_TERM

if TYPE_CHECKING:
    from tests.conftest import NewLedger
    from tests.domain.conftest import Life

Line = Mapping[str, Any]
PLAN: Line = {
    "command": "open_plan",
    "on": "2026-01-10",
    "plan": "P",
    "customer": "C",
    "currency": "EUR",
    "schedule": {
        "kind": "equal",
        "total": "40.00",
        "instalments": 2,
        "first_due": "2026-01-15",
        "every": "1 month",
    },
}


@pytest.fixture
def application(sqlite_url: str) -> Iterator[LedgerApplication]:
    """Give the commands of a new simulated ledger."""
    store = make_store(sqlite_url)
    open_or_recognise(store, Settings("Test", "EUR", "UTC", "01-01", simulated=True, recorded=None))
    store.database.close()
    opened = open_ledger(sqlite_url)
    yield opened.application
    opened.close()


def changed(**schedule: Any) -> dict[str, Any]:
    """Return the schedule of PLAN with other fields."""
    return {"schedule": {**PLAN["schedule"], **schedule}}


def custom(*parts: tuple[str, str], **more: str) -> dict[str, Any]:
    """Return a custom schedule."""
    rows = [{"due": due, "amount": amount} for due, amount in parts]
    return {"schedule": {"kind": "custom", "instalments": rows, **more}}


REFUSED = re.findall(r"^(\w+): (.+)\n    (\w+): (.+)$", BY_COMMAND, re.MULTILINE)
EITHER = "give either growth_percent or growth_amount"
BY_FIELD: list[tuple[str, dict[str, Any], str]] = [
    (
        "CommandUnknown",
        {"command": "pay"},
        f"unknown command 'pay': known are {', '.join(sorted(_READ))}",
    ),
    ("FieldMissing", {"customer": None}, "field 'customer' is missing"),
    ("FieldMissing", changed(every=None), "field 'schedule.every' is missing"),
    (
        "FieldUnknown",
        changed(deposit="1.00"),
        (
            "field 'schedule.deposit' does not belong here: known are "
            "business_days, every, first_due, holidays, instalments, kind, month_end, multiple, "
            "total"
        ),
    ),
    (
        "FieldWrong",
        {"on": "2026-02-30"},
        "field 'on': '2026-02-30' is not a day: write it as in 2026-01-15",
    ),
    (
        "FieldWrong",
        changed(instalments="2"),
        "field 'schedule.instalments': must be a whole number",
    ),
    (
        "FieldWrong",
        changed(instalments=True),
        "field 'schedule.instalments': must be a whole number",
    ),
    (
        "FieldWrong",
        changed(kind="progressive"),
        f"field 'schedule.growth_percent': {EITHER}",
    ),
    (
        "FieldWrong",
        changed(total="4O.00"),
        (
            "field 'schedule.total': '4O.00' is not an amount: "
            "write plain digits with a point, as in 20.00"
        ),
    ),
    (
        "FieldWrong",
        changed(total=40.0),
        "field 'schedule.total': must be a decimal string, as in \"20.00\"",
    ),
    ("CurrencyUnknown", {"currency": "XAU"}, "'XAU' is not an ISO 4217 currency with minor units"),
    ("CurrencyUnknown", {"currency": "eur"}, "'eur' is not an ISO 4217 currency with minor units"),
    (
        "IntervalUnknown",
        changed(every="monthly"),
        (
            "'monthly' is not an interval: write a count and day, week, month, quarter or year, "
            "as in '1 month', or 'semi-monthly'"
        ),
    ),
    (
        "DateOutOfRange",
        changed(first_due="9999-12-15"),
        "the schedule runs past the year 9999",
    ),
    ("NoInstalment", changed(instalments=0), "a schedule needs at least one instalment"),
    ("TooManyInstalments", changed(instalments=1201), "1201 instalments are more than 1200"),
    (
        "InstalmentNotPositive",
        changed(total="0.01"),
        (
            "instalment 2 would not be above zero: "
            "change the total, the growth or the number of instalments"
        ),
    ),
    (
        "DepositNotBelowTotal",
        changed(kind="deposit", deposit="40.00"),
        "the deposit must be above zero and below the total",
    ),
    (
        "InstalmentsOutOfOrder",
        custom(("2026-02-15", "1.00"), ("2026-02-14", "1.00")),
        "instalment 2 is due before the one in front of it: list them by due date",
    ),
    (
        "DueBeforeAgreement",
        custom(("2026-01-09", "1.00")),
        "instalment 1 is due or billed on 2026-01-09, before the agreement of 2026-01-10",
    ),
    (
        "TotalDiffers",
        custom(("2026-02-15", "1.00"), total="1.01"),
        "the stated total 1.01 is not the sum of the instalments, 1.00",
    ),
    *BY_TERM,
]
BY_LINE: list[tuple[str, bytes, str]] = [
    ("LineNotJson", b"{oops}\n", "not a JSON object: Expecting property name"),
    ("LineNotJson", b"[1]\n", "not a JSON object: it is a list"),
    ("LineNotJson", b'{"a":1,"a":2}\n', "not a JSON object: field 'a' occurs twice"),
    ("LineNotJson", b'{"a":NaN}\n', "not a JSON object: NaN is not JSON"),
    ("LineNotJson", b'{"a":"\\ud800"}\n', "not a JSON object: half of a surrogate pair"),
    ("LineNotUtf8", b'{"a":"\xff"}\n', "byte 7 of the line is not valid UTF-8: save the file"),
    ("LineCutOff", b'{"a":', "the file ends in the middle of this line: it may have been cut off"),
    (
        "LineTooLong",
        b'{"a":"' + b"x" * MOST_BYTES + b'"}\n',
        "the line is longer than 1000000 bytes: one command a line, please",
    ),
]
BY_TESTS = {
    *("CustomerWasShredded", "EmailGiven", "IdNamesPerson", "KeysNotPlaced", "PersonNamed"),
    "AllocationPolicyUnknown",
    "AmountNotANumber",
    "ApproverNeeded",
    "BalancesDoNotAddUp",
    "BookUnknown",
    "CommandIdReused",
    "CurrencyWasOpened",
    "HalfYearRateUnknown",
    "HistoryDoesNotAddUp",
    "LatePolicyUnknown",
    "LawNotInForce",
    *("NotAMonthsEnd", "PeriodClosedAlready", "PeriodNotClosed", "PeriodNotNext", "PeriodNotOver"),
    "ReopeningNeedsApprover",
    "OnlyPlansAreQuoted",
    "RecordedGoesBack",
    "RecordedNotAllowed",
    "RecoveryFeeToConsumer",
    "RuleMissing",
    "TooManyConflicts",
    "WaterfallWrong",
}


def test_every_refusal_is_provoked() -> None:
    """No refusal is defined that no test provokes, and each has a sentence of its own."""
    known = {
        name: found
        for module in (terms_refusals, domain_refusals)
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, Refusal) and found is not Refusal
    }
    provoked = {case[0] for case in (*BY_FIELD, *BY_LINE)} | BY_TESTS
    provoked |= {name for _, _, name, _ in REFUSED}
    assert provoked == set(known)
    assert len({found.sentence for found in known.values()}) == len(known)


@pytest.mark.parametrize(("before", "command", "name", "sentence"), REFUSED)
def test_refused_command(life: Life, before: str, command: str, name: str, sentence: str) -> None:
    """A command that breaks a rule is answered with the rule's sentence; nothing comes of it."""
    start = [] if before in UNCHARGED else BEFORE["charged"]
    steps = [*start, *(BEFORE["paid"] if before == "bounced" else []), *BEFORE[before]]
    for step in steps:
        life.run(step)
    stored = list(life.events)
    with pytest.raises(Refusal) as caught:
        life.run(command)
    assert (type(caught.value).__name__, str(caught.value)) == (name, sentence)
    assert life.events == stored


@pytest.mark.parametrize(("name", "fields", "sentence"), BY_FIELD)
def test_refused_plan(
    application: LedgerApplication, name: str, fields: Line, sentence: str
) -> None:
    """A line with a wrong field is answered with the field's name; the code is the rule's name."""
    result = application.execute({**PLAN, "id": "o1", **fields})
    assert result.verdict is Verdict.REFUSED
    assert (type(result.refusal).__name__, str(result.refusal)) == (name, sentence)
    assert result.refusal is not None
    assert result.refusal.code == re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    assert application.execute({**PLAN, "id": "o1"}).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(("name", "raw", "sentence"), BY_LINE, ids=lambda value: str(value)[:20])
def test_refused_line(name: str, raw: bytes, sentence: str) -> None:
    """A line that cannot be read is refused with its number; the line behind it is read."""
    after = b'{"command":"x"}\n' if raw.endswith(b"\n") else b""
    refused, *rest = lines(io.BytesIO(raw + after))
    assert (refused.number, type(refused.refusal).__name__) == (1, name)
    assert str(refused.refusal).startswith(sentence)
    assert [(line.number, line.refusal) for line in rest] == ([(2, None)] if after else [])


def test_amount_is_plain_digits() -> None:
    """An amount that is no plain decimal is refused, its text quoted and cut."""
    with pytest.raises(terms_refusals.AmountNotANumber) as caught:
        positive_minor_units(decimal_of("1e" + "9" * 60), "EUR", 2)
    assert str(caught.value) == (
        f"'1e{'9' * 38}' is not an amount: write plain digits with a point, as in 20.00"
    )


def test_id_with_other_content(application: LedgerApplication) -> None:
    """An accepted id stands for its content: again is a repetition, other content is refused."""
    line = {**PLAN, "id": "o1"}
    answers = [application.execute(given) for given in (line, line, {**line, "customer": "D"})]
    assert [answer.verdict.value for answer in answers] == ["accepted", "repeated", "refused"]
    assert isinstance(answers[2].refusal, CommandIdReused)
    assert str(answers[2].refusal) == (
        "id 'o1' was accepted before with other content: give this one a new id"
    )


def test_recording_time_goes_back(application: LedgerApplication) -> None:
    """In a simulated ledger a line recorded before the last one is refused."""
    application.execute({**PLAN, "id": "o1", "recorded": "2026-02-01T10:00:00Z"})
    line = {**PLAN, "id": "o2", "plan": "Q", "recorded": "2026-02-01T09:59:59.999999Z"}
    refusal = application.execute(line).refusal
    assert isinstance(refusal, RecordedGoesBack)
    assert str(refusal) == (
        "recorded 2026-02-01T09:59:59.999999Z is before the last recorded moment"
    )


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_recording_time_outside_the_calendar(application: LedgerApplication, moment: str) -> None:
    """A moment that is in no UTC year from 1 to 9999 is refused like any that is none."""
    application.execute({**PLAN, "id": "o1"})
    result = application.execute({**PLAN, "id": "o2", "plan": "Q", "recorded": moment})
    assert result.verdict is Verdict.REFUSED
    assert "recorded" in str(result.refusal)


def test_recording_time_of_a_real_ledger(new_ledger: NewLedger) -> None:
    """A real ledger has its own clock and refuses a recording time."""
    real = new_ledger(simulated=False).application
    line = {**PLAN, "id": "o1"}
    refusal = real.execute({**line, "recorded": "2026-02-01T10:00:00Z"}).refusal
    assert isinstance(refusal, RecordedNotAllowed)
    assert str(refusal) == (
        "this ledger records in real time: leave out 'recorded' (see acquit init --simulated)"
    )
    assert real.execute(line).verdict is Verdict.ACCEPTED


class Contested(LedgerApplication):
    """A ledger in which another writer is quicker, so many times."""

    rival: LedgerApplication
    left = 0

    def _new_command(self, asked: Asked, draft: Draft, *, keyed: bool) -> NewCommand:
        if self.left:
            self.left -= 1
            fee = {"command": "charge_fee", "on": "2026-02-01", "plan": "P", "kind": "late_fee"}
            self.rival.execute({**fee, "id": f"rival-{self.left}", "amount": "1.00"})
        return super()._new_command(asked, draft, keyed=keyed)


def test_who_meets_others_again_and_again_is_carried_out_alone(new_ledger: NewLedger) -> None:
    """After two attempts it keeps others waiting, decides and is stored."""
    ledger = new_ledger()
    ledger.application.execute({**PLAN, "id": "o1"})
    contested = Contested(ledger.database.url.render_as_string(hide_password=False))
    contested.rival = ledger.application
    contested.left = ATTEMPTS_AMONG_OTHERS
    line = {"command": "cancel_plan", "id": "c1", "on": "2026-03-01", "plan": "P", "reason": "x"}
    try:
        assert contested.execute(line).verdict is Verdict.ACCEPTED
    finally:
        contested.close()
    assert (contested.left, contested.conflicts) == (0, ATTEMPTS_AMONG_OTHERS)


def test_too_many_conflicts(new_ledger: NewLedger) -> None:
    """All plans at once, always with another writer between, gives up and can be run again."""
    ledger = new_ledger()
    ledger.application.execute({**PLAN, "id": "o1"})
    contested = Contested(ledger.database.url.render_as_string(hide_password=False))
    contested.rival = ledger.application
    contested.agenda = ledger.application.agenda
    contested.left = MOST_ATTEMPTS
    pauses: list[float] = []
    contested._pause = pauses.append
    line = {"command": "charge_due", "id": "c1", "on": "2026-03-01"}
    try:
        refusal = contested.execute(line).refusal
    finally:
        contested.close()
    assert isinstance(refusal, TooManyConflicts)
    assert str(refusal) == "id 'c1': others keep changing the same plan or payment; run it again"
    assert contested.conflicts == len(pauses) == MOST_ATTEMPTS
    assert max(pauses) <= LONGEST_PAUSE_SECONDS
    assert ledger.application.execute(line).verdict is Verdict.ACCEPTED
