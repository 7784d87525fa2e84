"""Golden schedules: a request on top, and what `acquit quote` answers.

To add one, write a file of a title and a request into tests/golden/schedules; to bring all answers
up to date run `python -m tests.golden.quoted` and review the difference as a finance person would.
"""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

from ledger.quote_command import print_tables
from ledger.quoting import quote
from tests.golden.pages import asked, rewrite

FOLDER = Path(__file__).parent / "schedules"


def request_of(text: str) -> dict[str, Any]:
    """Return the request of a golden file, which stands behind its title."""
    _, _, written = asked(text).partition("\n")
    request: dict[str, Any] = json.loads(written)
    return request


def quoted(text: str) -> list[str]:
    """Return the lines that are answered to a request."""
    with contextlib.redirect_stdout(io.StringIO()) as answer:
        print_tables(quote(request_of(text)))
    return answer.getvalue().splitlines()


if __name__ == "__main__":
    rewrite(FOLDER, quoted)
