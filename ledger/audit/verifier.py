"""Check a bundle of a ledger's history: python verifier.py FOLDER [--since EARLIER_CHECKPOINT].

Prints a verdict and exits 0, or says what is wrong and exits 1. This one file needs Python and the
package cryptography, and nothing of the program that wrote the bundle; read it before you trust it.

What it checks: that every event is what its hash says (SHA-256 over all that is known of it), that
places and versions run without gaps and times never go back, that the Merkle tree (RFC 9162) over
the events has the roots that the checkpoints sign (Ed25519, C2SP signed-note), that the proofs lead
to these roots, and, with --since, that history only grew after a checkpoint that you kept yourself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORM = b"acquit-1"
EPOCH = date(1970, 1, 1).toordinal()
ARGUMENTS = 2
MOST_FINDINGS = 20
NUMBERS = ("position", "version", "schema_version", "recorded_at")

Note = tuple[str, int, bytes, list[tuple[str, bytes]]]
"""Origin, size, root, signatures by name."""


class Wrong(Exception):  # noqa: N818 - a verdict, not a fault of this program
    """The bundle is not what it should be, and nothing more can be checked."""


def parsed(text: str) -> Any:
    """Return what JSON tells. Raises ValueError, also where a name stands twice in an object.

    Another reader might believe the other one of the two.
    """
    try:
        return json.loads(text, object_pairs_hook=once)
    except RecursionError:
        message = "too deeply nested"
        raise ValueError(message) from None


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON whose names are all different. Raises ValueError."""
    value = dict(pairs)
    if len(value) != len(pairs):
        message = "a name stands twice in an object"
        raise ValueError(message)
    return value


def sized(value: bytes) -> bytes:
    """Return bytes behind their length."""
    return struct.pack(">i", len(value)) + value


def day(text: str) -> int:
    """Return a day as its number from 1970-01-01."""
    return date.fromisoformat(text).toordinal() - EPOCH


def leaf_of(ledger_id: str, event: dict[str, Any]) -> bytes:
    """Return the leaf hash of an event: SHA-256 over a zero byte and its canonical form."""
    if any(type(event[name]) is not int for name in NUMBERS):
        message = f"{', '.join(NUMBERS)} must be whole numbers"
        raise TypeError(message)
    texts = (ledger_id, event["stream"], event["type"], event["actor"], event["command_id"])
    versions = (event["version"], event["schema_version"], day(event["effective_on"]))
    stamp = struct.pack(">iq", day(event["posted_on"]), event["recorded_at"])
    form = sized(FORM) + b"".join(sized(text.encode()) for text in texts)
    form += struct.pack(">iii", *versions) + sized(event["payload"].encode()) + stamp
    return hashlib.sha256(b"\x00" + form).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node of the tree."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree: the roots of its largest whole subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self.peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Add one more leaf hash."""
        self.size += 1
        self.peaks.append(leaf)
        count = self.size
        while count % 2 == 0:
            right = self.peaks.pop()
            self.peaks[-1] = node(self.peaks[-1], right)
            count //= 2

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node(peak, root)
        return root


def is_consistent(before: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """Tell whether a proof shows that one tree continues another (RFC 9162, 2.1.4.2)."""
    if before == size:
        return not proof and old_root == root
    if not 0 < before < size or not proof:
        return False
    hashes = [old_root, *proof] if before & (before - 1) == 0 else proof
    place, last = before - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node(sibling, old), node(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def read_note(path: Path) -> Note:
    """Read a checkpoint note. Raises Wrong."""
    try:
        body, _, rest = path.read_text(encoding="utf-8").partition("\n\n")
        origin, size, root = body.split("\n")[:3]
        signatures = [signature(line) for line in rest.splitlines() if line]
        note = (origin, int(size), base64.b64decode(root, validate=True), signatures)
    except (OSError, ValueError) as error:
        message = f"{path}: this is not a checkpoint note ({error})"
        raise Wrong(message) from None
    if text_of(note) != body + "\n":
        message = f"{path}: the note is not written as a checkpoint is"
        raise Wrong(message)
    return note


def signature(line: str) -> tuple[str, bytes]:
    """Read a line of a signature: whose it is, and its bytes. Raises ValueError."""
    dash, name, value = line.split(" ")
    if dash != "—":
        message = "a signature begins with a dash"
        raise ValueError(message)
    return name, base64.b64decode(value, validate=True)


def text_of(note: Note) -> str:
    """Return the text of a note that is signed."""
    origin, size, root, _ = note
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def read_keys(path: Path) -> list[tuple[str, bytes]]:
    """Read verifier keys, a line each: names with their public keys. Raises Wrong."""
    keys = []
    for line in read(path).splitlines():
        try:
            name, digest, encoded = line.split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:
            message = f"{path}: {line[:80]!r} is not a verifier key"
            raise Wrong(message) from None
        known = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        if raw[:1] != b"\x01" or known.hex() != digest:
            message = f"{path}: the key of {name} is damaged"
            raise Wrong(message)
        keys.append((name, raw[1:]))
    return keys


def read(path: Path) -> str:
    """Return a file's text. Raises Wrong."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read ({error})"
        raise Wrong(message) from None


def is_signed(note: Note, keys: list[tuple[str, bytes]]) -> bool:
    """Tell whether one of the keys signed a note under its origin's name."""
    origin, _, _, signatures = note
    for name, key in keys:
        digest = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
        for signer, value in signatures:
            if signer == name == origin and value[:4] == digest:
                try:
                    Ed25519PublicKey.from_public_bytes(key).verify(
                        value[4:], text_of(note).encode()
                    )
                except (InvalidSignature, ValueError):
                    continue
                return True
    return False


def events_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of a bundle. Raises Wrong, naming the line."""
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, 1):
                try:
                    event = parsed(line)
                except ValueError as error:
                    message = (
                        f"{path}, line {number}: this is not JSON that can be trusted ({error})"
                    )
                    raise Wrong(message) from None
                if not isinstance(event, dict):
                    message = f"{path}, line {number}: this is not an event"
                    raise Wrong(message)
                yield event
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path}: cannot be read ({error})"
        raise Wrong(message) from None


def check_events(folder: Path, ledger_id: str, notes: list[Note]) -> Iterator[str]:
    """Yield what is wrong with the events, the first one first."""
    tree, moment, versions = Tree(), 0, dict[str, int]()
    roots: dict[int, set[bytes]] = {}
    for _, size, root, _ in notes:
        roots.setdefault(size, set()).add(root)
    for number, event in enumerate(events_of(folder / "events.jsonl"), 1):
        try:
            leaf = leaf_of(ledger_id, event)
            yield from check_event(number, event, leaf, moment, versions)
            moment = event["recorded_at"]
        except (AttributeError, KeyError, TypeError, ValueError, struct.error) as error:
            yield f"position {number}: the event cannot be read ({error!r})"
            return
        tree.add(leaf)
        sealed = roots.pop(tree.size, None)
        if sealed and sealed != {tree.root()}:
            yield (
                f"position {tree.size} or before: the first {tree.size} events are not those that "
                f"the checkpoint of {tree.size} covers (changed, inserted, moved or left out)"
            )
    last = max(size for _, size, _, _ in notes)
    if tree.size > last:
        yield f"position {last + 1}: no checkpoint covers it, the last one is of {last} events"
    for size in sorted(roots):
        if size or roots[size] != {Tree().root()}:
            yield (
                f"position {tree.size + 1}: missing, for a checkpoint covers {size} events and "
                f"there are {tree.size}"
            )


def check_event(
    number: int, event: dict[str, Any], leaf: bytes, moment: int, versions: dict[str, int]
) -> Iterator[str]:
    """Yield what is wrong with one event; note the version of its stream."""
    if event["position"] != number:
        yield f"position {number}: missing or moved, {event['position']} stands in its place"
    stream, version = event["stream"], event["version"]
    if version != versions.get(stream, 0) + 1:
        yield f"position {number}: version {version} of {stream} follows {versions.get(stream, 0)}"
    versions[stream] = version
    if event["recorded_at"] < moment:
        yield f"position {number}: recorded before the event in front of it"
    if leaf.hex() != event["leaf"]:
        yield f"position {number}: changed, the event is not what its leaf hash says"


def check_signatures(notes: list[Note], keys: list[tuple[str, bytes]]) -> Iterator[str]:
    """Yield the checkpoints that no known key has signed."""
    for note in notes:
        if not is_signed(note, keys):
            yield f"the checkpoint of {note[1]} events is signed by none of the keys: re-signed"


def check_proofs(folder: Path, notes: list[Note]) -> Iterator[str]:
    """Yield the proofs that do not show how one checkpoint continues another."""
    by_size = {note[1]: note[2] for note in notes}
    try:
        proofs = parsed(read(folder / "proofs.json"))
        for proof in proofs:
            before, size = proof["from"], proof["to"]
            hashes = [bytes.fromhex(text) for text in proof["hashes"]]
            if before and not is_consistent(before, by_size[before], size, by_size[size], hashes):
                yield f"the proof from {before} to {size} does not hold"
    except (KeyError, TypeError, ValueError) as error:
        yield f"proofs.json cannot be read ({error!r})"


def check(folder: Path, since: Path | None) -> Iterator[str]:
    """Yield everything that is wrong with a bundle. Raises Wrong."""
    try:
        ledger = parsed(read(folder / "ledger.json"))
        ledger_id, origin = ledger["ledger_id"], ledger["origin"]
    except (KeyError, TypeError, ValueError) as error:
        message = f"ledger.json cannot be read ({error!r})"
        raise Wrong(message) from None
    keys = read_keys(folder / "keys.txt")
    paths = sorted((folder / "checkpoints").glob("*.txt"))
    notes = [read_note(path) for path in paths]
    if not notes:
        message = "the bundle holds no checkpoint: nothing vouches for its events"
        raise Wrong(message)
    kept = [read_note(since)] if since else []
    for note in (*notes, *kept):
        if note[0] != origin:
            yield f"the checkpoint of {note[1]} events is of {note[0]}, not of {origin}"
    yield from check_signatures([*notes, *kept], keys)
    yield from check_proofs(folder, notes)
    yield from check_events(folder, ledger_id, [*notes, *kept])


def say(text: str) -> None:
    """Print a line; what standard output cannot show is written as an escape."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))


def main(arguments: list[str]) -> int:
    """Check the bundle that the arguments name; return the exit status."""
    match arguments:
        case [folder]:
            since = None
        case [folder, "--since", kept]:
            since = Path(kept)
        case _:
            print(__doc__.splitlines()[0], file=sys.stderr)
            return ARGUMENTS
    try:
        findings = []
        for found in check(Path(folder), since):
            findings.append(found)
            if len(findings) >= MOST_FINDINGS:
                break
    except Wrong as wrong:
        findings = [str(wrong)]
    for found in findings:
        say(f"WRONG: {found}")
    if findings:
        print("The history is not as it was sealed.")
        return 1
    kept_too = ", and continues the checkpoint that you kept" if since else ""
    print(f"The history is as it was sealed{kept_too}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
