"""`acquit import`: a CSV file through a map, or a FEC; which one, the first word says."""

from __future__ import annotations

import click

from ledger.import_fec_command import fec
from ledger.import_rows_command import rows

_ROWS = "rows"
_FEC = "fec"
_LEDGER = "--ledger"


class _ByFirstWord(click.Group):
    """Takes what does not begin with the name of a kind of file for rows."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the word in that is meant, if none is there; --ledger may stand before it."""
        words = iter(args)
        first = next(words, None)
        while first is not None and first.partition("=")[0] == _LEDGER:
            if first == _LEDGER:
                next(words, None)
            first = next(words, None)
        return super().parse_args(ctx, args if first in self.commands else [_ROWS, *args])


import_ = _ByFirstWord("import", commands={_ROWS: rows, _FEC: fec}, short_help="Take over a file.")
