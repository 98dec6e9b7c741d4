"""Where a table begins, and what its headers are: found by what is known of them, never by their place (spec csv.md).

Above a header stand titles, units and groups of columns. A row is the header by evidence only: known names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tables.cells import WHITE, Cell, Fault, clean, unquoted, wrongly_decoded
from tables.columns import Column, title_of
from tables.delimited import separators_seen
from tables.header_names import HeaderNames, bare_key, header_key, is_addition
from tables.problems import Normalised, Problem, problem, shown
from tables.workbook import column_letters

LOOKED_AT = 30  # rows in which a header is looked for

Row = tuple[int, Sequence[Cell]]
Report = Callable[[Problem], None]
Tell = Callable[[Normalised], None]


@dataclass(frozen=True, slots=True)
class Placed:
    """A column of the table, where it stands in the file, and how the file calls it."""

    column: Column
    index: int
    header: str


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was understood: its columns in the file's order, how many cells a row has, which of them have no
    name.

    `periods` are places of cells that hold two days: these are put, in order, behind the `width` cells of a row.
    `extra` says where columns stand that are read without being stored. `cells` is what the file's header says in each place.
    """

    placed: tuple[Placed, ...]
    width: int
    unnamed: tuple[int, ...]
    periods: tuple[int, ...] = ()
    cells: tuple[str, ...] = ()
    extra: Mapping[str, int] = field(default_factory=dict)

    def cell_of(self, placed: Placed) -> int:
        """Return the place of the file's cell that a column is read from: that of the period for one of its two days."""
        return placed.index if placed.index < self.width else self.periods[(placed.index - self.width) // 2]

    def titles(self) -> dict[str, str]:
        """Return what Chinese sentences call each of its columns."""
        return {placed.column.name: title_of(placed.column, placed.header) for placed in self.placed}


@dataclass(frozen=True, slots=True)
class Begun:
    """Where a table begins: its header's cells, the row it ends on, its place among the rows looked at, and the row of a
    first line of the header where it has two."""

    cells: tuple[Cell, ...]
    row: int
    place: int
    first_row: int | None = None


def text_of(cell: Cell) -> str:
    """Return the text of a cell, as it is shown."""
    return cell if isinstance(cell, str) else cell.shown or cell.text


def header_text(cell: Cell) -> str:
    """Return the text of a header's cell: nothing around it."""
    return unquoted(text_of(cell).strip(WHITE))


def columns_in(cells: Sequence[Cell], names: HeaderNames) -> set[str]:
    """Return the columns that these cells name, taken as a header."""
    found = {names.column_of(header_text(cell)) for cell in cells if cell}
    return {column for column in found if column}


def find_header(rows: Sequence[Row], names: HeaderNames, header_row: int | None = None) -> Begun | None:
    """Find the header among the first rows of a table; None where none of them is one.

    The first row that names enough counts: three columns, half of its cells, and one that the table must have. Else the
    row that names most, if it has all that the table must have, or two names, or nothing but names. A header may be two
    rows, groups above and columns below. `header_row` says which row it is: no other is looked at.
    """
    best: tuple[int, Begun] | None = None
    for place, (row, _) in enumerate(rows):
        if header_row is not None and row != header_row:
            continue
        begun, found = _with_the_next(rows, place, names)
        if header_row is not None:
            return begun
        filled = sum(bool(cell) for cell in begun.cells)
        is_whole = names.shape.required <= found
        if len(found) >= 3 and len(found) * 2 >= filled and is_whole:
            return begun
        enough = found and (len(found) >= 2 or (is_whole and names.shape.required) or len(found) == filled)
        if enough and (best is None or len(found) > best[0]):
            best = len(found), begun
    return best[1] if best else None


def _with_the_next(rows: Sequence[Row], place: int, names: HeaderNames) -> tuple[Begun, set[str]]:
    """A row as a header, joined with the next where the two together name more than either."""
    row, cells = rows[place]
    found = columns_in(cells, names)
    alone = Begun(tuple(cells), row, place)
    if place + 1 >= len(rows):
        return alone, found
    next_row, below = rows[place + 1]
    if found and any(below) and all(is_addition(header_text(cell)) for cell in below if cell):
        return Begun(tuple(cells), next_row, place + 1, row), found
    joined = _joined(cells, below, names)
    if joined is None:
        return alone, found
    together = columns_in(joined, names)
    if len(together) <= max(len(found), len(columns_in(below, names))):
        return alone, found
    return Begun(joined, next_row, place + 1, row), together


def _joined(above: Sequence[Cell], below: Sequence[Cell], names: HeaderNames) -> tuple[Cell, ...] | None:
    """Two rows as one header; None where the lower one says something under a column that the upper one names, as only
    a row of data does."""
    if len(columns_in(above, names)) == 0 and not any(above[1:]):
        return None  # a title
    cells: list[Cell] = []
    group = ""
    for place in range(max(len(above), len(below))):
        upper = header_text(above[place]) if place < len(above) else ""
        lower = header_text(below[place]) if place < len(below) else ""
        group = upper or group
        if not lower:
            cells.append(upper)
        elif names.column_of(lower):
            cells.append(lower)
        elif names.column_of(group + lower):
            cells.append(group + lower)
        elif upper and names.column_of(upper) and not names.period(upper):
            return None
        else:
            cells.append(f"{group} {lower}".strip())
    return tuple(cells)


def read_header(
    header: Sequence[Cell], row: int, names: HeaderNames, report: Report, tell: Tell = lambda _: None
) -> Header | None:
    """Find the columns of a header, reporting what is missing, doubled, unknown or personal; None when nothing is known.

    Reports MISSING_COLUMN, DUPLICATE_COLUMN, UNKNOWN_COLUMN (a warning), PERSONAL_DATA, CONTROL_CHARACTER,
    BAD_ENCODING, BAD_CHOICE (a mapping to no column). Tells which of two headers counts.
    """
    reading = _Reading(row, names, report, tell)
    for index, cell in enumerate(header):
        reading.cell(index, header_text(cell))
    return reading.result(header)


class _Reading:
    """One header being read: for each column, the headers that name it, as (mapped or not, how general, place, text)."""

    def __init__(self, row: int, names: HeaderNames, report: Report, tell: Tell) -> None:
        self._row = row
        self._names = names
        self._report = report
        self._tell = tell
        self._wanted: dict[str, list[tuple[bool, int, int, str]]] = {}
        self._periods: list[tuple[int, str, tuple[str, str]]] = []
        self._unnamed: list[int] = []
        self._met: set[str] = set()
        self._extra: dict[str, int] = {}
        self._is_garbled = False
        self._titles = {name: column.title for name, column in names.columns.items()}

    def cell(self, index: int, written: str) -> None:
        key = header_key(written)
        if not bare_key(key).strip('"'):
            self._unnamed.append(index)
            return
        self._met.add(key)
        mapped = self._names.mapped(written)
        if mapped:
            if mapped not in self._names.columns:
                choices = "、".join(self._names.columns)
                self._report(problem("BAD_CHOICE", self._row, written, mapped, choices=choices))
                return
            self._want(mapped, True, index, written)
        elif self._names.shape.personal(written):
            what: dict[str, Any] = {"what_zh": f"列“{shown(written, 30)}”", "what_en": f"column “{shown(written, 30)}”"}
            self._report(problem("PERSONAL_DATA", self._row, written, "", **what))
        elif mapped is not None:
            self._tell(Normalised(self._row, written, written, "按要求未读取 left out as asked"))
        elif known := self._names.known(written):
            self._want(known, False, index, written)
        elif period := self._names.period(written):
            self._periods.append((index, written, period))
        elif extra := self._names.beside(written):
            self._extra.setdefault(extra, index)
        else:
            self._unknown(written, key)

    def _want(self, column: str, mapped: bool, index: int, written: str) -> None:
        self._wanted.setdefault(column, []).append((not mapped, self._names.rank(written), index, written))

    def _unknown(self, written: str, key: str) -> None:
        if wrongly_decoded(written):
            why: dict[str, Any] = {"why_zh": "表头是乱码。", "why_en": "the header is garbled."}
            if not self._is_garbled:  # one fault of the file, however many headers it spoils
                self._report(problem("BAD_ENCODING", self._row, written, written, **why))
            self._is_garbled = True
        elif key not in self._names.shape.ignored:
            try:
                clean(written, free=True)
            except Fault as fault:
                self._report(problem(fault.code, self._row, written, written, **fault.details))
            else:
                self._report(problem("UNKNOWN_COLUMN", self._row, written, written, header=shown(written, 60)))

    def result(self, header: Sequence[Cell]) -> Header | None:
        placed: dict[str, Placed] = {}
        for name, wanting in self._wanted.items():
            best, *others = sorted(wanting)
            placed[name] = Placed(self._names.columns[name], best[2], best[3])
            doubled = [other for other in others if other[:2] == best[:2]]
            if doubled:
                headers = "、".join(shown(one[3], 30) for one in sorted((best, *doubled), key=lambda one: one[2]))
                self._report(
                    problem("DUPLICATE_COLUMN", self._row, name, headers, titles=self._titles, headers=headers)
                )
            for other in others:
                if other not in doubled:
                    after = f"未读取，以“{shown(best[3], 30)}”为准 not read, “{shown(best[3], 30)}” counts"
                    self._tell(Normalised(self._row, name, other[3], after))
        self._report_unnamed(placed)
        periods = self._place_periods(placed, len(header))
        self._report_missing(placed, header)
        for key, (written, column) in self._names.mapping.items():
            if column and key not in self._met:
                self._report(problem("UNKNOWN_COLUMN", self._row, written, column, header=shown(written, 60)))
        if not placed:
            return None
        in_order = sorted(placed.values(), key=lambda place: place.index)
        cells = tuple(header_text(cell) for cell in header)
        return Header(tuple(in_order), len(header), tuple(self._unnamed), periods, cells, self._extra)

    def _report_unnamed(self, placed: Mapping[str, Placed]) -> None:
        """A column without a name among those that have one is told, whatever stands below; one behind them where anything does (regular_rows)."""
        last = max((one.index for one in placed.values()), default=-1)
        for index in [index for index in self._unnamed if index < last]:
            letter = column_letters(index + 1)
            self._report(problem("UNKNOWN_COLUMN", self._row, letter, "", told_as="no header", letter=letter))
            self._unnamed.remove(index)

    def _place_periods(self, placed: dict[str, Placed], width: int) -> tuple[int, ...]:
        """Two days in one cell go to their two columns, unless the file has one of these columns itself."""
        periods: list[int] = []
        for index, written, (first, last) in self._periods:
            if own := placed.get(first) or placed.get(last):
                after = f"未读取，以“{shown(own.header, 30)}”为准 not read, “{shown(own.header, 30)}” counts"
                self._tell(Normalised(self._row, first, written, after))
                continue
            for name in (first, last):
                place = width + 2 * len(periods) + (name == last)
                placed[name] = Placed(self._names.columns[name], place, written)
            periods.append(index)
        return tuple(periods)

    def _report_missing(self, placed: Mapping[str, Placed], header: Sequence[Cell]) -> None:
        shape = self._names.shape
        missing = [column for column in shape.columns if column.name in shape.required and column.name not in placed]
        if not placed and not missing:
            missing = [column for column in shape.columns if column.name == "generic_name"] or [shape.columns[0]]
        hint = {"hint_zh": "", "hint_en": ""}
        if not placed:
            if mark := separators_seen([header_text(cell) for cell in header]):
                hint = {
                    "hint_zh": f"分隔符像是“{mark}”，请改用逗号、制表符或分号。",
                    "hint_en": f"The separator seems to be “{mark}”; use comma, tab or semicolon. ",
                }
            else:
                hint = {
                    "hint_zh": f"第 {self._row} 行没有任何认识的表头，其下 {LOOKED_AT} 行也没有；表头前的标题行可保留，或指明表头在第几行。",
                    "hint_en": f"Row {self._row} holds no known header, nor do the {LOOKED_AT} rows below it; say which row is the header. ",
                }
        for column in missing:
            accepted = "、".join((column.name, *column.headers))
            found = problem("MISSING_COLUMN", self._row, column.name, "", titles=self._titles, headers=accepted, **hint)
            self._report(found)
