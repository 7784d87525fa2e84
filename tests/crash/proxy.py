"""A line between a program and its database, on 127.0.0.1, that can be cut at a chosen moment."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

from sqlalchemy.engine import URL, make_url

_PIECE = 65_536
_READY = b"Z\x00\x00\x00\x05I"  # How the server says that it waits for the next request.
APPEND = b"acquit_append"


class Cut(Enum):
    """When the line is cut, seen from an append."""

    BEFORE = "the request does not arrive"
    HALFWAY = "half of the request arrives"
    UNANSWERED = "the request arrives, its answer is lost"
    HALF_ANSWERED = "half of the answer arrives"


@dataclass
class Line:
    """Where it listens, where it leads to, and which appends are cut and how, in their order."""

    listening: socket.socket
    target: URL
    cuts: list[Cut] = field(default_factory=list)
    done: list[Cut] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The database's URL by way of this line."""
        port = self.listening.getsockname()[1]
        through = self.target.set(host="127.0.0.1", port=port, query={})
        return through.render_as_string(hide_password=False)

    def serve(self) -> None:
        """Take connections until the line is closed."""
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        """Carry one connection until one side has gone, or it is cut."""
        with near, self._far() as far, suppress(OSError):
            while True:
                ready, _, _ = select.select([near, far], [], [])
                piece = ready[0].recv(_PIECE)
                if not piece:
                    return
                if ready[0] is near and APPEND in piece and self.cuts:
                    cut = self.cuts.pop(0)
                    self.done.append(cut)
                    _cut(cut, piece, near, far)
                    return
                (far if ready[0] is near else near).sendall(piece)

    def _far(self) -> socket.socket:
        folder, port = self.target.query["host"], self.target.port or 5432
        far = socket.socket(socket.AF_UNIX)
        far.connect(f"{folder}/.s.PGSQL.{port}")
        return far


def _cut(cut: Cut, asked: bytes, near: socket.socket, far: socket.socket) -> None:
    """Carry as much of a request and its answer as arrives before the line is cut."""
    match cut:
        case Cut.BEFORE:
            return
        case Cut.HALFWAY:
            far.sendall(asked[: len(asked) // 2])
        case Cut.UNANSWERED | Cut.HALF_ANSWERED:
            far.sendall(asked)
            answer = _answer(near, far)
            if cut is Cut.HALF_ANSWERED:
                near.sendall(answer[: len(answer) // 2])


def _answer(near: socket.socket, far: socket.socket) -> bytes:
    """Carry the rest of a request and return the answer, which is not carried."""
    answer = b""
    while not answer.endswith(_READY):
        ready, _, _ = select.select([near, far], [], [])
        piece = ready[0].recv(_PIECE)
        if ready[0] is near:
            far.sendall(piece)
        else:
            answer += piece
    return answer


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """Lay a line to a database that listens on a socket in a folder."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        line = Line(listening, make_url(url))
        threading.Thread(target=line.serve, daemon=True).start()
        yield line
        listening.shutdown(socket.SHUT_RDWR)
