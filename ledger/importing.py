"""Carrying an import into the ledger: its commands recorded, its refusals turned into findings.

Every row's amount is carried by one command or stands in a finding. When the ledger refuses a
command, the rows that it carries become findings with the ledger's own reason, so that the sum
taken and the sum refused add up to the file's total whatever happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ledger.answers import Result, Verdict
from ledger.application import LedgerApplication
from ledger.command_file import Line
from ledger.envelope import iso_moment
from ledger.fields import parse_moment
from ledger.imports import Finding, Imported, Sourced
from ledger.store.log import last_recorded_us
from ledger.terms.refusals import Refusal

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a file. `taken` + `refused` = `total`, in the file's amounts."""

    rows: int
    total: Decimal
    taken: Decimal
    findings: list[Finding]
    accepted: int
    repeated: int

    @property
    def refused(self) -> Decimal:
        """The sum of the findings."""
        return sum((finding.amount for finding in self.findings), Decimal(0))

    @property
    def ties(self) -> bool:
        """Whether the two sums add up to the file's own."""
        return self.taken + self.refused == self.total


def carry(
    application: LedgerApplication,
    imported: Imported,
    progress: Callable[[int, int], None],
) -> Carried:
    """Record the commands of an import and return what became of its rows."""
    findings = list(imported.findings)
    known_lines = {finding.line for finding in findings}
    taken = Decimal(0)
    counts = dict.fromkeys(Verdict, 0)
    for result in application.record(_lines(application, imported.commands)):
        sourced = imported.commands[result.number - 1]
        counts[result.verdict] += 1
        if result.refusal is None:
            taken += sum((amount for _, amount in sourced.carries), Decimal(0))
        else:
            found = list(_findings(sourced, result, result.refusal, known_lines))
            findings += found
            known_lines.update(finding.line for finding in found)
        progress(result.number, len(imported.commands))
    return Carried(
        rows=imported.rows,
        total=imported.total,
        taken=taken,
        findings=sorted(findings, key=lambda finding: finding.line),
        accepted=counts[Verdict.ACCEPTED],
        repeated=counts[Verdict.REPEATED],
    )


def _lines(application: LedgerApplication, commands: Iterable[Sourced]) -> Iterator[Line]:
    """Number the commands, with recording times that the ledger can take.

    A real ledger gets none; a simulated one that has come further already gets its last moment.
    """
    simulated = application.identity.simulated
    with application.store.database.reading() as connection:
        last_us = last_recorded_us(connection)
    for number, sourced in enumerate(commands, 1):
        content: dict[str, Any] = dict(sourced.command)
        given = content.pop("recorded", None)
        if simulated and given is not None:
            content["recorded"] = max(given, iso_moment(last_us), key=_utc_us)
        yield Line(number, content)


def _utc_us(moment: str) -> int:
    return parse_moment(moment, _UTC)


def _findings(
    sourced: Sourced, result: Result, refusal: Refusal, known_lines: set[int]
) -> Iterator[Finding]:
    """Turn a refused command into findings: its carried rows, or rows that have none yet.

    What only follows from a command that was refused before (a charge of a plan that was not
    opened) says nothing new and is left out.
    """
    reason = f"{sourced.command['command']} {result.command_id}: {refusal}"
    carried = dict(sourced.carries)
    for line, amount in carried.items():
        yield Finding(line, reason, amount)
    if not carried:
        yield from (
            Finding(line, reason, Decimal(0)) for line in sourced.lines if line not in known_lines
        )
