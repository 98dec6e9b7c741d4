"""A kept file read once more: its rows as people wrote them, for the marked workbook; and mended, as a CSV of the same table.

A CSV says where its rows end and a sheet does not, so a sheet's rows are written as wide as its header. Rows keep their numbers: what stood in
row 7 stands in row 7. Never in the service's own process: `rows_in_child`, `mended_in_child`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from catalog.importing.columns import DRUGS, PART, PART_HEADERS, header_names
from catalog.importing.result import CheckOptions, options_from_dict
from tables.cells import Cell, Fault
from tables.child_process import Frame, frames_from, serve
from tables.column_reader import text_for
from tables.columns import Column
from tables.header import Header, read_header, text_of
from tables.read import Table
from tables.refusal import Refusal

_MODULE = "catalog.importing.reread"
_ROWS, _CSV = b"W", b"C"
_BATCH = 500
CPU_SECONDS, WALL_SECONDS = 60, 120
# What stands behind a cell that a sheet cannot say in a CSV (an error, a number that lost digits): no column takes it, so it is told again.
NOT_SAID = "\x01"


class KeptRow(NamedTuple):
    """A row as the file or sheet counts it: its cells, and whether it is the header."""

    row: int
    cells: list[str]
    is_header: bool


class Mended(NamedTuple):
    """A cell to be written otherwise: its row, and its column by the name of the column it was read as."""

    row: int
    column: str
    value: str


def rows(path: Path, kind: str, options: CheckOptions) -> Iterator[KeptRow]:
    """Yield the rows of a file up to where it can be read; none where it cannot be read at all. For the child, and tests."""
    try:
        table = _table(path, kind, options)
    except Refusal:
        return
    with closing(table):
        for row, cells in table.above:
            yield KeptRow(row, [text_of(cell) for cell in cells], False)
        yield KeptRow(table.header_row, [text_of(cell) for cell in table.header], True)
        try:
            for row, cells in table:
                yield KeptRow(row, [text_of(cell) for cell in cells], False)
        except Refusal:  # that it breaks off is among its problems
            return


def mended(path: Path, kind: str, options: CheckOptions, cells: Sequence[Mended]) -> Iterator[bytes]:
    """Yield the file's table as CSV, with these cells in the place of what stood there; every row in the line of its number.

    A cell that a sheet typed otherwise than its column needs, and that is not mended, stays wrong (NOT_SAID). Raises Refusal.
    """
    wanted: dict[int, dict[str, str]] = {}
    for row, column, value in cells:
        wanted.setdefault(row, {})[column] = value
    names = header_names(kind, options.mapping, {PART: PART_HEADERS})
    table = _table(path, kind, options)
    with closing(table):
        header = read_header(table.header, table.header_row, names, lambda _: None)
        columns = _columns_by_place(header) if header else {}
        lines = _Lines()
        for row, above in table.above:
            yield from lines.add(row, [text_of(cell) for cell in above])
        yield from lines.add(options.header_row or table.header_row, [text_of(cell) for cell in table.header])
        is_sheet = table.file_format == "xlsx"
        for row, found in table:
            texts = _written(found, columns, wanted.get(row, {}))
            yield from lines.add(row, _as_wide(texts, len(table.header)) if is_sheet else texts)
        yield lines.rest()


def _written(cells: Sequence[Cell], columns: Mapping[int, list[Column]], wanted: Mapping[str, str]) -> list[str]:
    texts = [_text(cell, columns.get(place, [])) for place, cell in enumerate(cells)]
    for place, read in columns.items():
        for column in read:
            if column.name in wanted:
                texts += [""] * (place + 1 - len(texts))
                texts[place] = wanted[column.name]
    return texts


def _as_wide(texts: Sequence[str], width: int) -> list[str]:
    """A sheet's row as wide as its header: a sheet leaves out empty cells at the end, or holds some behind it. What is filled there stays."""
    wide = [*texts, *[""] * (width - len(texts))]
    while len(wide) > width and not wide[-1]:
        wide.pop()
    return wide


def _text(cell: Cell, columns: Sequence[Column]) -> str:
    """What a CSV says of a cell so that its column reads the same."""
    if isinstance(cell, str):
        return cell
    if len(columns) != 1:
        return text_of(cell)
    try:
        return text_for(cell, columns[0])
    except Fault:
        return text_of(cell) + NOT_SAID


def _columns_by_place(header: Header) -> dict[int, list[Column]]:
    found: dict[int, list[Column]] = {}
    for placed in header.placed:
        found.setdefault(header.cell_of(placed), []).append(placed.column)
    return found


_LINE_END = re.compile("\r\n|\r|\n")
# Within quotes whatever any delimiter would part: the delimiter is found again by the look of the file.
_TO_QUOTE = re.compile('[",;\t\r\n]|^ ')


class _Lines:
    """CSV in which every row begins in the line of its number, as far as the lines inside its cells allow."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._line = 1
        self._rows = 0

    def add(self, row: int, cells: Sequence[str]) -> Iterator[bytes]:
        """Add a row; yields what is ready to be written."""
        if row > self._line:
            self._parts.append("\n" * (row - self._line))
            self._line = row
        self._parts.append(",".join(map(_quoted, cells if any(cells) else [*cells, ""])) + "\n")
        self._line += 1 + sum(len(_LINE_END.findall(cell)) for cell in cells)
        self._rows += 1
        if self._rows % _BATCH == 0:
            yield self.rest()

    def rest(self) -> bytes:
        """Return what is not yet written."""
        text = "".join(self._parts)
        self._parts.clear()
        return text.encode()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _TO_QUOTE.search(cell) else cell


def _table(path: Path, kind: str, options: CheckOptions) -> Table:
    extra = {PART: PART_HEADERS} if kind != DRUGS and options.reads_printed(kind) else {}
    names = header_names(kind, options.mapping, extra) if kind else None
    return Table(
        path,
        options.limits,
        names,
        lambda _: None,
        lambda _: None,
        sheet=options.sheet,
        header_row=options.header_row,
    )


# ---------------------------------------------------------------------------------------------- in a child


def rows_in_child(path: Path, kind: str, options: CheckOptions) -> Iterator[KeptRow]:
    """Yield what `rows` does, from a process of its own; ends early where the child is refused its memory or time."""
    # A person waits for it: less time than a check may take.
    options = replace(options, limits=replace(options.limits, cpu_seconds=CPU_SECONDS, wall_seconds=WALL_SECONDS))
    with closing(frames_from(_MODULE, _request(path, kind, options), options.limits)) as frames:
        try:
            for _letter, payload in frames:
                yield from msgspec.json.decode(payload, type=list[KeptRow])
        except Refusal:
            return


def mended_in_child(path: Path, kind: str, options: CheckOptions, cells: Sequence[Mended]) -> Iterator[bytes]:
    """Yield what `mended` does, from a process of its own; raises Refusal, and ChildDied when somebody ended the child."""
    request = {**_request(path, kind, options), "cells": [list(cell) for cell in cells]}
    with closing(frames_from(_MODULE, request, options.limits)) as frames:
        for _letter, payload in frames:
            yield payload


def _request(path: Path, kind: str, options: CheckOptions) -> dict[str, Any]:
    return {"path": str(path.absolute()), "kind": kind, "options": options.as_dict()}


def _frames(request: dict[str, Any]) -> Iterator[Frame]:
    path, kind, options = Path(request["path"]), request["kind"], options_from_dict(request["options"])
    if "cells" in request:
        for piece in mended(path, kind, options, [Mended(*cell) for cell in request["cells"]]):
            yield _CSV, piece
        return
    batch: list[KeptRow] = []
    for row in rows(path, kind, options):
        batch.append(row)
        if len(batch) == _BATCH:
            yield _ROWS, msgspec.json.encode(batch)
            batch = []
    yield _ROWS, msgspec.json.encode(batch)


if __name__ == "__main__":
    serve(_frames)
