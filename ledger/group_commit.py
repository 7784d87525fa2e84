"""Group commit: commands that run at once in one process are carried out together.

Each thread brings one command and waits for its answer. The first one leads: it takes what has
gathered and has it carried out as one group; while the database writes, the next group gathers.
When its own command is answered, it hands the lead to one that waits.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Request = TypeVar("Request")
Reply = TypeVar("Reply")

MOST_AT_ONCE = 256


@dataclass(slots=True, eq=False)
class _Waiting(Generic[Request, Reply]):
    """A request, and its thread asleep until it is answered or has to lead."""

    request: Request
    awake: threading.Event = field(default_factory=threading.Event)
    replies: list[Reply] = field(default_factory=list)
    error: Exception | None = None

    @property
    def is_answered(self) -> bool:
        return bool(self.replies) or self.error is not None


class GroupCommit(Generic[Request, Reply]):
    """Gathers requests of many threads and has them carried out in groups, one group at a time.

    `carry_out` returns a reply for each request, in their order; what it raises is raised to every
    thread of the group.
    """

    def __init__(
        self, carry_out: Callable[[Sequence[Request]], Sequence[Reply]], most: int = MOST_AT_ONCE
    ) -> None:
        self._carry_out = carry_out
        self._most = most
        self._lock = threading.Lock()
        self._gathered: deque[_Waiting[Request, Reply]] = deque()
        self._led = False

    @property
    def waiting(self) -> int:
        """How many requests wait to be carried out."""
        return len(self._gathered)

    def answer(self, request: Request) -> Reply:
        """Return the reply to a request, carried out with others that are asked meanwhile."""
        own: _Waiting[Request, Reply] = _Waiting(request)
        with self._lock:
            self._gathered.append(own)
            leads, self._led = not self._led, True
        if not leads:
            self._wait(own)
        if not own.is_answered:
            self._lead(own)
        if own.error is not None:
            raise own.error
        return own.replies[0]

    def _wait(self, own: _Waiting[Request, Reply]) -> None:
        try:
            own.awake.wait()
        except BaseException:  # Stopped while it waits: if it was to lead, somebody else does.
            if own.awake.is_set() and not own.is_answered:
                self._hand_over(own)
            raise

    def _lead(self, own: _Waiting[Request, Reply]) -> None:
        """Carry out groups until the own request is answered; then somebody else leads."""
        try:
            while not own.is_answered:
                self._one_group()
        finally:
            self._hand_over(own)

    def _one_group(self) -> None:
        with self._lock:
            count = min(len(self._gathered), self._most)
            group = [self._gathered.popleft() for _ in range(count)]
        try:
            replies = self._carry_out([one.request for one in group])
        except Exception as error:  # noqa: BLE001 - raised again in every thread of the group
            for one in group:
                one.error = error
        except BaseException:  # The leader is stopped: the others are not, and go on without it.
            with self._lock:
                self._gathered.extendleft(reversed(group))
            raise
        else:
            for one, reply in zip(group, replies, strict=True):
                one.replies.append(reply)
        for one in group:
            one.awake.set()

    def _hand_over(self, own: _Waiting[Request, Reply]) -> None:
        with self._lock:
            if not own.is_answered and own in self._gathered:
                self._gathered.remove(own)
            if self._gathered:
                self._gathered[0].awake.set()
            else:
                self._led = False
