"""Bytes → rows of cells: opens a file whatever it is called, finds its sheet and its header (spec csv.md)."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from tables import delimited, workbook
from tables.archive_safety import Unpacked
from tables.cells import Cell
from tables.encoding import encoding_of
from tables.file_format import file_format_of
from tables.header import LOOKED_AT, Begun, columns_in, find_header, header_text
from tables.header_names import HeaderNames
from tables.limits import Limits
from tables.own_sheets import OWN_SHEETS
from tables.problems import Normalised, Problem, problem, shown
from tables.refusal import Refusal, not_a_table, too_large

Row = tuple[int, Sequence[Cell]]
Report = Callable[[Problem], None]
Tell = Callable[[Normalised], None]

_ROWS_COUNTED = 20_000  # of a sheet that is not read
_NAMED = 20


class Table:
    """An opened file: its header, then its rows.

    `names` knows the headers: with them the header is looked for among the first rows, and in a workbook the first
    sheet that has one is read; without, the first row is the header. `sheet` names the sheet to read, `header_row` says
    which row is the header; `sheets` is given the names of a workbook's sheets.

    `header` are the header's cells, `header_row` and the row numbers the file's lines or the sheet's rows, `above` the
    rows before the header, `sample` the first ones below it.

    Iterating yields every row below the header that is not blank, and may report problems of structure on the way; at
    the end what was hidden or merged is reported. Raises Refusal when the file as a whole cannot be read; also while
    iterating (a workbook damaged near its end).
    """

    def __init__(
        self,
        path: Path,
        limits: Limits,
        names: HeaderNames | None,
        report: Report,
        tell: Tell,
        *,
        sheet: str = "",
        header_row: int | None = None,
        sheets: list[str] | None = None,
    ) -> None:
        self._path = path
        self._sheets = sheets
        self._limits = limits
        self._names = names
        self._report = report
        self._tell = tell
        self._stated_row = header_row
        self._passed_over: set[int] = set()
        self._sheet: workbook.SheetRows | None = None
        self.size = path.stat().st_size
        self.file_format = file_format_of(path, limits)
        self.encoding = ""
        self.sheet_name = ""
        self.above: list[Row] = []
        self.sample: list[Row] = []
        self.header: tuple[Cell, ...] = ()
        self.header_row = 0
        self._position: Callable[[], int] = lambda: 0
        self._close: Callable[[], None] = lambda: None
        try:
            if self.file_format == "json":
                raise not_a_table(
                    "这是 JSON，请另存为带表头的 CSV 或 XLSX。",
                    "this is JSON; save it as CSV or XLSX with a header row.",
                )
            self._rows = self._csv() if self.file_format == "csv" else self._xlsx(sheet)
        except BaseException:
            self.close()
            raise

    # ------------------------------------------------------------------------------------------ the file

    def _csv(self) -> Iterator[Row]:
        self.encoding = encoding_of(self._path)
        file = delimited.open_lines(self._path, self.encoding)
        # Not file.tell(), which is forbidden while iterating: the bytes the decoder has asked for so far.
        raw = file.buffer  # type: ignore[attr-defined]
        self._position = raw.tell
        self._close = file.close
        rows: Iterator[Row] = delimited.rows_of(file, self.encoding, self._count, self._report)
        first = self._first_rows(rows)
        if not first:
            raise Refusal(problem("EMPTY_FILE", None))
        return self._begin(first, self._header_of(first), rows)

    def _count(self, cells: Sequence[Cell]) -> int:
        return len(columns_in(cells, self._names)) if self._names else 0

    def _xlsx(self, sheet: str) -> Iterator[Row]:
        parts = Unpacked(self._path, self._limits)
        self._close = parts.close
        unpacked = max(1, sum(info.file_size for info in parts.names.values()))
        self._position = lambda: min(self.size, self.size * parts.read_so_far // unpacked)
        book = workbook.open_book(parts, self._limits)
        if self._sheets is not None:
            self._sheets += [one.name for one in book.sheets]
        chosen, first, begun = self._chosen_sheet(book, sheet)
        self._sheet = chosen
        self.sheet_name = chosen.name.name
        self._tell_of_sheets(book, chosen.name, is_asked_for=bool(sheet))
        if not first:
            raise Refusal(problem("EMPTY_FILE", None))
        return self._begin(first, begun, iter(chosen))

    # ------------------------------------------------------------------------------------------ its header

    def _first_rows(self, rows: Iterator[Row]) -> list[Row]:
        """The rows among which the header is looked for: up to the one that is said to be it, and one more."""
        first: list[Row] = []
        most = LOOKED_AT if self._names else 1
        for row in rows:
            first.append(row)
            if self._stated_row is None and len(first) >= most:
                break
            if self._stated_row is not None:
                if row[0] > self._stated_row:
                    break
                del first[:-LOOKED_AT]
        return first

    def _header_of(self, first: Sequence[Row]) -> Begun | None:
        if not first or self._names is None:
            return None
        return find_header(first, self._names, self._stated_row)

    def _begin(self, first: list[Row], begun: Begun | None, rest: Iterator[Row]) -> Iterator[Row]:
        """Take the header out of the first rows, the first of them where none is known for one; tell what stands above it."""
        if begun is None and self._stated_row is not None:
            row = self._stated_row
            raise not_a_table(f"第 {row} 行没有内容，不是表头。", f"row {row} is empty and no header.", row)
        begun = begun or Begun(tuple(first[0][1]), first[0][0], 0)
        self.header, self.header_row = begun.cells, begun.row
        self.above = [row for row in first[: begun.place] if row[0] != begun.first_row]
        if len(self.header) > self._limits.columns:
            raise too_large(
                f"有 {len(self.header)} 列，最多 {self._limits.columns} 列。",
                f"it has {len(self.header)} columns, at most {self._limits.columns} are accepted.",
            )
        for row, cells in self.above[:_NAMED]:
            self._tell(Normalised(row, "header_row", _beginning(cells), "表头之前，未读取 above the header, not read"))
        if self.above:
            after = f"表头在第 {begun.row} 行 the header is row {begun.row}"
            self._tell(Normalised(begun.row, "header_row", _beginning(begun.cells), after))
        if begun.first_row is not None:
            after = f"与第 {begun.row} 行合为表头 the header, together with row {begun.row}"
            self._tell(Normalised(begun.first_row, "header_row", _beginning(begun.cells), after))
        self.sample = first[begun.place + 1 :]
        return self._to_the_end(chain(self.sample, rest))

    def _to_the_end(self, rows: Iterator[Row]) -> Iterator[Row]:
        yield from rows
        if self._sheet:
            self._report_hidden(self._sheet)
            self._report_calculated(self._sheet)
            self._report_merged(self._sheet)

    # ------------------------------------------------------------------------------------------ its sheet

    def _chosen_sheet(self, book: workbook.Book, wanted: str) -> tuple[workbook.SheetRows, list[Row], Begun | None]:
        """The sheet to read with its first rows: the one that is named; else the first with a known header, those that
        people see before hidden ones; else the first that says anything."""
        if wanted:
            sheet = next((sheet for sheet in book.sheets if sheet.name.strip() == wanted.strip()), None)
            if sheet is None:
                listed = "、".join(sheet.name for sheet in book.sheets[:_NAMED])
                raise not_a_table(
                    f"没有名为“{shown(wanted, 40)}”的工作表。工作簿中有：{listed}。",
                    f"there is no sheet “{shown(wanted, 40)}”. The workbook has: {listed}.",
                    None,
                    "sheet",
                    wanted,
                )
            return self._looked_at(book, sheet)
        first_filled: tuple[workbook.SheetRows, list[Row], Begun | None] | None = None
        for sheet in sorted(book.sheets, key=lambda sheet: sheet.is_hidden):
            found = self._looked_at(book, sheet)
            if found[2] is not None and self._count(found[2].cells):
                return found
            if first_filled is None or (found[1] and not first_filled[1]):
                first_filled = found
        assert first_filled is not None
        return first_filled

    def _looked_at(
        self, book: workbook.Book, sheet: workbook.SheetName
    ) -> tuple[workbook.SheetRows, list[Row], Begun | None]:
        rows = workbook.SheetRows(book, sheet)
        first = self._first_rows(iter(rows))
        return rows, first, self._header_of(first)

    def _tell_of_sheets(self, book: workbook.Book, read: workbook.SheetName, *, is_asked_for: bool) -> None:
        """Report which sheets are not read, each with its rows; tell which one is, where it is neither the first nor asked for."""
        unread = []
        is_behind = False
        for sheet in book.sheets:
            if sheet == read:
                is_behind = True
                continue
            if self._is_our_own(book, sheet):
                continue
            rows, below = self._rows_in(book, sheet)
            if rows != 0 or not is_behind:
                unread.append((sheet, rows, below))
        if unread:
            self._report(
                problem(
                    "SHEETS_NOT_READ",
                    None,
                    "sheet",
                    "、".join(sheet.name for sheet, _, _ in unread[:_NAMED]),
                    read=read.name,
                    sheets_zh="、".join(_sheet_zh(*one) for one in unread[:_NAMED]),
                    sheets_en=", ".join(_sheet_en(*one) for one in unread[:_NAMED]),
                )
            )
            if read != book.sheets[0] and not is_asked_for:
                after = f"{read.name}（第一张有表头的工作表 the first sheet that has a header）"
                self._tell(Normalised(None, "sheet", book.sheets[0].name, after))
        if read.is_hidden:
            self._report(
                problem(
                    "HIDDEN_ROWS",
                    None,
                    "sheet",
                    read.name,
                    what_zh=f"工作表“{read.name}”",
                    what_en=f"sheet “{read.name}”",
                )
            )

    def _is_our_own(self, book: workbook.Book, sheet: workbook.SheetName) -> bool:
        """Tell whether a sheet is one that our marked workbooks and templates hold beside the table."""
        header = OWN_SHEETS.get(sheet.name)
        if header is None:
            return False
        try:
            first = next(iter(workbook.SheetRows(book, sheet)), None)
        except Refusal:
            return False
        return first is not None and tuple(map(header_text, first[1][: len(header)])) == header

    def _rows_in(self, book: workbook.Book, sheet: workbook.SheetName) -> tuple[int | None, int | None]:
        """How many rows of a sheet say something, and how many of them stand below a known header; None where there are
        too many to count, or the sheet cannot be read, which is no fault of the one that is."""
        try:
            rows = workbook.SheetRows(book, sheet)
            first = self._first_rows(iter(rows))
            begun = self._header_of(first)
            count = len(first)
            for _ in iter(rows):
                count += 1
                if count > _ROWS_COUNTED:
                    return None, None
        except Refusal:
            return None, None
        return count, count - begun.place - 1 if begun else None

    # ------------------------------------------------------------------------------------------ its rows

    @property
    def position(self) -> int:
        """How many bytes of the file were read so far, about."""
        return self._position()

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def pass_over(self, row: int) -> None:
        """Take note that a row is no entry: it may be merged."""
        self._passed_over.add(row)

    def close(self) -> None:
        self._close()

    def _report_hidden(self, sheet: workbook.SheetRows) -> None:
        ranges = [(first, last) for first, last in sheet.hidden_rows if last > self.header_row]
        if ranges:
            text = "、".join(f"{first}–{last}" if last > first else str(first) for first, last in ranges[:_NAMED])
            text += "…" if len(ranges) > _NAMED else ""
            words: dict[str, Any] = {"what_zh": f"第 {text} 行", "what_en": f"rows {text}"}
            self._report(problem("HIDDEN_ROWS", max(ranges[0][0], self.header_row + 1), "", text, **words))
        hidden = [
            place
            for place, cell in enumerate(self.header, 1)
            if cell and any(first <= place <= last for first, last in sheet.hidden_columns)
        ]
        if hidden:
            zh = "、".join(
                f"{workbook.column_letters(at)}（{shown(header_text(self.header[at - 1]), 30)}）"
                for at in hidden[:_NAMED]
            )
            words = {"what_zh": f"列 {zh}", "what_en": f"columns {zh}"}
            self._report(problem("HIDDEN_ROWS", self.header_row, header_text(self.header[hidden[0] - 1]), zh, **words))

    def _report_calculated(self, sheet: workbook.SheetRows) -> None:
        """A formula's stored result is what it came to when the file was last calculated, which may be long ago."""
        for column, (row, count) in sorted(sheet.calculated.items()):
            named = column <= len(self.header) and self.header[column - 1]
            header = header_text(self.header[column - 1]) if named else workbook.column_letters(column)
            self._report(problem("FORMULA_RESULT", row, header, "", count=count, header=shown(header, 60)))

    def _report_merged(self, sheet: workbook.SheetRows) -> None:
        """Merged cells among the data say their value in one row only, and may mean it for all."""
        for reference in sheet.merged:
            first, last, column = workbook.rows_merged(reference)
            if not first or last <= self.header_row or first > sheet.last_row:
                continue
            if all(row in self._passed_over for row in range(max(first, 1), min(last, sheet.last_row) + 1)):
                continue
            self._report(
                problem(
                    "NOT_A_TABLE",
                    first,
                    column,
                    reference,
                    why_zh=f"合并单元格 {reference}。请取消合并，并在每一行填写。",
                    why_en=f"merged cells {reference}. Split them and fill in every row.",
                )
            )


def _beginning(cells: Sequence[Cell]) -> str:
    return shown(" | ".join(text for cell in cells if cell and (text := header_text(cell)))[:200])


def _sheet_zh(sheet: workbook.SheetName, rows: int | None, below: int | None) -> str:
    count = f"超过 {_ROWS_COUNTED} 行或无法读取" if rows is None else f"{rows} 行"
    under = f"，表头下 {below} 行" if below is not None else ""
    return f"“{sheet.name}”（{'隐藏，' if sheet.is_hidden else ''}{count}{under}）"


def _sheet_en(sheet: workbook.SheetName, rows: int | None, below: int | None) -> str:
    count = f"more than {_ROWS_COUNTED} rows, or not readable" if rows is None else f"{rows} rows"
    under = f", {below} below the header" if below is not None else ""
    return f"“{sheet.name}” ({'hidden, ' if sheet.is_hidden else ''}{count}{under})"
