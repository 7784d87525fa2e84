"""Events are read for as long as the ledger lives: names, versions and bytes are for good."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.canonical import canonical_json
from ledger.events import EVENT_TYPES, UPCASTERS, Fact, PlanCancelled, RefundIssued
from ledger.store.codec import UnreadableEventError, decode, encode

GOLDEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "golden_events.json").read_text(encoding="utf-8")
)
each_golden = pytest.mark.parametrize(
    "golden", GOLDEN, ids=lambda golden: f"{golden['type']}-{golden['version']}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedNow(Fact):
    """A made-up event in its third shape."""

    text: str
    noted_on: date
    words: int


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register the made-up event, with the upcasters from its first and second shape."""

    def split(payload: dict[str, Any]) -> dict[str, Any]:
        day, text = payload["line"].split(" ", 1)
        return {"noted_on": day, "text": text}

    def counted(payload: dict[str, Any]) -> dict[str, Any]:
        return {**payload, "words": len(payload["text"].split())}

    monkeypatch.setattr(NotedNow, "TOPIC", "Noted", raising=False)
    monkeypatch.setattr(NotedNow, "SCHEMA_VERSION", 3)
    monkeypatch.setitem(EVENT_TYPES, "Noted", NotedNow)
    upcasters: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
        ("Noted", 1): split,
        ("Noted", 2): counted,
    }
    for key, upcaster in upcasters.items():
        monkeypatch.setitem(UPCASTERS, key, upcaster)


@each_golden
def test_golden_bytes(golden: dict[str, Any]) -> None:
    """A payload as it was once stored is read, and written again as the same bytes."""
    payload = golden["payload"].encode()
    fact = decode(golden["type"], golden["version"], payload)
    assert type(fact) is EVENT_TYPES[golden["type"]]
    if golden["version"] == type(fact).SCHEMA_VERSION:
        assert encode(fact) == payload


@each_golden
def test_payload_is_canonical(golden: dict[str, Any]) -> None:
    """A payload is JSON in canonical form: sorted, without blanks, UTF-8 as it is, no float."""
    payload = golden["payload"].encode()
    assert canonical_json(json.loads(payload)) == payload


@each_golden
def test_every_field_is_in_the_golden_payload(golden: dict[str, Any]) -> None:
    """A golden payload shows each field of its event, so that none can change unseen."""
    fields = {field.name for field in dataclasses.fields(EVENT_TYPES[golden["type"]])}
    if golden["version"] == EVENT_TYPES[golden["type"]].SCHEMA_VERSION:
        assert set(json.loads(golden["payload"])) == fields


def test_every_version_is_golden_and_readable() -> None:
    """Every version of every type has a golden payload, and every old one its upcaster."""
    versions = {
        (topic, version)
        for topic, known in EVENT_TYPES.items()
        for version in range(1, known.SCHEMA_VERSION + 1)
    }
    assert {(golden["type"], golden["version"]) for golden in GOLDEN} == versions
    old = {key for key in versions if key[1] < EVENT_TYPES[key[0]].SCHEMA_VERSION}
    assert set(UPCASTERS) == old


def test_events_cannot_be_changed() -> None:
    """A fact is immutable."""
    fact = decode(GOLDEN[0]["type"], 1, GOLDEN[0]["payload"].encode())
    with pytest.raises(dataclasses.FrozenInstanceError):
        fact.entity = "Other"  # type: ignore[attr-defined]


def test_unknown_type() -> None:
    """An event of a type that this program does not know is an error that names the type."""
    with pytest.raises(UnreadableEventError, match="'PlanTeleported' is unknown"):
        decode("PlanTeleported", 1, b"{}")


def test_newer_version() -> None:
    """An event of a newer version than this program reads names type, version and the way out."""
    with pytest.raises(UnreadableEventError, match=r"'PlanCancelled' has version 99.*upgrade"):
        decode("PlanCancelled", 99, b"{}")


@pytest.mark.parametrize("version", [0, -1])
def test_versions_begin_with_one(version: int) -> None:
    """A version that no event ever had is an error that says so."""
    with pytest.raises(UnreadableEventError, match=rf"has version {version}: versions begin"):
        decode("PaymentReceived", version, b"{}")


@pytest.mark.parametrize(("topic", "version"), [("PolicyAdopted", 1), ("RulesAdopted", 1)])
def test_payload_nested_too_deeply(topic: str, version: int) -> None:
    """Nesting that the reader cannot hold names the event's type, in old versions, too."""
    payload = b'{"content":' * 100_000
    with pytest.raises(UnreadableEventError, match=rf"{topic} \(version 1\) is too deeply nested"):
        decode(topic, version, payload)


FITS = b'{"currency":"EUR","customer":"C","ended":[2],"exponent":2,"plan":"P","reason":"x"}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"reason":"x"', b'"why":"x"'),
        (b"[2]", b'["2"]'),
        (b"[2]", b"[2.5]"),
        (b"[2]", b"2"),
        (b'"EUR"', b"null"),
        (b'"exponent":2', b'"exponent":"2"'),
        (FITS, b"[]"),
        (FITS, b"{}"),
        (FITS, b""),
        (FITS, FITS[:-1]),
        (b'"x"', b'"\xff"'),
    ],
)
def test_payload_that_does_not_fit(before: bytes, after: bytes) -> None:
    """A payload with a field missing, of another type, or cut off, names the event's type."""
    assert isinstance(decode("PlanCancelled", 1, FITS), PlanCancelled)
    with pytest.raises(UnreadableEventError, match=r"payload of a PlanCancelled \(version 1\)"):
        decode("PlanCancelled", 1, FITS.replace(before, after))


def test_word_outside_its_list_does_not_fit() -> None:
    """Where an event has one of a few words, another word does not fit."""
    golden = next(golden for golden in GOLDEN if golden["type"] == "RefundIssued")
    payload = golden["payload"].encode()
    assert isinstance(decode("RefundIssued", 1, payload), RefundIssued)
    with pytest.raises(UnreadableEventError, match="RefundIssued"):
        decode("RefundIssued", 1, payload.replace(b'"unapplied"', b'"pocket"'))


@pytest.mark.usefixtures("noted")
@pytest.mark.parametrize(
    ("version", "payload"),
    [
        (1, b'{"line":"2026-01-15 two words"}'),
        (2, b'{"noted_on":"2026-01-15","text":"two words"}'),
        (3, b'{"noted_on":"2026-01-15","text":"two words","words":2}'),
    ],
)
def test_old_versions_are_brought_up(version: int, payload: bytes) -> None:
    """A payload of any earlier version passes all upcasters behind it, in order, to the newest."""
    assert decode("Noted", version, payload) == NotedNow(
        text="two words", noted_on=date(2026, 1, 15), words=2
    )


@pytest.mark.usefixtures("noted")
def test_old_payload_that_does_not_fit() -> None:
    """A payload that does not fit after its upcasters names the version that was stored."""
    with pytest.raises(UnreadableEventError, match=r"payload of a Noted \(version 2\)"):
        decode("Noted", 2, b'{"noted_on":"yesterday","text":"two words"}')
