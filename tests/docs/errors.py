"""Writes docs/errors.md from the refusals: `python -m tests.docs.errors > docs/errors.md`."""

from __future__ import annotations

import sys
from types import ModuleType

import ledger.refusals
import ledger.terms.refusals
from ledger.terms.refusals import Refusal

HEAD = """# Refusals

What `acquit record` may answer to a line, in the order in which the rules are looked at. The code
is stable, for programs (`--format json`); words in braces are filled in. Written by
`python -m tests.docs.errors`.

| code | rule | sentence |
| --- | --- | --- |
"""


def refusals(module: ModuleType) -> list[type[Refusal]]:
    """Return the refusals that a module defines, in its order."""
    found = [value for value in vars(module).values() if isinstance(value, type)]
    return [kind for kind in found if issubclass(kind, Refusal) and kind is not Refusal]


def text() -> str:
    """Return the whole page."""
    kinds = [*refusals(ledger.refusals), *refusals(ledger.terms.refusals)]
    own = list(dict.fromkeys(kinds))
    rows = [
        f"| `{kind.__new__(kind).code}` | {(kind.__doc__ or '').strip()} | {kind.sentence} |"
        for kind in own
    ]
    return HEAD + "\n".join(rows).replace("\\", "\\\\") + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
