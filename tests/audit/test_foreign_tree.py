"""The tree is the one that a stranger's program builds: pymerkle, in a process of its own.

pymerkle is under the GPL, so it is run and never imported. It hashes the data of its leaves itself,
behind a zero byte as RFC 9162 says: it is given what our leaf hashes are made from, not the hashes.
"""

from __future__ import annotations

import hashlib
import json
import random
import struct
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ledger.audit.tree import consistency_proof, inclusion_proof, is_consistent, root_of
from tests.audit.conftest import Sealed
from tests.audit.test_tree import leaf, subtree_of

PROGRAM = """
import json, sys
from pymerkle import InmemoryTree
asked = json.load(sys.stdin)
tree = InmemoryTree(algorithm="sha256")
for text in asked["leaves"]:
    tree.append_entry(bytes.fromhex(text))
for before, size, earlier, later in asked["growth"]:
    roots = bytes.fromhex(earlier), bytes.fromhex(later)
    tree.prove_consistency(before, size).verify(*roots, before, size)
proofs = (tree.prove_inclusion(index + 1, size) for index, size in asked["inclusion"])
json.dump({
    "roots": [tree.get_root(size).hex() for size in asked["sizes"]],
    "inclusion": [[found.hex() for found in proof.path] for proof in proofs],
    "consistent": len(asked["growth"]),
}, sys.stdout)
"""
SMALL = range(1, 201)
LARGE = [size + more for size in (256, 512, 1024, 2048, 4096) for more in (-1, 0, 1)]
Pairs = Sequence[tuple[int, int]]
Growths = Sequence[tuple[int, int, str, str]]
"""Two sizes, and the roots in hex between which growth is to be proved."""


def foreign(
    leaves: list[bytes], sizes: list[int], inclusion: Pairs = (), growth: Growths = ()
) -> dict[str, Any]:
    """Return pymerkle's roots at some sizes, its ways to the root, and how many growths held."""
    asked = {
        "leaves": [data.hex() for data in leaves],
        "sizes": sizes,
        "inclusion": inclusion,
        "growth": growth,
    }
    done = subprocess.run(
        [sys.executable, "-I", "-c", PROGRAM],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def random_leaves(count: int) -> list[bytes]:
    """Return data of 0 to 99 bytes, the same in every run."""
    chance = random.Random(9162)  # noqa: S311 - data of a test
    return [chance.randbytes(chance.randrange(100)) for _ in range(count)]


def test_roots_of_every_small_size_and_around_powers_of_two() -> None:
    """Both build the same root, at 1 to 200 leaves and beside each power of two up to 4096."""
    sizes = [*SMALL, *LARGE]
    data = random_leaves(max(sizes))
    hashes = [leaf(each) for each in data]
    ours = [root_of(hashes[:size]).hex() for size in sizes]
    assert foreign(data, sizes)["roots"] == ours


def test_proofs_of_inclusion() -> None:
    """Both give the same way to the root; pymerkle puts the leaf's own hash in front."""
    data = random_leaves(max(LARGE))
    hashes = [leaf(each) for each in data]
    chance = random.Random(1)  # noqa: S311 - data of a test
    sizes = [*SMALL, *LARGE]
    asked = [(index, size) for size in sizes for index in {0, size - 1, chance.randrange(size)}]
    answers = foreign(data, [], asked)["inclusion"]
    for (index, size), path in zip(asked, answers, strict=True):
        proof = inclusion_proof(subtree_of(hashes), index, size)
        assert path == [found.hex() for found in (hashes[index], *proof)], (index, size)


def form_of(ledger_id: str, event: dict[str, Any]) -> bytes:
    """Return what a leaf hash is made from, written anew from the docstring of the form."""
    days = [date.fromisoformat(event[name]) - date(1970, 1, 1) for name in DAYS]
    texts = ["acquit-1", ledger_id, event["stream"], event["type"], event["actor"]]
    *front, payload = [
        struct.pack(f">i{len(data)}s", len(data), data)
        for data in (text.encode() for text in (*texts, event["command_id"], event["payload"]))
    ]
    versions = struct.pack(">iii", event["version"], event["schema_version"], days[0].days)
    stamp = struct.pack(">iq", days[1].days, event["recorded_at"])
    return b"".join(front) + versions + payload + stamp


DAYS = ("effective_on", "posted_on")


def test_the_root_that_is_sealed_is_the_strangers(sealed: Sealed) -> None:
    """Over the envelopes of a real ledger, before they are hashed, both seals have its roots."""
    folder: Path = sealed.bundle()
    ledger_id = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))["ledger_id"]
    text = (folder / "events.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in text.split("\n") if line]
    forms = [form_of(ledger_id, event) for event in lines]
    assert [hashlib.sha256(b"\x00" + form).hexdigest() for form in forms] == [
        event["leaf"] for event in lines
    ]
    signed = [sealed.kept.checkpoint, sealed.seal().checkpoint]
    roots = foreign(forms, [checkpoint.size for checkpoint in signed])["roots"]
    assert roots == [checkpoint.root.hex() for checkpoint in signed]


def test_proofs_of_growth() -> None:
    """Its proofs hold for our roots, and ours for its: the hashes in them are not the same.

    pymerkle proves by all peaks of the earlier tree, the RFC (2.1.4) by the fewest hashes.
    """
    data = random_leaves(130)
    hashes = [leaf(each) for each in data]
    subtree = subtree_of(hashes)
    roots = {size: root_of(hashes[:size]) for size in range(1, 131)}
    asked = [(before, size) for size in (5, 8, 100, 129) for before in range(1, size)]
    growth = [(*pair, roots[pair[0]].hex(), roots[pair[1]].hex()) for pair in asked]
    answer = foreign(data, list(roots), growth=growth)
    assert answer["consistent"] == len(asked)
    theirs = dict(zip(roots, map(bytes.fromhex, answer["roots"]), strict=True))
    for before, size in asked:
        proof = consistency_proof(subtree, before, size)
        assert is_consistent(before, theirs[before], size, theirs[size], proof)
