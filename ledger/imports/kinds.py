"""The kinds of rows that can be imported, by the name that a map gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ledger.imports import instalment, invoice, invoice_line, open_item
from ledger.imports.cells import Row
from ledger.imports.result import Taken
from ledger.imports.shapes import ImportMap, Shape


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind needs of a map, and how it takes the rows of a file."""

    shape: Shape
    take: Callable[[ImportMap, Sequence[Row]], Taken]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "invoice": Kind(invoice.SHAPE, invoice.take),
        "instalment": Kind(instalment.SHAPE, instalment.take),
        "invoice_line": Kind(invoice_line.SHAPE, invoice_line.take),
        "open_item": Kind(open_item.SHAPE, open_item.take),
    }
)
