"""The posting rules: which entry each type of event becomes, and that none is out of balance."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledger.books.accounts import (
    ChartError,
    chart_of,
    digest_of,
    packaged_books,
    packaged_chart,
)
from ledger.books.measures import MEASURES
from ledger.books.posting import JournalEntry, Of, Posting, UnbalancedEntryError
from ledger.envelope import Event
from ledger.events import EVENT_TYPES
from ledger.store.codec import decode

if TYPE_CHECKING:
    from tests.domain.conftest import Life

FACTS = {
    golden["type"]: decode(golden["type"], golden["version"], golden["payload"].encode())
    for golden in json.loads(
        (Path(__file__).parent / "golden_events.json").read_text(encoding="utf-8")
    )
}
ENTRIES = """
PaymentReceived cash pay-1 Payment pay-1 received
    clearing 2000 P-1 | unapplied -2000 P-1
ExchangeRealised general pay-1 Exchange difference on payment pay-1
    unapplied 24 P-1 | fx_gain -24 P-1
ExchangeReturned general pay-1 Exchange difference on payment pay-1 returned
    clearing -12 P-1 | fx_gain 12 P-1
GatewayFeeCharged cash pay-1 Gateway fee of payment pay-1
    gateway_fees 100 P-1 | tax_deductible 20 P-1
    clearing -120 P-1
RefundIssued cash pay-1 Refund of payment pay-1: paid twice
    customer_credit 600 P-1 | clearing -600 P-1
    unapplied 2000 P-1 | clearing -2000 P-1
RefundFailed cash pay-1 Refund of payment pay-1 failed: account closed
    clearing 600 P-1 | customer_credit -600 P-1
    clearing 2000 P-1 | unapplied -2000 P-1
DisputeOpened cash pay-1 Payment pay-1 disputed
    unapplied 1000 P-1 | clearing -1000 P-1
DisputeWon cash pay-1 Dispute of payment pay-1 won
    clearing 1000 P-1 | unapplied -1000 P-1
PaymentReversed cash pay-1 Payment pay-1 reversed: bounced
    unapplied 2000 P-1 | clearing -2000 P-1
PayoutSent cash po-1 Payout po-1 sent
    in_transit 5000 - | clearing -5000 -
PayoutLanded cash po-1 Payout po-1 landed
    bank 5000 - | in_transit -5000 -
PayoutFailed cash po-1 Payout po-1 failed
    clearing 5000 - | in_transit -5000 -
OpeningBalance general OLD-9 Opening balance P-1/1
    receivable 1200 P-1/1 | opening -1000 P-1/1
    tax_pending -200 P-1/1
InstalmentCharged sales INV-7 Instalment P-1/1
    receivable 2000 P-1/1 | revenue -67 P-1/1
    contract_asset -600 P-1/1 | deferred_revenue -1000 P-1/1
    tax_payable -333 P-1/1
PlanBilled sales INV-7 Document INV-7 of P-1
    receivable 1000 P-1/1 | tax_pending -167 P-1/1
    receivable 1000 P-1/2 | tax_pending -166 P-1/2
    contract_asset -100 P-1 | deferred_revenue -1567 P-1
RevenueRecognised general - Revenue of P-1 through 2026-01-31
    deferred_revenue 500 P-1 | contract_asset 100 P-1
    revenue -600 P-1
FeeCharged sales - Fee P-1/f1
    receivable 500 P-1/f1 | late_fee_income -500 P-1/f1
InterestCharged sales - Interest P-1/1/interest
    receivable 120 P-1/1/interest | interest_income -100 P-1/1/interest
    tax_payable -20 P-1/1/interest
ChargeWaived sales - Waiver of P-1/f1: goodwill
    receivable -500 P-1/f1 | late_fee_income 500 P-1/f1
PaymentAllocated general pay-1 Payment pay-1 applied to P-1
    unapplied 2000 P-1 | receivable -1500 P-1/1
    tax_pending 250 P-1/1 | tax_payable -150 P-1/1
    tax_on_advances -100 P-1/1 | doubtful -500 P-1/f1
AdvanceTaxed general pay-1 Tax on the advance by payment pay-1 to P-1
    tax_on_advances 333 P-1 | tax_payable -333 P-1
AdvanceTaxReversed general pay-1 Tax on the advance by payment pay-1 to P-1 undone
    tax_payable 333 P-1 | tax_on_advances -333 P-1
AllocationDisputed cash pay-1 Payment pay-1 to P-1 disputed
    disputed 2000 P-1/1 | clearing -2000 P-1/1
    tax_payable 333 P-1/1 | tax_pending -333 P-1/1
AllocationRestored cash pay-1 Dispute of payment pay-1 to P-1 won
    clearing 2000 P-1/1 | disputed -2000 P-1/1
    tax_pending 333 P-1/1 | tax_payable -333 P-1/1
DisputedReopened general pay-1 Dispute of payment pay-1 to P-1 lost
    receivable 2000 P-1/1 | disputed -2000 P-1/1
DisputedPostponed general pay-1 Dispute of payment pay-1 to P-1 lost
    receivable 2000 P-1/1/again | tax_pending -333 P-1/1/again
    disputed -2000 P-1/1 | tax_pending 333 P-1/1
ReceivableDoubtful general - P-1 is doubtful
    doubtful 2000 P-1/1 | receivable -2000 P-1/1
ReceivableCured general - P-1 is no longer doubtful
    receivable 2000 P-1/1 | doubtful -2000 P-1/1
AllocationReversed general pay-1 Payment pay-1 taken off P-1: credited
    customer_credit -600 P-1 | receivable 600 P-1/1
    tax_pending -100 P-1/1 | tax_payable 100 P-1/1
CreditNoteIssued sales - Credit note on P-1 (discount): credited
    receivable -600 P-1/1 | discounts 500 P-1/1
    tax_pending 100 P-1/1
WrittenOff general - Write-off on P-1: no answer
    doubtful -2000 P-1/1 | allowance 1667 P-1/1
    tax_pending 333 P-1/1
TaxReliefClaimed general - Tax relief on P-1: insolvent
    tax_payable 333 P-1/1 | allowance -333 P-1/1
RecoveryReceived general pay-1 Recovery on P-1 by payment pay-1
    unapplied 2000 P-1 | recoveries -1667 P-1/1
    tax_payable -333 P-1/1
RecoveryReversed general pay-1 Recovery on P-1 by payment pay-1 undone: bounced
    unapplied -2000 P-1 | recoveries 1667 P-1/1
    tax_payable 333 P-1/1
ProvisionBooked general - Provision: expected loss
    credit_loss 1000 P-1 | allowance -1000 P-1
ProvisionReleased general - Release of provision: paid
    allowance 1000 P-1 | credit_loss -1000 P-1
CurrencyOpened general - USD taken over at 0.9150
    receivable 1830 - | revenue -1829 -
    opening -1 -
Revalued general - USD at the rate of 2026-01-31
    receivable 40 - | fx_gain -40 -
    fx_loss 5 - | clearing -5 -
"""
"""By DESIGN section 4, of the golden events: type, journal, document, narration; then its legs."""

FRENCH = """
WrittenOff general - Write-off on P-1: no answer
    doubtful -2000 P-1/1 | bad_debt 1667 P-1/1
    tax_pending 333 P-1/1
TaxReliefClaimed general - Tax relief on P-1: insolvent
    tax_payable 333 P-1/1 | bad_debt -333 P-1/1
"""
"""Where the French book differs."""


def event_of(topic: str) -> Event:
    """Return a golden fact as a decided event."""
    return Event("plan:P-1", 1, date(2026, 1, 31), FACTS[topic])


def wanted_entries(text: str = ENTRIES) -> dict[str, list[str]]:
    """Return the lines of entries by type, their blanks evened out."""
    lines: dict[str, list[str]] = {}
    topic = ""
    for line in text.strip().splitlines():
        if not line.startswith(" "):
            topic = line.split()[0]
            lines[topic] = [" ".join(line.split())]
            continue
        lines[topic] += [" ".join(leg.split()) for leg in line.split("|")]
    return lines


def entry_lines(topic: str, entry: JournalEntry) -> list[str]:
    """Write an entry as in ENTRIES."""
    head = f"{topic} {entry.journal} {entry.document or '-'} {entry.narration}"
    return [head, *(f"{leg.role} {leg.amount_minor} {whose(leg)}" for leg in entry.postings)]


def whose(leg: Posting) -> str:
    """Return the charge of a leg, else its plan, else a dash."""
    return leg.charge or leg.plan or "-"


def entries_in(life: Life, book: str) -> dict[str, list[str]]:
    """Return the entries of all golden events in a packaged book."""
    life.book = book
    entries = {topic: life.entry(event_of(topic)) for topic in FACTS}
    return {topic: entry_lines(topic, entry) for topic, entry in entries.items() if entry}


def test_entries(life: Life) -> None:
    """Each event that posts makes the entry that DESIGN gives it; the others make none."""
    wanted = wanted_entries()
    assert entries_in(life, "generic") == wanted
    assert {kind.TOPIC for kind in MEASURES} == set(wanted)
    assert set(FACTS) == set(EVENT_TYPES)


def test_french_entries(life: Life) -> None:
    """The French book posts as the generic one, but for losses; some events name their book."""
    wanted = {**wanted_entries(), **wanted_entries(FRENCH)}
    of_the_other_book = {"ProvisionBooked", "ProvisionReleased", "CurrencyOpened", "Revalued"}
    found = entries_in(life, "pcg")
    assert found == {
        topic: lines for topic, lines in wanted.items() if topic not in of_the_other_book
    }


@pytest.mark.parametrize("topic", sorted(wanted_entries()))
def test_entry_carries_whose_it_is(life: Life, topic: str) -> None:
    """Every leg names customer and plan where the event knows them, and currency and book stand."""
    entry = life.entry(event_of(topic))
    assert entry is not None
    assert (entry.book, entry.currency, entry.exponent) == ("generic", "EUR", 2)
    of_nobody = topic.startswith(("Payout", "CurrencyOpened", "Revalued"))
    whom = (None, None) if of_nobody else ("C-1", "P-1")
    assert {(leg.customer, leg.plan) for leg in entry.postings} == {whom}


@pytest.mark.parametrize("topic", sorted(wanted_entries()))
def test_entry_balances_without_empty_legs(life: Life, topic: str) -> None:
    """Debits equal credits and no leg is zero; every role is in the chart."""
    entry = life.entry(event_of(topic))
    assert entry is not None
    assert sum(leg.amount_minor for leg in entry.postings) == 0
    assert all(leg.amount_minor for leg in entry.postings)
    assert {leg.role for leg in entry.postings} <= set(life.chart.by_role)


def test_recoveries_mirror() -> None:
    """A recovery and its reversal cancel each other, leg by leg."""
    rows = wanted_entries()
    mirrored = [_mirrored(leg) for leg in rows["RecoveryReceived"][1:]]
    assert mirrored == rows["RecoveryReversed"][1:]


def _mirrored(leg: str) -> str:
    role, amount, whom = leg.split()
    return f"{role} {-int(amount)} {whom}"


def entry(*legs: Posting) -> JournalEntry:
    """Make an entry by hand."""
    return JournalEntry(
        book="generic",
        journal="general",
        document=None,
        narration="By hand",
        currency="EUR",
        exponent=2,
        postings=legs,
    )


def test_entry_out_of_balance_cannot_be_made() -> None:
    """An entry whose legs do not add up to zero is refused as it is made."""
    of = Of("C", "P", "P/1")
    made = entry(Posting.debit("receivable", 2, of), Posting.credit("revenue", 2, of))
    assert [leg.amount_minor for leg in made.postings] == [2, -2]
    with pytest.raises(UnbalancedEntryError, match="By hand: debits and credits differ"):
        entry(Posting.debit("receivable", 2, of), Posting.credit("revenue", 1, of))


def test_legs_of_nothing_make_no_entry(life: Life) -> None:
    """A write-off of a plan with nothing open posts nothing."""
    schedule = {"kind": "custom", "instalments": [{"due": "2026-01-15", "amount": "20.00"}]}
    life.do("open_plan", "2026-01-01", schedule=schedule)
    (event,) = life.do("write_off", "2026-01-10")
    assert life.entry(event) is None


OWN_ROLES = {"pcg": ["unrealised_gain", "unrealised_loss"]}
"""Roles that only one book has."""

RULE = {
    "event": "WrittenOff",
    "journal": "general",
    "narration": "Write-off on {plan}",
    "legs": ["credit {carrying} gross", "debit allowance gross"],
}


def chart_content(**changes: Any) -> dict[str, Any]:
    """Return a small chart, changed."""
    receivable = {"role": "receivable", "account": "1", "name": "Receivable", "type": "asset"}
    allowance = {**receivable, "role": "allowance", "account": "2"}
    content: dict[str, Any] = {
        "book": "small",
        "title": "Small",
        "impairment": "matrix",
        "rules": [RULE],
        "accounts": [receivable, allowance],
    }
    return {**content, **changes}


@pytest.mark.parametrize("book", packaged_books())
def test_packaged_chart_plays_every_role(book: str) -> None:
    """A chart of the package has an account for each role of DESIGN section 4, none twice."""
    roles = """
        receivable doubtful disputed unapplied customer_credit clearing in_transit bank
        deferred_revenue contract_asset revenue discounts late_fee_income interest_income
        tax_pending tax_payable tax_on_advances tax_deductible tax_reverse_charge gateway_fees
        bad_debt credit_loss credit_loss_release allowance recoveries opening fx_loss fx_gain
    """
    chart = chart_of(packaged_chart(book))
    assert sorted(chart.by_role) == sorted([*roles.split(), *OWN_ROLES.get(book, [])])
    assert set(chart.rules) == {kind.TOPIC for kind in MEASURES}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rules": {"write_off_to": "allowance"}}, "incomplete"),
        ({"rules": [{**RULE, "event": "PlanCancelled"}]}, "no event that can be posted"),
        ({"rules": [{**RULE, "legs": ["allowance gross"]}]}, "is not a leg"),
        ({"rules": [{**RULE, "legs": ["debit bank gross"]}]}, "names the role 'bank'"),
        ({"rules": [{**RULE, "legs": ["debit {income} gross"]}]}, "names the role 'income'"),
        ({"rules": [{**RULE, "legs": ["debit allowance net"]}]}, "names the amount 'net'"),
        ({"rules": [{**RULE, "narration": "{payment}"}]}, "narration names 'payment'"),
        ({"accounts": [{"role": "receivable"}]}, "incomplete"),
        (
            {"accounts": [*chart_content()["accounts"], chart_content()["accounts"][0]]},
            "role twice",
        ),
        (
            {"accounts": [{**found, "account": "1"} for found in chart_content()["accounts"]]},
            "account twice",
        ),
    ],
)
def test_chart_that_contradicts_itself(changes: dict[str, Any], message: str) -> None:
    """A chart with something missing, or a role or account twice, is refused in words."""
    assert chart_of(chart_content()).by_role["allowance"].account == "2"
    with pytest.raises(ChartError, match=message):
        chart_of(chart_content(**changes))


def test_chart_that_is_not_there() -> None:
    """A chart that does not come with the package is refused by name."""
    with pytest.raises(ChartError, match="no chart named 'nowhere'"):
        packaged_chart("nowhere")


def test_digest_is_of_the_content() -> None:
    """The digest of a chart is that of its content, whatever the order of its keys."""
    content = chart_content()
    backwards = dict(reversed(content.items()))
    assert digest_of(backwards) == digest_of(content)
    assert digest_of(chart_content(title="Other")) != digest_of(content)
    assert len(digest_of(content)) == 64
