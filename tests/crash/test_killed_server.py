"""The database server dies while a program works: the program is told, and nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import pytest

from tests.crash.checker import sealed
from tests.crash.conftest import opened
from tests.crash.lives import Life, NewLedger, asked_again, lived, prepared, what_is_wrong
from tests.crash.load import load
from tests.crash.server import Server, own_server

MANY = 300
"""So many commands that some are under way whenever the server dies."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Give a server that may be killed."""
    with own_server() as started:
        yield started


def whole(url: str, life: Life, seed: int, new_reference: NewLedger) -> list[str]:
    """Return what is wrong after a life, and after the same commands were given once more."""
    commands = load(seed, MANY)
    assert {*life.answers, *life.errors} == {command["id"] for command in commands}
    wrong = what_is_wrong(url, life, commands, new_reference)
    kept, found = sealed(url)
    wrong += found + asked_again(url, life, commands)
    return wrong + what_is_wrong(url, life, commands, new_reference) + sealed(url, kept)[1]


@pytest.mark.parametrize("seed", range(3))
def test_a_server_that_is_killed_has_kept_what_was_answered(
    server: Server, new_reference: NewLedger, seed: int
) -> None:
    """SIGQUIT ends the server at once; started again it recovers, and the rest is carried out."""
    url = prepared(opened(server.new_url))
    life = lived(url, load(seed, MANY), at=(5 + 13 * seed, server.kill))
    assert life.status == 0
    assert life.errors, "nothing was under way"
    server.start()
    assert whole(url, life, seed, new_reference) == []


def backend_killer(server: Server, url: str) -> Callable[[], None]:
    """Return what kills the server's process that works for a database."""
    name = url.rpartition("/")[2].partition("?")[0]

    def kill() -> None:
        query = f"SELECT pid FROM pg_stat_activity WHERE datname = '{name}' ORDER BY backend_start"
        os.kill(server.run(query)[0][0], signal.SIGKILL)

    return kill


def test_a_server_process_that_is_killed_takes_nothing_with_it(
    server: Server, new_reference: NewLedger
) -> None:
    """When one of its processes dies, the server throws all out and recovers by itself."""
    url = prepared(opened(server.new_url))
    life = lived(url, load(9, MANY), at=(15, backend_killer(server, url)))
    assert life.status == 0
    server.await_recovery()
    assert whole(url, life, 9, new_reference) == []
