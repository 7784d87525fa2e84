"""The commands `acquit audit ...`: sealing, verifying, proving, and what an auditor takes away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ledger import output
from ledger.door import Door

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.audit.note import Note, VerifierKey
    from ledger.audit.sealing import Seal
    from ledger.audit.verifying import Finding

pass_door = click.make_pass_decorator(Door)
MOST_FINDINGS = 100
KEY = click.option("--key", metavar="KEY", help="The signing key. Default: ACQUIT_SIGNING_KEY.")


@click.group()
def audit() -> None:
    """Prove that history was not changed."""


@audit.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def key(path: Path) -> None:
    """Make a signing key in a new file, which only its owner may read.

    Keep it away from the database: whoever has both can seal a forged history.

    \b
    Example:
      acquit audit key signing.pem && export ACQUIT_SIGNING_KEY=$PWD/signing.pem
    """
    from ledger.audit.signing import make_key

    make_key(path)
    click.echo(f"Made a signing key in {path}: keep it away from the database")


@audit.command()
@KEY
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@pass_door
def seal(door: Door, key: str | None, form: str) -> None:
    """Seal everything that is recorded, and print the signed checkpoint.

    Publish it, or have somebody keep it: it vouches for all events up to here, and for nothing
    after. With nothing new, the last one is printed again.

    \b
    Examples:
      acquit audit seal
      acquit audit seal --key keyring:acquit --format json
    """
    made = _sealed(door, key)
    _stamp_if_configured(door)
    if form == "json":
        output.print_json(_seal_json(made))
    else:
        click.echo(made.note, nl=False)


def _sealed(door: Door, key: str | None) -> Seal:
    from ledger.audit import sealing
    from ledger.audit.signing import signing_key

    opened = door.opened
    private = signing_key(key)
    return sealing.seal(
        opened.database, opened.identity, private, opened.application.store.clock_us()
    )


def seal_if_configured(door: Door) -> int | None:
    """Seal where a signing key is configured; return how many events are sealed, None without."""
    from ledger.audit.signing import is_configured

    if not is_configured():
        return None
    size = _sealed(door, None).checkpoint.size
    _stamp_if_configured(door)
    return size


def _stamp_if_configured(door: Door) -> None:
    """Ask for a time stamp where an authority is configured; say it where none comes."""
    from ledger.audit import authority, stamping

    if not authority.is_configured():
        return
    try:
        stamping.stamp_newest(door.opened.database)
    except authority.StampError as error:
        again = "the next acquit audit seal or acquit audit stamp asks again"
        click.echo(f"Sealed, but without a time stamp: {error}; {again}", err=True)


@audit.command()
@pass_door
def stamp(door: Door) -> None:
    """Have the last checkpoint time-stamped by the authority at ACQUIT_TSA_URL (RFC 3161).

    acquit audit seal asks by itself; this asks again where no answer came. A stamp is kept once.

    \b
    Example:
      ACQUIT_TSA_URL=https://tsa.example/ ACQUIT_TSA_CERTIFICATE=root.pem acquit audit stamp
    """
    from ledger.audit.stamping import stamp_newest
    from ledger.envelope import iso_moment

    kept = stamp_newest(door.opened.database)
    moment = iso_moment(kept.stamped.stamped_at_us)
    click.echo(f"The checkpoint of {kept.size} events was there at {moment}")


def _seal_json(made: Seal) -> dict[str, Any]:
    from ledger.envelope import iso_moment

    return {
        "origin": made.checkpoint.origin,
        "size": made.checkpoint.size,
        "root": made.checkpoint.root.hex(),
        "sealed_at": iso_moment(made.sealed_at_us),
        "note": made.note,
    }


@audit.command()
@click.option(
    "--since",
    "kept",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint that was kept outside; repeatable.",
)
@click.option("--trust", multiple=True, metavar="KEY", help="A public key that counts; repeatable.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@pass_door
def verify(door: Door, kept: tuple[Path, ...], trust: tuple[str, ...], form: str) -> None:
    """Check every event, the tree and its seals; name the first wrong position. Exit status 1 then.

    Without --since it finds what was changed without remaking the seals; who can remake them, too,
    is found by a checkpoint from outside. Without --trust the keys count that the ledger names.

    \b
    Examples:
      acquit audit verify
      acquit audit verify --since published/checkpoint-1200.txt
    """
    from itertools import chain, islice

    from ledger.audit import authority, stamping, verifying
    from ledger.audit.sealing import newest_seal

    opened = door.opened
    roots = authority.trusted_roots()
    with opened.database.reading() as connection:
        notes, keys = _notes(kept), _keys(trust)
        looked = verifying.verify(connection, notes, keys)
        stamped = stamping.verify_stamps(connection, roots) if roots else ()
        found = list(islice(chain(looked, stamped), MOST_FINDINGS))
        last = newest_seal(connection)
        count = len(stamping.stamps(connection))
    size = last.checkpoint.size if last else 0
    if form == "json":
        lines = [_finding(each) for each in found]
        stamps = {"kept": count, "checked": bool(roots)}
        output.print_json({"ok": not found, "sealed": size, "findings": lines, "stamps": stamps})
    else:
        _print_findings(found, size)
        _print_stamps(count, checked=bool(roots))
    if found:
        raise click.exceptions.Exit(1)


def _notes(paths: Iterable[Path]) -> list[Note]:
    from ledger.audit.note import Note

    return [Note.parse(path.read_text(encoding="utf-8")) for path in paths]


def _keys(texts: Iterable[str]) -> list[VerifierKey]:
    from ledger.audit.note import VerifierKey

    return [VerifierKey.parse(text) for text in texts]


def _finding(found: Finding) -> dict[str, Any]:
    return {"position": found.position, "kind": found.kind, "text": found.text}


def _print_findings(found: list[Finding], sealed: int) -> None:
    if not found and not sealed:
        click.echo("Nothing is sealed yet; every event is what its own hash says.")
        return
    if not found:
        click.echo(f"The history is as it was sealed, {sealed} events.")
        return
    rows = [(each.position, each.kind, each.text) for each in found]
    output.print_table("The history is not as it was sealed", ["position", "kind", "what"], rows)


def _print_stamps(count: int, *, checked: bool) -> None:
    if count and checked:
        click.echo(f"Looked at {count} time stamps.")
    elif count:
        click.echo(f"{count} time stamps were not checked: set ACQUIT_TSA_CERTIFICATE.")


@audit.command()
@click.argument("what", metavar="POSITION|STREAM|PLAN")
@pass_door
def prove(door: Door, what: str) -> None:
    """Print proofs that events are in the last seal, as JSON (RFC 9162, 2.1.3).

    Of one event by its position, or of all events of a stream or a plan.

    \b
    Examples:
      acquit audit prove 1234
      acquit audit prove P-1
    """
    from ledger.audit.proving import proofs_of

    opened = door.opened
    with opened.database.reading() as connection:
        output.print_json(proofs_of(connection, what))


@audit.command()
@click.argument("before", type=int, metavar="A")
@click.argument("size", type=int, metavar="B")
@pass_door
def consistency(door: Door, before: int, size: int) -> None:
    """Print the proof that the tree of B events continues that of A (RFC 9162, 2.1.4), as JSON.

    \b
    Example:
      acquit audit consistency 1200 1500
    """
    from ledger.audit.proving import growth_of

    opened = door.opened
    with opened.database.reading() as connection:
        output.print_json(growth_of(connection, before, size))


@audit.command()
@click.argument("path", type=click.Path(path_type=Path))
@pass_door
def bundle(door: Door, path: Path) -> None:
    """Write everything that an auditor needs into a new folder, up to the last seal.

    \b
    Example:
      acquit audit bundle history && python history/verifier.py history --since kept.txt
    """
    from ledger.audit.bundle import write_bundle

    opened = door.opened
    with output.progress_bar("Writing") as progress, opened.database.reading() as connection:
        sealed = write_bundle(connection, opened.identity, path, progress)
    click.echo(f"Wrote {sealed.checkpoint.size} events: python {path}/verifier.py {path}")


@audit.command()
@click.argument("path", type=click.Path(file_okay=False, path_type=Path))
@pass_door
def publish(door: Door, path: Path) -> None:
    """Write the last checkpoint into a folder, and the public keys; what is there stays.

    Let the folder be one that others can read and you cannot rewrite.

    \b
    Example:
      acquit audit publish /mnt/write-once
    """
    from ledger.audit.publishing import publish_into

    opened = door.opened
    with opened.database.reading() as connection:
        written = publish_into(connection, path)
    click.echo(f"Published {written}")
