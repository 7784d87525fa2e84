"""The form of a line, its key, its recording time."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.terms.refusals import Refusal


@dataclass(eq=False, kw_only=True)
class LineTooLong(Refusal):
    """A line of a command file has a bounded length."""

    most_bytes: int
    sentence = "the line is longer than {most_bytes} bytes: one command a line, please"


@dataclass(eq=False, kw_only=True)
class LineNotUtf8(Refusal):
    """A command file is UTF-8."""

    byte: int
    sentence = "byte {byte} of the line is not valid UTF-8: save the file as UTF-8"


@dataclass(eq=False, kw_only=True)
class LineNotJson(Refusal):
    """A line is one JSON object."""

    problem: str
    sentence = "not a JSON object: {problem}"


@dataclass(eq=False, kw_only=True)
class LineCutOff(Refusal):
    """The last line of a file is whole."""

    sentence = "the file ends in the middle of this line: it may have been cut off; send it again"


@dataclass(eq=False, kw_only=True)
class CommandUnknown(Refusal):
    """A command is one of the known ones."""

    command: str
    known: str
    sentence = "unknown command {command!r}: known are {known}"


@dataclass(eq=False, kw_only=True)
class FieldMissing(Refusal):
    """A command has all the fields that it needs."""

    field: str
    sentence = "field {field!r} is missing"


@dataclass(eq=False, kw_only=True)
class FieldUnknown(Refusal):
    """A command has no other fields than its own."""

    field: str
    known: str
    sentence = "field {field!r} does not belong here: known are {known}"


@dataclass(eq=False, kw_only=True)
class FieldWrong(Refusal):
    """A field has the right type and form."""

    field: str
    problem: str
    sentence = "field {field!r}: {problem}"


@dataclass(eq=False, kw_only=True)
class CurrencyUnknown(Refusal):
    """A currency is in ISO 4217 and has minor units."""

    currency: str
    sentence = "{currency!r} is not an ISO 4217 currency with minor units"


@dataclass(eq=False, kw_only=True)
class CommandIdReused(Refusal):
    """A command id stands for one content."""

    command_id: str
    sentence = "id {command_id!r} was accepted before with other content: give this one a new id"


@dataclass(eq=False, kw_only=True)
class RecordedNotAllowed(Refusal):
    """A real ledger has its own recording time."""

    sentence = (
        "this ledger records in real time: leave out 'recorded' (see acquit init --simulated)"
    )


@dataclass(eq=False, kw_only=True)
class RecordedGoesBack(Refusal):
    """Recording time never goes back."""

    recorded: str
    sentence = "recorded {recorded} is before the last recorded moment"


@dataclass(eq=False, kw_only=True)
class TooManyConflicts(Refusal):
    """A command meets a stream that others do not change all the time."""

    command_id: str
    sentence = "id {command_id!r}: others keep changing the same plan or payment; run it again"
