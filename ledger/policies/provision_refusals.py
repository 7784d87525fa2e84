"""Why a policy of provision is refused, or cannot be applied; each rule is a class of its own."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.terms.refusals import Refusal

# The file ---------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class PolicyUnknown(Refusal):
    """A policy is one of the package's, or a file."""

    name: str
    known: str
    sentence = "{name!r} is neither a packaged policy of provision ({known}) nor a file"


@dataclass(eq=False, kw_only=True)
class PolicyUnreadable(Refusal):
    """A policy is a TOML file."""

    file: str
    problem: str
    sentence = "{file}: the policy cannot be read: {problem}"


@dataclass(eq=False, kw_only=True)
class PolicyKeyMissing(Refusal):
    """A policy has the keys that its tables need."""

    file: str
    key: str
    wanted: str
    sentence = "{file}: key {key!r} is missing: write {wanted}"


@dataclass(eq=False, kw_only=True)
class PolicyKeyUnknown(Refusal):
    """A policy has no keys that nobody reads."""

    file: str
    key: str
    known: str
    sentence = "{file}: key {key!r} means nothing here: known are {known}"


@dataclass(eq=False, kw_only=True)
class PolicyKeyWrong(Refusal):
    """A key of the policy has the right type and form."""

    file: str
    key: str
    problem: str
    sentence = "{file}: key {key!r}: {problem}"


# Its use ----------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class PolicySilent(Refusal):
    """A policy speaks of the books that it is applied to."""

    file: str
    books: str
    sentence = (
        "{file}: the policy says nothing of {books}: add its table, [matrix] for all claims "
        "together or [claims] for claim by claim, or choose another book with --in"
    )


@dataclass(eq=False, kw_only=True)
class RatesNotInForce(Refusal):
    """Rates apply from their day on."""

    file: str
    key: str
    day: str
    sentence = "{file}: no row of {key!r} is in force on {day}: add one that begins earlier"


@dataclass(eq=False, kw_only=True)
class HistoryNotDecided(Refusal):
    """What fell due in a window of history has had time to go through every age band."""

    file: str
    until: str
    latest: str
    sentence = (
        "{file}: what fell due up to {until} is not all past the last edge yet: "
        "let the window of history end on {latest} or before"
    )


@dataclass(eq=False, kw_only=True)
class HistoryEmpty(Refusal):
    """Rates from history need charges that fell due in its window."""

    currency: str
    since: str
    until: str
    sentence = (
        "no charge in {currency} fell due from {since} to {until}, so that history gives no rates: "
        "widen the window or use a policy with rates"
    )
