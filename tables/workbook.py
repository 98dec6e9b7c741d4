"""XLSX: the first sheet → rows of cells, read piece by piece, with the sheet's own row numbers.

Read with expat rather than a spreadsheet library: those lose rows in silence when the stated dimension is wrong,
build the whole sheet in memory for one far cell, and hide formulas without a result, error cells and merged cells
(RELIABILITY 2.2).
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from xml.parsers import expat

from tables.cells import Cell, Typed
from tables.encoding import Refusal
from tables.gate import Unpacked, not_a_table, too_large
from tables.limits import Limits
from tables.problems import Normalised, Problem, problem

Row = tuple[int, list[Cell]]

LONGEST_TEXT = 40_000  # characters kept of one cell: more than a spreadsheet can hold, and enough to be TOO_LONG
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile("([A-Z]{1,3})([0-9]{1,7})")
_DATE_FORMATS = frozenset(map(str, [*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)]))
_NOT_FORMAT_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# As XML Schema writes a double. Python's float() would also take 1_000 and the digits of every script.
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
_PADDED = re.compile("0{2,20}")
GREATEST_ROW = 1_048_576
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships id"
_STRICT_RELATION = "http://purl.oclc.org/ooxml/officeDocument/relationships id"

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]


def rows_of(
    parts: Unpacked, limits: Limits, report: Callable[[Problem], None], tell: Callable[[Normalised], None]
) -> Iterator[Row]:
    """Will yield the number and the cells of every row of the first sheet that says something; trailing empty cells may
    lack.

    No column beyond `limits.columns` may hold anything, and there may be at most `limits.rows` rows and a header.

    Merged cells are reported (NOT_A_TABLE) with the row they begin on. Raises Refusal NOT_A_TABLE, TOO_LARGE.
    """
    parts.refuse_doctypes()
    book = _Book(parts)
    if len(book.sheets) > 1:
        others = "、".join(name for name, _, _ in book.sheets[1:6])
        tell(Normalised(None, "sheet", others, f"仅读取第一张工作表 only the first sheet: {book.sheets[0][0]}"))
    sheet_part = book.first_sheet()
    _refuse_too_many_rows(parts, sheet_part, limits)
    strings = _shared_strings(parts, book.strings_part) if book.strings_part else []
    sheet = _Sheet(strings, book.styles(), book.counts_from_1904, limits.columns, report)
    parser = _parser(sheet.start, sheet.end, sheet.text)
    for piece in parts.pieces(sheet_part):
        _feed(parser, piece)
        yield from sheet.take()
    _feed(parser, b"", last=True)
    yield from sheet.take()


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


@dataclass(frozen=True, slots=True)
class _Styles:
    """What cell styles, by their number as written, make of a number: a date or time, or a code with zeros before
    it up to a width."""

    dates: frozenset[str] = frozenset()
    padded: Mapping[str, int] = field(default_factory=dict)


class _Book:
    """Where things are in the workbook: its sheets in order, its strings, which cell styles are dates."""

    def __init__(self, parts: Unpacked) -> None:
        self._parts = parts
        self.sheets: list[tuple[str, str, str]] = []  # name, relation, state
        self.counts_from_1904 = False
        self._part = self._main_part()
        self._targets = self._relations(self._part)
        _walk(parts, self._part, self._start)
        if not self.sheets:
            raise not_a_table("工作簿没有工作表。", "the workbook has no sheet.")

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

        if relations.casefold() in self._parts.names:
            _walk(self._parts, relations, start)
        return found

    def _start(self, name: str, attributes: Attributes) -> None:
        local = _local(name)
        if local == "sheet":
            relation = attributes.get(_RELATION) or attributes.get(_STRICT_RELATION) or ""
            self.sheets.append((attributes.get("name", "")[:40], relation, attributes.get("state", "visible")))
        elif local == "workbookPr":
            self.counts_from_1904 = attributes.get("date1904", "0") in ("1", "true")

    def _target_of_kind(self, kind: str) -> str:
        return next((target for found, target in self._targets.values() if found.endswith(f"/{kind}")), "")

    @property
    def strings_part(self) -> str:
        return self._target_of_kind("sharedStrings")

    def first_sheet(self) -> str:
        name, relation, state = self.sheets[0]
        kind, target = self._targets.get(relation, ("", ""))
        if state != "visible":
            raise not_a_table(
                f"第一张工作表“{name}”是隐藏的。请删除它，或把数据放到第一张可见的工作表。",
                f"the first sheet “{name}” is hidden. Delete it, or put the data on the first sheet.",
            )
        if not kind.endswith("/worksheet"):
            raise not_a_table("第一张工作表不是数据表。", "the first sheet is no worksheet.")
        return target

    def styles(self) -> _Styles:
        """What the workbook's cell styles make of numbers."""
        part = self._target_of_kind("styles")
        if not part or part.casefold() not in self._parts.names:
            return _Styles()
        custom: dict[str, str] = {}
        formats: list[str] = []
        inside = False

        def start(name: str, attributes: Attributes) -> None:
            nonlocal inside
            local = _local(name)
            if local == "numFmt":
                custom[attributes.get("numFmtId", "")] = attributes.get("formatCode", "").split(";")[0]
            elif local == "cellXfs":
                inside = True
            elif local == "xf" and inside:
                number = attributes.get("numFmtId", "0")
                formats.append(custom.get(number, "d" if number in _DATE_FORMATS else ""))

        def end(name: str) -> None:
            nonlocal inside
            inside = inside and _local(name) != "cellXfs"

        _walk(self._parts, part, start, end)
        return _Styles(
            frozenset(str(style) for style, written in enumerate(formats) if _shows_a_day(written)),
            {str(style): len(written) for style, written in enumerate(formats) if _PADDED.fullmatch(written)},
        )


def _shows_a_day(number_format: str) -> bool:
    letters = _NOT_FORMAT_LETTERS.sub("", number_format)
    return bool(re.search("[ymdhs年月日]", letters, re.IGNORECASE)) and "General" not in letters


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
        self,
        strings: list[str],
        styles: _Styles,
        counts_from_1904: bool,
        columns: int,
        report: Callable[[Problem], None],
    ) -> None:
        self._strings = strings
        self._styles = styles
        self._day_0 = date(1904, 1, 1) if counts_from_1904 else date(1899, 12, 30)
        self._counts_from_1904 = counts_from_1904
        self._report = report
        self._local: dict[str, str] = {}
        self._columns: dict[str, int] = {}
        self._greatest_column = columns
        self._rows: list[Row] = []
        self._number = 0
        self._cells: list[Cell] = []
        self._kind = ""
        self._style = ""
        self._has_value = False
        self._has_formula = False
        self._phonetic = False
        self._text = _Text()

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
            self._merged(attributes.get("ref", ""))

    def text(self, piece: str) -> None:
        if self._text.open:
            self._text.add(piece)

    def end(self, name: str) -> None:
        local = self._local[name]
        if local == "v" or local == "t":
            self._text.open = False
        elif local == "c":
            self._cells[-1] = self._value()
        elif local == "row":
            if any(self._cells):
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
        self._cells = []

    def _start_cell(self, attributes: Attributes) -> None:
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._has_value = self._has_formula = False
        stated = attributes.get("r")
        if stated:
            letters = stated.rstrip("0123456789")
            column = self._columns.get(letters) or self._columns.setdefault(letters, self._column(letters))
            missing = column - len(self._cells) - 1
            if missing < 0 or stated[len(letters) :] != str(self._number):
                raise not_a_table(
                    "工作表的单元格次序错乱。请重新另存。",
                    "the cells of the sheet are out of order; save it anew.",
                    self._number,
                )
            if missing:
                self._cells.extend([""] * missing)
        self._cells.append("")

    def _column(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64 if "A" <= letter <= "Z" and number < 1000 else 20_000
        if not 1 <= number <= self._greatest_column:
            raise too_large(
                f"第 {self._number} 行用到了 {letters[:10]} 列，最多 {self._greatest_column} 列。",
                f"row {self._number} uses column {letters[:10]}, at most {self._greatest_column} columns are accepted.",
            )
        return number

    def _value(self) -> Cell:
        raw = self._text.take()
        # A formula may well say '' (then it says that it is text); an empty result of no kind was never calculated.
        if not self._has_value or (self._has_formula and not raw and self._kind == "n"):
            return Typed("formula", "") if self._has_formula else ""
        match self._kind:
            case "s":
                return self._strings[int(raw)] if raw.isdigit() and int(raw) < len(self._strings) else self._lost()
            case "inlineStr" | "str":
                return _unescaped(raw)
            case "b":
                return Typed("yes_no", "true" if raw.strip() in ("1", "true") else "false")
            case "e":
                return Typed("error", raw[:20])
            case "d":
                return Typed("date", raw[:40].removesuffix("T00:00:00"))
            case _:
                return self._number_or_day(raw.strip()) if raw.strip() else ""

    def _lost(self) -> Cell:
        raise not_a_table("工作簿的文字表不完整。", "the workbook's table of texts is incomplete.", self._number)

    def _number_or_day(self, raw: str) -> Cell:
        if not _DOUBLE.fullmatch(raw):
            return Typed("error", raw[:20])
        value = float(raw)
        if self._style in self._styles.dates:
            return self._day(value, raw)
        number = plain_number(value, raw)
        width = self._styles.padded.get(self._style)
        return Typed(number.kind, number.text.zfill(width)) if width and number.text.isdigit() else number

    def _day(self, serial: float, raw: str) -> Cell:
        if not 0 <= serial < 2_958_466:
            return plain_number(serial, raw)
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

    def _merged(self, ref: str) -> None:
        found = _REFERENCE.match(ref)
        self._report(
            problem(
                "NOT_A_TABLE",
                int(found.group(2)) if found else None,
                found.group(1) if found else "",
                ref[:40],
                why_zh=f"合并单元格 {ref[:40]}。请取消合并，并在每一行填写。",
                why_en=f"merged cells {ref[:40]}. Split them and fill in every row.",
            )
        )


def plain_number(value: float, raw: str) -> Typed:
    """Will return a number cell as the fifteen digits a spreadsheet keeps and shows; `lossy` where more were typed
    or it has no plain form."""
    if _PLAIN_NUMBER.fullmatch(raw) and sum(c.isdigit() for c in raw.lstrip("-0.")) <= 15:
        return Typed("number", raw)
    shown = format(value, ".15g")
    if "e" in shown or "n" in shown or abs(value) >= 1e15:
        return Typed("lossy", raw[:40])
    return Typed("number", shown)
