"""`acquit audit seal` with a time-stamping authority: the seal is kept whatever it answers."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.authority import Authority

if TYPE_CHECKING:
    from tests.command_line.conftest import Shell


@pytest.fixture
def authority(told: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Give an authority that is configured, and a signing key."""
    made = Authority(tmp_path / "tsa")
    assert told.run("audit", "key", "key.pem").status == 0
    monkeypatch.setenv("ACQUIT_SIGNING_KEY", str(told.folder / "key.pem"))
    monkeypatch.setenv("ACQUIT_TSA_CERTIFICATE", str(made.root))
    return made


def test_down_and_up_again(
    told: Shell, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Down, it seals and says so; up, the same command stamps; openssl says that it holds."""
    with authority.serving():
        monkeypatch.setenv("ACQUIT_TSA_URL", authority.url)
    sealed = told.on_ledger("audit", "seal")
    assert (sealed.status, "without a time stamp" in sealed.err) == (0, True)
    assert told.on_ledger("audit", "stamp").status == 2
    with authority.serving():
        monkeypatch.setenv("ACQUIT_TSA_URL", authority.url)
        again = told.on_ledger("audit", "seal")
        assert (again.out, again.err) == (sealed.out, "")
        assert "events was there at 20" in told.on_ledger("audit", "stamp").out
    assert authority.asked == 1
    assert "Looked at 1 time stamps" in told.on_ledger("audit", "verify").out
    assert told.on_ledger("audit", "bundle", "history").status == 0
    (stamp,) = (told.folder / "history" / "checkpoints").glob("*.tsr")
    command = ["openssl", "ts", "-verify", "-data", str(stamp.with_suffix(".txt"))]
    done = subprocess.run(
        [*command, "-in", str(stamp), "-CAfile", str(authority.root)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Verification: OK" in done.stdout + done.stderr


def test_what_cannot_be_checked_is_said(
    told: Shell, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The day's work is stamped too; without a trusted root it is said that nothing was checked."""
    with authority.serving():
        monkeypatch.setenv("ACQUIT_TSA_URL", authority.url)
        assert told.on_ledger("day", "--through", "2030-01-01").status == 0
    assert told.on_ledger("audit", "verify", "--format", "json").json()["stamps"] == {
        "kept": 1,
        "checked": True,
    }
    monkeypatch.delenv("ACQUIT_TSA_CERTIFICATE")
    said = told.on_ledger("audit", "verify")
    assert (said.status, "1 time stamps were not checked" in said.out) == (0, True)


def test_nothing_to_stamp(
    told: Shell, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any seal, and without an address, it is said what is missing."""
    del authority
    said = told.on_ledger("audit", "stamp")
    assert (said.status, "nothing is sealed yet" in said.err) == (2, True)
    monkeypatch.delenv("ACQUIT_TSA_URL", raising=False)
    assert told.on_ledger("audit", "seal").status == 0
    assert "ACQUIT_TSA_URL is no address" in told.on_ledger("audit", "stamp").err
