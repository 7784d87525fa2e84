"""How a ledger is: database, clock, seals, reports, disk. Findings, not repairs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from ledger.audit.sealing import newest_seal
from ledger.envelope import iso_moment
from ledger.store.database import Database
from ledger.store.log import head_position, last_recorded_us
from ledger.store.migration import NEWEST_REVISION, current_revision
from projections.engine import Engine
from projections.findings import Finding, State
from projections.key_ages import signing_key_age
from projections.slots import Slot, all_slots

_SECOND_US = 1_000_000
_SKEW_SECONDS = 60
_SEAL_DAYS = 7
_DAY_US = 24 * 60 * 60 * _SECOND_US
_CHECKING_MODES = frozenset({"verify-ca", "verify-full"})
_DISK_BYTES = 1_000_000_000


def examine(engine: Engine, *, simulated: bool, now_us: int) -> Iterator[Finding]:
    """Yield a finding for each thing, in the order in which they depend on each other."""
    database = engine.database
    with database.reading() as connection:
        yield _database(connection, database)
        if database.is_postgres:
            yield encryption(connection)
        revision = current_revision(connection)
        yield Finding(
            "migrations",
            "well" if revision == NEWEST_REVISION else "ill",
            f"store revision {revision}, this program needs {NEWEST_REVISION}",
        )
        yield _clock(connection, database, now_us)
        yield _recording(connection, now_us, simulated=simulated)
        yield _seals(connection, now_us)
        yield signing_key_age(connection, now_us)
        yield from _projections(connection, engine)
    yield from _disk(database)


def _database(connection: Connection, database: Database) -> Finding:
    query = "SHOW server_version" if database.is_postgres else "SELECT sqlite_version()"
    version = connection.execute(text(query)).scalar_one()
    kind = "Postgres" if database.is_postgres else "SQLite"
    place = database.shown
    return Finding("database", "well", f"{kind} {version} at {place}")


def encryption(connection: Connection) -> Finding:
    """Tell whether others could read, or play the server, on the way to Postgres."""
    query = text(
        "SELECT ssl, version, cipher, coalesce(inet_client_addr() = inet_server_addr(), true)"
        " FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    )
    encrypted, version, cipher, here = connection.execute(query).one()
    if not encrypted:
        where = "on this machine" if here else "over a network: set sslmode=verify-full"
        return Finding("encryption", "well" if here else "look", f"not encrypted, {where}")
    driver: Any = connection.connection.driver_connection
    mode = driver.info.dsn_parameters.get("sslmode", "")
    if mode not in _CHECKING_MODES:
        said = f"{version} {cipher}, but the server's certificate is not checked: "
        return Finding("encryption", "look", said + "set sslmode=verify-full and sslrootcert")
    said = f"{version} {cipher} to the server, its certificate is checked ({mode})"
    return Finding("encryption", "well", said)


def _clock(connection: Connection, database: Database, now_us: int) -> Finding:
    if not database.is_postgres:
        return Finding("clocks", "well", "one machine, one clock")
    query = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")
    skew = abs(int(connection.execute(query).scalar_one()) - now_us) // _SECOND_US
    state: State = "well" if skew <= _SKEW_SECONDS else "look"
    return Finding("clocks", state, f"the server's clock and ours differ by {skew} seconds")


def _recording(connection: Connection, now_us: int, *, simulated: bool) -> Finding:
    last_us = last_recorded_us(connection)
    said = f"{head_position(connection)} events, the last one recorded {iso_moment(last_us)}"
    if last_us > now_us and not simulated:
        return Finding("log", "look", f"{said}, which is in the future: a clock was ahead")
    return Finding("log", "well", said)


def _seals(connection: Connection, now_us: int) -> Finding:
    last = newest_seal(connection)
    if last is None:
        return Finding("seals", "look", "nothing is sealed: see acquit audit seal")
    left = head_position(connection) - last.checkpoint.size
    days = (now_us - last.sealed_at_us) // _DAY_US
    state: State = "look" if left and days >= _SEAL_DAYS else "well"
    return Finding("seals", state, f"sealed {days} days ago, {left} events since")


def _projections(connection: Connection, engine: Engine) -> Iterator[Finding]:
    head = head_position(connection)
    slots = [slot for slot in all_slots(connection) if slot.key in engine.by_key]
    for slot in slots:
        if slot.state == "active":
            said = f"version {slot.version}, {head - slot.position} events behind: "
            yield Finding(
                f"projection {slot.projection}", "well", said + "the next report folds them"
            )
    yield from (_beside(slot) for slot in slots if slot.state != "active")


def _beside(slot: Slot) -> Finding:
    """Say what a slot is that is not live, and what becomes of it."""
    next_steps = {
        "building": "is being rebuilt: acquit projections rebuild goes on, drop gives it up",
        "warm": "is fed and read by nobody: acquit projections activate, rollback or drop",
        "dropping": "was not dropped to the end: run acquit projections drop again",
    }
    state: State = "well" if slot.state == "warm" else "look"
    where = f"version {slot.version}, slot {slot.number} {next_steps[slot.state]}"
    return Finding(f"projection {slot.projection}", state, where)


def _disk(database: Database) -> Iterator[Finding]:
    if database.is_postgres or not database.url.database:
        return
    folder = Path(database.url.database).resolve().parent
    free = shutil.disk_usage(folder).free
    state: State = "well" if free >= _DISK_BYTES else "look"
    yield Finding("disk", state, f"{free // 1_000_000} MB free in {folder}")
