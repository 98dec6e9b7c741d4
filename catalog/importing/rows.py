"""A header, and what it makes of every row below it: cells checked, derived values added, fragments ready to be joined.

Cells repeat: what a column makes of a text is remembered, so that a row costs one look-up a cell. A column whose
cells hardly ever repeat stops remembering.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from catalog.drugs import codes
from catalog.drugs.names import DosageForms
from catalog.importing.columns import CATALOG_KINDS, DERIVED, header_names
from catalog.importing.one_value import ONE_VALUED, form_of, numbered, one_of
from catalog.importing.result import CheckOptions
from common.text import approval_key, norm
from tables import cells as cell_rules
from tables import copy_text
from tables.cells import (
    Cell,
    Fault,
    Parsed,
    Typed,
    clean,
    is_total,
    narrow,
    says_nothing,
    unquoted,
    utf8_read_as_gbk,
)
from tables.columns import Column, header_key
from tables.findings import Issue
from tables.header import Header, Placed, columns_in, read_header, text_of
from tables.problems import mask, shown

REMEMBERED = 16_384
BASE_NAME_LENGTH = 200

# The cell that says what a header says: where a repeated header row is recognised.
_NAMING_COLUMNS = frozenset({"entry_code", "generic_name", "claim_no"})


# A text that is stored as it is written: Chinese characters, letters, digits, and marks that mean nothing to NFC, COPY,
# JSON or a spreadsheet. The four characters left out (屯 烫 锘 锟) are those of garbled texts.
_PLAIN = "\u4e00-\u5c6e\u5c70-\u70ea\u70ec-\u9517\u9519-\u951e\u9520-\u9fa5A-Za-z0-9"
_PLAIN_TEXT = re.compile(f"[{_PLAIN}][{_PLAIN}()（），。、；：.,:;/%+-]*")
# The same without what stands between several values.
_PLAIN_VALUE = re.compile(f"[{_PLAIN}][{_PLAIN}()（），。：.,:%+-]*")
# A code that no rule can object to, a price above 0 as it is stored but for the zeros at its end.
_PLAIN_ENTRY_CODE = re.compile("[A-Z][A-Z0-9_]{0,30}-[A-Z0-9-]{1,32}")
_PLAIN_PRICE = re.compile(r"[1-9][0-9]{0,9}(?:\.[0-9]{1,4})?")


class Wrong:
    """The value of a cell that was refused: it counts as given, so that one mistake is told once."""


WRONG: Final = Wrong()


class Outcome(NamedTuple):
    """What a column makes of a cell: fragments of the COPY line and of the canonical JSON, what it adds to `alike`
    and to the rest, its value (None: not given), and what is to be told."""

    copy: str
    json: str
    alike: str
    rest: str
    value: Any
    issues: tuple[Issue, ...]


def known_headers(header: Sequence[Cell], kind: str) -> int:
    """Count the columns of this kind of file that the cells of a header name."""
    return len(columns_in(header, header_names(kind)))


class ColumnCheck:
    """What one column makes of its cells.

    `tail` is appended to every COPY fragment: the fields of columns that the file does not have. `outcome(cell)` is
    the answer; `known` holds those that are remembered.
    """

    def __init__(self, placed: Placed, kind: str, options: CheckOptions, forms: DosageForms) -> None:
        self.column = placed.column
        self.index = placed.index
        self.tail = "\t"
        self.known: dict[Cell, Outcome] = {}
        self._required = kind in placed.column.required_for
        self._may_say_nothing = (
            not self._required and placed.column.wrong == "BAD_CODE" and placed.column.storage in ("text", "list")
        )
        self._parse = _parser_of(placed, kind, options, forms)
        self._derive = _derivation_of(placed.column, forms)
        self._write = _writer_of(placed.column)
        self._free = placed.column.free
        self._max_length = placed.column.max_length
        self._alike_as = placed.column.alike
        self._is_rest = placed.column.name != "entry_code"
        self._own_headers = (
            frozenset(header_key(header) for header in (placed.column.name, *placed.column.headers))
            if placed.column.name in _NAMING_COLUMNS
            else frozenset()
        )
        self._header_starts = frozenset(header[0] for header in self._own_headers)
        self._shortcut = self._shortcut_of(placed.column) if kind in CATALOG_KINDS else None
        self._rows = 0
        # The share of new cells up to which it pays to remember: less where there is a short way, but for names.
        self._worth = 0.5 if self._shortcut and placed.column.name != "generic_name" else 0.98
        self._remembers = True
        self.forget()

    def forget(self) -> None:
        """Will forget every cell but the empty one."""
        self.known.clear()
        self.known[""] = self._empty()

    def outcomes(self, cells: Sequence[Cell], rows: int) -> list[Outcome]:
        """Will check many cells of the column. `rows` is how many rows were read, to tell whether remembering pays."""
        make = self.outcome
        if self._remembers or not self._shortcut:
            known = list(map(self.known.get, cells))
            return [made or make(cell, rows) for made, cell in zip(known, cells, strict=True)]
        shortcut = self._shortcut
        return [shortcut(cell) or make(cell, rows) if type(cell) is str else make(cell, rows) for cell in cells]

    def outcome(self, cell: Cell, rows: int = 0) -> Outcome:
        """Will check a cell that is not remembered, and remember it. `rows` is how many rows were read, to tell
        whether that pays."""
        made = (self._shortcut(cell) if self._shortcut and type(cell) is str else None) or self._make(cell)
        if self._remembers:
            if len(self.known) >= REMEMBERED:
                # Few of the last cells were met before: remembering costs more than it saves.
                self._remembers = (rows - self._rows) * self._worth > REMEMBERED
                self._rows = rows
                self.forget()
            self.known[cell] = made
        return made

    def _empty(self) -> Outcome:
        issues = (Issue("REQUIRED", self.column.name, "", {}),) if self._required else ()
        return Outcome(empty_copy(self.column) + self.tail, "", "", "", None, issues)

    def _shortcut_of(self, column: Column) -> Callable[[str], Outcome | None] | None:
        """Will return what makes the outcome of a cell that is canonical as it stands, for the columns in which
        many cells differ.

        The same outcome as `_make` gives, at a third of its cost; None leaves the cell to `_make`.
        """
        new = tuple.__new__  # half the time of Outcome(…)
        key = f'"{column.name}":"'
        plain = (_PLAIN_VALUE if column.name in ONE_VALUED else _PLAIN_TEXT).fullmatch

        def text(cell: str) -> Outcome | None:
            if not plain(cell) or len(cell) > self._max_length or utf8_read_as_gbk(cell):
                return None
            if cell[0].lower() in self._header_starts or (len(cell) <= 4 and says_nothing(cell)):
                return None
            json = f'{key}{cell}",'
            if self._alike_as == "as written":
                return new(Outcome, (cell + self.tail, json, json, "", cell, ()))
            if self._alike_as == "by norm":
                if self._derive is None:
                    return new(Outcome, (cell + self.tail, json, self._norm_of(cell), "", cell, ()))
                try:
                    derived = self._derive(cell)
                except Fault:
                    return None
                return new(Outcome, (f"{cell}{derived}{self.tail}", json, self._norm_of(cell), "", cell, ()))
            return new(Outcome, (cell + self.tail, json, "", json, cell, ()))

        def entry_code(cell: str) -> Outcome | None:
            if not _PLAIN_ENTRY_CODE.fullmatch(cell):
                return None
            return new(Outcome, (cell + self.tail, f'"entry_code":"{cell}",', "", "", cell, ()))

        def national_code(cell: str) -> Outcome | None:
            if not codes.WHOLE_CODE.fullmatch(cell):
                return None
            alike = f"national_code\x1f{cell.lower()}\x1e"
            return new(Outcome, (cell + self.tail, f'"national_code":"{cell}",', alike, "", cell, ()))

        def approval_no(cell: str) -> Outcome | None:
            code = cell.removeprefix("国药准字")
            if not codes.APPROVAL.fullmatch(code):
                return None
            key = code.lower()
            alike = f"approval_no\x1f{key}\x1e"
            return new(Outcome, (f"{code}\t{key}{self.tail}", f'"approval_no":"{code}",', alike, "", code, ()))

        def payment_standard(cell: str) -> Outcome | None:
            if not _PLAIN_PRICE.fullmatch(cell):
                return None
            whole, _, decimals = cell.partition(".")
            price = f"{whole}.{decimals:0<4}"
            json = f'"payment_standard":"{price}",'
            return new(Outcome, (f"{price}\t{self.tail}", json, "", json, price, ()))

        if column.name == "dosage_form":  # is looked up in the table, and few differ
            return None
        if column.parse is cell_rules.text:
            return text
        return {
            "entry_code": entry_code,
            "generic_name": lambda cell: None if is_total(cell) else text(cell),
            "national_code": national_code,
            "approval_no": approval_no,
            "payment_standard": payment_standard,
        }.get(column.name)

    def _make(self, cell: Cell) -> Outcome:
        try:
            written = cell if type(cell) is str else _written(cell, self.column)
            if self._free and "\r" in written:
                written = written.replace("\r\n", "\n").replace("\r", "\n")
            text = clean(written, free=self._free)
            if text[-1:] == '"':
                text = unquoted(text)
            if not text:
                return self._not_given(written)
            if self._may_say_nothing and len(text) <= 4 and says_nothing(text):
                return self._not_given(text)
            if len(text) > self._max_length:
                raise Fault("TOO_LONG", found=len(text), limit=self._max_length)
            if self._own_headers and header_key(text) in self._own_headers:
                raise Fault("NOT_A_TABLE", "重复的表头行，请删除。", "a repeated header row; delete it.")
            value, told, warning = self._parse(text)
            derived = self._derive(value) if self._derive else ""
        except Fault as fault:
            return self._refused(cell, fault)
        own, json = self._write(value)
        issues: tuple[Issue, ...] = ()
        if (text if told is None else told) != written or warning or cell is not written:
            issues = tuple(self._told(cell, text, written, told, warning))
        if self._alike_as == "as written":
            alike, rest = json, ""
        elif self._alike_as == "by norm":
            alike, rest = self._norm_of(value), ""
        else:
            alike, rest = "", self._is_rest and json or ""
        return Outcome(own + derived + self.tail, json, alike, rest, value, issues)

    def _not_given(self, written: str) -> Outcome:
        """The outcome of a cell that says nothing; told where it says so in words."""
        empty = self.known[""]
        if not written.strip() or self._required:
            return empty
        return empty._replace(issues=(Issue("", self.column.name, shown(written), {"after": ""}),))

    def _refused(self, cell: Cell, fault: Fault) -> Outcome:
        value = mask(text_of(cell)) if fault.code == "PERSONAL_DATA" else text_of(cell)
        issue = Issue(fault.code, self.column.name, shown(value), fault.details)
        return Outcome(empty_copy(self.column) + self.tail, "", "", "", WRONG, (issue,))

    def _told(self, cell: Cell, text: str, written: str, told: str | None, warning: str | None) -> Iterator[Issue]:
        after = text if told is None else told
        is_number = isinstance(cell, Typed) and cell.kind == "number" and self.column.wrong == "BAD_CODE"
        if after != written or is_number:
            before = f"{cell.text}（数字 number）" if is_number and isinstance(cell, Typed) else text_of(cell)
            yield Issue("", self.column.name, shown(before), {"after": shown(after)})
        if warning:
            yield Issue(warning, self.column.name, shown(text), {})

    def _norm_of(self, value: str) -> str:
        key = approval_key(value) if self.column.name == "approval_no" else norm(value)
        return f"{self.column.name}\x1f{key}\x1e" if key else ""

    def of_value(self, value: str) -> Outcome:
        """Will make the outcome of a text that was derived, not read."""
        own, json = self._write(value)
        return Outcome(own + self.tail, json, "", "", value, ())


def _parser_of(placed: Placed, kind: str, options: CheckOptions, forms: DosageForms) -> Callable[[str], Parsed]:
    if kind in CATALOG_KINDS and placed.column.name in ONE_VALUED:
        return one_of(placed.column.parse)
    if kind in CATALOG_KINDS and placed.column.name == "dosage_form":
        return form_of(forms, placed.column.parse)
    if placed.column.name == "entry_code" and options.reads_printed(kind):
        return numbered(placed.column.parse)
    if placed.column.name == "marks" and options.marks is not None:
        return cell_rules.choices({**options.marks})
    return placed.column.parse


def _written(cell: Cell, column: Column) -> str:
    """The text of a cell; what a spreadsheet typed otherwise than the column needs is a Fault."""
    if isinstance(cell, str):
        return cell
    kind, text, _ = cell
    if kind == "error":
        raise Fault(column.wrong, f"单元格是错误值 {text}。", f"the cell holds the error {text}.", choices=text)
    if kind == "formula":
        raise Fault(
            column.wrong,
            "公式没有保存结果。请复制后“粘贴为数值”。",
            "the formula has no stored result; paste it as a value.",
            choices="–",
        )
    if kind == "lossy":
        raise Fault(
            column.wrong,
            "数字超过 15 位，表格软件已丢失末位。请把该列设为文本后重新填写。",
            "a number of more than 15 digits, of which a spreadsheet lost the last. Make the column text and type it again.",
            choices="–",
        )
    if kind == "no period":
        raise Fault(
            column.wrong,
            "该列须写有效期的起止两天，如 2026-01-01至2027-12-31；只有一天时写“至…”或“…起”。",
            "this column holds the first and the last day of a period, like 2026-01-01至2027-12-31; a single one as “至…” or “…起”.",
        )
    if kind == "date" and column.storage != "date":
        raise Fault(
            column.wrong,
            "表格软件把该单元格变成了日期。请设为文本后重新填写。",
            "a spreadsheet turned this cell into a date. Make it text and type it again.",
            choices="–",
        )
    if kind == "yes_no" and column.storage != "yes_no":
        raise Fault(column.wrong, "单元格是逻辑值。", "the cell holds TRUE or FALSE.", choices="–")
    if kind == "number" and column.storage not in _NUMERIC:
        # People see the number in its format: 5% is what they meant, not 0.05.
        if cell.shown is None:
            raise Fault(
                column.wrong,
                "单元格是数字，其显示格式无法识别。请把该列设为文本后重新填写。",
                "the cell is a number in a format that cannot be read. Make the column text and type it again.",
                choices="–",
            )
        return cell.shown
    return text


_NUMERIC: Final = frozenset({"int", "decimal", "date", "yes_no"})


def empty_copy(column: Column) -> str:
    """Will write the COPY fields of a column that is not given, with those derived from it."""
    match column.storage:
        case "text":
            own = ""
        case "list":
            own = "{}"
        case "yes_no" if column.name == "prior_auth":
            own = "f"
        case _:
            own = copy_text.NULL
    return "\t".join((own, *("{}" if name == "alias_keys" else "" for name in DERIVED.get(column.name, ()))))


def _writer_of(column: Column) -> Callable[[Any], tuple[str, str]]:
    """Will return what writes a value as its COPY field and as its member of the canonical JSON ('': no more than
    not given)."""
    key = f'"{column.name}":'
    null = copy_text.NULL
    places = column.places
    always_told = column.name != "prior_auth"  # where no and not given are one

    def text(value: str) -> tuple[str, str]:
        return copy_text.copied(value), f"{key}{copy_text.json_text(value)},"

    def items(value: tuple[str, ...]) -> tuple[str, str]:
        return copy_text.copied_array(value), f"{key}{copy_text.json_list(value)},"

    def whole(value: int) -> tuple[str, str]:
        return str(value), f"{key}{value},"

    def decimal(value: Decimal | str) -> tuple[str, str]:
        if isinstance(value, str):  # a payment standard that is no number
            return null, f"{key}{copy_text.json_text(value)},"
        own = f"{value:.{places}f}"
        return own, f'{key}"{own}",'

    def yes_no(value: bool) -> tuple[str, str]:
        if value:
            return "t", f"{key}true,"
        return "f", f"{key}false," if always_told else ""

    def day(value: date) -> tuple[str, str]:
        own = value.isoformat()
        return own, f'{key}"{own}",'

    def untold(_: Any) -> tuple[str, str]:
        return null, ""

    writers: dict[str, Callable[[Any], tuple[str, str]]] = {
        "text": text,
        "list": items,
        "int": whole,
        "decimal": decimal,
        "yes_no": yes_no,
        "date": day,
        "answers": untold,
    }
    return writers[column.storage]


def _derivation_of(column: Column, forms: DosageForms) -> Callable[[Any], str] | None:
    """Will return what makes the derived COPY fields of a column out of its value, each behind a tab."""

    # What it makes of a name is remembered by the column, with all the rest.
    base_name = forms.base_name.__wrapped__

    def of_name(value: str) -> str:
        base = base_name(value)
        if not base.name:
            raise Fault("REQUIRED")
        return f"\t{_fitting(base.name)}\t{copy_text.copied(base.form)}"

    def of_brand(value: str) -> str:
        return "\t" + _fitting(norm(value))

    def of_approval(value: str) -> str:
        return "\t" + _fitting(approval_key(value))

    def of_payment(value: Any) -> str:
        return "\t" + (copy_text.copied(value) if isinstance(value, str) else "")

    def of_aliases(values: tuple[str, ...]) -> str:
        keys = dict.fromkeys(forms.base_name(value).name for value in values)
        for key in keys:
            _fitting(key)
        return "\t" + copy_text.copied_array(key for key in keys if key)

    derivations: dict[str, Callable[[Any], str]] = {
        "generic_name": of_name,
        "brand_name": of_brand,
        "approval_no": of_approval,
        "payment_standard": of_payment,
        "aliases": of_aliases,
    }
    return derivations.get(column.name)


def _fitting(key: str) -> str:
    if len(key) > BASE_NAME_LENGTH:
        raise Fault("TOO_LONG", found=len(key), limit=BASE_NAME_LENGTH)
    return copy_text.copied(key)


__all__ = ["WRONG", "ColumnCheck", "Header", "Outcome", "Placed", "known_headers", "narrow", "read_header"]
