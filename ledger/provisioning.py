"""What is expected to be lost: doubtful claims, provisions on them, and provisions on all claims.

A provision on a claim follows it: what money, a cure, a credit or a write-off takes off the claim
releases its share of the allowance in the same transaction.
"""

from __future__ import annotations

from datetime import date

from ledger import events as facts
from ledger.dating import require_agreed
from ledger.draft import Draft
from ledger.events import plan_stream, provision_stream
from ledger.intentions import Cure, MarkDoubtful, Provision
from ledger.plan import Plan, carried_as
from ledger.refusals import (
    AllowanceBelowZero,
    BookUnknown,
    CurrencyDiffers,
    NothingDoubtful,
    NothingOutstanding,
)
from ledger.terms.money import amount_text, minor_units, plain, share
from ledger.terms.refusals import AmountMustBePositive


def mark_doubtful(command: MarkDoubtful, draft: Draft) -> None:
    """Carry what is open on a plan as doubtful.

    Raises PlanUnknown, DatedBefore, NothingOutstanding.
    """
    plan = draft.plan(command.plan)
    require_agreed(plan, command.on)
    amounts = {
        charge.id: charge.open_minor - charge.doubtful_minor
        for charge in plan.charges_by(command.on)
    }
    parts = carried_as(amounts, "receivable")
    if not parts:
        raise NothingOutstanding(plan=plan.id, on=command.on.isoformat())
    doubtful = facts.ReceivableDoubtful(**plan.fields, parts=parts)
    draft.record(plan_stream(plan.id), command.on, doubtful)


def cure(command: Cure, draft: Draft) -> None:
    """Carry what was doubtful as a receivable again.

    Raises PlanUnknown, DatedBefore, NothingDoubtful.
    """
    plan = draft.plan(command.plan)
    require_agreed(plan, command.on)
    amounts = {charge.id: charge.doubtful_minor for charge in plan.charges.values()}
    parts = carried_as(amounts, "doubtful")
    if not parts:
        raise NothingDoubtful(plan=plan.id)
    cured = facts.ReceivableCured(**plan.fields, parts=parts)
    draft.record(plan_stream(plan.id), command.on, cured)


def provision(command: Provision, draft: Draft) -> None:
    """Book a movement of the allowance in one book, or (an amount below zero) release one.

    With a plan it covers that claim; without one, all claims together.
    Raises BookUnknown, PlanUnknown, DatedBefore, NothingOutstanding, AllowanceBelowZero and the
    rules of amounts.
    """
    books = draft.ledger.books
    if books and command.book not in books:
        raise BookUnknown(book=command.book[:40], known=", ".join(sorted(books)))
    plan = None if command.plan is None else draft.plan(command.plan)
    if plan is None:
        stream, currency, exponent = (
            provision_stream(command.book),
            command.currency or "",
            command.exponent or 0,
        )
    else:
        require_agreed(plan, command.on)
        stream, currency, exponent = plan_stream(plan.id), plan.currency, plan.exponent
        if command.currency not in {None, currency}:
            raise CurrencyDiffers(given=str(command.currency), expected=currency)
    movement_minor = minor_units(command.amount, currency, exponent)
    if not movement_minor:
        raise AmountMustBePositive(amount=plain(command.amount))
    if plan is not None:
        _require_allowance(plan, command.book, -movement_minor)
        if movement_minor > 0 and not plan.owed_minor and not plan.unbilled:
            raise NothingOutstanding(plan=plan.id, on=command.on.isoformat())
    kind = facts.ProvisionBooked if movement_minor > 0 else facts.ProvisionReleased
    booked = kind(
        book=command.book,
        plan=command.plan,
        customer=plan.customer if plan else None,
        currency=currency,
        exponent=exponent,
        amount_minor=abs(movement_minor),
        reason=command.reason or _REASON,
    )
    draft.record(stream, command.on, booked)


_REASON = "expected loss"


def _require_allowance(plan: Plan, book: str, release_minor: int) -> None:
    held_minor = plan.allowances.get(book, 0)
    if release_minor > held_minor:
        raise AllowanceBelowZero(
            release=amount_text(release_minor, plan.exponent),
            held=amount_text(held_minor, plan.exponent),
        )


def follow_claims(draft: Draft, plan: str | None = None) -> None:
    """Release what allowances of claims no longer cover, for the plans that the draft changed."""
    for before, after, last_on in draft.changed_plans(plan):
        for book, held_minor in after.allowances.items():
            kept_minor = _kept(before, after, book, held_minor)
            if kept_minor < held_minor:
                _release(after, book, held_minor - kept_minor, last_on, draft)


def _kept(before: Plan, after: Plan, book: str, held_minor: int) -> int:
    """Return the allowance that stays: its share of what is still owed, none once all is over."""
    if before.doubtful and not after.doubtful:
        return 0
    if not after.owed_minor and not after.unbilled:
        return 0
    known_minor = before.allowances.get(book, 0)
    if after.owed_minor >= before.owed_minor or not known_minor:
        return held_minor
    return share(known_minor, after.owed_minor, before.owed_minor)


def _release(plan: Plan, book: str, amount_minor: int, on: date, draft: Draft) -> None:
    released = facts.ProvisionReleased(
        book=book,
        plan=plan.id,
        customer=plan.customer,
        currency=plan.currency,
        exponent=plan.exponent,
        amount_minor=amount_minor,
        reason="the claim went down",
    )
    draft.record(plan_stream(plan.id), on, released)
