"""Which entries go on under another code: one to one, the same drug, the most alike first; held against a slow and obvious version."""

from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.change_weight import FIELDS, as_compared
from catalog.entry_pairing import drug_part, pair_alike, shared_groups

UNHURRIED = settings(deadline=None)
PLAIN = {name: [] if name in {"icd10", "settings", "criteria", "regulators", "marks"} else "" for name in FIELDS}


def entry(**fields: Any) -> dict[str, Any]:
    return {**PLAIN, "generic_name": "甲片", **fields}


def naive(olds: list[dict[str, Any]], news: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Look through all pairs of one drug for the best that is left, again and again."""
    pairs: list[tuple[int, int]] = []
    while True:
        best: tuple[int, int, int] | None = None
        for old, before in enumerate(olds):
            for new, now in enumerate(news):
                if any(old == o or new == n for o, n in pairs) or drug_part(before) != drug_part(now):
                    continue
                alike = sum(
                    as_compared(before, name) == as_compared(now, name) for name in FIELDS if name != "entry_code"
                )
                if best is None or alike > best[0]:
                    best = (alike, old, new)
        if best is None:
            return sorted(pairs)
        pairs.append(best[1:])


def paired(olds: list[dict[str, Any]], news: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Pair two lists as the service does: by group of the drug part."""
    keys = [array("q", [hash(drug_part(one)) for one in side]) for side in (olds, news)]
    return sorted(
        (old_places[old], new_places[new])
        for old_places, new_places in shared_groups(*keys)
        for old, new in pair_alike([olds[place] for place in old_places], [news[place] for place in new_places])
    )


FEW = st.sampled_from(["", "一", "二"])
ENTRIES = st.lists(
    st.builds(
        entry,
        generic_name=st.sampled_from(["甲片", "甲 片", "乙片", ""]),
        brand_name=st.sampled_from(["", "", "品", "ＰＩＮ", "pin"]),
        class_code=st.sampled_from(["", "XA", "XB"]),
        indication=FEW,
        restriction=st.sampled_from(["", "限（一）。", "限(一)", "限二"]),
        icd10=st.lists(st.sampled_from(["C34", "C50"]), max_size=2, unique=True),
        age_min=st.none() | st.integers(0, 2),
        note=FEW,
    ),
    max_size=7,
)


@UNHURRIED
@given(ENTRIES, ENTRIES)
def test_pairs_are_those_of_looking_through_all(olds: list[dict[str, Any]], news: list[dict[str, Any]]) -> None:
    assert paired(olds, news) == naive(olds, news)


@UNHURRIED
@given(ENTRIES.filter(len), ENTRIES.filter(len), st.integers(0, 5))
def test_of_very_many_those_alike_but_for_one_column_come_first(
    olds: list[dict[str, Any]], news: list[dict[str, Any]], most: int
) -> None:
    olds, news = ([{**one, "generic_name": "甲片", "brand_name": ""} for one in side] for side in (olds, news))

    pairs = pair_alike(olds, news, most=most)

    def likeness(old: int, new: int) -> int:
        return sum(as_compared(olds[old], name) != as_compared(news[new], name) for name in FIELDS)

    assert len(pairs) == min(len(olds), len(news))
    assert len({old for old, _new in pairs}) == len({new for _old, new in pairs}) == len(pairs)
    # No two that are left could have been paired better, as far as the first two steps go.
    exact = naive(olds, news)
    for differing_columns in (0, 1):
        found = {pair for pair in pairs if likeness(*pair) == differing_columns}
        assert found == {pair for pair in exact if likeness(*pair) == differing_columns}


@pytest.mark.parametrize(
    ("olds", "news", "pairs"),
    [
        ([entry()], [entry(restriction="限二线")], [(0, 0)]),
        ([entry()], [entry(generic_name="乙片")], []),
        ([entry(dosage_form="片剂")], [entry(dosage_form="胶囊剂")], []),
        ([entry(generic_name="甲（Ⅰ）")], [entry(generic_name="甲(I)")], [(0, 0)]),
        ([entry(approval_no="国药准字H20200001")], [entry(approval_no="H20200001")], [(0, 0)]),
        # The most alike first, whatever their order.
        (
            [entry(indication="一"), entry(indication="二")],
            [entry(indication="二"), entry(indication="一")],
            [(0, 1), (1, 0)],
        ),
        ([entry(indication="三", note="x"), entry(indication="二", note="y")], [entry(indication="二")], [(1, 0)]),
        # Alike in as many: file order.
        ([entry(indication="一"), entry(indication="二")], [entry(indication="三")], [(0, 0)]),
        # An entry that names no drug selects by its class.
        ([entry(generic_name="", class_code="XA")], [entry(generic_name="", class_code="XB")], []),
        ([entry(generic_name="", class_code="XA")], [entry(generic_name="", class_code="XA", note="x")], [(0, 0)]),
        ([entry(generic_name="", icd10=["C34"])], [entry(generic_name="", icd10=["C34", "C50"])], [(0, 0)]),
    ],
)
def test_the_same_drug_goes_on_under_another_code(
    olds: list[dict[str, Any]], news: list[dict[str, Any]], pairs: list[tuple[int, int]]
) -> None:
    assert paired(olds, news) == naive(olds, news) == pairs


def test_ten_thousand_entries_of_one_drug_are_paired_in_seconds() -> None:
    olds = [entry(indication=f"病{number}", note=f"{number}") for number in range(10_000)]
    news = [entry(indication=f"病{number}", note=f"{number + 1}") for number in range(10_000)]

    assert pair_alike(olds, news[::-1])[:2] == [(0, 9_999), (1, 9_998)]
