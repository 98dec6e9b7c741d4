"""XLSX: a sheet → rows of cells, read piece by piece, with the sheet's own row number_format.

Read with expat rather than a spreadsheet library: those lose rows in silence when the stated dimension is wrong,
build the whole sheet in memory for one far cell, and hide formulas without a result, error cells and merged cells
(RELIABILITY 2.2).
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from xml.parsers import expat

from tables import number_format
from tables.archive_safety import Unpacked
from tables.cells import Cell, Typed
from tables.limits import Limits
from tables.problems import problem
from tables.refusal import Refusal, not_a_table, too_large

Row = tuple[int, list[Cell]]

LONGEST_TEXT = 40_000  # characters kept of one cell: more than a spreadsheet can hold, and enough to be TOO_LONG
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# As XML Schema writes a double. Python's float() would also take 1_000 and the digits of every script.
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[1-9][0-9]{0,14}|0")
_MIDNIGHT = re.compile(r"T00:00(?::00(?:\.0+)?)?Z?$")
_NUMBERS_REMEMBERED = 4_096
GREATEST_ROW = 1_048_576
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_STRICT_RELATION = "http://purl.oclc.org/ooxml/officeDocument/relationships id"

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]


def open_book(parts: Unpacked, limits: Limits) -> "Book":
    """Open a workbook: its sheets, to be read one by one. Raises Refusal NOT_A_TABLE."""
    parts.refuse_doctypes()
    return Book(parts, limits)


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet of a workbook: how it is called, the part it stands in, whether people see it."""

    name: str
    part: str
    is_hidden: bool = False


class SheetRows:
    """The rows of a sheet that say something, each with its number; trailing empty cells may lack.

    No column beyond `limits.columns` may hold anything, and there may be at most `limits.rows` rows and some above them.
    While and after they are read: `hidden_rows` and `hidden_columns`, each from and to, as the sheet counts them;
    `merged`, the references of merged cells; `calculated`, by the number of a column in which formulas stand, of which the stored result was
    read, the first such row and how many there are. Raises Refusal NOT_A_TABLE, TOO_LARGE, TOO_MANY_ROWS.
    """

    def __init__(self, book: "Book", sheet: SheetName) -> None:
        self.name = sheet
        self.hidden_rows: list[list[int]] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.merged: list[str] = []
        self.calculated: dict[int, list[int]] = {}
        self.last_row = 0
        self._rows = self._read(book, sheet)

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def _read(self, book: "Book", sheet: SheetName) -> Iterator[Row]:
        limits = book.limits
        _refuse_too_many_rows(book.parts, sheet.part, limits)
        reader = _Sheet(book.strings(), book.styles(), book.counts_from_1904, limits.columns, self)
        parser = _parser(reader.start, reader.end, reader.text)
        for piece in book.parts.pieces(sheet.part):
            _feed(parser, piece)
            yield from reader.take()
        _feed(parser, b"", last=True)
        yield from reader.take()

    def calculate(self, column: int, row: int) -> None:
        """Note a cell whose value is what a formula last came to."""
        if column in self.calculated:
            self.calculated[column][1] += 1
        else:
            self.calculated[column] = [row, 1]

    def hide_row(self, row: int) -> None:
        """Note a hidden row that says something."""
        if self.hidden_rows and self.hidden_rows[-1][1] >= self.last_row:
            self.hidden_rows[-1][1] = row
        else:
            self.hidden_rows.append([row, row])


def _refuse_too_many_rows(parts: Unpacked, sheet: str, limits: Limits) -> None:
    """A small archive may unpack to millions of rows: counting their ends takes a second, parsing them minutes."""
    try:
        rows = parts.occurrences(sheet, b"</row>", limits.rows + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        return  # told with its place when the part is read
    if rows > limits.rows + 1:
        raise Refusal(problem("TOO_MANY_ROWS", None, limit=limits.rows))


def _parser(
    start: Start, end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None
) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = False
    parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text

    def refuse_doctype(*_: object) -> None:
        raise not_a_table("工作簿含有 DOCTYPE 声明。", "the workbook holds a DOCTYPE.")

    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.EntityDeclHandler = refuse_doctype
    return parser


def _feed(parser: expat.XMLParserType, piece: bytes, *, last: bool = False) -> None:
    try:
        parser.Parse(piece, last)
    except (expat.ExpatError, ValueError, LookupError) as broken:
        raise not_a_table("工作簿的 XML 已损坏。", "the XML of the workbook is damaged.") from broken


def _walk(
    parts: Unpacked,
    part: str,
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    parser = _parser(start, end, text)
    for piece in parts.pieces(part):
        _feed(parser, piece)
    _feed(parser, b"", last=True)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _Styles:
    """The number formats of cell styles, by the style's number as written. A style that is not among them is General."""

    def __init__(self, formats: list[str]) -> None:
        self.days = frozenset(str(style) for style, code in enumerate(formats) if number_format.is_day(code))
        self.codes = {str(style): code for style, code in enumerate(formats) if not number_format.is_general(code)}


class Book:
    """A workbook: its sheets in order, its strings, what its styles show."""

    def __init__(self, parts: Unpacked, limits: Limits) -> None:
        self.parts = parts
        self.limits = limits
        self.counts_from_1904 = False
        self._listed: list[tuple[str, str, str]] = []  # name, relation, state
        self._strings: list[str] | None = None
        self._styles: _Styles | None = None
        self._part = self._main_part()
        self._targets = self._relations(self._part)
        _walk(parts, self._part, self._start)
        if not self._listed:
            raise not_a_table("工作簿没有工作表。", "the workbook has no sheet.")
        found = [(name, *self._targets.get(relation, ("", "")), state) for name, relation, state in self._listed]
        self.sheets = tuple(
            SheetName(name, part, state != "visible")
            for name, kind, part, state in found
            if kind.endswith("/worksheet")
        )
        if not self.sheets:
            raise not_a_table(
                "工作簿没有数据表，只有图表之类。", "the workbook has no worksheet, only charts or the like."
            )

    def _main_part(self) -> str:
        for kind, target in self._relations("").values():
            if kind.endswith("/officeDocument"):
                return target
        return "xl/workbook.xml"

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        folder, file = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(name: str, attributes: Attributes) -> None:
            if _local(name) == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/" + folder, attributes.get("Target", "")))
                found[attributes.get("Id", "")] = (attributes.get("Type", ""), target.lstrip("/"))

        if relations.casefold() in self.parts.names:
            _walk(self.parts, relations, start)
        return found

    def _start(self, name: str, attributes: Attributes) -> None:
        local = _local(name)
        if local == "sheet":
            relation = attributes.get(_RELATION) or attributes.get(_STRICT_RELATION) or ""
            self._listed.append((attributes.get("name", "")[:40], relation, attributes.get("state", "visible")))
        elif local == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904", "0") in ("1", "true")

    def _target_of_kind(self, kind: str) -> str:
        return next((target for found, target in self._targets.values() if found.endswith(f"/{kind}")), "")

    def style_part(self) -> str:
        """Return the part that holds the workbook's styles, '' where it has none."""
        part = self._target_of_kind("styles")
        return part if part.casefold() in self.parts.names else ""

    def strings(self) -> list[str]:
        """Return the workbook's shared texts, read once."""
        if self._strings is None:
            part = self._target_of_kind("sharedStrings")
            self._strings = _shared_strings(self.parts, part) if part else []
        return self._strings

    def styles(self) -> _Styles:
        """Return what the workbook's cell styles make of numbers, read once."""
        if self._styles is None:
            self._styles = _Styles(self._formats())
        return self._styles

    def _formats(self) -> list[str]:
        part = self._target_of_kind("styles")
        if not part or part.casefold() not in self.parts.names:
            return []
        custom: dict[str, str] = {}
        formats: list[str] = []
        inside = False

        def start(name: str, attributes: Attributes) -> None:
            nonlocal inside
            local = _local(name)
            if local == "numFmt":
                custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif local == "cellXfs":
                inside = True
            elif local == "xf" and inside:
                number = attributes.get("numFmtId", "0")
                formats.append(number_format.format_of(number, custom.get(number)))

        def end(name: str) -> None:
            nonlocal inside
            inside = inside and _local(name) != "cellXfs"

        _walk(self.parts, part, start, end)
        return formats


class _Text:
    """The text of one cell, as it comes in pieces; what is beyond any limit is not kept."""

    __slots__ = ("_pieces", "_size", "open")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0
        self.open = False

    def add(self, piece: str) -> None:
        if self._size < LONGEST_TEXT:
            self._pieces.append(piece)
            self._size += len(piece)

    def take(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return text


def _shared_strings(parts: Unpacked, part: str) -> list[str]:
    strings: list[str] = []
    text = _Text()
    phonetic = False

    def start(name: str, attributes: Attributes) -> None:
        nonlocal phonetic
        local = _local(name)
        if local == "t":
            text.open = not phonetic
        elif local == "rPh":
            phonetic = True

    def end(name: str) -> None:
        nonlocal phonetic
        local = _local(name)
        if local == "t":
            text.open = False
        elif local == "si":
            strings.append(_unescaped(text.take()))
        elif local == "rPh":
            phonetic = False

    def characters(piece: str) -> None:
        if text.open:
            text.add(piece)

    _walk(parts, part, start, end, characters)
    return strings


def _unescaped(text: str) -> str:
    """XLSX writes characters that XML cannot hold as _x000D_."""
    return _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


class _Sheet:
    """Collects the rows of a sheet from expat's events."""

    def __init__(
        self, strings: list[str], styles: _Styles, counts_from_1904: bool, columns: int, notes: SheetRows
    ) -> None:
        self._strings = strings
        self._styles = styles
        self._day_0 = date(1904, 1, 1) if counts_from_1904 else date(1899, 12, 30)
        self._counts_from_1904 = counts_from_1904
        self._notes = notes
        self._local: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._greatest_column = columns
        self._rows: list[Row] = []
        self._number = 0
        self._column = 0
        self._cells: list[Cell] = []
        self._kind = ""
        self._style = ""
        self._has_value = False
        self._has_formula = False
        self._phonetic = False
        self._is_hidden = self._are_rows_hidden = False
        self._text = _Text()
        # The same few numbers, codes and prices stand in a sheet again and again.
        self._numbers: dict[tuple[str, str], Cell] = {}

    def take(self) -> list[Row]:
        """The rows that are complete since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Attributes) -> None:
        local = self._local.get(name) or self._local.setdefault(name, _local(name))
        if local == "c":
            self._start_cell(attributes)
        elif local == "v" or local == "t":
            self._has_value = True
            self._text.open = not self._phonetic
        elif local == "row":
            self._start_row(attributes)
        elif local == "f":
            self._has_formula = True
        elif local == "rPh":
            self._phonetic = True
        elif local == "mergeCell":
            self._notes.merged.append(attributes.get("ref", "")[:40])
        elif local == "col":
            self._hide_columns(attributes)
        elif local == "sheetFormatPr":
            self._are_rows_hidden = attributes.get("zeroHeight") in ("1", "true")

    def text(self, piece: str) -> None:
        if self._text.open:
            self._text.add(piece)

    def end(self, name: str) -> None:
        local = self._local[name]
        if local == "v" or local == "t":
            self._text.open = False
        elif local == "c":
            self._end_cell()
        elif local == "row":
            if self._cells:
                if self._is_hidden:
                    self._notes.hide_row(self._number)
                self._notes.last_row = self._number
                self._rows.append((self._number, self._cells))
                self._cells = []
        elif local == "rPh":
            self._phonetic = False

    def _start_row(self, attributes: Attributes) -> None:
        stated = attributes.get("r")
        number = int(stated) if stated and stated.isdigit() else self._number + 1
        if not self._number < number <= GREATEST_ROW:
            raise not_a_table(
                "工作表的行次序错乱。请重新另存。",
                "the rows of the sheet are out of order; save it anew.",
                min(number, GREATEST_ROW),
            )
        self._number = number
        self._column = 0
        self._cells = []
        self._is_hidden = _is_zero(attributes, "hidden", "ht", self._are_rows_hidden)

    def _start_cell(self, attributes: Attributes) -> None:
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._has_value = self._has_formula = False
        stated = attributes.get("r")
        column = self._column + 1
        if stated:
            letters = stated.rstrip("0123456789")
            column = self._columns.get(letters) or self._columns.setdefault(letters, column_number(letters))
            if column <= self._column or stated[len(letters) :] != str(self._number):
                raise not_a_table(
                    "工作表的单元格次序错乱。请重新另存。",
                    "the cells of the sheet are out of order; save it anew.",
                    self._number,
                )
        self._column = column

    def _end_cell(self) -> None:
        """Keep a cell that says something: cells that are only styled may stand anywhere."""
        value = self._value()
        if value == "":
            return
        if self._has_formula and self._has_value and not (isinstance(value, Typed) and value.kind == "formula"):
            self._notes.calculate(self._column, self._number)
        if self._column > self._greatest_column:
            letters = column_letters(self._column)
            raise too_large(
                f"第 {self._number} 行用到了 {letters} 列，最多 {self._greatest_column} 列。",
                f"row {self._number} uses column {letters}, at most {self._greatest_column} columns are accepted.",
            )
        missing = self._column - len(self._cells) - 1
        if missing:
            self._cells.extend([""] * missing)
        self._cells.append(value)

    def _value(self) -> Cell:
        raw = self._text.take()
        # A formula may well say '' (then it says that it is text); an empty result of no kind was never calculated.
        if not self._has_value or (self._has_formula and not raw and self._kind == "n"):
            return Typed("formula", "") if self._has_formula else ""
        match self._kind:
            case "s":
                if not raw.strip():
                    return ""
                return self._strings[int(raw)] if raw.isdigit() and int(raw) < len(self._strings) else self._lost()
            case "inlineStr" | "str":
                return _unescaped(raw)
            case "b":
                return Typed("yes_no", "true" if raw.strip() in ("1", "true") else "false")
            case "e":
                return Typed("error", raw[:20])
            case "d":
                return Typed("date", _MIDNIGHT.sub("", raw.strip()[:40])) if raw.strip() else ""
            case _:
                return self._number_or_day(raw.strip()) if raw.strip() else ""

    def _lost(self) -> Cell:
        raise not_a_table("工作簿的文字表不完整。", "the workbook's table of texts is incomplete.", self._number)

    def _number_or_day(self, raw: str) -> Cell:
        known = self._numbers.get((raw, self._style))
        if known is None:
            if len(self._numbers) >= _NUMBERS_REMEMBERED:
                self._numbers.clear()
            known = self._numbers[raw, self._style] = self._read_number(raw)
        return known

    def _read_number(self, raw: str) -> Cell:
        if not _DOUBLE.fullmatch(raw):
            return Typed("error", raw[:20])
        if self._style in self._styles.days:
            return self._day(float(raw), raw)
        return number_cell(raw, self._styles.codes.get(self._style, number_format.GENERAL))

    def _day(self, serial: float, raw: str) -> Cell:
        if not 0 <= serial < 2_958_466:
            return number_cell(raw)
        whole = int(serial)
        if self._counts_from_1904:
            day = self._day_0 + timedelta(days=whole)
        elif whole == 60:
            # The 1900 system has a 29 February that never was.
            return Typed("date", "1900-02-29")
        else:
            day = self._day_0 + timedelta(days=whole if whole > 60 else whole + 1)
        seconds = round((serial - whole) * 86_400)
        if seconds:
            return Typed("date", f"{day.isoformat()} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}")
        return Typed("date", day.isoformat())

    def _hide_columns(self, attributes: Attributes) -> None:
        first, last = attributes.get("min", ""), attributes.get("max", "")
        if _is_zero(attributes, "hidden", "width") and first.isdigit() and last.isdigit():
            self._notes.hidden_columns.append((int(first), int(last)))


def _is_zero(attributes: Attributes, hidden: str, size: str, usual: bool = False) -> bool:
    """Whether a row or a column is hidden, or of no size."""
    stated = attributes.get(hidden)
    if stated is not None:
        return stated in ("1", "true")
    return float(attributes[size]) == 0 if _DOUBLE.fullmatch(attributes.get(size, "")) else usual


def column_number(letters: str) -> int:
    """Return the number of a column that a sheet calls by these letters: A is 1; one beyond all sheets for what is none."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64 if "A" <= letter <= "Z" and number < 1000 else 20_000
    return number or 20_000


def column_letters(number: int) -> str:
    """Return what a sheet calls a column: 1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def rows_merged(reference: str) -> tuple[int, int, str]:
    """Return the first and the last row of merged cells `B3:C5`, and the column they begin in; row 0 for no such reference."""
    first, _, last = reference.partition(":")
    begins, ends = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
    if not begins or not ends:
        return 0, 0, ""
    return int(begins.group(2)), int(ends.group(2)), begins.group(1)


def number_cell(raw: str, code: str = number_format.GENERAL) -> Typed:
    """Return a number cell as the fifteen digits that a spreadsheet keeps, and as the sheet shows it in this format;
    `lossy` where more were typed or it has no plain form."""
    if _WHOLE.fullmatch(raw) and code == number_format.GENERAL:
        return Typed("number", raw, raw)
    value = float(raw)
    if _PLAIN_NUMBER.fullmatch(raw) and sum(c.isdigit() for c in raw.lstrip("-0.")) <= 15:
        exact = Decimal(raw)
    else:
        kept = format(value, ".15g")
        if "n" in kept or abs(value) >= 1e15 or 0 < abs(value) < 1e-10:
            return Typed("lossy", raw[:40])
        exact = Decimal(kept)
    return Typed("number", number_format.plain(exact), number_format.formatted(exact, code))
