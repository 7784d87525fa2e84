"""Another system's CSV file, read through a map into commands for the ledger.

`load_map` reads and checks a map, `read` takes a file through it. Nothing is guessed: every row is
carried into the ledger by exactly one command, or stands in a finding with its line and a reason,
and both together add up to the file's own total.
"""

from ledger.imports.maps import load_map
from ledger.imports.reader import read
from ledger.imports.result import Finding, Imported, Sourced
from ledger.imports.shapes import ImportMap

__all__ = ["Finding", "ImportMap", "Imported", "Sourced", "load_map", "read"]
