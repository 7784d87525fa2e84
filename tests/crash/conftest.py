"""New ledgers for programs that are killed: real ones, that look at the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from bootstrap import make_store
from ledger.opening import Settings, open_or_recognise
from tests.conftest import NewUrl, Places
from tests.crash.lives import NewLedger


def opened(new_url: NewUrl) -> NewLedger:
    """Return a function that makes a ledger where `new_url` says."""

    def make() -> str:
        url = new_url()
        store = make_store(url)
        open_or_recognise(store, Settings("Crash", "EUR", "UTC", "01-01", False, None))
        store.database.close()
        return url

    return make


@pytest.fixture
def new_real_ledger(new_url: Callable[[], str]) -> NewLedger:
    """Give a function that makes a real ledger; the test runs on both databases."""
    return opened(new_url)


@pytest.fixture
def new_postgres_url(postgres_url: str, _places: Places) -> Iterator[NewUrl]:
    """Give a function that returns the URL of an empty store in Postgres."""
    yield lambda: _places.postgres(postgres_url)
    _places.clear()


@pytest.fixture
def new_reference(_places: Places) -> Iterator[NewLedger]:
    """Give a function that makes a real ledger in a SQLite file, to compare with."""
    yield opened(_places.sqlite)
    _places.clear()
