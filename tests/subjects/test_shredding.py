"""Forgetting: the name is gone, whatever is restored; figures and proofs stay as they were.

A shredding cut short at any step is finished by `doctor`, by the same command, or after a restore.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bootstrap import Acquit, open_ledger
from ledger import shredding
from ledger.answers import Verdict
from ledger.audit.sealing import seal
from ledger.audit.verifying import verify
from ledger.shredding import ShreddingError, When, finish, known_customer, shred
from ledger.store.log import read_stream
from ledger.subjects.keystore import KeyStore
from tests.command_line.conftest import Shell
from tests.conftest import NewUrl
from tests.subjects.conftest import NAME, WORDS, done, key_store, refunded, registered, sold

pytestmark = pytest.mark.usefixtures("keys_place")
WHEN = When(date(2026, 2, 1))


@pytest.fixture
def lived(acquit: Acquit) -> Acquit:
    """Give a ledger with a registered customer who bought and paid."""
    results = done(acquit, registered(), *sold(), refunded("C-1 called"))
    assert all(each.verdict is Verdict.ACCEPTED for each in results)
    return acquit


def test_shredded(lived: Acquit) -> None:
    """The key is gone, two events say so, and doing it again does nothing."""
    assert shred(lived.application, "C-1", ["service"], WHEN) == ("service",)
    assert key_store(lived).kinds_of("C-1") == {"legal"}
    known = known_customer(lived.application, "C-1")
    assert known is not None
    assert known.requested == known.shredded == frozenset({"service"})
    size = lived.application.store.max_notification_id()
    assert shred(lived.application, "C-1", ["service"], WHEN) == ()
    assert finish(lived.application, WHEN) == []
    assert lived.application.store.max_notification_id() == size


def test_who_was_forgotten_does_not_come_back(lived: Acquit) -> None:
    """The same commands again bring nothing back; another registration is refused."""
    shred(lived.application, "C-1", ["service"], WHEN)
    again, anew, reason = done(
        lived, registered(), registered(number="r2"), refunded("Mme Dupont called", "f2")
    )
    assert again.verdict is Verdict.REPEATED
    assert [each.refusal.code for each in (anew, reason) if each.refusal] == [
        "customer_was_shredded",
        "person_named",
    ]


def test_nobody_of_that_id(acquit: Acquit) -> None:
    """A customer who was never registered cannot be forgotten."""
    with pytest.raises(ShreddingError, match="no registered customer 'C-9'"):
        shred(acquit.application, "C-9", ["service"], WHEN)


STEPS = ["before the request", "before the key", "after the key"]


@pytest.mark.parametrize("step", STEPS)
def test_cut_short(lived: Acquit, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut short at any step: nothing is opened after the request, and it is finished afterwards."""
    with monkeypatch.context() as patched:
        _cut_short(patched, step)
        with pytest.raises(KeyboardInterrupt):
            shred(lived.application, "C-1", ["service"], WHEN)
    asked = step != "before the request"
    assert finish(lived.application, WHEN) == (["C-1"] if asked else [])
    assert ("service" in key_store(lived).kinds_of("C-1")) is not asked
    assert shred(lived.application, "C-1", ["service"], WHEN) == (() if asked else ("service",))
    known = known_customer(lived.application, "C-1")
    assert known is not None
    assert known.shredded == {"service"}


def _cut_short(patched: pytest.MonkeyPatch, step: str) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    record = shredding._record
    if step == "before the request":
        patched.setattr(shredding, "_record", stop)
    elif step == "before the key":
        patched.setattr(KeyStore, "destroy", stop)
    else:
        patched.setattr(
            shredding,
            "_record",
            lambda ledger, fact, *rest: (
                stop() if "Shredded" in type(fact).__name__ else record(ledger, fact, *rest)
            ),
        )


def test_two_that_forget_somebody_at_once(lived: Acquit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program does all of it in between: both end well, and it is said once."""
    record = shredding._record

    def late(*arguments: Any) -> None:
        monkeypatch.setattr(shredding, "_record", record)
        shred(lived.application, "C-1", ["service"], WHEN)
        record(*arguments)

    monkeypatch.setattr(shredding, "_record", late)
    assert shred(lived.application, "C-1", ["service"], WHEN) == ()
    known = known_customer(lived.application, "C-1")
    assert known is not None
    assert known.requested == known.shredded == frozenset({"service"})
    with lived.database.reading() as connection:
        facts = [event.fact for event in read_stream(connection, "customer:C-1")]
    assert [type(fact).__name__ for fact in facts] == [
        "CustomerRegistered",
        "SubjectShredRequested",
        "SubjectShredded",
    ]


def test_forgetting_adds_to_the_tree_and_changes_nothing_in_it(lived: Acquit) -> None:
    """A checkpoint of before is continued by the one after, and every event is what it was."""
    private = Ed25519PrivateKey.generate()
    before = seal(lived.database, lived.identity, private, 1)
    shred(lived.application, "C-1", ["service", "legal"], WHEN)
    after = seal(lived.database, lived.identity, private, 2)
    assert after.checkpoint.size > before.checkpoint.size
    with lived.database.reading() as connection:
        assert list(verify(connection, [before.signature])) == []


def test_keys_that_came_back(lived: Acquit, tmp_path: Path, keys_place: str) -> None:
    """A key store restored from before: the log says who is forgotten, and the keys go again."""
    if not keys_place.startswith("sqlite"):
        pytest.skip("files are copied: the other database is restored by its own means")
    file = Path(keys_place.removeprefix("sqlite:///"))
    key_store(lived).close()
    shutil.copy(file, tmp_path / "copy")
    shred(lived.application, "C-1", ["service"], WHEN)
    key_store(lived).close()
    shutil.copy(tmp_path / "copy", file)
    assert key_store(lived).kinds_of("C-1") == {"service", "legal"}
    assert finish(lived.application, WHEN) == ["C-1"]
    assert key_store(lived).kinds_of("C-1") == {"legal"}


# Through the command line ---------------------------------------------------------------------


@pytest.fixture
def told(
    new_url: NewUrl,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Shell:
    """Give a shell on a ledger with a registered customer who bought and paid."""
    monkeypatch.chdir(tmp_path)
    shell = Shell(new_url(), tmp_path, capsys)
    assert shell.on_ledger("init", "--simulated").status == 0
    assert shell.record([registered(), *sold(), refunded("C-1 called")]).status == 0
    return shell


REPORTS = (
    ("balances", "--format", "json"),
    ("aging", "--by", "customer", "--format", "json"),
    ("journal", "--format", "json", "--to", "2026-01-31"),
    ("statement", "C-1", "--format", "json"),
)


def figures(shell: Shell) -> list[str]:
    """Return what every report says at the end of January, and a plain-text export."""
    said = []
    for name, *options in REPORTS:
        at = ["--known-at", "2026-01-31"] + (["--as-of", "2026-01-31"] if name != "journal" else [])
        said.append(shell.on_ledger(name, *options, *at).out)
    exported = shell.folder / "ledger.beancount"
    assert (
        shell.on_ledger("export", "beancount", str(exported), "--known-at", "2026-01-31").status
        == 0
    )
    return [*said, exported.read_text()]


def test_shown_exported_and_forgotten(told: Shell) -> None:
    """The officer's way: show, export, shred; then nobody sees it, and every figure is the same."""
    shown = told.on_ledger("subject", "show", "C-1", "--format", "json").json()
    assert shown["service"]["name"] == NAME
    assert shown["invoiced_as"] is None
    assert [clock["kept_until"] for clock in shown["kept"]] == ["2029-01-16", "2036-12-31"]
    assert NAME in told.on_ledger("subject", "show", "C-1").out
    exported = told.on_ledger("subject", "export", "C-1", "-", "--legal").json()
    assert exported["invoiced_as"]["name"] == "Dupont EI"
    assert exported["plans"] == ["P-1"]
    assert exported["statements"]["EUR"]["closing"] == "5.00"
    before = figures(told)
    assert told.on_ledger("subject", "shred", "C-1", "--on", "2026-02-01").status == 0
    assert figures(told) == before
    assert told.on_ledger("check").status == 0
    for command in (("show", "C-1"), ("export", "C-1", "-")):
        said = told.on_ledger("subject", *command)
        assert said.status == 0
        assert not any(word in (said.out + said.err).encode() for word in WORDS)
    gone = told.on_ledger("subject", "show", "C-1", "--format", "json").json()
    assert gone["service"] is None
    assert gone["shredded"] == ["service"]


def test_a_backup_brings_nobody_back(told: Shell, new_url: NewUrl) -> None:
    """Events restored from before the shredding: the ledger is told of it, and opens nothing."""
    backup = str(told.folder / "before.backup")
    assert told.on_ledger("backup", backup).status == 0
    assert told.on_ledger("subject", "shred", "C-1", "--on", "2026-02-01").status == 0
    restored = Shell(new_url(), told.folder, told._capture)
    said = restored.on_ledger("restore", backup)
    assert said.status == 0
    assert "Shredded again, as was asked before: 1 customers" in said.out
    shown = restored.on_ledger("subject", "show", "C-1", "--format", "json").json()
    assert shown["service"] is None
    assert shown["shredded"] == ["service"]
    assert restored.on_ledger("events", "check").status == 0


def test_the_law_keeps_invoices_for_its_time(told: Shell) -> None:
    """As whom invoices were made out is kept ten years after the fiscal year, and then goes."""
    assert told.on_ledger("subject", "due", "--on", "2036-12-31", "--format", "csv").out == (
        "customer,kind,kept_until\nC-1,service,2029-01-16\n"
    )
    assert told.on_ledger("subject", "shred", "C-1", "--on", "2026-02-01").status == 0
    legal = ("subject", "show", "C-1", "--legal", "--format", "json")
    assert told.on_ledger(*legal).json()["invoiced_as"]["name"] == "Dupont EI"
    due = told.on_ledger("subject", "due", "--on", "2037-01-01", "--format", "json").json()
    assert due == [{"customer": "C-1", "kind": "legal", "kept_until": "2036-12-31"}]
    assert told.on_ledger("subject", "shred", "--due", "--on", "2037-01-01").status == 0
    assert told.on_ledger(*legal).json()["invoiced_as"] is None


def test_names_in_a_fec_are_those_of_invoices(told: Shell) -> None:
    """A FEC has ids; with --names it has those of invoices, while the law keeps them; then ids."""

    def auxiliaries(*options: str) -> set[tuple[str, str]]:
        said = told.on_ledger("export", "fec", "-", *options)
        assert said.status == 0
        cells = [line.split("\t") for line in said.out.splitlines()[1:]]
        return {(row[6], row[7]) for row in cells if row[6]}

    assert auxiliaries() == {("C-1", "C-1")}
    assert auxiliaries("--names") == {("C-1", "Dupont EI")}
    assert told.on_ledger("subject", "shred", "C-1", "--on", "2026-02-01").status == 0
    assert auxiliaries("--names") == {("C-1", "Dupont EI")}
    assert told.on_ledger("subject", "shred", "--due", "--on", "2037-01-01").status == 0
    assert auxiliaries("--names", "--year-end", "2026-12-31") == {("C-1", "C-1")}


def test_usage(told: Shell) -> None:
    """One customer or --due; an unknown one is a sentence."""
    assert "name one customer, or give --due" in told.on_ledger("subject", "shred").err
    assert "no registered customer" in told.on_ledger("subject", "shred", "C-9").err
    assert "no registered customer" in told.on_ledger("subject", "show", "C-9").err


def test_doctor_finishes(told: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """`doctor` finds where the keys are, and finishes what a crash left."""
    with monkeypatch.context() as patched:
        _cut_short(patched, "before the key")
        acquit = open_ledger(told.url)
        with pytest.raises(KeyboardInterrupt):
            shred(acquit.application, "C-1", ["service"], WHEN)
        acquit.close()
    shown = told.on_ledger("subject", "show", "C-1", "--format", "json").json()
    assert shown["service"] is None
    found = {each["name"]: each for each in told.on_ledger("doctor", "--format", "json").json()}
    assert found["keys"]["state"] == "well"
    assert found["wrapping key"]["state"] == "well"
    assert found["shredding"]["text"] == "finished what was cut short: C-1"
    assert "shredding" not in told.on_ledger("doctor").out


def test_a_lost_wrapping_key(told: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """With another wrapping key nothing opens; it is said, without a trace, and `doctor` is ill."""
    assert told.on_ledger("subject", "key", str(told.folder / "other.key")).status == 0
    monkeypatch.setenv("ACQUIT_WRAPPING_KEY", str(told.folder / "other.key"))
    said = told.on_ledger("subject", "show", "C-1")
    assert said.status == 2
    assert "the wrapping key is another one" in said.err
    assert told.on_ledger("doctor").status == 1
    monkeypatch.setenv("ACQUIT_WRAPPING_KEY", str(told.folder / "wrapping.key"))
    assert told.on_ledger("subject", "rewrap", "--to", str(told.folder / "other.key")).status == 0
    monkeypatch.setenv("ACQUIT_WRAPPING_KEY", str(told.folder / "other.key"))
    assert NAME in told.on_ledger("subject", "show", "C-1").out


def test_a_name_is_in_no_file_log_or_error(told: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused or accepted, with the log at its most talkative: no file and no line has the name."""
    monkeypatch.setenv("ACQUIT_LOG", "debug")
    said = told.record(
        [
            registered("C-2", "r2", phone=7),
            registered("C-3", "r3", nickname="Dupont"),
            registered("C-4", "r4"),
            refunded("Marie Dupont called", "f2"),
        ],
        "--format",
        "json",
    )
    assert said.status == 1
    (told.folder / "commands.jsonl").unlink()
    words = said.out + said.err
    files = b"".join(path.read_bytes() for path in told.folder.rglob("*") if path.is_file())
    assert not any(word in words.encode() + files for word in WORDS), json.dumps(words)
