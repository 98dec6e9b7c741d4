"""CSV: lines → rows of cells with the true number of the line a row begins on, whatever stands inside quotes."""

import csv
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO

from tables.cells import WHITE
from tables.encoding import GB18030_PLACES
from tables.problems import Problem, problem
from tables.refusal import not_a_table

Row = tuple[int, list[str]]

DELIMITERS = (",", "\t", ";")
LOOKED_AT = 30  # lines that are looked at for the delimiter
GREATEST_CELL = 1_000_000  # characters; above it, a quote was most likely never closed
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_SEPARATOR_LINE = re.compile("\ufeff?sep=(.)\\s*", re.IGNORECASE)


class Lines:
    """The file's lines for csv.reader, remembering those of the record being read so that a broken one can be left
    at its first line."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []

    def feed(self) -> Iterator[str]:
        """Yield lines until the file or the patience ends; raises csv.Error within a record that never does."""
        taken = self.taken
        size = 0
        while self._again:
            line = self._again.popleft()
            size = size + len(line) if taken else 0
            if size > GREATEST_CELL:
                self._again.appendleft(line)
                raise csv.Error("a quote was never closed")
            taken.append(line)
            yield line
        for line in self._lines:
            if taken:
                size += len(line)
                if size > GREATEST_CELL:
                    self._again.append(line)
                    raise csv.Error("a quote was never closed")
            else:
                size = 0
            taken.append(line)
            yield line

    def leave_record(self) -> None:
        """Go on with the line after the first one of the record."""
        self._again.extendleft(reversed(self.taken[1:]))
        self.taken.clear()


def open_lines(path: Path, encoding: str) -> IO[str]:
    """Open the text with its line ends as they are, so that CR alone ends a line too and nothing is translated."""
    return path.open(encoding=encoding, errors="strict", newline="")


def rows_of(
    file: IO[str], encoding: str, header_names: Callable[[list[str]], int], report: Callable[[Problem], None]
) -> Iterator[Row]:
    """Yield the number of a row's first line and its cells; blank rows, and lines of spaces, are left out but counted.

    `header_names` counts how many cells of a header are known, which decides the delimiter: titles may stand above the
    header. A row whose quoting is
    broken is reported (NOT_A_TABLE, or TOO_LONG for one endless cell) and reading goes on with the next line, so
    that nothing is swallowed. Raises Refusal NOT_A_TABLE for a `sep=` line that names another separator.
    """
    csv.field_size_limit(GREATEST_CELL)
    source = iter(file) if encoding != "gb18030" else map(_with_places, file)
    skipped = 0
    first = ""
    for line in source:
        named = _SEPARATOR_LINE.fullmatch(line)
        if named and not first and skipped == 0:
            if named.group(1) not in DELIMITERS:
                raise not_a_table(
                    "分隔符只能是逗号、制表符或分号。", "the separator must be comma, tab or semicolon.", 1
                )
            delimiter_named = named.group(1)
            skipped = 1
            yield from _records(source, delimiter_named, 1 + skipped, report)
            return
        if line.strip("\r\n\ufeff \t"):
            first = line
            break
        skipped += 1
    if not first:
        return
    ahead = [first, *islice(source, LOOKED_AT)]
    delimiter = _delimiter_of(ahead, header_names)
    yield from _records(chain(ahead, source), delimiter, 1 + skipped, report)


def _with_places(line: str) -> str:
    return line.translate(GB18030_PLACES) if not line.isascii() and _PRIVATE.search(line) else line


def _delimiter_of(ahead: list[str], header_names: Callable[[list[str]], int]) -> str:
    """The delimiter under which some row has the most known names, then the first one the most cells."""

    def worth(delimiter: str) -> tuple[int, int]:
        rows: list[list[str]] = []
        try:
            rows.extend(csv.reader(iter(ahead), delimiter=delimiter, strict=True))
        except csv.Error:
            rows = rows or list(csv.reader(ahead[:1], delimiter=delimiter))
        return max(map(header_names, rows), default=0), len(rows[0]) if rows else 0

    return max(DELIMITERS, key=worth)


def _records(source: Iterator[str], delimiter: str, row: int, report: Callable[[Problem], None]) -> Iterator[Row]:
    lines = Lines(source)
    taken = lines.taken
    left_quote, text_quote = f'{delimiter} "', '="'
    while True:
        reader = csv.reader(lines.feed(), delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                if left_quote in taken[0] or text_quote in taken[0]:
                    cells = _rejoined(cells, delimiter)
                if any(cells) and (len(cells) > 1 or cells[0].strip(WHITE)):
                    yield row, cells
                row += len(taken)
                taken.clear()
            return
        except csv.Error:
            report(_broken(row, taken))
            lines.leave_record()
            row += 1


_OPENS = re.compile('\\s*=?"')


def _rejoined(cells: list[str], delimiter: str) -> list[str]:
    """Cells that were parted within quotes which CSV does not know: those behind a space, `, "a,b"`, and `="a,b"`."""
    joined: list[str] = []
    open_cell = ""
    for place, cell in enumerate(cells):
        if open_cell:
            open_cell += delimiter + cell
        elif place and _OPENS.match(cell) or cell.startswith('="'):
            open_cell = cell
        else:
            joined.append(cell)
            continue
        if open_cell.count('"') % 2 == 0:
            joined.append(open_cell)
            open_cell = ""
    return cells if open_cell else joined


def _broken(row: int, taken: Collection[str]) -> Problem:
    written = next(iter(taken), "").strip("\r\n")
    if len(taken) == 1 and len(written) > GREATEST_CELL:
        return problem("TOO_LONG", row, "", written[:200], found=len(written), limit=GREATEST_CELL)
    return problem(
        "NOT_A_TABLE",
        row,
        "",
        written[:200],
        why_zh="该行的引号没有成对，或引号后还有文字。请检查双引号。",
        why_en="the quotes of this row do not match, or text follows a closing quote. Check the double quotes.",
    )


def separators_seen(cells: Collection[str]) -> str:
    """A separator that is not accepted but seems to be used, for the hint; '' if none."""
    line = "".join(cells)
    return next((mark for mark in ("|", "，", "｜", "；", "^") if line.count(mark) >= 2), "")
