"""How often the market lists a drug for a disease: the figures, the cut and its pins, beside a second implementation."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.money import ratio_text
from curation.market.diseases import NOT_CODED, DiseaseGroups
from curation.market.frequency import Cut, Listing, MarketList, Pin, counted, cut, entry_codes, largest_provinces
from tests.curation.market.naive import NaiveList, Vocabulary, diseases_of, market

VOCABULARY: Vocabulary = (
    ("breast", "乳腺癌", ("C50",)),
    ("colorectal", "结直肠癌", ("C18-C20",)),
    ("dlbcl", "弥漫大B细胞淋巴瘤", ("C83.3",)),
    ("follicular", "滤泡性淋巴瘤", ("C82",)),
    ("gep_net", "胃肠胰神经内分泌瘤", ("C15-C26",)),
    ("hcc", "肝细胞癌", ("C22.0",)),
    ("large_b", "大B细胞淋巴瘤", ("C82.4", "C83.3", "C83.8", "C85.1", "C85.2")),
    ("liver", "原发性肝癌", ("C22",)),
    ("lung", "肺癌", ("C34",)),
    ("solid", "实体瘤", ("C00-C80",)),
)
GROUPS = DiseaseGroups(VOCABULARY)


def names(*codes: str) -> dict[str, tuple[str, ...]]:
    return {disease.name: part for disease, part in GROUPS.of(codes)}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (("C34",), {"肺癌": ("C34",)}),
        (("C34.1",), {"肺癌": ("C34.1",)}),
        (("C34.1", "C34.2"), {"肺癌": ("C34.1", "C34.2")}),
        # Two diseases in one row count for both, though a third group holds them both.
        (("C34", "C50"), {"肺癌": ("C34",), "乳腺癌": ("C50",)}),
        (("C18", "C19", "C20"), {"结直肠癌": ("C18", "C19", "C20")}),
        (("C18.0",), {"结直肠癌": ("C18.0",)}),
        # A row that names a larger group whole is for that one.
        (
            ("C82.4", "C83.3", "C83.8", "C85.1", "C85.2"),
            {"大B细胞淋巴瘤": ("C82.4", "C83.3", "C83.8", "C85.1", "C85.2")},
        ),
        (("C83.3",), {"弥漫大B细胞淋巴瘤": ("C83.3",)}),
        (("C82",), {"滤泡性淋巴瘤": ("C82",)}),
        (("C22",), {"原发性肝癌": ("C22",)}),
        (("C22.0",), {"肝细胞癌": ("C22.0",)}),
        (("C22.7",), {"原发性肝癌": ("C22.7",)}),
        (("C15-C26",), {"胃肠胰神经内分泌瘤": ("C15-C26",)}),
        (("C00-C80",), {"实体瘤": ("C00-C80",)}),
        # What no group holds is a group of its own: by category, a range as it is.
        (("M30.1",), {"M30": ("M30.1",)}),
        (("M30", "M30.1"), {"M30": ("M30", "M30.1")}),
        (("C81-C96",), {"C81-C96": ("C81-C96",)}),
        (("C34", "E75.2"), {"肺癌": ("C34",), "E75": ("E75.2",)}),
        ((), {"": ()}),
    ],
)
def test_a_row_is_for_the_diseases_that_its_codes_say(
    codes: tuple[str, ...], expected: dict[str, tuple[str, ...]]
) -> None:
    assert names(*codes) == expected


def test_diseases_with_the_same_codes_are_one_group() -> None:
    groups = DiseaseGroups([("fabry", "法布雷病", ("E75.2",)), ("gaucher", "戈谢病", ("E75.2",))])

    assert [disease for disease, _part in groups.of(("E75.2",))] == [("fabry/gaucher", "法布雷病、戈谢病")]


def test_a_group_of_its_own_has_the_name_of_its_code() -> None:
    groups = DiseaseGroups([], {"M30": "结节性多动脉炎"}.get)

    assert groups.of(("M30.1",)) == ((("M30", "M30 结节性多动脉炎"), ("M30.1",)),)


CODES = st.sampled_from(
    [
        "C34",
        "C34.1",
        "C50",
        "C18",
        "C18-C20",
        "C82",
        "C82.4",
        "C83.3",
        "C83.8",
        "C85.1",
        "C22",
        "C22.0",
        "C15-C26",
        "C91",
        "M30.1",
        "C81-C96",
    ]
)
ROWS = st.tuples(
    st.sampled_from(["甲", "乙", "丙"]),
    st.sampled_from(["片", "注射液", "盐"]),
    st.lists(CODES, max_size=3, unique=True).map(tuple),
)
LISTS = st.lists(
    st.tuples(
        st.sampled_from(["北京", "上海", "广东", "江苏", "浙江", "四川", "深圳", ""]),
        st.one_of(st.none(), st.integers(0, 10**6), st.sampled_from([1, 2, 3])),
        st.lists(ROWS, max_size=5),
    ),
    max_size=8,
)


@given(codes=st.lists(CODES, max_size=5, unique=True).map(tuple))
@settings(max_examples=100)
def test_diseases_are_found_as_by_trying_every_diagnosis(codes: tuple[str, ...]) -> None:
    assert set(names(*codes)) == diseases_of(codes, VOCABULARY)
    assert sorted(code for part in names(*codes).values() for code in part) == sorted(codes)


@given(drawn=LISTS, key=st.one_of(st.none(), st.sets(st.sampled_from(["北京", "上海", "广东"]))))
@settings(max_examples=100)
def test_a_market_is_counted_as_by_the_second_implementation(drawn: list, key: set[str] | None) -> None:
    lists = [MarketList(f"L{place}", province, premium or 0) for place, (province, premium, _rows) in enumerate(drawn)]
    rows = [
        Listing(place, drug, drug + form, codes)
        for place, (_province, _premium, own) in enumerate(drawn)
        for drug, form, codes in own
    ]
    slow = [
        NaiveList(
            f"L{place}",
            province,
            None if premium is None else Decimal(premium) / 100,
            [(drug, drug + form, codes) for drug, form, codes in own],
        )
        for place, (province, premium, own) in enumerate(drawn)
    ]
    provinces = largest_provinces(lists) if key is None else tuple(sorted(key))
    found = cut(counted(lists, rows, GROUPS), provinces, Cut(1, 0))

    told = [
        (
            one.counted.name,
            one.counted.disease.name,
            one.counted.products,
            len(one.counted.provinces),
            ratio_text(one.counted.premium_share),
            one.key_provinces_hit,
        )
        for one in found
    ]
    expected_key, expected = market(slow, VOCABULARY, None if key is None else sorted(key))
    assert list(provinces) == expected_key
    assert told == expected
    assert [one.rank for one in found] == list(range(1, len(found) + 1))


FIVE = [
    MarketList(f"L{place}", province, 100) for place, province in enumerate(("北京", "上海", "广东", "江苏", "浙江"))
]


def rows_of(drug: str, places: range, codes: tuple[str, ...] = ("C34",)) -> list[Listing]:
    return [Listing(place, drug, f"{drug}片", codes) for place in places]


def kept(wanted: Cut, rows: list[Listing], key: tuple[str, ...] = ("北京", "上海")) -> list[tuple[str, str]]:
    return [
        (one.counted.drug, one.counted.disease.name)
        for one in cut(counted(FIVE, rows, GROUPS), key, wanted)
        if one.kept
    ]


def test_what_is_kept_stands_in_enough_lists_and_in_enough_key_provinces() -> None:
    rows = rows_of("甲", range(5)) + rows_of("乙", range(1, 5)) + rows_of("丙", range(2, 5))

    assert kept(Cut(1, 0), rows) == [("甲", "肺癌"), ("乙", "肺癌"), ("丙", "肺癌")]
    assert kept(Cut(4, 0), rows) == [("甲", "肺癌"), ("乙", "肺癌")]
    assert kept(Cut(4, 2), rows) == [("甲", "肺癌")]
    assert kept(Cut(6, 0), rows) == []


def test_a_pin_comes_before_the_figures_and_one_on_a_disease_before_one_on_the_drug() -> None:
    rows = rows_of("甲", range(5)) + rows_of("甲", range(4), ("C50",)) + rows_of("乙", range(1))
    lung, every = Pin("甲", True, "肺癌要", "lung"), Pin("甲", False, "不要")

    assert kept(Cut(1, 0, (every,)), rows) == [("乙", "肺癌")]
    assert kept(Cut(1, 0, (every, lung)), rows) == [("甲", "肺癌"), ("乙", "肺癌")]
    assert kept(Cut(9, 0, (Pin("乙", True, "罕见"),)), rows) == [("乙", "肺癌")]


def test_the_key_provinces_are_the_five_with_the_largest_premium_of_equal_ones_the_first_by_name() -> None:
    lists = [MarketList(name, name, 1) for name in "己戊丁丙乙甲"] + [
        MarketList("more", "己", 5),
        MarketList("none", "", 99),
    ]

    assert largest_provinces(lists) == ("己", *sorted("戊丁丙乙甲")[:4])


def test_a_share_is_rounded_half_up_and_is_nothing_where_no_premium_is_known() -> None:
    lists = [MarketList("a", "甲", 1), MarketList("b", "乙", 19_999)]
    rows = [Listing(0, "药", "药片", ())]

    assert counted(lists, rows, GROUPS)[0].premium_share == 1  # 0.00005
    assert counted([one._replace(premium=0) for one in lists], rows, GROUPS)[0].premium_share == 0
    assert counted(lists, rows, GROUPS)[0].disease == NOT_CODED


def test_codes_of_the_followed_edition_stay_and_the_rest_is_numbered_beyond_them() -> None:
    rows = (
        rows_of("甲", range(5)) + rows_of("乙", range(4)) + rows_of("丙", range(3)) + rows_of("丙", range(3), ("C50",))
    )
    found = cut(counted(FIVE, rows, GROUPS), (), Cut(1, 0))

    assert entry_codes(found, "A", {}) == ["A-001", "A-002", "A-003", "A-004"]
    # One entry of the edition was for both diseases of 丙: its code goes on with the first.
    known = {("乙", "lung"): "A-001", ("丙", "breast"): "A-007", ("丙", "lung"): "A-007"}
    assert entry_codes(found, "A", known, ["A-001", "A-007", "A-x", "B-900"]) == ["A-008", "A-001", "A-007", "A-009"]
