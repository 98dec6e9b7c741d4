"""Rows keep their numbers, whatever stands between them, and nothing is swallowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tables.delimited import rows_of
from tables.limits import Limits
from tests.files import HEADER, ROWS, csv_text, found, outcome, outcome_and_rows

SEVEN = csv_text(ROWS, lineterminator="\n")


def rows_found(content, tmp_path):
    result, rows = outcome_and_rows(content, path=tmp_path)
    assert result.ok, result.errors
    return [(int(row["row_no"]), row["entry_code"]) for row in rows]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_ends_a_line(end, tmp_path):
    assert rows_found(SEVEN.replace("\n", end), tmp_path) == [(row, f"E-{row - 1}") for row in range(2, 9)]


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_delimiter_is_found_in_the_header(delimiter, tmp_path):
    content = csv_text([(*row[:3], "C34", row[4]) for row in ROWS], delimiter=delimiter)

    assert len(rows_found(content, tmp_path)) == 7


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_line_that_names_the_separator_is_obeyed_and_counted(delimiter, tmp_path):
    content = f"sep={delimiter}\n" + csv_text(ROWS[:1], delimiter=delimiter)

    assert rows_found(content, tmp_path) == [(3, "E-1")]


def test_another_named_separator_is_refused(tmp_path):
    assert found(outcome("sep=|\n" + csv_text(ROWS, delimiter="|"), path=tmp_path)) == [("NOT_A_TABLE", 1, "")]


@pytest.mark.parametrize("delimiter", ["|", "，", "^"])
def test_a_separator_that_is_not_accepted_is_hinted_at(delimiter, tmp_path):
    content = "\n".join(delimiter.join(row) for row in (HEADER, *ROWS))

    result = outcome(content, path=tmp_path)

    assert found(result) == [("MISSING_COLUMN", 1, "generic_name")]
    assert delimiter in result.errors[0].zh


def test_blank_lines_are_counted_but_are_no_rows(tmp_path):
    content = "\n\nentry_code,generic_name\n\nE-1,奥希替尼\n  ,  \n,\n\nE-2,索拉非尼\n\n"

    assert rows_found(content, tmp_path) == [(5, "E-1"), (9, "E-2")]


def test_a_line_break_inside_quotes_does_not_move_the_rows_below(tmp_path):
    content = 'entry_code,generic_name,note\nE-1,奥希替尼,"一\n二\r\n三\r四"\nE-2,索拉非尼,x\n'

    result, rows = outcome_and_rows(content, path=tmp_path)

    assert [(row["row_no"], row["entry_code"]) for row in rows] == [("2", "E-1"), ("6", "E-2")]
    assert rows[0]["note"] == "一\\n二\\n三\\n四"
    assert result.rows == 2


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85"])
def test_what_only_some_readers_take_for_a_line_end_is_none_here(character, tmp_path):
    content = f"entry_code,generic_name,note\nE-1,奥希替尼,一{character}二\nE-2,索拉非尼,\n"

    assert found(outcome(content, path=tmp_path)) == [("CONTROL_CHARACTER", 2, "note")]


@pytest.mark.parametrize("place", range(7))
def test_an_open_quote_swallows_no_row(place, tmp_path):
    lines = SEVEN.split("\n")
    lines[1 + place] = lines[1 + place].replace("E-", '"E-')

    result = outcome("\n".join(lines), path=tmp_path)

    assert found(result) == [("NOT_A_TABLE", 2 + place, "")]
    assert result.rows == 6


def test_an_open_quote_before_a_closed_one_swallows_no_row(tmp_path):
    content = 'entry_code,generic_name,age_min\nE-1,"奥希替尼,1\nE-2,"索拉非尼",x\nE-3,达沙替尼,y\n'

    assert found(outcome(content, path=tmp_path)) == [
        ("NOT_A_TABLE", 2, ""),
        ("BAD_NUMBER", 3, "age_min"),
        ("BAD_NUMBER", 4, "age_min"),
    ]


def test_text_behind_a_closing_quote_is_refused(tmp_path):
    assert found(outcome('entry_code,generic_name\nE-1,"奥希"替尼\nE-2,索拉非尼\n', path=tmp_path)) == [
        ("NOT_A_TABLE", 2, "")
    ]


def test_quotes_are_doubled_inside_quotes(tmp_path):
    result, rows = outcome_and_rows('generic_name,strength\n奥希替尼,"5"" 片"\n', path=tmp_path)

    assert rows[0]["strength"] == '5" 片'


@pytest.mark.parametrize("row", ["E-1,奥希替尼", "E-1,奥希替尼,C34,x", "E-1,奥希替尼,C34,", "E-1"])
def test_a_row_of_another_length_than_the_header_is_refused(row, tmp_path):
    content = f"entry_code,generic_name,icd10\n{row}\nE-2,索拉非尼,C22\n"

    assert found(outcome(content, path=tmp_path)) == [("RAGGED_ROW", 2, "")]


def test_a_long_cell_is_too_long_at_its_place(tmp_path):
    content = f"entry_code,generic_name,note\nE-1,奥希替尼,{'长' * 200_000}\nE-2,索拉非尼,\n"

    result = outcome(content, path=tmp_path)

    assert found(result) == [("TOO_LONG", 2, "note")]
    assert len(result.errors[0].value) < 200


def test_an_endless_cell_is_too_long(tmp_path):
    content = f"entry_code,generic_name,note\nE-1,奥希替尼,{'x' * 1_000_001}\nE-2,索拉非尼,\n"

    assert found(outcome(content, path=tmp_path)) == [("TOO_LONG", 2, "")]


def test_twenty_thousand_columns_are_too_many(tmp_path):
    content = ",".join(f"c{number}" for number in range(20_000)) + ",generic_name\n"

    assert found(outcome(content + "," * 20_000 + "奥希替尼\n", path=tmp_path)) == [("TOO_LARGE", None, "")]


def test_five_hundred_columns_are_allowed(tmp_path):
    content = ",".join(f"c{number}" for number in range(499)) + ",generic_name\n" + "," * 499 + "奥希替尼\n"

    result = outcome(content, path=tmp_path, limits=Limits())

    assert result.ok and result.warning_count == 499


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


@given(
    st.lists(st.lists(CELL, min_size=2, max_size=2).filter(any), min_size=1, max_size=12),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_every_record_is_found_with_the_number_of_its_first_line(rows, end):
    lines, expected, number = [], [], 2
    for row in rows:
        record = ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
        expected.append((number, row))
        lines.append(record + end)
        number += 1 + record.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    content = "a,b" + end + "".join(lines)
    import io

    problems = []
    text = io.StringIO(content, newline="")
    read = list(rows_of(text, "utf-8", len, problems.append))

    assert problems == []
    assert read == [(1, ["a", "b"]), *expected]


@pytest.mark.parametrize(
    ("header", "row", "told"),
    [
        ("generic_name,,note", "甲片,,好", [("UNKNOWN_COLUMN", 1)]),
        ("generic_name,,note", "甲片,多,好", [("UNKNOWN_COLUMN", 1)]),
        ("generic_name,note,,", "甲片,好,,", []),  # as spreadsheets leave them behind the last column
        ("generic_name,note,,", "甲片,好,,多", [("UNKNOWN_COLUMN", 2)]),
    ],
)
def test_a_column_without_a_name_is_told_once(header, row, told, tmp_path):
    result = outcome(f"{header}\n{row}\n", path=tmp_path)

    assert result.ok
    assert [(one.code, one.row) for one in result.warnings] == told
