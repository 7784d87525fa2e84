"""A day's work on a plan: what falls due is billed, earned, and, where unpaid, costs something.

Doing a day again, or a later day at once, comes to the same: each step knows from the plan what was
done already.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from ledger.applying import use_earmarks
from ledger.billing import due_plan
from ledger.draft import Draft
from ledger.intentions import ChargeDue, Day
from ledger.lateness import charge_lateness
from ledger.recognition import recognise

Step: TypeAlias = Callable[[str, date, Draft], None]


def charge_due(command: ChargeDue, draft: Draft) -> None:
    """Charge what is to be billed by a day: of the plan named, else nothing here (see `steps`).

    Raises PlanUnknown.
    """
    if command.plan is not None:
        due_plan(command.plan, command.on, draft)


def day(command: Day, draft: Draft) -> None:
    """Do the work of all days through one: of the plan named, else nothing here (see `steps`).

    Raises PlanUnknown.
    """
    if command.plan is not None:
        work_through(command.plan, command.on, draft)


def work_through(plan_id: str, through: date, draft: Draft) -> None:
    """Bill, recognise and charge lateness on a plan, through a day."""
    for step in DAY:
        step(plan_id, through, draft)


def steps(command: ChargeDue | Day) -> tuple[Step, ...]:
    """Return what a command does on each plan; one step that cannot be done stops no other."""
    return DAY if isinstance(command, Day) else (due_plan,)


DAY: tuple[Step, ...] = (due_plan, recognise, charge_lateness, use_earmarks)
