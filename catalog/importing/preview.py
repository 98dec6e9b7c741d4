"""What a file looks like before it is an import: its sheets, its header, its first rows, which column each would go to (spec csv.md).

Never in the service's own process: `preview_in_child`.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from catalog.importing.columns import DRUGS, PART, PART_HEADERS, header_names
from catalog.importing.result import CheckOptions, options_from_dict
from tables.cells import Fault, Typed, wrongly_decoded
from tables.child_process import Frame, frames_from, serve
from tables.column_reader import text_for
from tables.findings import GARBLED_FILE, garbled_file
from tables.header import Header, header_text, read_header, text_of
from tables.header_names import HeaderNames
from tables.limits import MIB, Limits
from tables.problems import Problem, problem, shown
from tables.read import Table
from tables.refusal import Refusal
from tables.workbook import column_letters

ROWS = 20
_SHOWN = 80  # characters of a cell
_MODULE = "catalog.importing.preview"
_PREVIEW = b"V"
# A person waits for it: less of everything than a check may ask for.
LIMITS = Limits(memory_bytes=768 * MIB, cpu_seconds=20, wall_seconds=30)


class SeenColumn(msgspec.Struct, frozen=True):
    """A column of the file: its letter, its own header, and the column it would be read as ('': none, or left out)."""

    letter: str
    header: str
    column: str


class SeenRow(msgspec.Struct, frozen=True):
    """A row as the file or sheet counts it; `part` is `above` the header, the `header`, or a row `below`."""

    row: int
    part: str
    cells: list[str]


class Told(msgspec.Struct, frozen=True):
    """Something to be known of the file as a whole: a problem's code, severity and sentences."""

    code: str
    severity: str
    zh: str
    en: str


class Preview(msgspec.Struct, frozen=True):
    """The beginning of a file as it would be read. Without columns the file could not be read at all: `told` says why."""

    file_format: str = ""
    encoding: str = ""
    sheets: list[str] = []
    sheet: str = ""
    header_row: int = 0
    columns: list[SeenColumn] = []
    rows: list[SeenRow] = []
    told: list[Told] = []


def preview(path: Path, kind: str, options: CheckOptions | None = None) -> Preview:
    """Return what the file's first rows look like, read in this process. For the child, and tests."""
    options = options or CheckOptions()
    found: list[Problem] = []
    extra = {PART: PART_HEADERS} if kind != DRUGS and options.reads_printed(kind) else {}
    names = header_names(kind, options.mapping, extra)
    sheets: list[str] = []
    try:
        table = Table(
            path,
            options.limits,
            names,
            found.append,
            lambda _: None,
            sheet=options.sheet,
            header_row=options.header_row,
            sheets=sheets,
        )
    except Refusal as refusal:
        return Preview(sheets=sheets, told=_told([refusal.problem]))
    with closing(table):
        header = read_header(table.header, table.header_row, names, found.append)
        rows = [SeenRow(row, "above", _texts(cells)) for row, cells in table.above]
        rows.append(SeenRow(table.header_row, "header", _texts(table.header)))
        below: list[tuple[int, Sequence[Any]]] = []
        try:
            below += islice(table, ROWS)
        except Refusal as refusal:
            found.append(refusal.problem)
        rows += [SeenRow(row, "below", _texts(cells)) for row, cells in below]
        columns = _columns(table, header, names)
        unknown = {one.column for one in found if one.code == "UNKNOWN_COLUMN"}
        told = _told(one for one in found if one.code != "UNKNOWN_COLUMN")
        if header:
            told += _warned(_foreseen(table.header_row, header, columns, unknown, below))
        return Preview(
            file_format=table.file_format,
            encoding=table.encoding,
            sheets=sheets,
            sheet=table.sheet_name,
            header_row=table.header_row,
            columns=columns,
            rows=rows,
            told=told,
        )


def _foreseen(
    header_row: int,
    header: Header,
    columns: Sequence[SeenColumn],
    unknown: Container[str],
    below: Sequence[tuple[int, Sequence[Any]]],
) -> Iterator[Problem]:
    """Yield what the rows shown already tell of the import: no rows, columns with content that go nowhere, cells that cannot be read."""
    if not below:
        yield problem("EMPTY_FILE", None)
        return
    filled = {place for _, cells in below for place, cell in enumerate(cells) if cell}
    unread = [column for place, column in enumerate(columns) if place in filled and not column.column]
    lost = [column.header for column in unread if column.header in unknown]
    if lost:
        shown_zh, shown_en = "".join(f"“{one[:60]}”" for one in lost), ", ".join(f"“{one[:60]}”" for one in lost)
        words = {"headers_zh": shown_zh, "headers_en": shown_en}
        yield problem("UNKNOWN_COLUMN", header_row, lost[0], "", told_as="seen: not known", **words)
    for column in unread:
        if not column.header:
            told_as = {"told_as": "seen: no header", "letter": column.letter}
            yield problem("UNKNOWN_COLUMN", header_row, column.letter, "", **told_as)
    garbled = [row for row, cells in below if any(isinstance(cell, str) and _is_garbled(cell) for cell in cells)]
    if garbled:
        yield garbled_file(garbled[:GARBLED_FILE])
    yield from _unreadable(header, below)


def _is_garbled(text: str) -> bool:
    return "\ufffd" in text or (not text.isascii() and wrongly_decoded(text))


def _unreadable(header: Header, below: Sequence[tuple[int, Sequence[Any]]]) -> Iterator[Problem]:
    """Yield for each column the first cell of every sort that a spreadsheet typed otherwise than the column can read."""
    met: set[tuple[str, str]] = set()
    for row, cells in below:
        for placed in header.placed:
            cell = cells[placed.index] if placed.index < len(cells) else ""
            if not isinstance(cell, Typed) or (placed.header, cell.kind) in met:
                continue
            try:
                text_for(cell, placed.column)
            except Fault as fault:
                met.add((placed.header, cell.kind))
                words = {**fault.details, "told_as": "seen: unreadable cells", "header": shown(placed.header, 60)}
                yield problem(fault.code, row, placed.column.name, text_of(cell), **words)


def _columns(table: Table, header: Header | None, names: HeaderNames) -> list[SeenColumn]:
    """Return the file's columns; one that gives way to another with the same meaning is read as none."""
    read: dict[int, str] = {}
    for placed in header.placed if header else ():
        at = header.cell_of(placed) if header else 0
        read.setdefault(at, f"{placed.column.name}+" if placed.index != at else placed.column.name)
    read |= {at: name for name, at in (header.extra.items() if header else ())}
    return [
        SeenColumn(column_letters(place + 1), shown(header_text(cell), 200), read.get(place, ""))
        for place, cell in enumerate(table.header)
    ]


def _texts(cells: Sequence[Any]) -> list[str]:
    return [shown(text_of(cell), _SHOWN) for cell in cells]


def _told(problems: Iterable[Problem]) -> list[Told]:
    return [Told(one.code, one.severity, one.zh, one.en) for one in problems]


def _warned(problems: Iterable[Problem]) -> list[Told]:
    """What the import would say is said as a warning: it is not made yet, and may be read otherwise."""
    return [Told(one.code, "warning", one.zh, one.en) for one in problems]


def preview_in_child(path: Path, kind: str, options: CheckOptions | None = None) -> Preview:
    """Return what `preview` does, from a process of its own that is bounded in memory and time.

    A file that it dies of, or takes too long, is a Preview that says so. Raises ChildDied when somebody ended the child.
    """
    options = replace(options or CheckOptions(), limits=LIMITS)
    request = {"path": str(path.absolute()), "kind": kind, "options": options.as_dict()}
    try:
        (_letter, payload), *_ = frames_from(_MODULE, request, LIMITS)
    except Refusal as refusal:
        return Preview(told=_told([refusal.problem]))
    return msgspec.json.decode(payload, type=Preview)


def _frames(request: dict[str, Any]) -> Iterator[Frame]:
    seen = preview(Path(request["path"]), request["kind"], options_from_dict(request["options"]))
    yield _PREVIEW, msgspec.json.encode(seen)


if __name__ == "__main__":
    serve(_frames)
