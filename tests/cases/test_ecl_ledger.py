"""Family `ecl` played on a ledger: what is sold and paid there, and what is proposed for it.

A matrix's rows become charges of that age, past sales become charges that were paid in their band,
and claims become doubtful plans with an allowance of before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ledger.terms.apr import rounded_percent
from projections.coordinates import resolve
from projections.journal_report import JournalFilter, entry_json, journal
from tests.cases import provided
from tests.cases.conftest import Published

if TYPE_CHECKING:
    from tests.conftest import NewLedger

FAMILY = "ecl"
GIVEN_UP = "irr"
AS_OF = "2026-12-31"
DUE, DOUBTFUL, COLLECTED, PROVIDED, LOST = (
    "2026-01-31",
    "2026-02-01",
    "2026-03-01",
    "2026-03-31",
    "2026-06-30",
)
TAX_ACCOUNT = {"receipt": "44574", "invoice": "44571"}


def unit_of(amount: str) -> dict[str, int]:
    """Return the policy's unit for how an amount is printed: whole units, or cents."""
    return {} if "." in amount else {"unit": 1}


def check_matrix(
    published: Published, policy: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    """Rows and total are those printed, each rounded to what it is printed in."""

    def required(like: str) -> tuple[list[str], str]:
        rounded = {"matrix": {**policy, **unit_of(like)}}
        report = provided.proposal(published, AS_OF, "generic", rounded)
        return [row["required"] for row in report["rows"]], report["totals"][0]["required"]

    for index, text in enumerate(expected.get("per_row", [])):
        assert Decimal(required(text)[0][index]) == Decimal(text)
    assert Decimal(required(expected["total"])[1]) == Decimal(expected["total"])


def play_rows(published: Published, given: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Sell what each row says, and provide by its rates."""
    rows: list[list[str]] = given["rows_gross_rate_percent"]
    edges = provided.edges_for(len(rows))
    provided.sell_aged(published, AS_OF, [gross for gross, _ in rows], edges)
    percents = [percent for _, percent in rows]
    percents += ["0"] * (len(edges) + 2 - len(rows))
    policy = {"edges": list(edges), "rates": provided.rates_of(percents)}
    check_matrix(published, policy, expected)


def play_history(
    published: Published, given: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    """Live through the past sales, give up what was never paid, and derive the rates from it."""
    paid: list[str] = given["paid"]
    edges = provided.edges_for(len(paid) + 1)
    sold_on = provided.days_before(AS_OF, 2 * edges[-1] + 90)
    provided.sell(published, "past", sold_on, given["sales"])
    for amount, age in zip(paid, provided.ages_in(edges), strict=False):
        provided.collect(published, "past", provided.days_before(sold_on, -age), amount)
    lost_on = provided.days_before(sold_on, -edges[-1] - 1)
    if Decimal(given["unpaid"]):
        published.do("write_off", lost_on, plan="past", reason="never paid")
    provided.sell_aged(published, AS_OF, given["ageing"], edges)
    window = {"from": sold_on, "to": sold_on}
    policy = {"edges": list(edges), "rates": "history", "history": window}
    report = provided.proposal(published, AS_OF, "generic", {"matrix": policy})
    (history,) = report["history"]
    assert Decimal(history["never_paid"]) == Decimal(given["unpaid"])
    found = [Decimal(rate) for rate in history["rates_percent"].values()]
    for rate, text in zip(found, expected["rates_percent"], strict=False):
        decimals = -int(Decimal(text).as_tuple().exponent)
        assert str(rounded_percent(rate, decimals)) == text
    check_matrix(published, policy, expected)


def play_claims(published: Published, rows: Sequence[list[str]], tax: Mapping[str, str]) -> None:
    """Bring the claims to where the case finds them; give up those that it gives up."""
    for client, gross, collected, prior, rate in rows:
        provided.sell(published, client, DUE, gross, tax=[tax])
        published.do("mark_doubtful", DOUBTFUL, plan=client)
        provided.collect(published, client, COLLECTED, collected)
        if Decimal(prior):
            published.do("provision", PROVIDED, book="pcg", plan=client, amount=prior)
        if rate == GIVEN_UP:
            published.do("write_off", LOST, plan=client, reason="irrecoverable")
            if tax["due"] == "invoice":
                published.do("claim_tax_relief", LOST, plan=client, reason="irrecoverable")


def claims_policy(rows: Sequence[list[str]]) -> dict[str, Any]:
    """Return a policy that names a rate for each claim."""
    plans = {client: rate for client, *_, rate in rows if rate != GIVEN_UP}
    return {"claims": {"edges": [90], "rates": provided.rates_of(["100"] * 3), "plans": plans}}


def turned(published: Published, plan: str, since: str) -> dict[str, Decimal]:
    """Return what moved on the French accounts for a plan from a day on, zeros left out."""
    published.acquit.engine.catch_up()
    sums: dict[str, Decimal] = {}
    with published.acquit.database.reading() as connection:
        at = resolve(connection, published.acquit.identity, AS_OF)
        wanted = JournalFilter("pcg", plan=plan)
        for entry in map(entry_json, journal(connection, at, wanted)):
            for leg in entry["postings"] if entry["posted_on"] >= since else ():
                known = sums.get(leg["account"], Decimal())
                sums[leg["account"]] = known + Decimal(leg["amount"])
    return {account: amount for account, amount in sums.items() if amount}


def claim_entries(stated: Mapping[str, str], tax_account: str) -> dict[str, Decimal]:
    """Return the accounts that a claim of the case moves: debit positive."""
    told = {name: Decimal(text) for name, text in stated.items() if name != "client"}
    up, down = told.get("allocation", Decimal()), told.get("reversal", Decimal())
    loss, vat = told.get("loss_ht", Decimal()), told.get("vat", Decimal())
    legs = {
        "68174": up,
        "491": down - up,
        "78174": -down,
        "654": loss,
        tax_account: vat,
        "4161": -loss - vat,
    }
    return {account: amount for account, amount in legs.items() if amount}


def check_claims(published: Published, case: Mapping[str, Any], due: str) -> None:
    """Base, allowance and entries of each claim, and the totals, are those printed."""
    given, expected = case["input"], case["expected"]
    rows = next(rows for name, rows in given.items() if name.startswith("rows_client"))
    tax = {"code": "FR", "rate": given["vat"], "category": "S", "due": due}
    play_claims(published, rows, tax)
    made = provided.proposed(published, AS_OF, "pcg", claims_policy(rows))
    report = provided.proposal(published, AS_OF, "pcg", claims_policy(rows))
    found = {row["plan"]: row for row in report["rows"]}
    provided.record(published, made)
    for stated in expected["rows"]:
        row = found.get(stated["client"])
        if "ht" in stated:
            assert row is not None
            names = {"base": "ht", "required": "impairment"}
            assert {name: Decimal(row[name]) for name in names} == {
                name: Decimal(stated[key]) for name, key in names.items()
            }
        else:
            assert row is None
        entries = turned(published, stated["client"], LOST)
        assert entries == claim_entries(stated, TAX_ACCOUNT[due]), stated["client"]
    check_totals(published, expected)


def check_totals(published: Published, expected: Mapping[str, Any]) -> None:
    """The accounts say in total what the case does."""
    balances = published.balances(AS_OF, "pcg")
    stated = {name: Decimal(expected[name]) for name in ("impairment_total", "reversals")}
    booked = Decimal(expected["prior_total"]) + Decimal(expected["allocations"])
    assert Decimal(balances["allowance"]) == -stated["impairment_total"]
    assert Decimal(balances["credit_loss_release"]) == -stated["reversals"]
    assert Decimal(balances["credit_loss"]) == booked


def test_in_a_ledger(new_ledger: NewLedger, shared: Path, case: dict[str, Any]) -> None:
    """Bands, claims, entries and totals are those of the source; claims however tax falls due."""
    assert (shared / "cases").is_dir()
    given, expected = case["input"], case["expected"]
    if any(name.startswith("rows_client") for name in given):
        for due in TAX_ACCOUNT:
            check_claims(Published(new_ledger()), case, due)
    elif "sales" in given:
        play_history(Published(new_ledger()), given, expected)
    else:
        play_rows(Published(new_ledger()), given, expected)
