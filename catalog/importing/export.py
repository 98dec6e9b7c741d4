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
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from catalog.importing.columns import ENTRIES, header_names
from catalog.importing.result import CheckOptions
from tables.cells import Cell
from tables.encoding import Refusal
from tables.formulas import shield
from tables.problems import Problem
from tables.read import Table
from tables.written import csv_table

Entry = Mapping[str, Any]

EXPORTED = tuple(column.name for column in ENTRIES)
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
        zh, en = f"读作：{change['after']}", f"read as: {change['after']}"
        yield _reading("normalised", change["row"], change["column"], change["before"], zh, en)
    for read in columns_read:
        zh, en = (
            f"表头“{read['header']}”读作列 {read['column']}",
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


def xlsx_file(entries: Iterable[Entry]) -> IO[bytes]:
    """Write entries to a temporary XLSX file, which goes when it is closed, and return it at its beginning."""
    return _xlsx([EXPORTED], (written(entry) for entry in entries))


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


def mended_csv_lines(
    path: Path, problems: Iterable[Problem], kind: str = "", options: CheckOptions | None = None
) -> Iterator[bytes]:
    """Write the curator's own rows as CSV with a column 错误 that says what is wrong with each, to be mended and
    uploaded again. `kind` and `options` say how the file was read: without, its first row is the header."""
    return csv_table([], _annotated(path, problems, kind, options or CheckOptions()))


def mended_xlsx_file(
    path: Path, problems: Iterable[Problem], kind: str = "", options: CheckOptions | None = None
) -> IO[bytes]:
    """Write the curator's own rows as XLSX with a column 错误, like `mended_csv_lines`."""
    return _xlsx([], _annotated(path, problems, kind, options or CheckOptions()))


def _annotated(path: Path, problems: Iterable[Problem], kind: str, options: CheckOptions) -> Iterator[list[str]]:
    by_row: dict[int, list[Problem]] = {}
    for found in problems:
        by_row.setdefault(found.row or 0, []).append(found)
    names = header_names(kind, options.mapping) if kind else None
    try:
        table = Table(
            path,
            options.limits,
            names,
            lambda _: None,
            lambda _: None,
            sheet=options.sheet,
            header_row=options.header_row,
        )
    except Refusal:
        yield [PROBLEM_HEADER]
        for row in sorted(by_row):
            yield [_sentence(by_row[row])]
        return
    try:
        yield from _with_problems(table, by_row)
    finally:
        table.close()


def _with_problems(table: Table, by_row: dict[int, list[Problem]]) -> Iterator[list[str]]:
    width = len(table.header)
    whole_file = by_row.pop(0, []) + by_row.pop(table.header_row, [])
    for _, cells in table.above:  # titles stay where they were
        yield _texts(cells)
    yield [*_texts(table.header), PROBLEM_HEADER]
    if whole_file:
        yield [*[""] * width, _sentence(whole_file)]
    waiting = sorted(by_row)
    place = 0
    for row, cells in _readable(table):
        # Lines that could not be read as rows stand between those that could.
        while place < len(waiting) and waiting[place] < row:
            yield [by_row[waiting[place]][0].value, *[""] * (width - 1), _sentence(by_row[waiting[place]])]
            place += 1
        texts = _texts(cells)
        padded = texts + [""] * (width - len(texts))
        found = by_row[row] if place < len(waiting) and waiting[place] == row else []
        place += bool(found)
        yield [*padded, _sentence(found)]
    for row in waiting[place:]:
        yield [by_row[row][0].value, *[""] * (width - 1), _sentence(by_row[row])]


def _readable(table: Table) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The rows up to where the file breaks off, if it does: that it does is among the problems."""
    try:
        yield from table
    except Refusal:
        return


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [cell if isinstance(cell, str) else cell.shown or cell.text for cell in cells]


def _sentence(problems: Sequence[Problem]) -> str:
    # Most sentences name the column themselves.
    return "；".join(f"[{p.code}] {p.zh}" if p.column in p.zh else f"[{p.code}] {p.column} {p.zh}" for p in problems)
