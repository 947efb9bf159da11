"""The tree over a log is that of RFC 6962, by the vectors that implementations of it share."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import merkle

ENTRIES = (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
PROOFS = {
    (1, 1): (),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
LEAVES = [merkle.leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]


def test_the_root_of_an_empty_log_is_the_hash_of_nothing() -> None:
    assert merkle.root([]) == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("first", "second"), PROOFS)
def test_proofs_are_the_published_ones(first: int, second: int) -> None:
    proof = merkle.consistency(LEAVES[:second], first)

    assert tuple(part.hex() for part in proof) == PROOFS[first, second]


@given(st.integers(0, 70), st.integers(0, 70), st.data())
def test_a_proof_convinces_of_what_grew_and_of_nothing_else(
    first: int, more: int, data: st.DataObject
) -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(first + more)]
    before, after = merkle.root(leaves[:first]), merkle.root(leaves)

    proof = merkle.consistency(leaves, first)

    assert merkle.is_consistent(first, before, len(leaves), after, proof)
    other = hashlib.sha256(b"another log").digest()
    assert not merkle.is_consistent(first, other, len(leaves), after, proof)
    assert not merkle.is_consistent(first, before, len(leaves), other, proof) or first == 0
    if proof:
        wrong = data.draw(st.integers(0, len(proof) - 1))
        bent = [other if place == wrong else part for place, part in enumerate(proof)]
        assert not merkle.is_consistent(first, before, len(leaves), after, bent)
        assert not merkle.is_consistent(first, before, len(leaves), after, proof[:-1])
        assert not merkle.is_consistent(first, before, len(leaves), after, [*proof, other])
