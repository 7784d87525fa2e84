"""The bundle's verifier reads whatever it is given: a verdict, never a traceback."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.audit import verifier
from tests.audit.conftest import Sealed

FILES = ["ledger.json", "events.jsonl", "proofs.json", "keys.txt"]


def test_it_imports_nothing_of_ours() -> None:
    """The one file needs the standard library and cryptography."""
    tree = ast.parse(Path(verifier.__file__).read_text(encoding="utf-8"))
    names = {
        name.split(".")[0]
        for found in ast.walk(tree)
        for name in (
            [alias.name for alias in found.names]
            if isinstance(found, ast.Import)
            else [found.module or ""]
            if isinstance(found, ast.ImportFrom)
            else []
        )
    }
    assert names - sys.stdlib_module_names == {"cryptography"}


@pytest.fixture
def bundle(sealed: Sealed) -> Path:
    """Give a good bundle, its checkpoint beside it."""
    return sealed.bundle()


def _cut(path: Path, index: int) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    del lines[index]
    path.write_text("".join(lines), encoding="utf-8")


def _set(folder: Path, name: str, value: Any) -> None:
    path = folder / "ledger.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}), encoding="utf-8")


def _wrong_proof(folder: Path) -> None:
    path = folder / "proofs.json"
    proofs = json.loads(path.read_text())
    proofs[0]["hashes"][0] = "00" * 32
    path.write_text(json.dumps(proofs), encoding="utf-8")


def _rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _one_more(folder: Path) -> None:
    """Add an event behind the last that is sealed, as it would be hashed."""
    path = folder / "events.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines()
    ledger_id = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))["ledger_id"]
    event = json.loads(lines[-1])
    event |= {"position": len(lines) + 1, "stream": "payment:made-up", "version": 1}
    event["leaf"] = verifier.leaf_of(ledger_id, event).hex()
    path.write_text("\n".join([*lines, json.dumps(event), ""]), encoding="utf-8")


def _deep(path: Path) -> None:
    path.write_text("[" * 100_000, encoding="utf-8")


Harm = Callable[[Path], object]
HARM: dict[str, tuple[Harm, str]] = {
    "no ledger": (lambda folder: (folder / "ledger.json").unlink(), "cannot be read"),
    "no events": (lambda folder: (folder / "events.jsonl").unlink(), "cannot be read"),
    "no checkpoint": (lambda folder: shutil.rmtree(folder / "checkpoints"), "no checkpoint"),
    "no key": (lambda folder: (folder / "keys.txt").write_text(""), "none of the keys"),
    "cut off": (lambda folder: _cut(folder / "events.jsonl", -1), "missing, for a checkpoint"),
    "one left out": (
        lambda folder: _cut(folder / "events.jsonl", 5),
        "position 6: missing",
    ),
    "another ledger": (
        lambda folder: _set(folder, "origin", "acquit/other"),
        "acquit/other",
    ),
    "another id": (lambda folder: _set(folder, "ledger_id", "other"), "position 1: changed"),
    "an event that nobody sealed": (_one_more, "no checkpoint covers it"),
    "two payloads": (
        lambda folder: _rewrite(
            folder / "events.jsonl", '"payload":', '"payload": "x", "payload":'
        ),
        "line 1: this is not JSON that can be trusted (a name stands twice in an object)",
    ),
    "true for one": (
        lambda folder: _rewrite(folder / "events.jsonl", '"position": 1,', '"position": true,'),
        "position 1: the event cannot be read",
    ),
    "a float for one": (
        lambda folder: _rewrite(folder / "events.jsonl", '"position": 1,', '"position": 1.0,'),
        "position 1: the event cannot be read",
    ),
    "deep events": (lambda folder: _deep(folder / "events.jsonl"), "too deeply nested"),
    "deep proofs": (lambda folder: _deep(folder / "proofs.json"), "too deeply nested"),
    "a deep ledger": (lambda folder: _deep(folder / "ledger.json"), "too deeply nested"),
    "half a surrogate pair": (
        lambda folder: _set(folder, "origin", "\ud800"),
        "not of \\ud800",
    ),
    "a wrong proof": (_wrong_proof, "does not hold"),
}


@pytest.mark.parametrize("name", HARM)
def test_what_is_missing_or_wrong_is_named(sealed: Sealed, bundle: Path, name: str) -> None:
    """Each part of a bundle that is harmed is found, in words."""
    harm, said = HARM[name]
    harm(bundle)
    status, words = sealed.audited(bundle)
    assert status == 1
    assert said in words, words


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    name=st.sampled_from([*FILES, "checkpoint", "kept"]),
    place=st.integers(0, 100_000),
    junk=st.binary(max_size=8),
    cut=st.integers(0, 8),
)
def test_no_harm_makes_it_fall_over(
    bundle: Path, name: str, place: int, junk: bytes, cut: int
) -> None:
    """Bytes put in or taken out anywhere: it says so, or nothing changed that is vouched for."""
    kept = bundle.parent / "kept.txt"
    paths = {"checkpoint": min((bundle / "checkpoints").iterdir()), "kept": kept}
    path = paths.get(name, bundle / name)
    good = path.read_bytes()
    start = place % len(good)
    path.write_bytes(good[:start] + junk + good[start + cut :])
    try:
        status = verifier.main([str(bundle), "--since", str(kept)])
    finally:
        path.write_bytes(good)
    assert status in {0, 1}


def test_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a folder it says how it is called."""
    assert verifier.main([]) == 2
    assert "python verifier.py FOLDER" in capsys.readouterr().err
