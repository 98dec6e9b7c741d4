"""Proofs of the publication log's tree, checked by its reader (RFC 6962; the checks are those of RFC 9162, 2.1.3.2 and 2.1.4.2).

Hashes are 32 bytes. Nothing here trusts the service: what does not lead from the leaves to the root is False.
"""

import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def is_included(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a leaf, by its hash, stands at an index of the tree of this size and root."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = _node(one, found)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            found = _node(found, one)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_beginning(before: int, before_root: bytes, after: int, after_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the tree of the size before is the beginning of the tree of the size after."""
    if not 0 < before <= after:
        return False
    if before == after:
        return before_root == after_root and not proof
    # A whole tree before is its own first node.
    path = [before_root, *proof] if before & (before - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = before - 1, after - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            old, new = _node(one, old), _node(one, new)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            new = _node(new, one)
        place, last = place >> 1, last >> 1
    return last == 0 and old == before_root and new == after_root
