"""One row, read field by field as the map says. Every reading gives a value or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext

from ledger.imports.refusals import (
    CellEmpty,
    CurrencyNotInMap,
    DateOffCalendar,
    DateUnreadable,
    NumberUnreadable,
    WholeNumberExpected,
)
from ledger.imports.shapes import ImportMap
from ledger.terms.money import amount_text, minor_units
from ledger.terms.refusals import Refusal

EXACT = 60
"""Digits of precision that sums and products of readable amounts never reach."""
_LARGEST = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class Row:
    """A row as text by field, in the columns that the map names; values are trimmed."""

    line: int
    values: Mapping[str, str]
    import_map: ImportMap

    def column(self, field: str) -> str:
        """Return the name of the field's column, for messages."""
        return self.import_map.columns[field].name

    def text(self, field: str) -> str:
        """Return the field's text. Raises CellEmpty."""
        found = self.find(field)
        if found is None:
            raise CellEmpty(column=self.column(field))
        return found

    def find(self, field: str) -> str | None:
        """Return the field's text, None if it is empty or the map does not name it."""
        return self.values.get(field) or None

    def number(self, field: str) -> Decimal:
        """Return the field's number. Raises CellEmpty, NumberUnreadable."""
        text = self.text(field)
        plain = self.import_map.numbers.plain(text)
        if plain is None:
            raise NumberUnreadable(column=self.column(field), text=text[:40])
        return Decimal(plain)

    def whole(self, field: str) -> int:
        """Return the field's whole number. Raises as `number`, and WholeNumberExpected."""
        number = self.number(field)
        if number != int(number):
            raise WholeNumberExpected(column=self.column(field), text=self.text(field)[:40])
        return int(number)

    def moment(self, field: str) -> datetime:
        """Return the field's date, with its time if the format has one.

        Raises CellEmpty, DateUnreadable.
        """
        text, form = self.text(field), self.import_map.date_formats[field]
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - a calendar day has no time zone
        except ValueError:
            raise DateUnreadable(column=self.column(field), text=text[:40], form=form) from None

    def day(self, field: str) -> date:
        """Return the field's date. Raises CellEmpty, DateUnreadable."""
        return self.moment(field).date()

    def day_since_epoch(self, field: str) -> date:
        """Return the map's epoch plus the field's number of days. Raises also DateOffCalendar."""
        return days_after(self.import_map.epoch, self.whole(field))

    def amount(self) -> Decimal:
        """Return what the row is worth: the product of the amount's fields.

        Raises CellEmpty, NumberUnreadable, the latter also from 10**13 on.
        """
        fields = self.import_map.shape.amount
        with localcontext() as context:
            context.prec = EXACT
            product = Decimal(1)
            for field in fields:
                product *= self.number(field)
        if abs(product) >= _LARGEST:
            raise NumberUnreadable(column=self.column(fields[0]), text=str(product))
        return product

    def worth(self) -> Decimal:
        """Return the row's amount, 0 if it cannot be read."""
        try:
            return self.amount()
        except Refusal:
            return Decimal(0)

    def currency(self) -> str:
        """Return the row's currency, from its column or the map. Raises CellEmpty."""
        return self.import_map.currency or self.text("currency")

    def exponent(self) -> int:
        """Return how many decimals the row's currency has. Raises CellEmpty, CurrencyNotInMap."""
        currency = self.currency()
        if currency not in self.import_map.decimals:
            raise CurrencyNotInMap(currency=currency[:40])
        return self.import_map.decimals[currency]

    def minor(
        self, amount: Decimal, check: Callable[[Decimal, str, int], int] = minor_units
    ) -> int:
        """Return an amount of this row in minor units. Raises as `check` and `exponent`."""
        return check(amount, self.currency(), self.exponent())

    def money(self, amount_minor: int) -> str:
        """Write minor units of the row's currency as a decimal string."""
        return amount_text(amount_minor, self.exponent())


def days_after(day: date, count: int) -> date:
    """Return the day `count` days later, earlier if negative. Raises DateOffCalendar."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        raise DateOffCalendar(text=day.isoformat()) from None
