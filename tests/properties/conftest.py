"""A ledger for every example of a property."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from bootstrap import Acquit

Fresh = Callable[[], AbstractContextManager[Acquit]]


@pytest.fixture
def fresh(new_ledger: Callable[..., Acquit], _places: Any) -> Fresh:
    """Give a function that opens a ledger for one example and drops it after."""

    @contextmanager
    def opened() -> Iterator[Acquit]:
        acquit = new_ledger()
        try:
            yield acquit
        finally:
            acquit.close()
            _places.clear()

    return opened
