"""Batches in files as people really have them: titles, sheets, numbers as POI writes them, rows that are no lines of claims."""

import csv
import io

import pytest
from openpyxl import Workbook

from tables.workbook import column_letters
from tests.claims.batches.test_read import HEADER, ONE, line, problems_of, read, written
from tests.files import inline, raw_xlsx, saved, xlsx

TWO = tuple(line(claim_no="C-2", member_ref="m-2"))


def told(result):
    return [(warning.code, warning.row, warning.value) for warning in result.warnings]


def book(*sheets):
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets:
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(made)


@pytest.mark.parametrize(
    "titles", [[["某公司理赔明细"]], [["某公司理赔明细"], ["单位：元", "日期：2026年"], ["共 2 条"]]]
)
def test_titles_above_the_header_are_passed_over(titles, tmp_path):
    file = io.StringIO()
    csv.writer(file).writerows([*titles, HEADER, ONE, TWO])

    claims, result = read(file.getvalue(), tmp_path)

    at = len(titles) + 2
    assert [(claim.claim_no, claim.rows, claim.problems) for claim in claims] == [
        ("C-1", (at,), ()),
        ("C-2", (at + 1,), ()),
    ]
    assert result.errors == ()
    assert [change.row for change in result.normalised if change.column == "header_row"] == [*range(1, at)]


def test_a_cover_before_the_sheet_is_passed_over_and_named(tmp_path):
    claims, result = read(book(("封面", [["理赔明细"]]), ("明细", [HEADER, ONE]), ("汇总", [["合计", 1]])), tmp_path)

    assert [claim.claim_no for claim in claims] == ["C-1"]
    assert told(result) == [("SHEETS_NOT_READ", None, "封面、汇总")]


def test_hidden_rows_are_read_and_told(tmp_path):
    made = Workbook()
    for row in (HEADER, ONE, TWO):
        made.active.append(list(row))
    made.active.row_dimensions[3].hidden = True

    claims, result = read(saved(made), tmp_path)

    assert [claim.problems for claim in claims] == [(), ()]
    assert told(result) == [("HIDDEN_ROWS", 3, "3")]


def test_a_filled_cell_beyond_a_sheets_header_is_of_a_column_without_a_name(tmp_path):
    claims, result = read(xlsx([(*ONE, "note")], header=HEADER), tmp_path)

    assert [claim.problems for claim in claims] == [()]
    assert [(one.code, one.row, one.column) for one in result.warnings] == [
        ("UNKNOWN_COLUMN", 2, column_letters(len(ONE) + 1))
    ]


def test_stored_results_of_formulas_are_told(tmp_path):
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[len(ONE) - 1]
    row = inline(2, ONE[:-1]).removesuffix("</row>")
    row += f'<c r="{last}2" t="str"><f>A2</f><v>{ONE[-1]}</v></c></row>'

    claims, result = read(raw_xlsx(inline(1, HEADER) + row), tmp_path)

    assert [claim.problems for claim in claims] == [()]
    assert told(result) == [("FORMULA_RESULT", 2, "")]


def test_a_column_without_a_name_is_told(tmp_path):
    file = io.StringIO()
    csv.writer(file).writerows([(HEADER[0], "", *HEADER[1:]), (ONE[0], "", *ONE[1:])])

    claims, result = read(file.getvalue(), tmp_path)

    assert [claim.problems for claim in claims] == [()]
    assert [code for code, *_where in told(result)] == ["UNKNOWN_COLUMN"]


def test_merged_lines_are_invalid_and_stop_no_other(tmp_path):
    made = Workbook()
    for row in (HEADER, ONE, TWO):
        made.active.append(list(row))
    made.active.merge_cells("B2:B3")

    claims, result = read(saved(made), tmp_path)

    assert ("", "NOT_A_TABLE", 2, "B") in problems_of(claims)
    assert result.errors == ()


def test_numbers_as_poi_writes_them_are_the_same_claims(tmp_path):
    cells = {
        "A": "1001.0",
        "B": "77.0",
        "C": "1.0",
        "D": "2.0260314E7",
        "F": "30.0",
        "G": "4977.0",
        "H": "0.0",
        "I": "61.0",
    }
    header = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABCDEFGHIJ", HEADER, strict=True)
    )
    values = "".join(
        f'<c r="{letter}2"><v>{cells[letter]}</v></c>'
        if letter in cells
        else f'<c r="{letter}2" t="inlineStr"><is><t>{"奥希替尼片" if letter == "E" else "F"}</t></is></c>'
        for letter in "ABCDEFGHIJ"
    )

    from_poi, _ = read(raw_xlsx(f'<row r="1">{header}</row><row r="2">{values}</row>'), tmp_path)
    plain, _ = read(written([("1001", "77", "1", "2026-03-14", "奥希替尼片", "30", "4977", "0", "61", "F")]), tmp_path)

    assert from_poi[0].problems == ()
    assert from_poi == plain


@pytest.mark.parametrize(
    "row",
    [
        HEADER,
        ["合计", "", "", "", "", "30", "4977.00", "", "", ""],
        ["以下空白", *[""] * 9],
        ["制表人：某某", "", "", "", "审核人：某某", *[""] * 5],
        ["注：本表只供理赔使用", *[""] * 9],
    ],
)
def test_a_row_that_is_no_line_of_a_claim_is_told_and_passed_over(row, tmp_path):
    claims, result = read(written([ONE, row, TWO]), tmp_path)

    assert [(claim.claim_no, claim.rows, claim.problems) for claim in claims] == [("C-1", (2,), ()), ("C-2", (4,), ())]
    assert [(code, at) for code, at, _ in told(result)] == [("NOT_AN_ENTRY", 3)]


@pytest.mark.parametrize(
    "cells", [{"claim_no": "合计"}, {"claim_no": ""}, {"claim_no": "注：略"}, {"generic_name": "合计"}]
)
def test_no_line_of_a_claim_is_swallowed(cells, tmp_path):
    claims, result = read(written([ONE, line(**cells), TWO]), tmp_path)

    assert len(claims) == 3 or claims[0].rows == (2, 3)
    assert result.warnings == ()


def test_a_person_in_a_row_that_is_passed_over_is_not_quoted(tmp_path):
    note = ["注：11010519491231002X", *[""] * 9]
    title = ["制表 11010519491231002X"]
    file = io.StringIO()
    csv.writer(file).writerows([title, HEADER, ONE, note])

    _, result = read(file.getvalue(), tmp_path)

    assert "19491231" not in str(result)


def test_words_for_nothing_are_not_given(tmp_path):
    header = (*HEADER, "manufacturer", "prior_auth_no", "diagnoses")

    claims, result = read(written([(*ONE, "无", "/", "-")], header), tmp_path)

    assert claims[0].problems == ()
    assert {"manufacturer", "prior_auth_no", "diagnoses"}.isdisjoint(claims[0].request["lines"][0])
    assert [change.before for change in result.normalised] == ["无", "/", "-"]
