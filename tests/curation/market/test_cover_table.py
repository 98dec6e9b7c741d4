"""A cover table and the files it names: whatever people call them, each list meets its file or is told why not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.provinces import REGIONS
from curation.market.cover_table import (
    NAMES,
    Defaults,
    Listed,
    apart,
    completed,
    derived_code,
    differences,
    listed,
    may_be_cover,
    placed,
)

NAME = st.text("京沪惠保特药清单ABCab12（）- ", min_size=1, max_size=12).filter(lambda text: text.strip(" -"))


@pytest.mark.parametrize(
    ("header", "column"),
    [
        *[
            ("目录编码", "code"),
            ("catalog_code", "code"),
            ("产品名称*", "name"),
            ("name", "name"),
            ("清单名称（必填）", "name"),
        ],
        *[
            ("省份", "province"),
            ("省（自治区、直辖市）", "province"),
            ("承保公司", "publisher"),
            ("Insurer", "publisher"),
        ],
        *[("保费", "premium_cny"), ("保费（元）", "premium_cny"), ("premium_cny", "premium_cny")],
        *[
            ("保费(万元)", "premium_in_10000"),
            ("年保费（ 万元 ）", "premium_in_10000"),
            ("保费收入（亿元）", "premium_in_100000000"),
        ],
        *[("参保人数", "insured_count"), ("参保人数（万人）", "insured_in_10000"), ("insured", "insured_count")],
        *[
            ("文件名", "file"),
            ("工作表", "file"),
            ("Sheet", "file"),
            ("版本号", "label"),
            ("生效日期", "effective_from"),
        ],
        *[("条目数", "rows"), ("备注", "note"), ("保费（美元）", None), ("药品名称", None)],
    ],
)
def test_headers_as_people_write_them(header: str, column: str | None) -> None:
    assert NAMES.column_of(header) == column


def test_no_header_names_two_columns() -> None:
    headers = [(header, column.name) for column in NAMES.shape.columns for header in (column.name, *column.headers)]

    assert all(NAMES.column_of(header) == name for header, name in headers)


@pytest.mark.parametrize("name", ["清单目录", "封面.xlsx", "包/Lists.csv", "清单汇总表", "COVER.CSV", "./封面"])
def test_covers_are_known_by_their_names(name: str) -> None:
    assert may_be_cover(name)


@given(st.lists(NAME, min_size=1, max_size=8, unique_by=lambda name: " ".join(name.casefold().split())), st.data())
@settings(max_examples=80)
def test_each_list_meets_the_file_that_it_names_in_any_order(names: list[str], data: st.DataObject) -> None:
    parts = data.draw(st.permutations([f"包/{name}.csv" for name in names]))
    lists = [Listed(row=row, name="甲", file=f"{name}.csv") for row, name in enumerate(names, 2)]

    found, left = placed(lists, parts, are_sheets=False)

    assert left == []
    assert [parts[one.part] if one.part is not None else None for one in found] == [f"包/{name}.csv" for name in names]
    assert not any(one.is_wrong for one in found)


@given(
    st.lists(st.sampled_from("甲乙丙丁"), max_size=6), st.lists(st.sampled_from("甲乙丙戊"), max_size=5, unique=True)
)
def test_every_row_and_every_sheet_is_met_or_told(rows: list[str], sheets: list[str]) -> None:
    lists = [Listed(row=row, name=name, file=name) for row, name in enumerate(rows, 2)]

    found, left = placed(lists, sheets, are_sheets=True)

    for one in found:
        twice, there = rows.count(one.file) > 1, one.file in sheets
        codes = [problem.code for problem in one.problems]
        assert codes == (["CONFLICTING_ROWS"] if twice and there else [] if there else ["NO_SUCH_FILE"])
        assert all(problem.row == one.row for problem in one.problems)
    assert [sheets[place] for place in left] == [sheet for sheet in sheets if sheet not in rows]


def test_without_a_file_a_list_is_found_by_its_code_name_or_province() -> None:
    lists = [
        Listed(row=2, name="京惠保", code="REF-1"),
        Listed(row=3, name="沪惠保"),
        Listed(row=4, name="苏惠保", province="江苏"),
        Listed(row=5, name="甲", province="浙江"),
        Listed(row=6, name="乙", province="浙江"),
        Listed(row=7, name="一个很长的产品名称" * 5),
    ]
    sheets = ["ref-1", "沪惠保", "江苏省", "浙江", ("一个很长的产品名称" * 5)[:31]]

    found, left = placed(lists, sheets, are_sheets=True)

    assert [one.part for one in found] == [0, 1, 2, None, None, 4] and left == [3]


def test_files_of_one_name_in_two_folders_are_told_apart_by_the_folder() -> None:
    parts = ["北京/清单.csv", "上海/清单.csv"]
    vague, clear = Listed(row=2, name="甲", file="清单.csv"), Listed(row=3, name="乙", file="上海\\清单.CSV")

    (first, second), _left = placed([vague, clear], parts, are_sheets=False)

    assert first.part is None and "北京/清单.csv" in first.problems[0].zh
    assert second.part == 1


@given(NAME, st.sampled_from([*REGIONS.codes, ""]), NAME, st.sampled_from([*REGIONS.codes, ""]))
def test_a_derived_code_is_a_code_and_tells_lists_apart(one: str, here: str, other: str, there: str) -> None:
    code = derived_code(one, here)

    assert code == derived_code(one, here) and len(code) <= 64
    assert NAMES.columns["code"].parse(code).value == code
    if here != there:
        assert code != derived_code(other, there)


def test_lists_that_would_be_one_catalog_are_both_told() -> None:
    first = listed(2, {"name": "甲", "code": "R-1"})
    second, third = listed(3, {"name": "乙", "code": "r-1"}), listed(4, {"name": "丙"})
    fourth = listed(5, {"name": "丙"})

    found = apart([first, second, third, fourth])

    assert [[(problem.code, problem.column, problem.other) for problem in one.problems] for one in found] == [
        [("CONFLICTING_ROWS", "code", 3)],
        [("CONFLICTING_ROWS", "code", 2)],
        [("CONFLICTING_ROWS", "name", 5)],
        [("CONFLICTING_ROWS", "name", 4)],
    ]


def test_amounts_in_their_greater_units_and_two_that_differ() -> None:
    one = listed(2, {"name": "甲", "premium_in_10000": Decimal("612345000"), "insured_in_10000": 3_100_000})
    two = listed(3, {"name": "乙", "premium_cny": Decimal(1), "premium_in_10000": Decimal(2)})

    assert (one.premium_cny, one.insured_count, one.problems) == (Decimal("612345000"), 3_100_000, ())
    assert [problem.code for problem in two.problems] == ["OUT_OF_RANGE"]


DAYS = st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2027, 12, 31)))


@given(DAYS, DAYS, st.sampled_from(["", "2026"]), DAYS, DAYS, st.sampled_from(["", "2027"]))
def test_a_row_says_it_or_the_upload_does_or_it_is_told(
    first: date | None, last: date | None, label: str, own_first: date | None, own_last: date | None, own_label: str
) -> None:
    one = listed(2, {"name": "甲", "label": own_label or None, "effective_from": own_first, "effective_to": own_last})

    full = completed([one], Defaults(label, first, last))[0]

    assert full.label == (own_label or label)
    assert full.effective_from == (own_first or first)
    # A row that names its first day means its own last one, if any.
    assert full.effective_to == (own_last if own_first else own_last or last)
    orderly = not (full.effective_from and full.effective_to) or full.effective_from <= full.effective_to
    assert full.is_wrong == (not full.label or full.effective_from is None or not orderly)


def test_what_a_cover_leaves_open_differs_in_nothing() -> None:
    there = {"name": "京惠保", "publisher": "人保", "province": "北京", "premium_cny": Decimal("1.00")}
    there |= {"insured_count": 5, "note": ""}
    nothing = dict.fromkeys(there)

    assert differences(nothing, there) == {}
    assert differences({**nothing, "name": "京惠保 "}, there) == {}
    assert differences({**nothing, "premium_cny": Decimal("1"), "insured_count": 0}, there) == {"insured_count": (5, 0)}


@given(st.lists(st.builds(Listed, row=st.integers(2, 99), name=NAME), max_size=5))
def test_nothing_but_problems_is_added_to_a_list(lists: list[Listed]) -> None:
    for one, before in zip(apart(lists), lists, strict=True):
        assert replace(one, problems=()) == before
