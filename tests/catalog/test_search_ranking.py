"""Finding rows by a part of a text: what is found, what comes first, and that it is what a slow scan finds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.search_ranking import TextIndex, Texts
from common.text import approval_key, norm

DRUGS = [
    Texts(
        "E-1",
        ("甲磺酸奥希替尼片", "泰瑞沙"),
        ("E-1", "XL01EBA001"),
        ("jiahuangsuanaoxitinipian", "jhsaxtnp"),
        ("阿斯利康",),
    ),
    Texts("E-2", ("阿昔替尼片", "英立达"), ("E-2", "H20150244"), ("axitinipian", "axtnp"), ("辉瑞",)),
    Texts("E-3", ("替尼泊苷注射液",), ("E-3",), ("tiniboganzhusheye", "tnbgzsy"), ("百时美",)),
    Texts("E-4", ("Ｔ－ＤＭ１ 注射液",), ("E-4",), ("t-dm1zhusheye", "t-dm1zsy"), ("罗氏", "替尼制药")),
    Texts("替尼", ("某药",), ("替尼",), ("mouyao", "my"), ()),
]
INDEX = TextIndex(DRUGS)


def found(text: str) -> list[str]:
    return [INDEX.key(ordinal) for ordinal in INDEX.find(text)]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("替", ["E-3", "E-4", "E-1", "E-2"]),  # one character is enough; who starts with it comes first
        ("替尼", ["E-3", "E-4", "E-1", "E-2"]),
        ("阿昔替尼片", ["E-2"]),
        ("泰瑞沙", ["E-1"]),
        ("辉瑞", ["E-2"]),
        ("axtn", ["E-2", "E-1"]),  # initials from the start before initials inside
        ("aoxitini", ["E-1"]),
        ("AO XI TI NI", ["E-1"]),
        ("xl01", ["E-1"]),
        ("XL01EB", ["E-1"]),
        ("L01", []),  # codes from their start only
        ("国药准字H2015", ["E-2"]),
        ("H20150244", ["E-2"]),
        ("t-dm1", ["E-4"]),
        ("Ｔ－ＤＭ１", ["E-4"]),
        ("T DM", []),
        ("%", []),
        ("_", []),
        ("国药准字", []),
        ("", []),
        (" ", []),
        ("·", []),
        ("\n", []),
        ("没有", []),
    ],
)
def test_the_best_comes_first(text: str, keys: list[str]) -> None:
    assert found(text) == keys


def test_exact_before_prefix_before_substring_and_names_before_makers() -> None:
    index = TextIndex(
        [
            Texts("inside", ("新安宁片",)),
            Texts("maker", ("某药",), makers=("安宁",)),
            Texts("prefix", ("安宁片",)),
            Texts("exact", ("安宁",)),
            Texts("brand", ("某药", "安宁")),
        ]
    )

    assert [index.key(one) for one in index.find("安宁")] == ["exact", "brand", "maker", "prefix", "inside"]


def test_rows_alike_in_rank_keep_their_order() -> None:
    index = TextIndex(Texts(str(number), ("药片",)) for number in range(100))

    assert [index.key(one) for one in index.find("药")] == [str(number) for number in range(100)]


def test_an_index_of_nothing_finds_nothing() -> None:
    assert list(TextIndex([]).find("药")) == []


letters = st.text(alphabet="药片ab1 ", max_size=5)
rows = st.lists(st.tuples(letters, letters, letters, letters), max_size=12)


def made(rows: list[tuple[str, str, str, str]]) -> TextIndex:
    return TextIndex(
        Texts(str(number), (name,), (code,), (sound,), (maker,))
        for number, (name, code, sound, maker) in enumerate(rows)
    )


@given(rows=rows, asked=st.text(alphabet="药片ab1 ", max_size=3))
def test_it_finds_what_a_scan_finds_and_nothing_twice(rows: list[tuple[str, str, str, str]], asked: str) -> None:
    index = made(rows)
    wanted, code = norm(asked), approval_key(asked)

    def rank(row: tuple[str, str, str, str]) -> int | None:
        name, coded, sound, maker = (norm(text) for text in row)
        ranks = []
        for place, (text, part, anywhere) in enumerate(
            [(name, wanted, True), (coded, code, False), (sound, wanted, True), (maker, wanted, True)]
        ):
            if not part or (place in (1, 2) and not part.isascii()):
                continue
            if text == part:
                ranks.append(place)
            elif text.startswith(part):
                ranks.append(4 + place)
            elif anywhere and part in text:
                ranks.append(8 + place)
        return min(ranks, default=None)

    ranked = [(rank(row), number) for number, row in enumerate(rows)]
    expected = [number for _rank, number in sorted((r, n) for r, n in ranked if r is not None)]

    assert list(index.find(asked)) == expected


# --- Diseases, always last

LISTED = TextIndex(
    [
        Texts("D-1", ("甲",), diseases=("C34", "C50")),
        Texts("D-2", ("乙",), diseases=("C34.1",)),
        Texts("D-3", ("丙",), diseases=("C30-C39",)),
        Texts("C34-4", ("丁",), codes=("C34-4",)),
        Texts("D-5", ("戊",), codes=("H20150244",), diseases=("H20",)),
    ]
)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("C34.1", ["D-1", "D-2", "D-3"]),
        (
            "c34",
            ["C34-4", "D-1", "D-3"],
        ),  # a code that starts with it comes first; C34.1 is narrower than what was asked
        ("C34.101", ["D-1", "D-2", "D-3"]),
        ("C50.9", ["D-1"]),
        ("C39", ["D-3"]),
        ("C40", []),
        ("H20", ["D-5"]),
        ("H2015", ["D-5"]),  # an approval number's beginning, and no diagnosis
        ("H20.5", ["D-5"]),
        ("H201", ["D-5"]),
        ("肺癌", []),
    ],
)
def test_a_diagnosis_finds_what_is_listed_for_it(text: str, keys: list[str]) -> None:
    assert [LISTED.key(ordinal) for ordinal in LISTED.find(text)] == keys
