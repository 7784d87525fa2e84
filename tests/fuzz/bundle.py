"""The promise of the bundle's verifier: a verdict on anything, and a good one on the truth alone.

The auditor has the last checkpoint from elsewhere. A bundle passes only if it tells the very same
history: each event, in its place, with the same value in each field that is hashed. How its JSON is
written, fields beside them, and what nobody signs (the ledger's name) may differ.
"""

from __future__ import annotations

import atexit
import json
import shutil
import struct
import tempfile
from contextlib import redirect_stdout
from datetime import date
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bootstrap import make_store, open_ledger
from ledger.audit import verifier
from ledger.audit.bundle import write_bundle
from ledger.audit.sealing import seal
from ledger.opening import Settings, open_or_recognise
from tests.fuzz.choices import Choices, as_json, mutated, scarred

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW_US = 1_767_225_600_000_000
DAYS = ("effective_on", "posted_on")
TEXTS = ("stream", "type", "actor", "command_id", "payload", "leaf")
NUMBERS = ("position", "version", "schema_version", "recorded_at")


@cache
def good() -> tuple[Path, Path, dict[str, bytes]]:
    """Make a small bundle; return its folder, the checkpoint that was kept, and its files."""
    root = Path(tempfile.mkdtemp(prefix="acquit-fuzz-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    url = f"sqlite:///{root / 'ledger.db'}"
    store = make_store(url)
    open_or_recognise(store, Settings("Test", "EUR", "UTC", "01-01", True, None))
    store.database.close()
    acquit = open_ledger(url, actor="fuzz")
    for number in range(3):
        line = {"command": "receive_payment", "id": f"p-{number}", "on": "2026-01-15"}
        line |= {"payment": f"pay-{number}", "amount": "10.00", "currency": "EUR"}
        assert acquit.application.execute(line).refusal is None
        made = seal(acquit.database, acquit.identity, KEY, NOW_US)
    folder, kept = root / "bundle", root / "kept.txt"
    with acquit.database.reading() as connection:
        write_bundle(connection, acquit.identity, folder, lambda _done, _total: None)
    acquit.application.close()
    kept.write_text(made.note, encoding="utf-8")
    (folder / "verifier.py").unlink()
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return folder, kept, {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def bundle(data: bytes) -> None:
    """Harm one or two files of the bundle as the bytes say, and have it verified."""
    folder, kept, files = good()
    choices = Choices(data)
    names = sorted(files)
    changed = {}
    for _ in range(1 + choices.number(2)):
        name = choices.one(names)
        changed[name] = _harmed(files[name], name, choices)
    try:
        for name, content in changed.items():
            (folder / name).write_bytes(content)
        said = TextIOWrapper(BytesIO(), encoding="utf-8")
        with redirect_stdout(said):
            status = verifier.main([str(folder), "--since", str(kept)])
    finally:
        for name in changed:
            (folder / name).write_bytes(files[name])
    assert status in {0, 1}
    if status == 0:
        for name in {"events.jsonl", "ledger.json"} & set(changed):
            told = _told(name, changed[name])
            assert told == _told(name, files[name]), f"{name} passed and tells another history"


def _harmed(content: bytes, name: str, choices: Choices) -> bytes:
    match choices.number(4):
        case 0:
            return choices.rest()
        case 1 if name.endswith(".jsonl"):
            return _lines_harmed(content, choices)
        case 2 if name.endswith(".json"):
            value = json.loads(content)
            return as_json(mutated(value, [value], choices), Choices(b""))
        case _:
            return scarred(content, choices)


def _lines_harmed(content: bytes, choices: Choices) -> bytes:
    """Change one event, leave it out, tell it twice, or let it change places with another."""
    lines = content.splitlines(keepends=True)
    place, other = choices.number(len(lines)), choices.number(len(lines))
    match choices.number(4):
        case 0:
            del lines[place]
        case 1:
            lines.insert(other, lines[place])
        case 2:
            lines[place], lines[other] = lines[other], lines[place]
        case _:
            events = [json.loads(line) for line in lines]
            form = choices.number(2)
            event = mutated(events[place], events, choices)
            if choices.number(2):
                event = _hashed_anew(event)
            written = as_json(event, Choices(bytes([form]))) + b"\n"
            place = choices.one((place, len(lines)))
            lines[place : place + 1] = [written]
    return b"".join(lines)


def _hashed_anew(event: Any) -> Any:
    """Return an event with the leaf hash of what it tells now, where it has one."""
    ledger_id = json.loads(good()[2]["ledger.json"])["ledger_id"]
    try:
        return {**event, "leaf": verifier.leaf_of(ledger_id, event).hex()}
    except (AttributeError, KeyError, TypeError, ValueError, struct.error):
        return event


def _told(name: str, content: bytes) -> list[dict[str, Any]]:
    """Return what a file tells, strictly: no name twice, no number that only equals another."""
    lines = content.decode().removesuffix("\n").split("\n") if name == "events.jsonl" else [content]
    values = [json.loads(line, object_pairs_hook=_once) for line in lines]
    if name == "ledger.json":
        return [{field: value[field] for field in ("ledger_id", "origin")} for value in values]
    return [_hashed(value) for value in values]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    assert len(value) == len(pairs), "a name stands twice in what passed"
    return value


def _hashed(event: dict[str, Any]) -> dict[str, Any]:
    assert all(type(event[name]) is str for name in TEXTS)
    assert all(type(event[name]) is int for name in NUMBERS)
    days = {name: date.fromisoformat(event[name]) for name in DAYS}
    return days | {name: event[name] for name in (*TEXTS, *NUMBERS)}
