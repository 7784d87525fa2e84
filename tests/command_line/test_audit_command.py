"""`acquit audit`: seals, verdicts, proofs and bundles as a user meets them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from ledger.store.database import Database

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell


@pytest.fixture
def sealed(told: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Give a ledger with the story, a signing key in its folder, and a published checkpoint."""
    assert told.run("audit", "key", "key.pem").status == 0
    monkeypatch.setenv("ACQUIT_SIGNING_KEY", str(told.folder / "key.pem"))
    assert told.on_ledger("audit", "seal").status == 0
    assert told.on_ledger("audit", "publish", "outside").status == 0
    return told


def test_a_seal_is_printed_and_published_once(sealed: Shell) -> None:
    """The note that is printed is the one that is published; publishing again changes nothing."""
    note = sealed.on_ledger("audit", "seal").out
    (path,) = (sealed.folder / "outside").glob("checkpoint-*.txt")
    assert path.read_text(encoding="utf-8") == note
    assert sealed.on_ledger("audit", "publish", "outside").status == 0
    value = sealed.on_ledger("audit", "seal", "--format", "json").json()
    assert (value["note"], f"checkpoint-{value['size']}.txt") == (note, path.name)
    path.write_text("other", encoding="utf-8")
    said = sealed.on_ledger("audit", "publish", "outside")
    assert said.status == 2
    assert "was published with other content" in said.err


def test_verify_says_yes_and_no(sealed: Shell) -> None:
    """Untouched it is as it was sealed; changed, the position and the kind are named."""
    (kept,) = (sealed.folder / "outside").glob("checkpoint-*.txt")
    said = sealed.on_ledger("audit", "verify", "--since", str(kept))
    assert said.status == 0
    assert said.out.startswith("The history is as it was sealed, ")
    database = Database(sealed.url)
    with database.writing() as connection:
        if database.is_postgres:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER events_no_update"))
        connection.execute(text("UPDATE events SET actor = 'nobody' WHERE position = 6"))
    database.close()
    said = sealed.on_ledger("audit", "verify", "--format", "json")
    assert said.status == 1
    assert said.json()["findings"][0] | {"text": ""} == {
        "position": 6,
        "kind": "changed",
        "text": "",
    }
    assert "not as it was sealed" in sealed.on_ledger("audit", "verify").out


def test_trust_is_the_users_to_give(sealed: Shell) -> None:
    """With a key of another's only, the seals count for nothing."""
    assert sealed.run("audit", "key", "other.pem").status == 0
    (own,) = (sealed.folder / "outside").glob("key-*.txt")
    trusted = own.read_text(encoding="utf-8").strip()
    assert sealed.on_ledger("audit", "verify", "--trust", trusted).status == 0
    other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    said = sealed.on_ledger("audit", "verify", "--trust", other)
    assert said.status == 1
    assert "re-signed" in said.out
    assert sealed.on_ledger("audit", "verify", "--trust", "junk").status == 2


def test_a_bundle_stands_alone(sealed: Shell) -> None:
    """The folder's own program says yes; a folder that is there is not written over."""
    said = sealed.on_ledger("audit", "bundle", "history")
    assert said.status == 0
    command = [sys.executable, "-I", "history/verifier.py", "history"]
    done = subprocess.run(command, cwd=sealed.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "The history is as it was sealed.\n")
    again = sealed.on_ledger("audit", "bundle", "history")
    assert (again.status, "is there already" in again.err) == (2, True)
    assert sealed.on_ledger("audit", "bundle", "nowhere/x/history").status == 0


def test_proofs(sealed: Shell) -> None:
    """Proofs are JSON; what cannot be proved is said in a sentence."""
    value = json.loads(sealed.on_ledger("audit", "prove", "3").out)
    assert [event["position"] for event in value["events"]] == [3]
    assert sealed.on_ledger("audit", "consistency", "2", "5").json()["from"] == 2
    for arguments in (("prove", "nobody"), ("consistency", "5", "2")):
        said = sealed.on_ledger("audit", *arguments)
        assert (said.status, said.out) == (2, "")


def test_the_days_work_is_sealed(sealed: Shell) -> None:
    """Where a key is configured, the day's work ends with a seal."""
    value = sealed.on_ledger("day", "--through", "2030-01-01", "--format", "json").json()
    assert value["sealed"] == sealed.stored()[0]


def test_without_a_key(told: Shell) -> None:
    """Nothing is sealed by the day's work; a seal that is asked for says what is missing."""
    value = told.on_ledger("day", "--through", "2030-01-01", "--format", "json").json()
    assert value["sealed"] is None
    assert "Nothing is sealed yet" in told.on_ledger("audit", "verify").out
    said = told.on_ledger("audit", "seal")
    assert (said.status, "make one with acquit audit key" in said.err) == (2, True)
    for arguments in (("bundle", "x"), ("publish", "x"), ("prove", "1")):
        said = told.on_ledger("audit", *arguments)
        assert (said.status, "nothing is sealed yet" in said.err) == (2, True)
