"""Workbooks of several sheets, with covers, hidden rows and merged cells: which sheet is read, and what is told."""

import pytest
from openpyxl import Workbook

from tests.files import found, outcome, outcome_and_rows, raw_xlsx, saved, table_rows

HEADER = ["药品通用名", "剂型"]
ROWS = [["甲药", "片"], ["乙药", "胶囊"]]


def book(*sheets, hidden=()):
    """A workbook of (name, rows)."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    return made


def read(content, path, **how):
    result, rows = outcome_and_rows(content, path=path, **how)
    warnings = [(w.code, w.value) for w in result.warnings]
    return [(int(row["row_no"]), row["generic_name"]) for row in rows], warnings, result


LIST = ("目录", [HEADER, *ROWS])
BOTH = [(2, "甲药"), (3, "乙药")]


@pytest.mark.parametrize(
    ("sheets", "hidden", "rows", "warnings"),
    [
        ([LIST], (), BOTH, []),
        ([LIST, ("Sheet2", []), ("Sheet3", [])], (), BOTH, []),
        ([LIST, ("附表", [["说明"], ["一"]])], (), BOTH, [("SHEETS_NOT_READ", "附表")]),
        ([("Sheet1", []), LIST], (), BOTH, [("SHEETS_NOT_READ", "Sheet1")]),
        ([("封面", [["某省医保药品目录"], ["2026年"]]), LIST], (), BOTH, [("SHEETS_NOT_READ", "封面")]),
        ([("封面", [["某省医保药品目录"]]), ("说明", [["一、编制说明"], ["二、其他"]]), LIST], (), BOTH, [("SHEETS_NOT_READ", "封面、说明")]),
        ([("字典", [["剂型", "规格"], ["片", "1"]]), LIST], ("字典",), BOTH, [("SHEETS_NOT_READ", "字典")]),
        ([LIST, ("字典", [["片"], ["胶囊"]])], ("字典",), BOTH, [("SHEETS_NOT_READ", "字典")]),
        ([LIST, ("空", [])], ("目录",), BOTH, [("HIDDEN_ROWS", "目录")]),
        ([LIST, ("西药", [HEADER, ["丙药", "片"]])], (), BOTH, [("SHEETS_NOT_READ", "西药")]),
    ],
)  # fmt: skip
def test_the_first_sheet_that_has_a_header_is_read_and_the_others_are_named(sheets, hidden, rows, warnings, tmp_path):
    read_rows, told, result = read(saved(book(*sheets, hidden=hidden)), tmp_path)

    assert result.ok, result.errors
    assert (read_rows, told) == (rows, warnings)


def test_each_sheet_that_is_not_read_is_named_with_its_rows(tmp_path):
    content = saved(book(LIST, ("西药", [["标题"], HEADER, ["丙药", "片"]]), ("中成药", [["注"]])))

    warning = read(content, tmp_path)[2].warnings[0]

    assert "“西药”（3 行，表头下 1 行）" in warning.zh and "“中成药”（1 行）" in warning.zh and "“目录”" in warning.zh
    assert "“西药” (3 rows, 1 below the header)" in warning.en


def test_a_sheet_is_read_by_its_name(tmp_path):
    content = saved(book(LIST, ("西药", [HEADER, ["丙药", "片"]])))

    rows, warnings, result = read(content, tmp_path, sheet="西药")

    assert (rows, warnings) == ([(2, "丙药")], [("SHEETS_NOT_READ", "目录")])
    assert not [change for change in result.normalised if change.column == "sheet"]


def test_a_sheet_that_is_not_there_is_refused_with_a_list_of_those_that_are(tmp_path):
    result = outcome(saved(book(LIST, ("西药", []))), path=tmp_path, sheet="中成药")

    assert found(result) == [("NOT_A_TABLE", None, "sheet")]
    assert "目录、西药" in result.errors[0].zh and "目录、西药" in result.errors[0].en


def test_a_sheet_passed_over_is_told(tmp_path):
    result = read(saved(book(("封面", [["目录"]]), LIST)), tmp_path)[2]

    assert [(c.column, c.before, c.after[:2]) for c in result.normalised] == [("sheet", "封面", "目录")]


def test_a_damaged_sheet_that_is_not_read_harms_nothing(tmp_path):
    import io
    import zipfile

    source = zipfile.ZipFile(io.BytesIO(saved(book(LIST, ("坏", [["x"]])))))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for info in source.infolist():
            broken = info.filename == "xl/worksheets/sheet2.xml"
            made.writestr(info.filename, b"<worksheet><sheetData><row>" if broken else source.read(info))

    rows, warnings, _ = read(file.getvalue(), tmp_path)

    assert (rows, warnings) == (BOTH, [("SHEETS_NOT_READ", "坏")])


def hide(made, *, rows=(), columns=()):
    sheet = made["目录"]
    for row in rows:
        sheet.row_dimensions[row].hidden = True
    for column in columns:
        sheet.column_dimensions[column].hidden = True
    return saved(made)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"rows": [3]}, [("HIDDEN_ROWS", 3, "3")]),
        ({"rows": [2, 3, 5]}, [("HIDDEN_ROWS", 2, "2–3、5")]),
        ({"columns": ["B"]}, [("HIDDEN_ROWS", 1, "B（剂型）")]),
        ({"columns": ["Z"]}, []),
        ({"rows": [9]}, []),
        ({"rows": [3], "columns": ["A"]}, [("HIDDEN_ROWS", 1, "A（药品通用名）"), ("HIDDEN_ROWS", 3, "3")]),
    ],
)
def test_what_is_hidden_is_read_and_told(how, told, tmp_path):
    made = book(("目录", [HEADER, *([f"药{n}", "片"] for n in range(4))]))

    rows, _, result = read(hide(made, **how), tmp_path)

    assert rows == [(n + 2, f"药{n}") for n in range(4)]
    assert [(w.code, w.row, w.value) for w in result.warnings] == told


@pytest.mark.parametrize(
    ("before", "row"),
    [("", '<row ht="0" customHeight="1" r="3"'), ('<sheetFormatPr zeroHeight="1"/>', '<row ht="15" r="3"')],
)
def test_rows_of_no_height_are_hidden(before, row, tmp_path):
    rows = table_rows().replace('<row r="3"', row)
    rows = rows.replace('<row r="', '<row hidden="0" r="') if before else rows

    result = outcome(raw_xlsx(rows, before=before), path=tmp_path)

    assert [(w.code, w.value) for w in result.warnings] == ([] if before else [("HIDDEN_ROWS", "3")])


@pytest.mark.parametrize(
    ("merged", "errors"),
    [
        ("A1:B1", []),  # a title over the table
        ("A6:B6", []),  # a note below it
        ("A7:B9", []),  # nothing
        ("A3:A4", [("NOT_A_TABLE", 3, "A")]),
        ("A2:A3", [("NOT_A_TABLE", 2, "A")]),
        ("B5:C5", [("NOT_A_TABLE", 5, "B")]),
    ],
)
def test_cells_are_merged_outside_the_data_only(merged, errors, tmp_path):
    rows = [["目录", None], [*HEADER], *ROWS, ["丙药", None], ["注：完", None]]
    made = book(("目录", rows))
    made["目录"].merge_cells(merged)

    assert [error for error in found(outcome(saved(made), path=tmp_path)) if error[0] == "NOT_A_TABLE"] == errors
