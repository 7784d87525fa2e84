"""A few inputs for each target in every run; `python -m tests.fuzz` tries as many as wanted."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.commands import _READ, read_command
from ledger.terms.refusals import Refusal
from tests.fuzz import __main__ as command
from tests.fuzz.bundle import bundle
from tests.fuzz.commands import commands, seeds
from tests.fuzz.events import events

few = settings(max_examples=300, derandomize=True, database=None, deadline=None)
inputs = st.binary(min_size=2, max_size=60)


@few
@given(inputs)
def test_every_line_is_a_command_or_a_refusal(data: bytes) -> None:
    """Whatever a command file holds, nothing but refusals with code and message comes out."""
    commands(data)


@few
@given(inputs)
def test_every_payload_is_an_event_or_unreadable(data: bytes) -> None:
    """Whatever is stored, it is read, and then written as the same, or named as unreadable."""
    events(data)


@settings(few, max_examples=150)
@given(inputs)
def test_every_bundle_has_a_verdict(data: bytes) -> None:
    """Whatever a bundle holds, it is judged, and passes only with the history that was sealed."""
    bundle(data)


def test_every_kind_of_command_is_mutated() -> None:
    """Among the lines that inputs are made from is a valid one of every command."""
    valid = set()
    for line in seeds():
        try:
            read_command(line)
        except Refusal:
            continue
        valid.add(line["command"])
    assert sorted(set(_READ) - valid) == []


def test_without_atheris_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The long command names the extra that it needs."""
    monkeypatch.setattr(command, "find_spec", lambda _name: None)
    ran = CliRunner().invoke(command.main, ["events"])
    assert ran.exit_code == 1
    assert "atheris is missing: pip install -e '.[fuzz]'" in ran.output
