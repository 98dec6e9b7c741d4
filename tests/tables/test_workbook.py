"""Workbooks: all rows of the first sheet with their own numbers, or a refusal; what a spreadsheet did to a cell is told."""

from datetime import date, datetime, time

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tables.limits import Limits
from tables.workbook import column_letters
from tests.files import HEADER, ROWS, found, inline, outcome, outcome_and_rows, raw_xlsx, saved, table_rows, xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def codes_found(content, tmp_path):
    result, rows = outcome_and_rows(content, path=tmp_path)
    assert result.ok, result.errors
    return [(int(row["row_no"]), row["entry_code"]) for row in rows]


SEVEN = [(row, f"E-{row - 1}") for row in range(2, 9)]


@pytest.mark.parametrize(
    "content",
    [
        xlsx(ROWS),
        raw_xlsx(),
        raw_xlsx(before='<dimension ref="A1"/>'),
        raw_xlsx(before='<dimension ref="A1:E2"/>'),
        raw_xlsx(before='<dimension ref="A1:XFD1048576"/>'),
        raw_xlsx(styles='<fills count="1"><fill/></fills><cellXfs count="1"><xf numFmtId="0"/></cellXfs>'),
        raw_xlsx(strings="<si><t>unused</t></si>" * 1000),
        raw_xlsx(table_rows().replace(' r="', ' spans="1:5" r="')),
        raw_xlsx(before='<sheetFormatPr/><cols><col min="1" max="2" hidden="1"/></cols>'),
        raw_xlsx(table_rows().replace('<row r="4"', '<row hidden="1" r="4"')),
        raw_xlsx(after='<autoFilter ref="A1:E8"/>'),
        raw_xlsx(prolog='<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!-- c -->'),
    ],
    ids="openpyxl raw dimension-a1 dimension-short dimension-vast fill strings spans hidden-column hidden-row filter comment".split(),
)
def test_every_row_is_read_whatever_the_workbook_says_about_itself(content, tmp_path):
    assert codes_found(content, tmp_path) == SEVEN


def test_references_may_be_left_out(tmp_path):
    import re

    assert codes_found(raw_xlsx(re.sub(r' r="[A-Z]?\d+"', "", table_rows())), tmp_path) == SEVEN


def test_rows_keep_the_sheets_numbers(tmp_path):
    rows = inline(3, HEADER) + inline(7, ROWS[0]) + '<row r="9"/>' + inline(20, ROWS[1])

    assert codes_found(raw_xlsx(rows), tmp_path) == [(7, "E-1"), (20, "E-2")]


def test_a_far_row_is_read_without_the_rows_between(tmp_path):
    rows = table_rows() + inline(1_048_576, ("E-8", "伊马替尼片"))

    assert codes_found(raw_xlsx(rows), tmp_path) == [*SEVEN, (1_048_576, "E-8")]


def test_a_far_column_is_refused(tmp_path):
    rows = table_rows() + '<row r="9"><c r="XFD9" t="inlineStr"><is><t>x</t></is></c></row>'

    assert found(outcome(raw_xlsx(rows), path=tmp_path)) == [("TOO_LARGE", None, "")]


@pytest.mark.parametrize(
    "rows",
    [
        inline(1, HEADER) + inline(3, ROWS[0]) + inline(2, ROWS[1]),
        inline(1, HEADER) + inline(2, ROWS[0]) + inline(2, ROWS[1]),
        inline(1, HEADER) + '<row r="2"><c r="B2" t="inlineStr"><is><t>x</t></is></c><c r="A2"><v>1</v></c></row>',
        inline(1, HEADER) + '<row r="2"><c r="A3" t="inlineStr"><is><t>x</t></is></c></row>',
        inline(1, HEADER) + '<row r="2"><c r="A2" t="s"><v>7</v></c></row>',
        inline(1, HEADER) + '<row r="2"><c r="A2">',
    ],
    ids="order twice cells elsewhere lost-string open".split(),
)
def test_a_sheet_out_of_order_is_refused(rows, tmp_path):
    result = outcome(raw_xlsx(rows), path=tmp_path)

    assert [problem.code for problem in result.errors] == ["NOT_A_TABLE"]
    assert result.kept == 0


def test_a_million_empty_rows_are_nothing(tmp_path):
    rows = table_rows() + "".join(f'<row r="{number}"/>' for number in range(9, 100_000))

    assert codes_found(raw_xlsx(rows), tmp_path) == SEVEN


def test_merged_cells_are_refused_where_they_begin(tmp_path):
    content = raw_xlsx(after='<mergeCells count="2"><mergeCell ref="B3:B5"/><mergeCell ref="A7:B7"/></mergeCells>')

    assert found(outcome(content, path=tmp_path)) == [("NOT_A_TABLE", 3, "B"), ("NOT_A_TABLE", 7, "A")]


@pytest.mark.parametrize(
    "content", [saved(Workbook()), raw_xlsx(""), raw_xlsx('<row r="5"/>'), raw_xlsx(inline(1, HEADER))]
)
def test_an_empty_sheet_is_an_empty_file(content, tmp_path):
    assert found(outcome(content, path=tmp_path)) == [("EMPTY_FILE", None, "")]


def cell(value, *, style="", header="payment_standard", **attributes):
    """A table of one entry whose last cell is written by hand."""
    kind = "".join(f' {name}="{text}"' for name, text in attributes.items())
    row = f'<row r="2"><c r="A2" t="inlineStr"><is><t>奥希替尼</t></is></c><c r="B2"{style}{kind}>{value}</c></row>'
    return inline(1, ("generic_name", header)) + row


@pytest.mark.parametrize(
    ("header", "content", "code"),
    [
        ("payment_standard", "<f>A1*2</f>", "BAD_NUMBER"),
        ("effective_from", "<f>TODAY()</f>", "BAD_DATE"),
        ("note", '<f t="shared" si="0"/>', "BAD_CODE"),
        ("marks", "<f>A1</f>", "BAD_CHOICE"),
    ],
)
def test_a_formula_without_a_result_is_refused(header, content, code, tmp_path):
    assert found(outcome(raw_xlsx(cell(content, header=header)), path=tmp_path)) == [(code, 2, header)]


def test_a_formulas_stored_result_is_the_cell(tmp_path):
    result, rows = outcome_and_rows(raw_xlsx(cell("<f>1+2</f><v>3</v>")), path=tmp_path)

    assert result.ok and rows[0]["payment_standard"] == "3.0000"
    assert [(one.code, one.row, one.column) for one in result.warnings] == [("FORMULA_RESULT", 2, "payment_standard")]


def test_formulas_are_told_once_a_column(tmp_path):
    cells = "".join(
        f'<row r="{row}"><c r="A{row}" t="inlineStr"><is><t>药{row}片</t></is></c>'
        f'<c r="B{row}" t="str"><f>C{row}</f><v>甲{row}</v></c><c r="C{row}"><v>5</v></c></row>'
        for row in (2, 3, 4)
    )
    content = raw_xlsx(inline(1, ("generic_name", "note", "payment_standard")) + cells)

    result, rows = outcome_and_rows(content, path=tmp_path)

    assert [row["note"] for row in rows] == ["甲2", "甲3", "甲4"]
    (told,) = result.warnings
    assert (told.code, told.row, told.column) == ("FORMULA_RESULT", 2, "note") and "3" in told.en


@pytest.mark.parametrize(
    ("header", "code"), [("payment_standard", "BAD_NUMBER"), ("note", "BAD_CODE"), ("sex", "BAD_CHOICE")]
)
def test_an_error_in_a_cell_is_refused(header, code, tmp_path):
    assert found(outcome(raw_xlsx(cell("<v>#REF!</v>", header=header, t="e")), path=tmp_path)) == [(code, 2, header)]


@pytest.mark.parametrize(
    ("header", "raw", "stored"),
    [
        ("payment_standard", "12.5", "12.5000"),
        ("payment_standard", "165.90000000000001", "165.9000"),
        ("payment_standard", "0.1", "0.1000"),
        ("age_min", "18", "18"),
        ("strength", "80", "80"),
        ("strength", "0.25", "0.25"),
        ("entry_code", "10001", "10001"),
        ("effective_from", "20260131", "2026-01-31"),
        ("prior_auth", "1", "t"),
        ("min_institution_level", "3", "3"),
    ],
)
def test_a_number_is_read_as_it_is_shown(header, raw, stored, tmp_path):
    result, rows = outcome_and_rows(raw_xlsx(cell(f"<v>{raw}</v>", header=header)), path=tmp_path)

    assert result.ok, result.errors
    assert rows[0][header] == stored


@pytest.mark.parametrize(
    ("header", "raw", "code"),
    [
        ("entry_code", "1.1010119900101123E+17", "BAD_CODE"),
        ("entry_code", "1234567890123456", "BAD_CODE"),
        ("national_code", "86900001000012", "BAD_CODE"),
        ("payment_standard", "1E-05", "BAD_NUMBER"),
        ("payment_standard", "1.23456", "BAD_NUMBER"),
        ("payment_standard", "-1", "OUT_OF_RANGE"),
        ("age_min", "18.5", "BAD_NUMBER"),
        ("effective_from", "46053", "BAD_DATE"),
        ("effective_from", "46053.5", "BAD_DATE"),
        ("icd10", "34", "BAD_CODE"),
    ],
)
def test_a_number_that_lost_something_is_refused(header, raw, code, tmp_path):
    assert found(outcome(raw_xlsx(cell(f"<v>{raw}</v>", header=header)), path=tmp_path)) == [(code, 2, header)]


def test_a_code_typed_as_a_number_is_told(tmp_path):
    result = outcome(raw_xlsx(cell("<v>10001</v>", header="entry_code")), path=tmp_path)

    assert [(change.row, change.column, change.after) for change in result.normalised] == [(2, "entry_code", "10001")]


DATES = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
CUSTOM = '<numFmts><numFmt numFmtId="170" formatCode="{}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs>'


@pytest.mark.parametrize(
    "styles",
    [DATES, CUSTOM.format("yyyy\\-mm\\-dd"), CUSTOM.format("yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;")],
)
@pytest.mark.parametrize(
    ("serial", "properties", "day"),
    [
        ("46053", "", "2026-01-31"),
        ("44591", '<workbookPr date1904="1"/>', "2026-01-31"),
        ("61", "", "1900-03-01"),
        ("59", "", "1900-02-28"),
        ("1", "", "1900-01-01"),
    ],
)
def test_a_date_cell_is_its_day_in_either_system(styles, serial, properties, day, tmp_path):
    content = raw_xlsx(cell(f"<v>{serial}</v>", header="effective_from", s="1"), styles=styles, properties=properties)

    result, rows = outcome_and_rows(content, path=tmp_path)

    assert result.ok, result.errors
    assert rows[0]["effective_from"] == day


@pytest.mark.parametrize("serial", ["60", "46053.5", "0.5", "-3", "9999999"])
def test_a_date_cell_that_is_no_day_is_refused(serial, tmp_path):
    content = raw_xlsx(cell(f"<v>{serial}</v>", header="effective_from", s="1"), styles=DATES)

    assert [code for code, row, column in found(outcome(content, path=tmp_path))] == ["BAD_DATE"]


@pytest.mark.parametrize(
    "code", ["0.00", "#,##0", "0.00E+00", "General", "[Red]0.00", "&quot;yd&quot;0", "0%", "@", "\\d0"]
)
def test_a_number_format_without_days_makes_no_date(code, tmp_path):
    content = raw_xlsx(cell("<v>46053</v>", s="1"), styles=CUSTOM.format(code))

    assert outcome_and_rows(content, path=tmp_path)[1][0]["payment_standard"] == "46053.0000"


@pytest.mark.parametrize("header", ["strength", "entry_code", "payment_standard", "icd10"])
def test_a_cell_that_became_a_date_is_refused_where_no_date_belongs(header, tmp_path):
    content = raw_xlsx(cell("<v>46053</v>", header=header, s="1"), styles=DATES)

    assert [(row, column) for _, row, column in found(outcome(content, path=tmp_path))] == [(2, header)]


def test_real_dates_numbers_and_truths_of_a_workbook(tmp_path):
    header = ("entry_code", "generic_name", "effective_from", "effective_to", "prior_auth", "age_min")
    content = xlsx([("E-1", "奥希替尼", date(2026, 1, 1), datetime(2027, 12, 31), True, 18)], header=header)

    result, rows = outcome_and_rows(content, path=tmp_path)

    assert result.ok, result.errors
    row = rows[0]
    assert [row[name] for name in header[2:]] == ["2026-01-01", "2027-12-31", "t", "18"]


def test_a_time_of_day_is_no_day(tmp_path):
    header = ("generic_name", "effective_from")
    content = xlsx([("奥希替尼", datetime(2026, 1, 1, 8)), ("索拉非尼", time(8))], header=header)
    result = outcome(content, path=tmp_path)

    assert found(result) == [
        ("BAD_DATE", 2, "effective_from"),
        ("BAD_DATE", 3, "effective_from"),
    ]
    assert "it holds a time of day" in result.errors[0].en and "含有时刻" in result.errors[0].zh


def test_rich_text_is_its_text_and_pinyin_guides_are_not(tmp_path):
    book = Workbook()
    book.active.append(["generic_name"])
    book.active["A2"] = CellRichText("奥希", TextBlock(InlineFont(b=True), "替尼"))
    assert outcome_and_rows(saved(book), path=tmp_path)[1][0]["generic_name"] == "奥希替尼"

    strings = (
        "<si><t>generic_name</t></si><si><r><t>奥希</t></r><r><t>替尼</t></r><rPh sb='0' eb='1'><t>aoxi</t></rPh></si>"
    )
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2" t="s"><v>1</v></c></row>'
    assert outcome_and_rows(raw_xlsx(rows, strings=strings), path=tmp_path)[1][0]["generic_name"] == "奥希替尼"


def test_characters_xml_cannot_hold_are_seen(tmp_path):
    rows = inline(1, ("generic_name",)) + inline(2, ("奥希_x0007_替尼",)) + inline(3, ("索拉_x005F_x0041_非尼",))

    result = outcome(raw_xlsx(rows), path=tmp_path)

    assert found(result) == [("CONTROL_CHARACTER", 2, "generic_name")]


def test_a_filled_cell_beyond_the_header_is_of_a_column_without_a_name(tmp_path):
    book = xlsx([(*ROWS[0], "", "x", "y"), (*ROWS[1], "", "x"), (*ROWS[2], "z")])
    first = len(ROWS[0])
    result, rows = outcome_and_rows(book, path=tmp_path)

    assert (found(result), len(rows)) == ([], 3)
    assert [(one.code, one.row, one.column) for one in result.warnings] == [
        ("UNKNOWN_COLUMN", row, column_letters(first + beyond)) for row, beyond in ((2, 2), (2, 3), (4, 1))
    ]


def test_missing_cells_at_the_end_of_a_row_are_empty(tmp_path):
    assert codes_found(xlsx([ROWS[0][:2], ROWS[1]]), tmp_path) == SEVEN[:2]


def test_a_header_may_be_numbers(tmp_path):
    assert found(outcome(xlsx([("x",)], header=(2025,)), path=tmp_path))[0][0] == "MISSING_COLUMN"


def test_too_many_rows_are_counted_before_they_are_read(tmp_path):
    assert found(outcome(xlsx(ROWS), path=tmp_path, limits=Limits(rows=6))) == [("TOO_MANY_ROWS", None, "")]
    assert outcome(xlsx(ROWS), path=tmp_path, limits=Limits(rows=7)).ok


def test_too_many_rows_end_the_reading_where_they_could_not_be_counted(tmp_path):
    rows = table_rows().replace("</row>", "</row >")

    assert found(outcome(raw_xlsx(rows), path=tmp_path, limits=Limits(rows=3))) == [("TOO_MANY_ROWS", 5, "")]


def test_the_same_rows_in_either_format_have_the_same_hashes(tmp_path):
    from tests.files import csv_text

    sheet = outcome_and_rows(xlsx(ROWS), path=tmp_path)[1]

    assert sheet == outcome_and_rows(csv_text(ROWS), path=tmp_path)[1]
