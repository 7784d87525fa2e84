"""The three targets by name: functions of bytes that raise only where a promise is broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.fuzz.bundle import bundle
from tests.fuzz.commands import commands
from tests.fuzz.events import events

TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "bundle": bundle,
    "commands": commands,
    "events": events,
}
