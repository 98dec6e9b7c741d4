"""What one column reads in its cells, whatever kind of table it belongs to: a value, and what is to be told of it."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from tables.cells import Cell, Fault, Parser, Typed, clean, says_nothing, unquoted
from tables.columns import Column
from tables.findings import Issue
from tables.header import text_of
from tables.header_names import header_key
from tables.problems import mask, shown

REMEMBERED = 16_384  # cells of a column, by whoever remembers what they were read as


class Wrong:
    """The value of a cell that was refused: it counts as given, so that one mistake is told once."""


WRONG: Final = Wrong()


class ReadCell(NamedTuple):
    """A cell as it was read: its value (None: not given, WRONG: refused), and what is to be told."""

    value: Any
    issues: tuple[Issue, ...] = ()


class ColumnReader:
    """Reads the cells of one column. `names_rows`: the column says what a row is about, so a header in it is no value."""

    def __init__(
        self, column: Column, *, required: bool, names_rows: bool = False, parse: Parser | None = None
    ) -> None:
        self.column = column
        self.own_headers = (
            frozenset(header_key(header) for header in (column.name, *column.headers)) if names_rows else frozenset()
        )
        self._parse = parse or column.parse
        self._required = required
        self._may_say_nothing = not required and column.wrong == "BAD_CODE" and column.storage in ("text", "list")

    def read(self, cell: Cell) -> ReadCell:
        """Read a cell: never raises, what is wrong with it is among its issues."""
        column = self.column
        try:
            written = cell if type(cell) is str else text_for(cell, column)
            if column.free and "\r" in written:
                written = written.replace("\r\n", "\n").replace("\r", "\n")
            text = clean(written, free=column.free)
            if text[-1:] == '"':
                text = unquoted(text)
            if not text:
                return self._not_given(written)
            if self._may_say_nothing and len(text) <= 4 and says_nothing(text):
                return self._not_given(text)
            if len(text) > column.max_length:
                raise Fault("TOO_LONG", found=len(text), limit=column.max_length)
            if self.own_headers and header_key(text) in self.own_headers:
                raise Fault("NOT_A_TABLE", "重复的表头行，请删除。", "a repeated header row; delete it.")
            value, told, warning, about = self._parse(text)
        except Fault as fault:
            return self.refused(cell, fault)
        if (text if told is None else told) != written or warning or cell is not written:
            return ReadCell(value, tuple(self._told(cell, text, written, told, warning, about)))
        return ReadCell(value)

    def empty(self) -> ReadCell:
        """Return what an empty cell is read as."""
        return ReadCell(None, (Issue("REQUIRED", self.column.name, "", {}),) if self._required else ())

    def refused(self, cell: Cell, fault: Fault) -> ReadCell:
        """Return what a cell is read as that a fault was found in."""
        value = mask(text_of(cell)) if fault.code == "PERSONAL_DATA" else text_of(cell)
        return ReadCell(WRONG, (Issue(fault.code, self.column.name, shown(value), fault.details),))

    def _not_given(self, written: str) -> ReadCell:
        """A cell that says nothing; told where it says so in words."""
        if not written.strip() or self._required:
            return self.empty()
        return ReadCell(None, (Issue("", self.column.name, shown(written), {"after": ""}),))

    def _told(
        self, cell: Cell, text: str, written: str, told: str | None, warning: str | None, about: str
    ) -> Iterator[Issue]:
        after = text if told is None else told
        is_number = isinstance(cell, Typed) and cell.kind == "number" and self.column.wrong == "BAD_CODE"
        if after != written or is_number:
            before = f"{cell.text}（数字 number）" if is_number and isinstance(cell, Typed) else text_of(cell)
            yield Issue("", self.column.name, shown(before), {"after": shown(after)})
        if warning:
            yield Issue(warning, self.column.name, shown(about or text), {"found": shown(about)} if about else {})


def text_for(cell: Cell, column: Column) -> str:
    """The text of a cell; what a spreadsheet typed otherwise than the column needs is a Fault."""
    if isinstance(cell, str):
        return cell
    kind, text, _ = cell
    if kind == "error":
        raise Fault(column.wrong, f"单元格是错误值 {text}。", f"the cell holds the error {text}.", told_as=_UNREADABLE)
    if kind == "formula":
        raise Fault(
            column.wrong,
            "公式没有保存结果。请复制后“粘贴为数值”。",
            "the formula has no stored result; paste it as a value.",
            told_as=_UNREADABLE,
        )
    if kind == "lossy":
        raise Fault(
            column.wrong,
            "数字超过 15 位，表格软件已丢失末位。请把该列设为文本后重新填写。",
            "a number of more than 15 digits, of which a spreadsheet lost the last. Make the column text and type it again.",
            told_as=_UNREADABLE,
        )
    if kind == "no period":
        raise Fault(
            column.wrong,
            "该列须写有效期的起止两天，如 2026-01-01至2027-12-31；只有一天时写“至…”或“…起”。",
            "this column holds the first and the last day of a period, like 2026-01-01至2027-12-31; a single one as “至…” or “…起”.",
            told_as=_UNREADABLE,
        )
    if kind == "date" and column.storage != "date":
        raise Fault(
            column.wrong,
            "表格软件把该单元格变成了日期。请设为文本后重新填写。",
            "a spreadsheet turned this cell into a date. Make it text and type it again.",
            told_as=_UNREADABLE,
        )
    if kind == "yes_no" and column.storage != "yes_no":
        raise Fault(column.wrong, "单元格是逻辑值。", "the cell holds TRUE or FALSE.", told_as=_UNREADABLE)
    if kind == "number" and column.storage not in _NUMERIC:
        # People see the number in its format: 5% is what they meant, not 0.05.
        if cell.shown is None:
            raise Fault(
                column.wrong,
                "单元格是数字，其显示格式无法识别。请把该列设为文本后重新填写。",
                "the cell is a number in a format that cannot be read. Make the column text and type it again.",
                told_as=_UNREADABLE,
            )
        return cell.shown
    return text


_NUMERIC: Final = frozenset({"int", "decimal", "date", "yes_no"})
_UNREADABLE: Final = "unreadable cell"
