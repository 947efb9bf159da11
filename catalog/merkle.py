"""The tree over a log (RFC 6962, section 2.1): one root for all its entries, and proofs that it only grew."""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""Root of a log without entries."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two halves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Growing:
    """A tree that takes its leaves one by one and remembers no more than one hash for each of its levels."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Take in the hash of the next entry."""
        self._peaks.append(leaf)
        self.size += 1
        full = self.size
        while full % 2 == 0:  # two trees of one height become one
            right, left = self._peaks.pop(), self._peaks.pop()
            self._peaks.append(node_hash(left, right))
            full //= 2

    @property
    def root(self) -> bytes:
        """The root over all that was taken in so far."""
        if not self._peaks:
            return EMPTY
        found = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            found = node_hash(peak, found)
        return found


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over the hashes of entries."""
    tree = Growing()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root


def consistency(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """Return the proof that the log of all `leaves` goes on from its own first `first` entries.

    RFC 6962, section 2.1.2. Empty where there is nothing to prove: `first` is 0 or all of them.

    Raises:
        ValueError: there are not so many.
    """
    if not 0 <= first <= len(leaves):
        raise ValueError(f"a log of {len(leaves)} entries has no first {first}")
    return _proof(leaves, first, whole=True) if 0 < first < len(leaves) else []


def _proof(leaves: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    if first <= half:
        return [*_proof(leaves[:half], first, whole=whole), root(leaves[half:])]
    return [*_proof(leaves[half:], first - half, whole=False), root(leaves[:half])]


def is_consistent(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether `proof` shows that the log of `second` entries goes on from the one of `first`.

    RFC 9162, section 2.1.4.2, which says how to check what RFC 6962 says how to make.
    """
    if first > second or first < 0:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY
    path = list(proof)
    if first & (first - 1) == 0:  # a full tree: its own root begins the path
        path.insert(0, first_root)
    if not path:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    was = now = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            was, now = node_hash(part, was), node_hash(part, now)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            now = node_hash(now, part)
        at, last = at >> 1, last >> 1
    return last == 0 and was == first_root and now == second_root
