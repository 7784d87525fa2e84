"""What holds in every life of a ledger, whatever is asked of it and whatever it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from bootstrap import Acquit, make_store, open_ledger
from ledger.answers import Verdict
from ledger.draft import replayed
from ledger.envelope import Event
from ledger.opening import Settings, open_or_recognise
from ledger.payment import Payment
from ledger.store.log import read_stream
from projections.checks import CHECKS, run
from projections.slots import drop_all
from projections.tax_return import ROW_KEYS, ties
from tests.properties.conftest import Fresh
from tests.properties.model import Agreed, Model
from tests.properties.reports import View, answers, execute, key_known, log_size, record
from tests.properties.strategies import EXPONENTS, Line, days, lives
from tests.properties.troubled import TroubledModel

ONE_DAY = timedelta(days=1)


def _accepted(lines: list[Line], results: list[Any]) -> list[Line]:
    pairs = zip(lines, results, strict=True)
    return [line for line, result in pairs if result.verdict is Verdict.ACCEPTED]


def _findings(acquit: Acquit) -> dict[str, list[str]]:
    acquit.engine.catch_up()
    with acquit.database.reading() as connection:
        found = {name: run(connection, name) for name in CHECKS}
    return {name: lines for name, lines in found.items() if lines}


def _minor(text: str, currency: str) -> int:
    return int(Decimal(text).scaleb(EXPONENTS[currency]))


@given(lines=lives())
def test_checks_hold_and_a_model_of_plain_sums_predicts_the_balances(
    fresh: Fresh, lines: list[Line]
) -> None:
    """Every check holds, and a model that knows only the accepted commands is right.

    It predicts clearing, unapplied money, customer credit and what is disputed, what each plan
    owes, what is owed less what is held, by currency, and the allowance of each claim.
    """
    with fresh() as acquit:
        accepted = _accepted(lines, record(acquit, lines))
        note("\n".join(map(str, accepted)))
        assert _findings(acquit) == {}
        model = TroubledModel()
        for line in accepted:
            model.accept(line)
        view = View(acquit, as_of="9999-12-31")
        rows = {(row["role"], row["currency"]): row["balance"] for row in view.balances()}
        for currency in EXPONENTS:
            said = [
                _minor(rows.get((role, currency), "0"), currency)
                for role in ("clearing", "unapplied", "customer_credit", "disputed")
            ]
            held = [-model.unapplied(currency), -model.credit(currency)]
            assert said == [model.clearing[currency], *held, model.contested(currency)]
        report = view.aging()
        owed = dict.fromkeys(model.plans, 0)
        for row in report["rows"]:
            if row["charge"] is not None:
                owed[row["plan"]] += _minor(row["outstanding"], row["currency"])
        assert owed == {plan: model.owed(plan) for plan in model.plans}
        total = {row["currency"]: _minor(row["total"], row["currency"]) for row in report["totals"]}
        assert {currency: total.get(currency, 0) for currency in EXPONENTS} == {
            currency: model.total(currency) for currency in EXPONENTS
        }
        assert _allowances(view, model.plans) == {
            plan: held for plan, held in model.allowances.items() if held
        }


def _allowances(view: View, plans: Mapping[str, Agreed]) -> dict[str, int]:
    """Return the allowances of claims in the French book, those that are zero left out."""
    found = {
        name: -_minor(row["balance"], plan.currency)
        for name, plan in plans.items()
        for row in view.balances(name, "pcg")
        if row["role"] == "allowance"
    }
    return {name: minor for name, minor in found.items() if minor}


@given(lines=lives(), picks=st.lists(st.tuples(days(), st.integers(0, 99)), min_size=3, max_size=3))
def test_aging_is_what_the_accounts_say_at_any_day_as_known_at_any_moment(
    fresh: Fresh, lines: list[Line], picks: list[tuple[str, int]]
) -> None:
    """At random coordinates debits equal credits, and aging is the sum of its accounts.

    Those are the receivable and credit accounts, by currency, at every level of detail.
    """
    with fresh() as acquit:
        record(acquit, lines)
        moments = [entry["recorded_at"] for entry in View(acquit, "9999-12-31").journal()]
        for as_of, pick in [*picks, ("9999-12-31", 0)]:
            known_at = moments[pick % len(moments)] if moments and pick % 3 else None
            view = View(acquit, as_of, known_at)
            rows = view.balances()
            sides: dict[str, Decimal] = {}
            for row in rows:
                difference = Decimal(row["debit"]) - Decimal(row["credit"])
                assert difference == Decimal(row["balance"])
                sides[row["currency"]] = sides.get(row["currency"], Decimal(0)) + difference
            assert not any(sides.values())
            owed = {currency: sum_ for currency, sum_ in view.owed().items() if sum_}
            for by in ("charge", "plan", "customer"):
                report = view.aging(by)
                totals = {row["currency"]: Decimal(row["total"]) for row in report["totals"]}
                assert {currency: sum_ for currency, sum_ in totals.items() if sum_} == owed
                for total in report["totals"]:
                    shown = [
                        Decimal(row["outstanding"])
                        for row in report["rows"]
                        if row["currency"] == total["currency"]
                    ]
                    assert sum(shown) == Decimal(total["total"])


@given(lines=lives(), last=days())
def test_tax_by_rate_is_the_tax_in_the_journal_in_any_period(
    fresh: Fresh, lines: list[Line], last: str
) -> None:
    """Returns tie to the tax accounts of both books; two periods together say what one says.

    Base and tax of every movement are those of its rate, but for what rounding explains.
    """
    with fresh() as acquit:
        record(acquit, lines)
        day = date.fromisoformat(last)
        first, second = View(acquit, last).tax(), View(acquit, "9999-12-31").tax(day + ONE_DAY)
        whole = View(acquit, "9999-12-31").tax()
        assert all(ties(value) for value in (first, second, whole))
        assert _summed(first["rows"] + second["rows"]) == _summed(whole["rows"])
        for row in whole["movements"]:
            exact = Decimal(row["base"]) * Decimal(row["rate"]) / 100
            most = 2 * Decimal(1).scaleb(-EXPONENTS[row["currency"]])
            assert abs(exact - Decimal(row["tax"])) <= most


def _summed(rows: list[dict[str, Any]]) -> dict[tuple[str, ...], Decimal]:
    """Add base and tax up by what the rows of a return are for; zeros are gone."""
    sums: dict[tuple[str, ...], Decimal] = {}
    for row in rows:
        for name in ("base", "tax"):
            key = (name, *(str(row[each]) for each in ROW_KEYS))
            sums[key] = sums.get(key, Decimal(0)) + Decimal(row[name])
    return {key: found for key, found in sums.items() if found}


@given(lines=lives())
def test_a_settled_plan_has_no_tax_pending_and_a_payment_is_always_all_there(
    fresh: Fresh, lines: list[Line]
) -> None:
    """A plan that owes nothing in the end has no tax pending.

    After any event of its stream, a payment's amount is what lies unapplied, in credit and in use,
    plus what was refunded, contested or reversed.
    """
    with fresh() as acquit:
        record(acquit, lines)
        with acquit.database.reading() as connection:
            for payment in {line["payment"] for line in lines if "payment" in line}:
                stream = f"payment:{payment}"
                found = None
                for event in read_stream(connection, stream):
                    decided = Event(stream, event.version, event.effective_on, event.fact)
                    found = replayed(found, [decided])
                    assert found is not None
                    assert isinstance(found.state, Payment)
                    _assert_all_there(found.state)
        view = View(acquit, as_of="9999-12-31")
        for plan in {line["plan"] for line in lines if "plan" in line}:
            rows = {row["role"]: Decimal(row["balance"]) for row in view.balances(plan)}
            if not any(rows.get(role) for role in ("receivable", "doubtful", "disputed")):
                assert not rows.get("tax_pending")


def _assert_all_there(payment: Payment) -> None:
    uses = sum(used.amount_minor for used in payment.uses)
    gone = payment.refunded_minor + payment.charged_back_minor
    if payment.dispute:
        gone += payment.dispute.amount_minor
    if payment.reversed_on:
        gone += payment.amount_minor - payment.charged_back_minor
    here = payment.unapplied_minor + payment.credit_minor + uses
    assert here + gone == payment.amount_minor
    waiting = sum(held for _, held in payment.earmarks)
    assert 0 <= waiting <= max(payment.unapplied_minor, 0) or not waiting


@given(lines=lives(), data=st.data())
def test_accepted_commands_run_again_change_nothing(
    fresh: Fresh, lines: list[Line], data: st.DataObject
) -> None:
    """The whole file, either half, or accepted lines in any order: nothing is stored again."""
    with fresh() as acquit:
        accepted = _accepted(lines, record(acquit, lines))
        size, said = log_size(acquit), View(acquit).everything()
        half = len(lines) // 2
        shuffled = data.draw(st.permutations(accepted))
        for again in (accepted, shuffled, shuffled[: len(shuffled) // 2]):
            results = record(acquit, again)
            assert {result.verdict for result in results} <= {Verdict.REPEATED}
        kept = {line["id"] for line in accepted}
        for part in (lines[:half], lines[half:], lines):
            retried = [line for line in part if line["id"] in kept]
            assert not _accepted(retried, record(acquit, retried))
        assert log_size(acquit) == size
        assert View(acquit).everything() == said


@given(lines=lives())
def test_a_refused_command_stores_nothing_not_even_its_id(fresh: Fresh, lines: list[Line]) -> None:
    """A refusal leaves as many events as before and no key; the id serves another command."""
    with fresh() as acquit:
        accepted: set[str] = set()
        for number, line in enumerate(lines):
            before = log_size(acquit)
            result = acquit.application.execute(line)
            if result.verdict is Verdict.ACCEPTED:
                accepted.add(line["id"])
                assert log_size(acquit) == before + result.events
                continue
            assert result.verdict is Verdict.REFUSED or line["id"] in accepted
            assert log_size(acquit) == before
            if line["id"] in accepted:
                continue
            assert not key_known(acquit, line["id"])
            other = _other_use(line["id"], number)
            assert acquit.application.execute(other).verdict is Verdict.ACCEPTED
            accepted.add(line["id"])


def _other_use(command_id: str, number: int) -> Line:
    return {
        "command": "receive_payment",
        "id": command_id,
        "on": "2026-03-01",
        "payment": f"other-{number}",
        "amount": "1",
        "currency": "JPY",
    }


@given(lines=lives())
def test_a_batch_is_answered_and_stored_as_its_lines_one_by_one(
    fresh: Fresh, lines: list[Line]
) -> None:
    """Recording a file gives the answers and reports that its lines give one by one."""
    with fresh() as alone:
        said = answers(execute(alone, lines))
        reports = View(alone).everything()
    with fresh() as together:
        assert answers(record(together, lines)) == said
        assert View(together).everything() == reports


@given(lines=lives(), as_of=days(), share=st.integers(1, 9))
def test_what_was_known_of_a_past_day_never_changes(
    fresh: Fresh, lines: list[Line], as_of: str, share: int
) -> None:
    """Reports as of a day, as known at a moment, are the same after whatever is recorded later."""
    later = [{**line, "recorded": "2031-01-01T00:00:00Z"} for line in lines]
    cut = len(lines) * share // 10
    with fresh() as acquit:
        record(acquit, lines[:cut])
        known_at = View(acquit).aging()["known_at"]
        before = View(acquit, as_of, known_at).everything()
        record(acquit, later[cut:])
        assert View(acquit, as_of, known_at).everything() == before


@given(lines=lives())
def test_projections_are_the_same_however_they_were_filled(fresh: Fresh, lines: list[Line]) -> None:
    """Caught up after every command, at the end, or again from nothing: the same reports."""
    with fresh() as acquit:
        for line in lines:
            acquit.application.execute(line)
            acquit.engine.catch_up()
        step_by_step = View(acquit, as_of="9999-12-31").everything()
        with acquit.database.writing() as connection:
            drop_all(connection, acquit.engine.projections)
        assert View(acquit, as_of="9999-12-31").everything() == step_by_step


@pytest.fixture
def on_both(_places: Any, postgres_url: str) -> Callable[[], AbstractContextManager[list[Acquit]]]:
    """Give a function that opens two ledgers for one example, on SQLite and on Postgres."""

    @contextmanager
    def opened() -> Iterator[list[Acquit]]:
        urls = [_places.sqlite(), _places.postgres(postgres_url)]
        ledgers = []
        for url in urls:
            store = make_store(url)
            open_or_recognise(store, Settings("Test", "EUR", "UTC", "01-01", True, None))
            store.database.close()
            ledgers.append(open_ledger(url, actor="tests"))
        try:
            yield ledgers
        finally:
            for acquit in ledgers:
                acquit.close()
            _places.clear()

    return opened


@given(lines=lives(), as_of=days())
def test_both_databases_say_the_same(
    on_both: Callable[[], AbstractContextManager[list[Acquit]]], lines: list[Line], as_of: str
) -> None:
    """The same lines give the same answers and, byte for byte, the same reports on both."""
    with on_both() as ledgers:
        said = [answers(record(acquit, lines)) for acquit in ledgers]
        assert said[0] == said[1]
        for day in (None, as_of, "9999-12-31"):
            sqlite, postgres = (View(acquit, day).everything() for acquit in ledgers)
            assert sqlite == postgres


def _item(number: int, plan: str, amount: str) -> Line:
    item = {"document": "D", "due": "2026-01-01", "amount": amount}
    opening = {"command": "open_balance", "id": f"o-{number}", "on": "2026-01-01", "plan": plan}
    return {**opening, "customer": "C-1", "currency": "EUR", "items": [item]}


def _paid(plan: str | None, amount: str) -> Line:
    line = {"command": "receive_payment", "id": "p-1", "on": "2026-01-02", "payment": "pay-1"}
    named = {} if plan is None else {"plan": plan}
    return {**line, **named, "amount": amount, "currency": "EUR"}


def _then(number: int, command: str, **fields: str) -> Line:
    on = f"2026-01-{number:02d}"
    return {"command": command, "id": f"t-{number}", "on": on, **fields}


def test_the_balances_of_one_plan_balance(fresh: Fresh) -> None:
    """Debits equal credits of what `balances --plan` shows, for money that names its plan."""
    lines = [_item(1, "P-1", "5.00"), _paid("P-1", "5.00")]
    with fresh() as acquit:
        assert len(_accepted(lines, record(acquit, lines))) == len(lines)
        rows = View(acquit).balances("P-1")
        assert sum(Decimal(row["balance"]) for row in rows) == 0


def test_a_refund_frees_the_latest_use_also_after_a_credit_note(fresh: Fresh) -> None:
    """A credit note undoes the first of three uses; a refund then frees the third, not the second.

    The payment pays P-1, then P-2, then a fee of P-1, and what a model of plain sums says holds.
    """
    lines = [
        _item(1, "P-1", "50.00"),
        _item(2, "P-2", "30.00"),
        _paid("P-1", "100.00"),
        _then(3, "allocate", payment="pay-1", plan="P-2"),
        _then(4, "charge_fee", plan="P-1", kind="late_fee", amount="20.00"),
        _then(5, "allocate", payment="pay-1", plan="P-1"),
        _then(6, "credit", plan="P-1", amount="50.00", kind="annulled", reason="r"),
        _then(7, "refund", payment="pay-1", amount="70.00", reason="r"),
    ]
    model = Model()
    with fresh() as acquit:
        for line in _accepted(lines, record(acquit, lines)):
            model.accept(line)
        assert (model.owed("P-1"), model.owed("P-2")) == (2000, 0)
        rows = View(acquit).aging("plan")["rows"]
        assert [(row["plan"], row["outstanding"]) for row in rows] == [("P-1", "20.00")]
