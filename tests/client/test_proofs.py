"""What the service proves the client believes, and nothing else: the two halves share no code."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.log import merkle
from shangbao_client import proofs

SIZES = st.integers(1, 130)


def tree(size: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


@given(SIZES, st.data())
def test_every_leaf_is_proved_at_its_place_and_at_no_other(size: int, data: st.DataObject) -> None:
    leaves = tree(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index)) if size > 1 else size
    root, proof = merkle.root(leaves), merkle.inclusion_proof(leaves, index)

    assert proofs.leaf_hash(b"leaf") == merkle.leaf_hash(b"leaf")
    assert proofs.is_included(leaves[index], index, size, root, proof)
    assert not proofs.is_included(leaves[index], other, size, root, proof)
    assert not proofs.is_included(merkle.leaf_hash(b"another"), index, size, root, proof)
    assert not proofs.is_included(leaves[index], index, size, merkle.leaf_hash(b"another"), proof)
    assert not proofs.is_included(leaves[index], index, size, root, [*proof, root])
    assert not proofs.is_included(leaves[index], -1, size, root, proof)
    assert not proofs.is_included(leaves[index], size, size, root, proof)
    for place in range(len(proof)):
        assert not proofs.is_included(leaves[index], index, size, root, proof[:place] + proof[place + 1 :])
        changed = [*proof[:place], merkle.leaf_hash(b"another"), *proof[place + 1 :]]
        assert not proofs.is_included(leaves[index], index, size, root, changed)


@given(SIZES, st.data())
def test_a_log_that_grew_is_proved_and_one_that_was_rewritten_is_not(size: int, data: st.DataObject) -> None:
    leaves = tree(size)
    before = data.draw(st.integers(1, size))
    rewritten = data.draw(st.integers(0, before - 1))
    old, new, proof = merkle.root(leaves[:before]), merkle.root(leaves), merkle.consistency_proof(leaves, before)

    assert proofs.is_beginning(before, old, size, new, proof)
    forged = [*leaves[:rewritten], merkle.leaf_hash(b"another"), *leaves[rewritten + 1 :]]
    assert not proofs.is_beginning(before, old, size, merkle.root(forged), merkle.consistency_proof(forged, before))
    assert not proofs.is_beginning(before, old, size, new, [*proof, old])
    assert not proofs.is_beginning(size + 1, old, size, new, proof)
    assert not proofs.is_beginning(0, old, size, new, proof)
    for place in range(len(proof)):
        assert not proofs.is_beginning(before, old, size, new, proof[:place] + proof[place + 1 :])
        changed = [*proof[:place], merkle.leaf_hash(b"another"), *proof[place + 1 :]]
        assert not proofs.is_beginning(before, old, size, new, changed)
