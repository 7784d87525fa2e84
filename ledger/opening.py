"""Opening a ledger: event zero, the rules it starts with, and the key of its request hashes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import insert, select, update

from ledger.books.accounts import digest_of, packaged_books, packaged_chart
from ledger.envelope import LAST_US, microseconds, moment_of
from ledger.events import LEDGER_STREAM, Fact, LedgerOpened, RulesAdopted
from ledger.fields import currency_exponent, parse_moment, plain_day
from ledger.store import codec
from ledger.store.append import NewCommand, NewEvent
from ledger.store.append import append as append_group
from ledger.store.log import read_stream
from ledger.store.migration import LedgerNotReadyError, require_newest
from ledger.store.recorder import StoreRecorder
from ledger.store.schema import ledger_head, ledger_secrets

HASH_VERSION = 1
FORMAT_VERSION = 1
REQUEST_KEY = "request_hash_key"
FIRST_DAY = date(1, 1, 1)


class LedgerExistsError(RuntimeError):
    """The database holds a ledger already."""


@dataclass(frozen=True, slots=True)
class LedgerIdentity:
    """What event zero says, and the key of the request hashes."""

    opened: LedgerOpened
    zone: ZoneInfo
    request_key: bytes

    @property
    def simulated(self) -> bool:
        """Whether recording times are given instead of read from a clock."""
        return self.opened.simulated

    def day_start_us(self, day: date) -> int:
        """Return the first moment of a day in the ledger's time zone, UTC microseconds."""
        return microseconds(_midnight(day, self.zone))

    def default_us(self, day: date) -> int:
        """Return when what is done on a day is recorded in a simulated ledger, if nothing is said.

        In a real one that is not asked: 0.
        """
        return self.day_start_us(day) if self.simulated else 0

    def day_end_us(self, day: date) -> int:
        """Return the last microsecond of a day in the ledger's time zone."""
        if day == date.max:
            return LAST_US
        following = date.fromordinal(day.toordinal() + 1)
        return microseconds(_midnight(following, self.zone)) - 1

    def local_day(self, recorded_us: int) -> date:
        """Return the day of a moment in the ledger's time zone."""
        return moment_of(recorded_us).astimezone(self.zone).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def create(recorder: StoreRecorder, opened: LedgerOpened, recorded_us: int | None) -> None:
    """Write event zero and adopt the packaged books, in one transaction.

    Raises LedgerExistsError if the log is not empty.
    """
    charts = [packaged_chart(book) for book in packaged_books()]
    on = moment_of(recorded_us if recorded_us is not None else recorder.clock_us())
    opening_day = on.astimezone(ZoneInfo(opened.timezone)).date()
    with recorder.database.writing() as connection:
        if connection.execute(select(ledger_head.c.position)).scalar_one():
            message = "this database holds a ledger already: choose another with --ledger"
            raise LedgerExistsError(message)
        connection.execute(
            update(ledger_head).values(ledger_id=opened.ledger_id, simulated=opened.simulated)
        )
        connection.execute(
            insert(ledger_secrets).values(name=REQUEST_KEY, value=secrets.token_bytes(32))
        )
        facts = [_first(1, opening_day, opened)]
        for version, chart in enumerate(charts, 2):
            adopted = RulesAdopted(book=chart["book"], digest=digest_of(chart), content=chart)
            facts.append(_first(version, FIRST_DAY, adopted))
        command = NewCommand(events=facts, command_id="init", recorded_us=recorded_us)
        append_group(connection, [command], recorder.clock_us)


def _first(version: int, on: date, fact: Fact) -> NewEvent:
    return NewEvent(
        stream=LEDGER_STREAM,
        version=version,
        type=fact.TOPIC,
        payload=codec.encode(fact),
        schema_version=fact.SCHEMA_VERSION,
        effective_on=on,
        actor="init",
    )


def identity(recorder: StoreRecorder) -> LedgerIdentity:
    """Read event zero. Raises LedgerNotReadyError if there is no ledger."""
    with recorder.database.reading() as connection:
        require_newest(connection)
        events = read_stream(connection, LEDGER_STREAM)
        if not events or not isinstance(events[0].fact, LedgerOpened):
            message = "there is no ledger here: make one with `acquit init`"
            raise LedgerNotReadyError(message)
        query = select(ledger_secrets.c.value).where(ledger_secrets.c.name == REQUEST_KEY)
        key = bytes(connection.execute(query).scalar_one())
    opened = events[0].fact
    return LedgerIdentity(opened, ZoneInfo(opened.timezone), key)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a user may say when a ledger is opened."""

    entity: str
    currency: str
    timezone: str
    fiscal_year_start: str
    simulated: bool
    recorded: str | None


class SettingsError(ValueError):
    """A setting cannot be, or contradicts the ledger that exists."""


def open_or_recognise(recorder: StoreRecorder, settings: Settings) -> bool:
    """Make a ledger, or find the one with the same settings; tell whether it was made.

    Raises SettingsError when a setting is wrong or another ledger is there, CurrencyUnknown.
    """
    wanted, recorded_us = checked(settings)
    try:
        create(recorder, wanted, recorded_us)
    except LedgerExistsError:
        there = identity(recorder).opened
        for name in ("entity", "functional_currency", "timezone", "fiscal_year_start", "simulated"):
            if getattr(there, name) != getattr(wanted, name):
                message = (
                    f"there is a ledger already, with {name} {getattr(there, name)!r}: "
                    "choose another place with --ledger"
                )
                raise SettingsError(message) from None
        return False
    return True


def checked(settings: Settings) -> tuple[LedgerOpened, int | None]:
    """Return event zero and its recording time. Raises SettingsError, CurrencyUnknown."""
    currency_exponent(settings.currency)
    try:
        zone = ZoneInfo(settings.timezone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        message = f"{settings.timezone!r} is not an IANA time zone, as Europe/Paris is"
        raise SettingsError(message) from None
    try:
        plain_day(f"2001-{settings.fiscal_year_start}")
    except ValueError:
        message = f"{settings.fiscal_year_start!r} is not a day of the year, as 01-01 is"
        raise SettingsError(message) from None
    opened = LedgerOpened(
        ledger_id=str(uuid4()),
        entity=settings.entity,
        functional_currency=settings.currency,
        timezone=settings.timezone,
        fiscal_year_start=settings.fiscal_year_start,
        simulated=settings.simulated,
        hash_version=HASH_VERSION,
        format_version=FORMAT_VERSION,
    )
    return opened, _opening_moment(settings, zone)


def _opening_moment(settings: Settings, zone: ZoneInfo) -> int | None:
    if not settings.simulated:
        if settings.recorded is not None:
            message = "--recorded is for simulated ledgers: a real one has its own clock"
            raise SettingsError(message)
        return None
    if settings.recorded is None:
        return 0
    try:
        return parse_moment(settings.recorded, zone)
    except ValueError:
        message = f"{settings.recorded!r} is not a timestamp, as 2026-01-15T10:00:00Z is"
        raise SettingsError(message) from None
