"""The field `allocation` of open_plan: how a plan's payments are applied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.fields import Fields


def read_allocation(fields: Fields) -> Mapping[str, Any] | None:
    """Return the field as it was given, None if it is absent."""
    return fields.object("allocation").values if fields.has("allocation") else None
