"""What a list says of itself against what was loaded: drugs are numbers of a part, whatever their rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.totals import Part, differences

WESTERN = Part("西药", "L-X-", 2, 1)
ENTRIES = [("L-X-0001", "A"), ("L-X-0001R", "B"), ("L-X-0002-1A", "B"), ("L-X-0002.2", "B"), ("L-Z-0001", "A")]


@pytest.mark.parametrize(
    ("part", "entries", "told"),
    [
        (WESTERN, ENTRIES, []),
        (WESTERN, ENTRIES[:2], [("drugs", 2, 1)]),
        (WESTERN, [*ENTRIES, ("L-X-0003", "A")], [("drugs", 2, 3), ("class_a", 1, 2)]),
        (WESTERN, [], [("drugs", 2, 0), ("class_a", 1, 0)]),
        (Part("谈判", "L-N-", 3, None, 1), [("L-N-1", "B"), ("L-N-2-REST", "B")], []),  # one is said to be missing
        (Part("谈判", "L-N-", 3, None, 1), [("L-N-1", "B"), ("L-N-2", "B"), ("L-N-3", "B")], [("drugs", 2, 3)]),
    ],
)
def test_a_total_that_differs_is_told(
    part: Part, entries: list[tuple[str, str]], told: list[tuple[str, int, int]]
) -> None:
    assert [(found.what, found.expected, found.found) for found in differences([part], entries)] == told


def test_a_difference_is_said_in_both_languages() -> None:
    assert list(map(str, differences([WESTERN], ENTRIES[2:]))) == [
        "西药: 1 drugs, 2 expected（应有2种药品，实有1）",
        "西药: 0 with a class A row, 1 expected（应有1种含甲类，实有0）",
    ]


@given(st.sets(st.integers(1, 300)), st.integers(1, 3))
def test_rows_of_one_number_are_one_drug(numbers: set[int], rows: int) -> None:
    entries = [(f"L-X-{number:04}-{row}", "A") for number in numbers for row in range(rows)]

    assert differences([Part("西药", "L-X-", len(numbers), len(numbers))], entries) == []
