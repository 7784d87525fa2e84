"""Golden schedules: a request on top, behind a line of dashes what `acquit quote` answers.

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

FOLDER = Path(__file__).parent / "schedules"
_LINE = "\n" + "-" * 60 + "\n\n"


def files() -> list[Path]:
    """Return the golden files by name."""
    return sorted(FOLDER.glob("*.txt"))


def request_of(text: str) -> dict[str, Any]:
    """Return the request of a golden file, which stands behind its title."""
    _, _, written = text.partition(_LINE)[0].partition("\n")
    request: dict[str, Any] = json.loads(written)
    return request


def completed(text: str) -> str:
    """Return a golden file's text with the answer that is given now."""
    head = text.partition(_LINE)[0].rstrip("\n") + "\n"
    with contextlib.redirect_stdout(io.StringIO()) as answer:
        print_tables(quote(request_of(text)))
    lines = [line.rstrip() for line in answer.getvalue().splitlines()]
    return head + _LINE + "\n".join(lines).rstrip("\n") + "\n"


def main() -> None:
    """Write every answer anew."""
    for path in files():
        path.write_text(completed(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
