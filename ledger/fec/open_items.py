"""What customers owe at the end of a FEC, item by item, as commands that open it in a ledger.

Lines of a customer that a letter matches to nothing are done with. What is left of payments and
credit notes pays what is left of invoices, oldest first, after those of the same letter; what then
stands open keeps its document and its day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ledger.fec.postings import FecPosting
from ledger.imports.result import Finding, Imported, Sourced

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Opening:
    """How balances are opened: from which accounts, on which day, under which ids.

    An item is due so many days after its document.
    """

    accounts: tuple[str, ...]
    on: date
    currency: str
    decimals: int
    prefix: str
    due_days: int = 0

    def takes(self, account: str) -> bool:
        """Tell whether what an account holds is owed by customers."""
        return account.startswith(self.accounts)


@dataclass(slots=True)
class AccountBalance:
    """An account of the file: what it turned over, and how much of its balance is taken over."""

    account: str
    name: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    taken: Decimal = ZERO

    @property
    def balance(self) -> Decimal:
        """Debit less credit."""
        return self.debit - self.credit


@dataclass(slots=True)
class _Item:
    """A line of a customer and what is still open of it; credits are below zero."""

    posting: FecPosting
    left: Decimal = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.posting.amount


def trial_balance(postings: Iterable[FecPosting]) -> dict[str, AccountBalance]:
    """Return all accounts of the file by number, in order."""
    accounts: dict[str, AccountBalance] = {}
    for posting in postings:
        row = accounts.setdefault(posting.account, AccountBalance(posting.account, posting.name))
        row.debit += posting.debit
        row.credit += posting.credit
    return dict(sorted(accounts.items()))


def openings(postings: Sequence[FecPosting], opening: Opening) -> Imported:
    """Return a command for each customer who owes something, and findings for all else.

    Commands and findings come to what the accounts taken stand at.
    """
    own = [posting for posting in postings if opening.takes(posting.account)]
    commands: list[Sourced] = []
    findings: list[Finding] = []
    for (account, customer), lines in _by_customer(own).items():
        reason = _not_taken(customer, lines, opening)
        if reason is not None:
            findings += [Finding(one.line, reason, one.amount) for one in lines if one.amount]
        elif sum((one.amount for one in lines), ZERO):
            commands.append(_command(account, customer, lines, opening))
    total = sum((posting.amount for posting in own), ZERO)
    return Imported(
        commands=commands,
        findings=findings,
        total=total,
        currency_totals={opening.currency: total},
        rows=len(own),
    )


def _by_customer(postings: Iterable[FecPosting]) -> dict[tuple[str, str], list[FecPosting]]:
    """Return the lines that no letter matches to nothing, by account and customer."""
    matched: dict[tuple[str, str, str], Decimal] = {}
    listed = list(postings)
    for posting in listed:
        key = (posting.account, posting.customer, posting.letter)
        matched[key] = matched.get(key, ZERO) + posting.amount
    groups: dict[tuple[str, str], list[FecPosting]] = {}
    for posting in listed:
        key = (posting.account, posting.customer, posting.letter)
        if not posting.letter or matched[key]:
            groups.setdefault(key[:2], []).append(posting)
    return dict(sorted(groups.items()))


def _not_taken(customer: str, lines: Sequence[FecPosting], opening: Opening) -> str | None:
    """Say why the lines of a customer cannot be opened, None if they can."""
    balance = sum((one.amount for one in lines), ZERO)
    if not customer and balance:
        return "column CompAuxNum is empty: it is not said who owes it"
    if balance < 0:
        return (
            f"customer {customer} is owed {-balance}: record the payment that it comes from, or "
            "its refund"
        )
    finer = next((one for one in lines if one.amount != round(one.amount, opening.decimals)), None)
    if finer is not None:
        return f"line {finer.line} has more decimals than {opening.currency} has"
    late = next((one for one in lines if one.posted_on > opening.on), None)
    return None if late is None else f"line {late.line} is of {late.posted_on}, after {opening.on}"


def _command(account: str, customer: str, lines: Sequence[FecPosting], opening: Opening) -> Sourced:
    plan = f"{opening.prefix}{account}-{customer}"
    command: dict[str, Any] = {
        "command": "open_balance",
        "id": f"{plan}-{opening.on}",
        "on": opening.on.isoformat(),
        "plan": plan,
        "customer": customer,
        "currency": opening.currency,
        "items": _items(open_lines(lines), opening),
    }
    carries = tuple((one.line, one.amount) for one in lines)
    return Sourced(command, carries, tuple(one.line for one in lines))


def open_lines(lines: Sequence[FecPosting]) -> list[tuple[FecPosting, Decimal]]:
    """Return what stays open of a customer's invoices once all credits are applied."""
    items = [_Item(line) for line in sorted(lines, key=lambda one: (one.on, one.line))]
    _apply(items, lambda debit, credit: bool(debit.letter) and debit.letter == credit.letter)
    _apply(items, lambda _debit, _credit: True)
    return [(item.posting, item.left) for item in items if item.left > 0]


def _apply(items: Sequence[_Item], fits: Callable[[FecPosting, FecPosting], bool]) -> None:
    """Apply credits to the oldest debits that they fit."""
    debits = [item for item in items if item.left > 0]
    for credit in items:
        for debit in debits if credit.left < 0 else ():
            if debit.left and fits(debit.posting, credit.posting):
                part = min(debit.left, -credit.left)
                debit.left -= part
                credit.left += part
            if not credit.left:
                break


def _items(lines: Sequence[tuple[FecPosting, Decimal]], opening: Opening) -> list[dict[str, str]]:
    documents = [posting.document or posting.number for posting, _ in lines]
    return [
        {
            "document": document
            if documents.count(document) == 1
            else f"{document} ({posting.number}, line {posting.line})",
            "due": (posting.on + timedelta(days=opening.due_days)).isoformat(),
            "amount": f"{left:.{opening.decimals}f}",
        }
        for (posting, left), document in zip(lines, documents, strict=True)
    ]
