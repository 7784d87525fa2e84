"""Packages that only some commands need: imported when needed, a sentence where one is missing."""

from __future__ import annotations

import importlib
from typing import Any


class ExtraMissingError(RuntimeError):
    """A package that a command needs is not installed; the message says how to install it."""


def needed(module: str, extra: str) -> Any:
    """Return a module of a package that stands in an extra of ours. Raises ExtraMissingError."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if (error.name or "").partition(".")[0] != package:
            raise
        message = f"this needs the package {package}: pip install 'acquit[{extra}]'"
        raise ExtraMissingError(message) from None
