"""One run of a target under atheris, in a process of its own: atheris ends its process itself.

python -m tests.fuzz starts it; what stands behind the target's name goes to libFuzzer.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["ledger"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    name, *options = sys.argv[1:]
    atheris.Setup([name, *options], TARGETS[name])
    atheris.Fuzz()
