"""The Merkle tree of RFC 9162, section 2.1: roots, proofs that a leaf is in, proofs of growth.

Hashes are the 32 bytes of SHA-256; a leaf hash comes from `ledger.store.leaf`. Proofs are lists of
hashes in the order in which the RFC gives them. A tree is read through `Subtree`, a function that
returns the hash of the leaves from one index up to another where those are a whole subtree, so that
whoever holds some of the hashes already need not read every leaf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Subtree = Callable[[int, int], bytes]
"""(first index, count, a power of two that divides it) -> hash of that subtree."""


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """A growing tree: the roots of its largest whole subtrees, from the left."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def add(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Add the hash of one more leaf; yield the subtrees that it completes.

        Each as level (2**level leaves), number from 0, and hash. They must all be taken.
        """
        self.peaks.append(leaf)
        self.size += 1
        level, count = 0, self.size
        while count % 2 == 0:
            right = self.peaks.pop()
            self.peaks[-1] = node(self.peaks[-1], right)
            level, count = level + 1, count // 2
            yield level, count - 1, self.peaks[-1]

    @property
    def root(self) -> bytes:
        """The root of all leaves so far."""
        if not self.peaks:
            return EMPTY_ROOT
        *left, root = self.peaks
        for peak in reversed(left):
            root = node(peak, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root of leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        for _ in frontier.add(leaf):
            pass
    return frontier.root


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _hash(subtree: Subtree, first: int, size: int) -> bytes:
    """Return the hash of any stretch of leaves: MTH of the RFC."""
    if size & (size - 1) == 0:
        return subtree(first, size)
    left = _split(size)
    return node(subtree(first, left), _hash(subtree, first + left, size - left))


def inclusion_proof(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """Return the proof that the leaf at `index` is in the tree of `size` leaves (RFC 9162 2.1.3.1).

    Raises IndexError for a leaf that is not in it.
    """
    if not 0 <= index < size:
        message = f"leaf {index} is not in a tree of {size}"
        raise IndexError(message)
    return _path(subtree, index, 0, size)


def _path(subtree: Subtree, index: int, first: int, size: int) -> list[bytes]:
    if size == 1:
        return []
    left = _split(size)
    if index < left:
        return [
            *_path(subtree, index, first, left),
            _hash(subtree, first + left, size - left),
        ]
    return [*_path(subtree, index - left, first + left, size - left), subtree(first, left)]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that a proof leads to; None if it cannot be one (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def consistency_proof(subtree: Subtree, before: int, size: int) -> list[bytes]:
    """Return the proof that the tree of `size` leaves continues that of `before` (2.1.4.1).

    Raises IndexError if there is nothing to prove: sizes from 1 on, the first not above the second.
    """
    if not 0 < before <= size:
        message = f"a tree of {size} cannot continue one of {before}"
        raise IndexError(message)
    return _growth(subtree, before, 0, size, known=True) if before < size else []


def _growth(subtree: Subtree, before: int, first: int, size: int, *, known: bool) -> list[bytes]:
    if before == size:
        return [] if known else [_hash(subtree, first, size)]
    left = _split(size)
    if before <= left:
        return [
            *_growth(subtree, before, first, left, known=known),
            _hash(subtree, first + left, size - left),
        ]
    return [
        *_growth(subtree, before - left, first + left, size - left, known=False),
        subtree(first, left),
    ]


def is_consistent(
    before: int, before_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether a proof shows that one tree continues another (RFC 9162 2.1.4.2)."""
    if before == size:
        return not proof and before_root == root
    if not 0 < before < size or not proof:
        return False
    hashes = [before_root, *proof] if before & (before - 1) == 0 else list(proof)
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
    return last == 0 and (old, new) == (before_root, root)
