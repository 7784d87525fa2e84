"""What `acquit check fec` finds: where, in which column, how grave, and what is wrong.

An error is against the statute (LPF A47 A-1). A remark is not, or not clearly; the file conforms
all the same. `tolerated` tells that the tax office's own tool (Test Compta Demat) lets it pass,
which makes an error no less of one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

Grade = Literal["error", "remark"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found. `line` is None for the file as a whole, `field` None for a whole line.

    What is the same on many lines is found once, on the first of them; `times` counts them.
    """

    line: int | None
    field: str | None
    grade: Grade
    rule: str
    text: str
    tolerated: bool = False
    times: int = 1


def conforms(findings: Iterable[Finding]) -> bool:
    """Tell whether nothing found is an error."""
    return all(finding.grade != "error" for finding in findings)


@dataclass(slots=True)
class Found:
    """Gathers findings while a file is read."""

    listed: list[Finding] = field(default_factory=list)
    _once: dict[tuple[str, str | None], int] = field(default_factory=dict)

    def error(
        self, rule: str, line: int | None, name: str | None, text: str, *, tolerated: bool = False
    ) -> None:
        """List what is against the statute."""
        self.listed.append(Finding(line, name, "error", rule, text, tolerated))

    def remark(self, rule: str, line: int | None, name: str | None, text: str) -> None:
        """List what is worth a look."""
        self.listed.append(Finding(line, name, "remark", rule, text, tolerated=True))

    def once(self, rule: str, line: int, name: str | None, text: str, grade: Grade) -> None:
        """List what the tool tolerates and tends to be the same all over: the first, and how many.

        The text is that of the first.
        """
        place = self._once.setdefault((rule, name), len(self.listed))
        if place == len(self.listed):
            self.listed.append(Finding(line, name, grade, rule, text, tolerated=True))
        else:
            before = self.listed[place]
            self.listed[place] = replace(before, times=before.times + 1)

    def in_order(self) -> list[Finding]:
        """Return the findings by line; those on the whole file first."""
        return sorted(self.listed, key=lambda finding: finding.line or 0)
