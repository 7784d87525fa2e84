"""What `acquit doctor` finds: one thing that was looked at, how it is, and what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["well", "look", "ill"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: well, worth a look, or ill, and what was seen."""

    name: str
    state: State
    text: str
