"""A map and a small file, both written in the test, taken through the import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.imports import Imported, load_map, read


@pytest.fixture
def take(tmp_path: Path) -> Callable[[str, str], Imported]:
    """Return a function from the texts of a map and of a CSV file to what is imported."""

    def imported(map_text: str, csv_text: str) -> Imported:
        map_path, csv_path = tmp_path / "map.toml", tmp_path / "file.csv"
        map_path.write_text(map_text, encoding="utf-8")
        csv_path.write_text(csv_text, encoding="utf-8")
        return read(load_map(map_path), csv_path)

    return imported
