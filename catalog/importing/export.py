"""Entries back to files, streamed: importing what was exported gives the same row hashes, and no cell runs in a
spreadsheet.

An entry is a mapping with the columns of spec csv.md and `payment_standard_text`, as it is stored.
"""

import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import PatternFill

from catalog.importing.columns import ENTRIES, MASTER
from catalog.importing.reread import KeptRow
from tables.csv_output import csv_table
from tables.formulas import shield
from tables.own_sheets import OWN_SHEETS, PROBLEM_SHEET
from tables.problems import Problem, in_language

Entry = Mapping[str, Any]

EXPORTED = tuple(column.name for column in ENTRIES)
# What the columns of lists and of the drug master are called in Chinese.
TITLES = {column.name: column.title for column in (*MASTER, *ENTRIES)}
PROBLEM_HEADER = "错误"
_PROBLEM_FIELDS = ("row", "column", "value", "code", "severity", "message_zh", "message_en")
_LINES = 500
# What XLSX would read as an escaped character (_x000D_) is text here.
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def written(entry: Entry) -> list[str]:
    """Write an entry as the cells of a row, in the order of `EXPORTED`, before anything is done against
    formulas."""
    return [_cell(entry, name) for name in EXPORTED]


def _cell(entry: Entry, name: str) -> str:
    value = entry.get(name)
    if name == "payment_standard" and value is None:
        return str(entry.get("payment_standard_text") or "")
    if name == "prior_auth":
        return "Y" if value else ""
    match value:
        case None:
            return ""
        case bool():
            return "Y" if value else "N"
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case list() | tuple():
            return ";".join(value)
        case _:
            return str(value)


def csv_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Write entries as CSV (UTF-8 with BOM, CR LF), some hundred rows at a time."""
    return csv_table([EXPORTED], (written(entry) for entry in entries))


def problem_csv_lines(problems: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Write problems (row, column, value, code, severity, message_zh, message_en) as CSV."""
    return csv_table([_PROBLEM_FIELDS], ([_shown(problem[name]) for name in _PROBLEM_FIELDS] for problem in problems))


def readings(
    normalised: Iterable[Mapping[str, Any]], columns_read: Iterable[Mapping[str, str]]
) -> Iterator[dict[str, Any]]:
    """Write what was read otherwise than written (row, column, before, after), then which header went to which column, as rows of
    the problem file: of the severities `normalised` and `column`, without a code."""
    for change in normalised:
        after = change["after"]
        zh, en = f"读作：{in_language(after, 'zh')}", f"read as: {in_language(after, 'en')}"
        yield _reading("normalised", change["row"], change["column"], change["before"], zh, en)
    for read in columns_read:
        zh, en = (
            f"表头“{read['header']}”读作列“{TITLES.get(read['column'], read['column'])}”",
            f"the header “{read['header']}” is the column {read['column']}",
        )
        yield _reading("column", None, read["column"], read["header"], zh, en)


def _reading(severity: str, row: int | None, column: str, value: str, zh: str, en: str) -> dict[str, Any]:
    return dict(zip(_PROBLEM_FIELDS, (row, column, value, "", severity, zh, en), strict=True))


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def ndjson_lines(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Write entries as NDJSON, one object a line, numbers and days as text."""
    lines: list[str] = []
    for entry in entries:
        plain = {name: _json(entry.get(name)) for name in (*EXPORTED, "payment_standard_text")}
        lines.append(json.dumps(plain, ensure_ascii=False))
        if len(lines) >= _LINES:
            yield ("\n".join(lines) + "\n").encode()
            lines.clear()
    if lines:
        yield ("\n".join(lines) + "\n").encode()


def _json(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case _:
            return value


def table_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Write any rows as CSV under a header: no cell runs in a spreadsheet."""
    return csv_table([header], rows)


def table_xlsx(header: Sequence[str], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """Write any rows as XLSX under a header, every cell as text."""
    return _xlsx([header], rows)


def xlsx_file(entries: Iterable[Entry]) -> IO[bytes]:
    """Write entries to a temporary XLSX file, which goes when it is closed, and return it at its beginning."""
    return _xlsx([EXPORTED], (written(entry) for entry in entries))


def workbook_file(sheets: Mapping[str, Iterable[Sequence[str]]]) -> IO[bytes]:
    """Write a workbook of sheets by name, each of rows of text, to a temporary file, and return it at its beginning."""
    workbook = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append([_text_cell(sheet, cell) for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on; whoever reads it closes it
    workbook.save(file)
    file.seek(0)
    return file


def table_file(header: Sequence[str], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    """Write texts under a header to a temporary XLSX file, which goes when it is closed, and return it at its beginning."""
    return _xlsx([header], rows)


def _xlsx(headers: Iterable[Sequence[str]], rows: Iterable[Sequence[str]]) -> IO[bytes]:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("data")
    for row in headers:
        sheet.append(list(row))
    for row in rows:
        sheet.append([_text_cell(sheet, cell) for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on; whoever reads it closes it
    workbook.save(file)
    file.seek(0)
    return file


def _text_cell(sheet: Any, text: str) -> Any:
    if not text:
        return None
    cell = WriteOnlyCell(sheet)
    safe = _NOT_IN_XML.sub("\ufffd", _LOOKS_ESCAPED.sub("_x005F_", shield(text)))
    cell.value = safe
    cell.data_type = "s"  # never a formula, whatever it begins with
    return cell


def marked_csv_lines(rows: Iterable[KeptRow], problems: Iterable[Problem]) -> Iterator[bytes]:
    """Write the curator's own rows as CSV with a column 错误 that says what is wrong with each, to be mended and uploaded again.

    Every row stands in the line of its number. `rows` are those of the file (catalog.importing.reread).
    """
    return csv_table([], (cells for cells, _found in _marked(rows, list(problems))))


def marked_xlsx_file(
    rows: Iterable[KeptRow], problems: Iterable[Problem], places: Mapping[str, int] | None = None
) -> IO[bytes]:
    """Write the curator's own rows as XLSX like `marked_csv_lines`, the wrong cells coloured, and all problems in a sheet 问题.

    `places` say where each column stands (0: the first).
    """
    problems = list(problems)
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("data")
    for cells, found in _marked(rows, problems):
        made = [_text_cell(sheet, cell) for cell in cells]
        for one in found:
            _colour(sheet, made, (places or {}).get(one.column), one.severity)
        if found:
            _colour(sheet, made, len(made) - 1, "error")
        sheet.append(made)
    listed = workbook.create_sheet(PROBLEM_SHEET)
    listed.append(list(OWN_SHEETS[PROBLEM_SHEET]))
    words = {"error": "错误", "warning": "提示"}
    for one in problems:
        title = TITLES.get(one.column, one.column)
        row = [_shown(one.row), title, one.value, one.code, words[one.severity], one.zh]
        listed.append([_text_cell(listed, cell) for cell in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed on; whoever reads it closes it
    workbook.save(file)
    file.seek(0)
    return file


_FILLS = {"error": PatternFill("solid", fgColor="FFFFC7CE"), "warning": PatternFill("solid", fgColor="FFFFEB9C")}


def _colour(sheet: Any, cells: list[Any], place: int | None, severity: str) -> None:
    if place is None or place >= len(cells):
        return
    cells[place] = cells[place] or WriteOnlyCell(sheet)
    cells[place].fill = _FILLS[severity]


def _marked(rows: Iterable[KeptRow], problems: Sequence[Problem]) -> Iterator[tuple[list[str], list[Problem]]]:
    """Yield every row of the file in its place, blank ones between them, with what is wrong with it behind its cells.

    What is wrong with the file as a whole stands with the first row below the header. Lines that could not be read as rows stand between those
    that could; a file of which nothing can be read is its problems alone.
    """
    by_row: dict[int, list[Problem]] = {}
    for one in problems:
        by_row.setdefault(one.row or 0, []).append(one)
    place = 1
    width: int | None = None
    whole: list[Problem] = []
    for row in rows:
        if row.is_header:
            whole = by_row.pop(0, []) + by_row.pop(row.row, [])
            width = len(row.cells)
        for lost in sorted(number for number in by_row if number < row.row):
            yield from _blank(lost - place)
            place = max(place, lost) + 1
            yield _lost(by_row.pop(lost), width or 1)
        yield from _blank(row.row - place)
        place = max(place, row.row) + 1
        if row.is_header:
            yield [*row.cells, PROBLEM_HEADER], []
        elif width is None:
            yield row.cells, []  # a title
        else:
            found, told = by_row.pop(row.row, []), whole
            whole = []
            padded = row.cells + [""] * (width - len(row.cells))
            yield [*padded, _sentence([*told, *found])], found
    if width is None:
        yield [PROBLEM_HEADER], []
        place = 2
    elif whole:
        yield [*[""] * width, _sentence(whole)], whole
        place += 1
    for lost in sorted(by_row):
        yield from _blank(lost - place)
        place = max(place, lost) + 1
        yield _lost(by_row[lost], width or 0)


def _blank(rows: int) -> Iterator[tuple[list[str], list[Problem]]]:
    for _ in range(rows):
        yield [], []


def _lost(found: Sequence[Problem], width: int) -> tuple[list[str], list[Problem]]:
    """A line that could not be read as a row: as much of it as its first problem quotes."""
    cells = [found[0].value, *[""] * (width - 1)] if width else []
    return [*cells, _sentence(found)], list(found)


def _sentence(problems: Sequence[Problem]) -> str:
    # Most sentences name the column themselves.
    told = ((p, TITLES.get(p.column, p.column)) for p in problems)
    return "；".join(f"[{p.code}] {p.zh}" if title in p.zh else f"[{p.code}] {title} {p.zh}" for p, title in told)
