"""Rows as a header asks for them: as many cells as it has, and only rows that are entries (spec csv.md)."""

from collections.abc import Iterator, Sequence

from tables.cells import WHITE, Cell, Typed, days_in, says_nothing
from tables.findings import Findings
from tables.header import Header
from tables.non_entries import NOTE, NonEntries, Why
from tables.problems import Normalised, shown
from tables.read import Table
from tables.workbook import column_letters


def regular_rows(
    table: Table, header: Header, findings: Findings, non_entries: NonEntries
) -> Iterator[tuple[int, list[Cell]]]:
    """Yield the rows that have as many cells as the header, reporting the others (RAGGED_ROW) and those that are no
    entries (NOT_AN_ENTRY).

    A sheet does not say where a row ends: there, missing cells are empty, and a filled cell beyond the header is one of
    a column without a name. Such columns are reported once each (UNKNOWN_COLUMN). Behind the cells of a row come the two
    days of each cell that holds a period.
    """
    width = header.width
    nameless = Nameless(header)
    is_sheet = table.file_format == "xlsx"
    names = {placed.index: placed.column.name for placed in header.placed}
    for row, found in table:
        cells = found if isinstance(found, list) else list(found)
        if len(cells) != width:
            filled = len(cells)
            while is_sheet and filled > width and cells[filled - 1] == "":
                filled -= 1
            if (filled > width or not is_sheet) and non_entries.is_spilt_note(cells):
                _pass_over(table, row, cells, NOTE, findings)
                continue
            if not is_sheet:
                findings.add("RAGGED_ROW", row, "", _beginning(cells), found=len(cells), expected=width)
                continue
            nameless.tell(row, cells, findings)
            cells = cells[:width] + [""] * (width - len(cells))
        if non_entries.may_be_one(cells) and (why := non_entries.why(cells)):
            _pass_over(table, row, cells, why, findings)
            continue
        nameless.tell(row, cells, findings)
        for place in header.periods:
            cells += _two_days(row, names[len(cells)], cells[place], findings)
        yield row, cells


class Nameless:
    """The columns without a name behind those that have one: each is told with the first cell that stands below it."""

    def __init__(self, header: Header) -> None:
        self._width = header.width
        self._waiting = list(header.unnamed)
        self._told: set[int] = set()

    def tell(self, row: int, cells: Sequence[Cell], findings: Findings) -> None:
        """Report what this row is the first to fill (UNKNOWN_COLUMN); a sheet's may go beyond its header."""
        beyond = [index for index in range(self._width, len(cells)) if index not in self._told]
        if not self._waiting and not beyond:
            return
        for index in [index for index in (*self._waiting, *beyond) if index < len(cells) and cells[index]]:
            letter = column_letters(index + 1)
            findings.add("UNKNOWN_COLUMN", row, letter, "", told_as="no header", letter=letter)
            self._told.add(index)
        self._waiting = [index for index in self._waiting if index not in self._told]


def _pass_over(table: Table, row: int, cells: Sequence[Cell], why: Why, findings: Findings) -> None:
    table.pass_over(row)
    findings.add("NOT_AN_ENTRY", row, "", _beginning([cell for cell in cells if cell]), what_zh=why[0], what_en=why[1])


def _two_days(row: int, column: str, cell: Cell, findings: Findings) -> list[Cell]:
    """The first and the last day of a period in one cell; as it stands in the place of the first where it is none."""
    written = cell.strip(WHITE) if isinstance(cell, str) else ""
    if not written or says_nothing(written):
        if written:
            findings.tell(Normalised(row, column, shown(written), ""))
        return [Typed("no period", cell.text) if isinstance(cell, Typed) else "", ""]
    days = days_in(written)
    if days is None:
        return [Typed("no period", written), ""]
    findings.tell(Normalised(row, column, shown(written), f"{days[0]} – {days[1]}"))
    return [*days]


def _beginning(cells: Sequence[Cell]) -> str:
    return " | ".join(cell.shown or cell.text if isinstance(cell, Typed) else cell for cell in cells[:4])[:100]
