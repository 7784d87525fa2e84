"""Months: closed one after the other, when they are over."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.terms.refusals import Refusal


@dataclass(eq=False, kw_only=True)
class NotAMonthsEnd(Refusal):
    """A month is named by its last day."""

    on: str
    end: str
    sentence = "{on} is not the last day of its month: write {end}"


@dataclass(eq=False, kw_only=True)
class PeriodClosedAlready(Refusal):
    """A month is closed once, until it is reopened."""

    month: str
    open_from: str
    sentence = (
        "{month} is closed already, the first open day is {open_from}: "
        "to change it, reopen it with a reason"
    )


@dataclass(eq=False, kw_only=True)
class PeriodNotNext(Refusal):
    """Months are closed without gaps."""

    month: str
    wanted: str
    sentence = "{month} is not the next month to close: close {wanted} first"


@dataclass(eq=False, kw_only=True)
class PeriodNotOver(Refusal):
    """A month is closed on its last day or later."""

    month: str
    today: str
    sentence = "{month} is not over, today is {today}: close it on its last day or later"


@dataclass(eq=False, kw_only=True)
class PeriodNotClosed(Refusal):
    """Only what is closed is reopened."""

    month: str
    sentence = "{month} is open: there is nothing to reopen"


@dataclass(eq=False, kw_only=True)
class ReopeningNeedsApprover(Refusal):
    """Where a policy asks for it, somebody approves a reopening."""

    month: str
    sentence = "to reopen {month} an approver is needed: add the field 'approver'"
