"""What is asked of the ledger, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ledger.envelope import iso_moment
from ledger.intentions import Command
from ledger.refusals import CommandIdReused, RecordedGoesBack
from ledger.store.append import Answer, Outcome
from ledger.terms.card_numbers import holds_card_number
from ledger.terms.refusals import Refusal


class Verdict(StrEnum):
    """What became of a line."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Failure:
    """A plan for which a command over all plans could not be carried out, and why."""

    plan: str
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one line: its number, its command id if it has one, and the refusal if any.

    `failures` are the plans that a command over all plans had to leave out.
    """

    number: int
    command_id: str | None
    verdict: Verdict
    refusal: Refusal | None = None
    events: int = 0
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A command of well-formed content, with what identifies it.

    Without a hash it cannot be compared with what was accepted under its id: the keys that hashed
    it are destroyed. `hints` are, by field of free text, the subjects of whose names it has a word.
    """

    number: int
    command: Command
    request_hash: bytes
    hints: Mapping[str, frozenset[str]] = field(default_factory=dict)


def refused(asked: Asked, refusal: Refusal) -> Result:
    """Return the answer to a command that is refused."""
    return Result(asked.number, asked.command.id, Verdict.REFUSED, refusal)


def repeated(asked: Asked, known: bytes) -> Result:
    """Return the answer to a command whose id was accepted before, with that request hash."""
    if asked.request_hash and known != asked.request_hash:
        return refused(asked, CommandIdReused(command_id=asked.command.id))
    return Result(asked.number, asked.command.id, Verdict.REPEATED)


def settled(asked: Asked, outcome: Outcome, events: int) -> Result | None:
    """Return the answer to a command that was appended; None if it met another writer."""
    command = asked.command
    match outcome.answer:
        case Answer.ACCEPTED:
            return Result(asked.number, command.id, Verdict.ACCEPTED, events=events)
        case Answer.REPEATED:
            return Result(asked.number, command.id, Verdict.REPEATED)
        case Answer.OTHER_CONTENT:
            return refused(asked, CommandIdReused(command_id=command.id))
        case Answer.RECORDED_EARLIER:
            recorded = iso_moment(command.recorded_us or 0)
            return refused(asked, RecordedGoesBack(recorded=recorded))
        case Answer.CONFLICT:
            return None


def id_of(line: Mapping[str, Any]) -> str | None:
    """Return the id of a line whose form may be wrong, None if it has none that can be shown."""
    value = line.get("id")
    return value if isinstance(value, str) and not holds_card_number(value, is_key=True) else None
