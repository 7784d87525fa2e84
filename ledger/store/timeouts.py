"""How long a connection waits: for a lock, a statement, a silent program, a server.

A command that waits for a lock gives up after a while and says so. What reads or writes for long (a
report, a rebuild, a backup, a migration) has no limit on its statements. What the ledger's URL says
itself, in its query or its `options`, counts before all of this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation

from sqlalchemy.engine import URL

LOCK = "ACQUIT_LOCK_SECONDS"
STATEMENT = "ACQUIT_STATEMENT_SECONDS"
IDLE = "ACQUIT_IDLE_SECONDS"
CONNECT = "ACQUIT_CONNECT_SECONDS"
_MOST_SECONDS = 1_000_000
_KEEPALIVE = {
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""A server that is gone is found out in a minute; one that only computes for long is not."""


class TimeoutSettingError(ValueError):
    """A limit cannot be read; the message names the variable and says what to write."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits in milliseconds; 0 stands for none.

    `lock_ms` is for every wait for a lock, on both databases; `statement_ms` for an append or a
    look-up, which are one statement each; `idle_ms` for a writing transaction whose program does
    nothing; `connect_ms` for reaching a server. `server_options` are what PGOPTIONS says.
    """

    lock_ms: int = 30_000
    statement_ms: int = 120_000
    idle_ms: int = 600_000
    connect_ms: int = 10_000
    server_options: str = ""
    connects_as_told: bool = False


DEFAULT = Timeouts()


def timeouts_from(environment: Mapping[str, str]) -> Timeouts:
    """Return the limits that an environment names. Raises TimeoutSettingError."""
    return Timeouts(
        _milliseconds(environment, LOCK, DEFAULT.lock_ms),
        _milliseconds(environment, STATEMENT, DEFAULT.statement_ms),
        _milliseconds(environment, IDLE, DEFAULT.idle_ms),
        _milliseconds(environment, CONNECT, DEFAULT.connect_ms),
        environment.get("PGOPTIONS", ""),
        connects_as_told="PGCONNECT_TIMEOUT" in environment,
    )


def _milliseconds(environment: Mapping[str, str], name: str, default_ms: int) -> int:
    given = environment.get(name)
    if not given:
        return default_ms
    try:
        seconds = Decimal(given)
    except InvalidOperation:
        seconds = Decimal(-1)
    if not seconds.is_finite() or not 0 <= seconds <= _MOST_SECONDS:
        message = f"{name} is {given[:40]!r}: write seconds, or 0 to wait without end"
        raise TimeoutSettingError(message)
    return int((seconds * 1000).to_integral_value(ROUND_CEILING))


def connection_arguments(
    url: URL, timeouts: Timeouts, settings: Mapping[str, str]
) -> dict[str, str]:
    """Return what psycopg2 is told beside the URL: limits, and settings of the server's session."""
    options = [f"-c {name}={value}" for name, value in settings.items()]
    arguments = {**_KEEPALIVE, "connect_timeout": str(-(-timeouts.connect_ms // 1000))}
    if timeouts.connects_as_told:
        del arguments["connect_timeout"]
    arguments = {name: value for name, value in arguments.items() if name not in url.query}
    own = url.query.get("options", timeouts.server_options)
    options += [own] if isinstance(own, str) else own  # The last one counts.
    return {**arguments, "options": " ".join(options).strip()}


def is_set_by(url: URL, timeouts: Timeouts, setting: str) -> bool:
    """Tell whether the URL, or PGOPTIONS where it says nothing, speaks of a setting."""
    return setting in str(url.query.get("options", timeouts.server_options))
