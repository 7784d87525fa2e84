"""The steps of an append, as the child sees them go by, and death at one of them.

Nothing in the program knows of this: the steps are told by the database layer's own events, by the
driver's waiting for the server, and by a wrapper around the recorder.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from psycopg2 import OperationalError, extensions  # type: ignore[import-untyped]
from sqlalchemy import event

from ledger.application import LedgerApplication

Step = Callable[[str], None]


@dataclass(frozen=True)
class Death:
    """Where a program dies: when it comes to a step for the n-th time."""

    step: str
    nth: int


class Passing:
    """Counts the steps that go by, and dies at the appointed one."""

    def __init__(self, death: Death | None) -> None:
        self.seen = Counter[str]()
        self._death = death
        self._lock = threading.Lock()

    def __call__(self, step: str) -> None:
        """Pass a step, or die there."""
        with self._lock:
            self.seen[step] += 1
            if self._death == Death(step, self.seen[step]):
                os.kill(os.getpid(), signal.SIGKILL)


class _Appending:
    """The append under way, if any: it is one at a time, as a group is."""

    def __init__(self) -> None:
        self.thread: int | None = None

    @property
    def is_here(self) -> bool:
        return self.thread == threading.get_ident()


def watch(application: LedgerApplication, passing: Step) -> None:
    """Have every step of the application's appends told."""
    appending = _Appending()
    _wrap_append(application, appending, passing)
    database = application.store.database
    if database.is_postgres:
        _watch_statements(database._glancing, appending, passing)
        _watch_waiting(appending, passing)
    else:
        _watch_statements(database.engine, appending, passing)
        _watch_transaction(database.engine, appending, passing)


def _wrap_append(application: LedgerApplication, appending: _Appending, passing: Step) -> None:
    append = application.store.append

    def told(*arguments: Any, **named: Any) -> Any:
        passing("decided")
        appending.thread = threading.get_ident()
        try:
            outcomes = append(*arguments, **named)
        finally:
            appending.thread = None
        passing("appended")
        return outcomes

    application.store.append = told  # type: ignore[method-assign]


def _watch_statements(engine: Any, appending: _Appending, passing: Step) -> None:
    def before(_c: Any, _k: Any, statement: str, *_more: Any) -> None:
        if appending.is_here:
            passing(f"before {_named(statement)}")

    def after(_c: Any, _k: Any, statement: str, *_more: Any) -> None:
        if appending.is_here:
            passing(f"after {_named(statement)}")

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)


def _watch_transaction(engine: Any, appending: _Appending, passing: Step) -> None:
    def committing(_connection: Any) -> None:
        if appending.is_here:
            passing("before COMMIT")

    def given_back(*_of: Any) -> None:
        if appending.is_here:
            passing("after COMMIT")

    event.listen(engine, "commit", committing)
    event.listen(engine, "checkin", given_back)


def _watch_waiting(appending: _Appending, passing: Step) -> None:
    """Tell when a statement is sent and its answer has not come."""

    def wait(connection: Any) -> None:
        while (state := connection.poll()) != extensions.POLL_OK:
            if state == extensions.POLL_READ and appending.is_here:
                passing("sent, not answered")
            if state not in {extensions.POLL_READ, extensions.POLL_WRITE}:
                raise OperationalError(str(state))
            _until_ready(connection.fileno(), writing=state == extensions.POLL_WRITE)

    extensions.set_wait_callback(wait)


def _until_ready(descriptor: int, *, writing: bool) -> None:
    select.select([] if writing else [descriptor], [descriptor] if writing else [], [])


def _named(statement: str) -> str:
    """Return a statement's verb and the first table or function of ours in it."""
    words = statement.replace("(", " ").replace('"', " ").split()
    ours = ("acquit_append", "ledger_head", "command_keys", "events")
    return " ".join([words[0], *[word for word in words if word in ours][:1]])
