"""The promise of the codec: an event is read, and stored as read, or named as unreadable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ledger.events import EVENT_TYPES
from ledger.store.codec import UnreadableEventError, decode, encode
from tests.fuzz.choices import Choices, as_json, mutated, scarred

GOLDEN: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "domain" / "golden_events.json").read_text(encoding="utf-8")
)
PAYLOADS = [json.loads(golden["payload"]) for golden in GOLDEN]
TOPICS = [*sorted(EVENT_TYPES), "", "Unknown", "\0"]


def events(data: bytes) -> None:
    """Decode what the bytes make of a golden event; what is read is written and read the same."""
    choices = Choices(data)
    form, golden = choices.number(3), choices.one(GOLDEN)
    topic, version = golden["type"], golden["version"]
    if choices.number(8) == 7:
        topic, version = choices.one(TOPICS), choices.one((-1, 0, 1, 2, 3, 4, 2**31, 2**70))
    if form == 0:
        payload = choices.rest()
    elif form == 1:
        payload = scarred(golden["payload"].encode(), choices)
    else:
        coin = Choices(data[:1])
        payload = as_json(mutated(json.loads(golden["payload"]), PAYLOADS, choices), coin)
    try:
        fact = decode(topic, version, payload)
    except UnreadableEventError:
        return
    stored = encode(fact)
    again = decode(topic, type(fact).SCHEMA_VERSION, stored)
    assert again == fact, (fact, again)
    assert encode(again) == stored
