"""Family `lives`: whole lives of plans as command lines, with balances by role at several dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cases.conftest import Published

FAMILY = "lives"


def test_life(published: Published, case: dict[str, Any]) -> None:
    """Each balance that the case states, in a book that the ledger keeps, is reached to the cent.

    Roles that a case does not name have no balance.
    """
    published.record(*case["input"]["commands"])
    books = published.books()
    stated = [row for row in case["expected"]["balances"] if row["book"] in books]
    if not stated:
        pytest.skip(f"none of the case's books is kept: only {', '.join(books)}")
    for row in stated:
        found = published.balances(row["as_of"], row["book"])
        assert found == row["by_role"], f"{row['book']} on {row['as_of']}"
