"""The Merkle tree of RFC 6962, section 2.1: hashes of leaves and nodes, the root of the first leaves, and proofs from it. Pure.

A tree is the hashes of its leaves in order. Proofs are checked by whoever reads them, not here (client/shangbao_client/verify.py).
"""

import hashlib
from collections.abc import Sequence
from typing import Final

EMPTY: Final = hashlib.sha256(b"").digest()


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf: SHA-256 over 0x00 and its bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two subtrees: SHA-256 over 0x01 and their hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over the hashes of leaves; of no leaf, the SHA-256 of nothing."""
    if not leaves:
        return EMPTY
    level = list(leaves)
    while (
        len(level) > 1
    ):  # a last one without a partner goes up as it is: the same tree as split by the largest power of two
        paired = [node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = paired + level[2 * len(paired) :]
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of a leaf, by its index from 0, from the bottom up (RFC 6962, 2.1.1)."""
    if len(leaves) <= 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*inclusion_proof(leaves[:half], index), root(leaves[half:])]
    return [*inclusion_proof(leaves[half:], index - half), root(leaves[:half])]


def consistency_proof(leaves: Sequence[bytes], before: int) -> list[bytes]:
    """Return the proof that the tree over the first `before` leaves (1 or more) is the beginning of this one (RFC 6962, 2.1.2)."""
    return _subproof(leaves, before, whole=True)


def _subproof(leaves: Sequence[bytes], before: int, *, whole: bool) -> list[bytes]:
    if before == len(leaves):
        return [] if whole else [root(leaves)]
    half = _split(len(leaves))
    if before <= half:
        return [*_subproof(leaves[:half], before, whole=whole), root(leaves[half:])]
    return [*_subproof(leaves[half:], before - half, whole=False), root(leaves[:half])]


def _split(size: int) -> int:
    """Return the largest power of two below a size of 2 or more."""
    return 1 << (size - 1).bit_length() - 1
