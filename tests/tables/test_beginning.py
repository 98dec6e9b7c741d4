"""Where a table begins: titles, groups and covers above a header are passed over, told, and data is never one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.columns import ENTRIES, header_names
from tables.header import find_header
from tests.files import csv_text, found, outcome_and_rows, xlsx

HEADER = ["药品名称", "剂型", "规格"]
ROWS = [["甲药", "片", "1mg"], ["乙药", "胶囊", "2mg"]]
TITLES = [
    [["国家医保药品目录（2025年）"]],
    [["某公司药品目录"], ["单位：元", "", "制表日期：2026年1月1日"], ["编号规则见说明"]],
    [["来源", "国家医保局", "说明"], ["版本", "2025"]],
    [["填写说明"], ["药品名称：必填"], ["剂型：按说明书"], ["规格", "如 5mg"]],
    [["x"]] * 20,
]


def read(content, path, kind="commercial", **how):
    result, rows = outcome_and_rows(content, kind, path=path, **how)
    return [(int(row["row_no"]), row["generic_name"], row["dosage_form"]) for row in rows], result


@pytest.mark.parametrize("titles", TITLES, ids=["one", "units", "source", "how-to", "many"])
@pytest.mark.parametrize("write", ["csv", "xlsx"])
def test_titles_above_the_header_are_passed_over_and_told(titles, write, tmp_path):
    table = [*titles, HEADER, *ROWS]
    content = xlsx(table[1:], header=table[0]) if write == "xlsx" else csv_text(table[1:], header=table[0])

    rows, result = read(content, tmp_path)

    at = len(titles) + 1
    assert result.ok, result.errors
    assert rows == [(at + 1, "甲药", "片"), (at + 2, "乙药", "胶囊")]
    told = [change.row for change in result.normalised if change.column == "header_row"]
    assert told == [*range(1, at + 1)]


def test_a_header_further_down_than_thirty_rows_is_named(tmp_path):
    table = [*[["x"]] * 31, HEADER, *ROWS]
    content = csv_text(table[1:], header=table[0])

    assert found(read(content, tmp_path)[1]) == [("MISSING_COLUMN", 1, "generic_name")]
    assert read(content, tmp_path, header_row=32)[0] == [(33, "甲药", "片"), (34, "乙药", "胶囊")]


def test_the_row_that_is_named_is_the_header(tmp_path):
    table = [["药品名称", "剂型", "规格"], ["注册名称", "剂型名称", "药品规格"], *ROWS]
    content = csv_text(table[1:], header=table[0])

    assert read(content, tmp_path, header_row=2)[1].headers == ("注册名称", "剂型名称", "药品规格")
    assert found(read(content, tmp_path, header_row=3)[1]) == [("MISSING_COLUMN", 3, "generic_name")]


@pytest.mark.parametrize("row", [5, 900])
def test_a_row_without_anything_is_no_header(row, tmp_path):
    content = csv_text(ROWS, header=HEADER)

    assert found(read(content, tmp_path, header_row=row)[1]) == [("NOT_A_TABLE", row, "")]


@pytest.mark.parametrize(
    ("above", "below", "columns"),
    [
        # Groups above, columns below.
        (["药品信息", "", "", "支付", ""], ["药品名称", "剂型", "规格", "支付标准", "备注"],
         ["generic_name", "dosage_form", "strength", "payment_standard", "note"]),
        # Columns merged over both rows, groups beside them.
        (["编号", "药品名称", "药品信息", "", "备注"], ["", "", "剂型", "规格", ""],
         ["entry_code", "generic_name", "dosage_form", "strength", "note"]),
        # Two days under their period.
        (["药品名称", "剂型", "协议有效期", ""], ["", "", "开始日期", "结束日期"],
         ["generic_name", "dosage_form", "effective_from", "effective_to"]),
        # A second line of units.
        (["药品名称", "剂型", "支付标准"], ["", "", "（元）"], ["generic_name", "dosage_form", "payment_standard"]),
    ],
)  # fmt: skip
def test_a_header_may_be_two_rows(above, below, columns, tmp_path):
    day = {"effective_from": "2026-01-01", "effective_to": "2027-12-31", "payment_standard": "5", "entry_code": "E-1"}
    row = [day.get(column, "甲药片") for column in columns]
    content = csv_text(
        [["目录"] + [""] * (len(above) - 1), above, below, row][1:], header=["目录"] + [""] * (len(above) - 1)
    )

    result, rows = outcome_and_rows(content, "commercial", path=tmp_path)

    assert result.ok, result.errors
    assert list(result.columns) == columns
    assert [int(row["row_no"]) for row in rows] == [4]


@pytest.mark.parametrize(
    "rows",
    [
        # Words of headers among the data.
        [["药品名称", "属性", "说明"], ["甲药", "说明", "规格"], ["乙药", "剂型", "规格"]],
        [["药品名称", "属性"], ["甲药", "剂型"]],
        [["药品名称"], ["规格"]],
    ],
)
def test_data_is_never_a_header(rows, tmp_path):
    begun = find_header(list(enumerate(rows, 1)), header_names("commercial"))

    assert begun is not None
    assert (begun.row, begun.first_row) == (1, None)


def test_a_second_table_does_not_swallow_the_first(tmp_path):
    table = [
        ["药品名称", "剂型", "规格"],
        *ROWS,
        ["药品名称", "剂型", "规格", "生产企业", "商品名"],
        ["丙药", "片", "1", "厂", "牌"],
    ]

    begun = find_header(list(enumerate(table, 1)), header_names("commercial"))

    assert begun is not None and begun.row == 1


ALL = [header for column in ENTRIES for header in (column.name, *column.headers)]


@given(
    st.lists(st.sampled_from(ENTRIES), min_size=3, max_size=8, unique_by=lambda column: column.name),
    st.lists(st.lists(st.text("目录年月说明制表单位：0123 ", max_size=8), min_size=1, max_size=4), max_size=12),
    st.data(),
)
def test_a_header_is_found_below_any_title(columns, titles, data):
    header = [data.draw(st.sampled_from((column.name, *column.headers))) for column in columns]
    if not any(column.name == "generic_name" for column in columns):
        header.append("药品名称")
    names = header_names("commercial")
    titles = [row for row in titles if not any(names.column_of(cell) for cell in row)]
    rows = [*titles, header, ["甲药"] * len(header)]

    begun = find_header(list(enumerate(rows, 1)), names)

    assert begun is not None and begun.row == len(titles) + 1
