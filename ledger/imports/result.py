"""What an import gives back: commands that know their rows, and findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ledger.terms.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Sourced:
    """A command and the rows it comes from.

    `carries` holds (line, amount) of the rows whose amount this command brings into the ledger, in
    the file's currency and with the file's sign; `lines` holds every line that it was made from.
    """

    command: dict[str, Any]
    carries: tuple[tuple[int, Decimal], ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that cannot be taken: its line (the header is line 1), why, and its amount.

    The amount is 0 where it cannot be read.
    """

    line: int
    reason: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A file read through a map. `commands` are in the order of their dates.

    `total` is the sum of the map's amount over all rows that have a readable one, and
    `currency_totals` the same by currency; both come from a reading of their own.
    """

    commands: list[Sourced]
    findings: list[Finding]
    total: Decimal
    currency_totals: Mapping[str, Decimal]
    rows: int


@dataclass(slots=True)
class Taken:
    """What one kind of rows makes of a file, while it is being made."""

    commands: list[Sourced] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, rows: Iterable[tuple[int, Decimal]], reason: Refusal) -> None:
        """List rows, given as (line, amount), with the reason why they are not taken."""
        self.findings.extend(Finding(line, str(reason), amount) for line, amount in rows)

    def accounted(self) -> Decimal:
        """Return the sum of what the commands carry and of the findings."""
        carried = sum(amount for sourced in self.commands for _, amount in sourced.carries)
        return carried + sum((finding.amount for finding in self.findings), Decimal(0))
