"""What a column of a list or of the drug master makes of its cells: derived values added, fragments ready to be joined.

Cells repeat: what a column makes of a text is remembered, so that a row costs one look-up a cell. A column whose
cells hardly ever repeat stops remembering.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from catalog.drugs import codes
from catalog.drugs.dosage_forms import DosageForms
from catalog.importing.columns import CATALOG_KINDS, DERIVED
from catalog.importing.one_value import ONE_VALUED, form_of, one_of
from catalog.importing.printed_numbers import numbered
from catalog.importing.result import CheckOptions
from common.text import approval_key, norm
from tables import cells as cell_rules
from tables import copy_text
from tables.cells import (
    Cell,
    Fault,
    Parsed,
    is_total,
    says_nothing,
    utf8_read_as_gbk,
)
from tables.column_reader import REMEMBERED, WRONG, ColumnReader
from tables.columns import Column
from tables.findings import Issue
from tables.header import Placed

BASE_NAME_LENGTH = 200

# The cell that says what a header says: where a repeated header row is recognised.
_NAMING_COLUMNS = frozenset({"entry_code", "generic_name"})


# A text that is stored as it is written: Chinese characters, letters, digits, and marks that mean nothing to NFC, COPY,
# JSON or a spreadsheet. The four characters left out (屯 烫 锘 锟) are those of garbled texts.
_PLAIN = "\u4e00-\u5c6e\u5c70-\u70ea\u70ec-\u9517\u9519-\u951e\u9520-\u9fa5A-Za-z0-9"
_PLAIN_TEXT = re.compile(f"[{_PLAIN}][{_PLAIN}()（），。、；：.,:;/%+-]*")
# The same without what stands between several values.
_PLAIN_VALUE = re.compile(f"[{_PLAIN}][{_PLAIN}()（），。：.,:%+-]*")
# A code that no rule can object to, a price above 0 as it is stored but for the zeros at its end.
_PLAIN_ENTRY_CODE = re.compile("[A-Z][A-Z0-9_]{0,30}-[A-Z0-9-]{1,32}")
_PLAIN_PRICE = re.compile(r"[1-9][0-9]{0,9}(?:\.[0-9]{1,4})?")


class Outcome(NamedTuple):
    """What a column makes of a cell: fragments of the COPY line and of the canonical JSON, what it adds to `alike`
    and to the rest, its value (None: not given), and what is to be told."""

    copy: str
    json: str
    alike: str
    rest: str
    value: Any
    issues: tuple[Issue, ...]


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
        self._reader = ColumnReader(
            placed.column,
            required=kind in placed.column.required_for,
            names_rows=placed.column.name in _NAMING_COLUMNS,
            parse=_parser_of(placed, kind, options, forms),
        )
        self._derive = _derivation_of(placed.column, forms)
        self._write = _writer_of(placed.column)
        self._max_length = placed.column.max_length
        self._alike_as = placed.column.alike
        self._is_rest = placed.column.name != "entry_code"
        self._header_starts = frozenset(header[0] for header in self._reader.own_headers)
        self._shortcut = self._shortcut_of(placed.column) if kind in CATALOG_KINDS else None
        self._rows = 0
        # The share of new cells up to which it pays to remember: less where there is a short way, but for names.
        self._worth = 0.5 if self._shortcut and placed.column.name != "generic_name" else 0.98
        self._remembers = True
        self.forget()

    def forget(self) -> None:
        """Forget every cell but the empty one."""
        self.known.clear()
        self.known[""] = self._empty()

    def outcomes(self, cells: Sequence[Cell], rows: int) -> list[Outcome]:
        """Check many cells of the column. `rows` is how many rows were read, to tell whether remembering pays."""
        make = self.outcome
        if self._remembers or not self._shortcut:
            known = list(map(self.known.get, cells))
            return [made or make(cell, rows) for made, cell in zip(known, cells, strict=True)]
        shortcut = self._shortcut
        return [shortcut(cell) or make(cell, rows) if type(cell) is str else make(cell, rows) for cell in cells]

    def outcome(self, cell: Cell, rows: int = 0) -> Outcome:
        """Check a cell that is not remembered, and remember it. `rows` is how many rows were read, to tell
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
        value, issues = self._reader.empty()
        return Outcome(empty_copy(self.column) + self.tail, "", "", "", value, issues)

    def _shortcut_of(self, column: Column) -> Callable[[str], Outcome | None] | None:
        """Return what makes the outcome of a cell that is canonical as it stands, for the columns in which
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
        value, issues = self._reader.read(cell)
        if value is None or value is WRONG:
            return self.known[""]._replace(value=value, issues=issues)
        try:
            derived = self._derive(value) if self._derive else ""
        except Fault as fault:
            value, issues = self._reader.refused(cell, fault)
            return self.known[""]._replace(value=value, issues=issues)
        own, json = self._write(value)
        if self._alike_as == "as written":
            alike, rest = json, ""
        elif self._alike_as == "by norm":
            alike, rest = self._norm_of(value), ""
        else:
            alike, rest = "", self._is_rest and json or ""
        return Outcome(own + derived + self.tail, json, alike, rest, value, issues)

    def _norm_of(self, value: str) -> str:
        key = approval_key(value) if self.column.name == "approval_no" else norm(value)
        return f"{self.column.name}\x1f{key}\x1e" if key else ""

    def of_value(self, value: str) -> Outcome:
        """Make the outcome of a text that was derived, not read."""
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


def empty_copy(column: Column) -> str:
    """Write the COPY fields of a column that is not given, with those derived from it."""
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
    """Return what writes a value as its COPY field and as its member of the canonical JSON ('': no more than
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
    """Return what makes the derived COPY fields of a column out of its value, each behind a tab."""

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
