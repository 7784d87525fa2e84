"""Two sets of rows held against each other in the order of their keys, and the digest of each.

Both are read as streams; memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from ledger.row_digest import digest_of, hex_of, together

MOST_SHOWN = 20
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that only one side has, or that both have with other values."""

    kind: Literal["added", "gone", "changed"]
    key: Row
    old: Row | None
    new: Row | None

    @property
    def row(self) -> Row:
        """The row as the newer side has it, or else as the older had it."""
        return self.new or self.old or self.key


@dataclass(slots=True)
class Tally:
    """How two sets of rows compare: counts, digests, and the first differences."""

    table: str
    same: int = 0
    counts: dict[str, int] = field(default_factory=lambda: {"added": 0, "gone": 0, "changed": 0})
    old_digest: int = 0
    new_digest: int = 0
    shown: list[Difference] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        """Whether both sides have the same rows."""
        return not any(self.counts.values())

    @property
    def digests(self) -> tuple[str, str]:
        """The digests of the older and of the newer side, in hexadecimal."""
        return hex_of(self.old_digest), hex_of(self.new_digest)


def compared(table: str, keys: Sequence[str], old: Iterable[Row], new: Iterable[Row]) -> Tally:
    """Compare two streams of rows, both sorted by the values of `keys`."""
    tally = Tally(table)
    for before, after in _paired(keys, old, new):
        if before == after and before is not None:
            tally.same += 1
            digest = _digest(before)
            tally.old_digest = together((tally.old_digest, digest))
            tally.new_digest = together((tally.new_digest, digest))
            continue
        difference = _difference(keys, before, after)
        tally.counts[difference.kind] += 1
        if len(tally.shown) < MOST_SHOWN:
            tally.shown.append(difference)
        tally.old_digest = together((tally.old_digest, _digest(before)))
        tally.new_digest = together((tally.new_digest, _digest(after)))
    return tally


def _difference(keys: Sequence[str], before: Row | None, after: Row | None) -> Difference:
    named = after or before or {}
    key = {name: named[name] for name in keys}
    if before is None:
        return Difference("added", key, None, after)
    return Difference("gone" if after is None else "changed", key, before, after)


def _digest(row: Row | None) -> int:
    """Return the digest of a row, 0 for none; days stand in it as ISO text."""
    if row is None:
        return 0
    return digest_of(
        [[value.isoformat() if isinstance(value, date) else value for value in row.values()]]
    )


def _paired(
    keys: Sequence[str], old: Iterable[Row], new: Iterable[Row]
) -> Iterator[tuple[Row | None, Row | None]]:
    """Put rows with the same key side by side; None where a side lacks it."""

    def key(row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in keys)

    olds, news = iter(old), iter(new)
    before, after = next(olds, None), next(news, None)
    while before is not None or after is not None:
        if after is None or (before is not None and key(before) < key(after)):
            yield before, None
            before = next(olds, None)
        elif before is None or key(after) < key(before):
            yield None, after
            after = next(news, None)
        else:
            yield before, after
            before, after = next(olds, None), next(news, None)
