"""The tree is RFC 9162's: published vectors, and what must hold of every tree."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.tree import (
    EMPTY_ROOT,
    Subtree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    root_from_inclusion,
    root_of,
)


def subtree_of(leaves: Sequence[bytes]) -> Subtree:
    """Return how to read a tree whose leaf hashes are all at hand."""
    return lambda first, count: root_of(leaves[first : first + count])


def leaf(data: bytes) -> bytes:
    """Return the leaf hash of some bytes."""
    return hashlib.sha256(b"\x00" + data).digest()


DATA = [
    *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
    "606162636465666768696a6b6c6d6e6f",
]
LEAVES = [leaf(bytes.fromhex(text)) for text in DATA]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Roots of the first 0 to 8 leaves: the reference tree of certificate-transparency-go's tests."""

INCLUSION_0_OF_8 = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
]
CONSISTENCY_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_published_roots(size: int) -> None:
    """The roots of the published tree."""
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


def test_published_proofs() -> None:
    """The published proofs of inclusion and of growth, hash by hash."""
    subtree = subtree_of(LEAVES)
    assert [found.hex() for found in inclusion_proof(subtree, 0, 8)] == INCLUSION_0_OF_8
    assert [found.hex() for found in consistency_proof(subtree, 6, 8)] == CONSISTENCY_6_TO_8
    assert root_of([]) == EMPTY_ROOT


sizes = st.integers(1, 70)


@given(size=sizes, data=st.data())
def test_inclusion(size: int, data: st.DataObject) -> None:
    """A leaf's proof leads to the root; of another leaf, place or size, or cut, it does not."""
    leaves = [leaf(bytes([number])) for number in range(size)]
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(subtree_of(leaves), index, size)
    root = root_of(leaves)
    assert root_from_inclusion(leaves[index], index, size, proof) == root
    assert root_from_inclusion(leaf(b"other"), index, size, proof) != root
    assert root_from_inclusion(leaves[index], size, size, proof) is None
    if proof:
        assert root_from_inclusion(leaves[index], index, size, proof[:-1]) != root
        assert root_from_inclusion(leaves[index], index ^ 1, size, proof) != root
    assert root_from_inclusion(leaves[index], index, size, [*proof, root]) != root


@given(size=sizes, data=st.data())
def test_consistency(size: int, data: st.DataObject) -> None:
    """A tree continues any of its beginnings, and no other tree of that size."""
    leaves = [leaf(bytes([number])) for number in range(size)]
    before = data.draw(st.integers(1, size))
    proof = consistency_proof(subtree_of(leaves), before, size)
    roots = root_of(leaves[:before]), root_of(leaves)
    other = root_of([leaf(b"other"), *leaves[1:before]])
    assert is_consistent(before, roots[0], size, roots[1], proof)
    assert not is_consistent(before, other, size, roots[1], proof)
    assert not is_consistent(before, roots[0], size, roots[1], [*proof, roots[0]])
    if proof:
        assert not is_consistent(before, roots[0], size, roots[1], proof[:-1])


def test_what_cannot_be_proved() -> None:
    """A leaf that is not there, a tree that shrinks."""
    with pytest.raises(IndexError, match="leaf 8 is not in a tree of 8"):
        inclusion_proof(subtree_of(LEAVES), 8, 8)
    with pytest.raises(IndexError, match="a tree of 3 cannot continue one of 4"):
        consistency_proof(subtree_of(LEAVES), 4, 3)
