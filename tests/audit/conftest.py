"""A sealed ledger, the checkpoint that somebody kept, and what an owner of the database can do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, select, text

from bootstrap import Acquit
from ledger.audit.bundle import write_bundle
from ledger.audit.sealing import Seal, seal
from ledger.audit.verifying import Finding, verify
from ledger.store.leaf import leaf_of
from ledger.store.schema import audit_keys, audit_nodes, audit_seals, events, ledger_head

NOW_US = 1_767_225_600_000_000
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


@dataclass
class Sealed:
    """A ledger that was sealed in the middle of its life, and again at its end."""

    acquit: Acquit
    kept: Seal
    folder: Path

    def findings(self) -> list[Finding]:
        """Return what the ledger's own check finds, against the checkpoint that was kept."""
        with self.acquit.database.reading() as connection:
            return list(verify(connection, [self.kept.signature]))

    def bundle(self, name: str = "bundle") -> Path:
        """Write a bundle, and beside it the checkpoint that was kept."""
        folder = self.folder / name
        with self.acquit.database.reading() as connection:
            write_bundle(connection, self.acquit.identity, folder, lambda _done, _total: None)
        (self.folder / "kept.txt").write_text(self.kept.note, encoding="utf-8")
        return folder

    def audited(self, folder: Path) -> tuple[int, str]:
        """Run the bundle's own verifier, away from the project; return its status and words."""
        command = [sys.executable, "-I", str(folder / "verifier.py"), str(folder)]
        done = subprocess.run(
            [*command, "--since", str(self.folder / "kept.txt")],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout

    def seal(self, key: Ed25519PrivateKey = KEY) -> Seal:
        """Seal what there is."""
        return seal(self.acquit.database, self.acquit.identity, key, NOW_US)


@pytest.fixture
def sealed(acquit: Acquit, tmp_path: Path) -> Sealed:
    """Give a ledger of some 40 events, sealed by the half and whole; on both databases."""
    record(acquit, "A")
    kept = seal(acquit.database, acquit.identity, KEY, NOW_US)
    record(acquit, "B")
    made = Sealed(acquit, kept, tmp_path)
    assert made.seal().checkpoint.size > kept.checkpoint.size
    return made


def record(acquit: Acquit, plan: str, count: int = 6) -> None:
    """Agree a plan, bill it and pay for it, a payment an instalment."""
    schedule = {
        "kind": "equal",
        "total": f"{count * 10}.00",
        "instalments": count,
        "first_due": "2026-01-15",
        "every": "1 month",
    }
    whose = {"plan": plan, "customer": "C", "currency": "EUR"}
    execute(acquit, "open_plan", f"open-{plan}", "2026-01-01", **whose, schedule=schedule)
    execute(acquit, "charge_due", f"bill-{plan}", "2027-12-31", plan=plan)
    for number in range(count):
        paid = {"payment": f"pay-{plan}-{number}", "amount": "10.00", "currency": "EUR"}
        execute(acquit, "receive_payment", f"p-{plan}-{number}", "2028-01-01", plan=plan, **paid)


def execute(acquit: Acquit, command: str, name: str, on: str, **fields: Any) -> None:
    """Carry out a command that is accepted."""
    line = {"command": command, "id": name, "on": on, **fields}
    result = acquit.application.execute(line)
    assert result.refusal is None, result.refusal


Tamper = Callable[[Sealed], None]


def unguarded(sealed: Sealed, *statements: str) -> None:
    """Carry out SQL as one who owns the database and drops its guards."""
    database = sealed.acquit.database
    with database.writing() as connection:
        if database.is_postgres:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER ALL"))
        else:
            for trigger in ("events_no_update", "events_no_delete", "events_no_replace"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        for statement in statements:
            connection.exec_driver_sql(statement)


def rechain(sealed: Sealed, key: Ed25519PrivateKey = KEY) -> None:
    """Close gaps, make all hashes anew, and seal again, as one who also has a signing key."""
    unguarded(sealed)
    with sealed.acquit.database.writing() as connection:
        ledger_id = connection.execute(select(ledger_head.c.ledger_id)).scalar_one()
        rows = list(connection.execute(select(events).order_by(events.c.position)))
        connection.execute(delete(events))
        versions: dict[str, int] = {}
        for position, row in enumerate(rows, 1):
            versions[row.stream] = versions.get(row.stream, 0) + 1
            value = {**row._mapping, "position": position, "version": versions[row.stream]}
            value["leaf"] = leaf_of(ledger_id, SimpleNamespace(**value))
            connection.execute(events.insert().values(**value))
        connection.execute(ledger_head.update().values(position=len(rows)))
        for table in (audit_seals, audit_nodes, audit_keys):
            connection.execute(delete(table))
    sealed.seal(key)
