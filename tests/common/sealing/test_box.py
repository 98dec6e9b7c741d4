"""What is sealed opens in its own column, under its own key, unchanged, and in no other way."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.sealing.box import BadSeal, Box, box_of, key_id_of

A, B = UUID(int=1), UUID(int=2)
KEY = bytes(range(32))
COLUMN = "claims_claimcheck.facts"
contents = st.one_of(
    st.binary(max_size=2_000), st.builds(lambda part, times: part * times, st.binary(max_size=9), st.integers(0, 400))
)


@given(contents)
def test_a_value_opens_as_it_was_sealed(plain: bytes) -> None:
    sealed = Box(A, KEY).seal(plain, COLUMN)

    assert Box(A, KEY).open(sealed, COLUMN) == plain
    assert key_id_of(sealed) == A
    # Below that, it may stand in the random bytes.
    assert len(plain) < 4 or plain not in sealed


@given(contents, st.data())
def test_whatever_bit_is_flipped_it_does_not_open(plain: bytes, data: st.DataObject) -> None:
    sealed = Box(A, KEY).seal(plain, COLUMN)
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    changed = bytearray(sealed)
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(BadSeal):
        Box(A, KEY).open(bytes(changed), COLUMN)


@given(st.binary(max_size=300), st.integers(0, 44))
def test_what_is_cut_off_does_not_open(plain: bytes, length: int) -> None:
    with pytest.raises(BadSeal):
        Box(A, KEY).open(Box(A, KEY).seal(plain, COLUMN)[:length], COLUMN)


@pytest.mark.parametrize(
    ("box", "column"),
    [
        (Box(A, KEY), "claims_claimcheck.decision"),
        (Box(A, KEY), "claims_batchclaim.facts"),
        (Box(B, KEY), COLUMN),
        (Box(A, KEY[::-1]), COLUMN),
    ],
    ids=["another column", "another table", "another key's id", "another key"],
)
def test_a_value_is_worth_nothing_elsewhere(box: Box, column: str) -> None:
    sealed = Box(A, KEY).seal(b"facts", COLUMN)

    with pytest.raises(BadSeal):
        box.open(sealed, column)


def test_the_same_value_is_never_sealed_alike_and_a_long_one_is_smaller() -> None:
    box = Box(A, KEY)

    assert box.seal(b"facts", COLUMN) != box.seal(b"facts", COLUMN)
    assert len(box.seal(b"facts of a claim " * 100, COLUMN)) < 200


def test_a_tag_is_found_again_under_its_key_and_column_alone() -> None:
    tag = Box(A, KEY).tag("C-1", COLUMN)

    assert tag == Box(B, KEY).tag("C-1", COLUMN)
    assert (
        len({tag, Box(A, KEY).tag("C-2", COLUMN), Box(A, KEY).tag("C-1", "x.y"), Box(A, KEY[::-1]).tag("C-1", COLUMN)})
        == 4
    )


def test_a_box_goes_to_another_process_and_a_short_key_is_none() -> None:
    assert box_of(Box(A, KEY).exported()).open(Box(A, KEY).seal(b"x", COLUMN), COLUMN) == b"x"
    with pytest.raises(BadSeal):
        Box(A, KEY[:31])
