"""One row, several entries: the names that a cell holds as printed, and the forms (csv.md, "Names as a list prints them")."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.printed import NOTATION, Printed, PrintedNames, without_marks
from catalog.importing.columns import DRUGS
from catalog.importing.one_value import forms_apart
from tables.cells import WHITE, Cell
from tables.findings import Findings
from tables.problems import Normalised, shown

Row = tuple[int, list[Cell]]
SHOWN_LENGTH: Final = 600  # a cell of the national list holds up to twelve names
_BETWEEN: Final = "；"


class Part(NamedTuple):
    """An entry's place among those of its row: `nth` from 1, of how many."""

    nth: int
    of: int


class RowsApart:
    """Takes rows apart into entries, telling what each cell became; rows of one name and one form pass untouched."""

    def __init__(
        self, kind: str, printed: bool, places: Mapping[str, int], forms: DosageForms, findings: Findings
    ) -> None:
        """`places` tells where a column stands in a row."""
        self._is_catalog = kind != DRUGS
        self._printed = printed
        self._name_at = places.get("generic_name")
        self._form_at = places.get("dosage_form") if self._is_catalog and not forms.is_empty else None
        self._forms = forms
        self._names = PrintedNames(forms)
        self._findings = findings
        self._forms_of: dict[str, list[str]] = {}

    def entries(self, batch: Sequence[Row]) -> tuple[Sequence[Row], dict[int, Part]]:
        """Return the rows, each as often as it holds entries, and by place in them the parts of those that were taken apart."""
        named = self._to_read(batch)
        formed = self._with_several_forms(batch)
        if not named and not formed:
            return batch, {}
        rows: list[Row] = []
        parts: dict[int, Part] = {}
        for place, (row, cells) in enumerate(batch):
            names = self._names_of(row, cells) if place in named else ()
            forms = formed.get(place, ())
            made = self._made(cells, names, forms)
            if len(made) > 1:
                parts |= {len(rows) + nth: Part(nth + 1, len(made)) for nth in range(len(made))}
            rows += ((row, one) for one in made)
            if forms:
                self._tell(row, "dosage_form", cells[self._form_at or 0], forms)
        return rows, parts

    def _to_read(self, batch: Sequence[Row]) -> set[int]:
        """The places of rows whose name holds more than letters."""
        at = self._name_at
        if at is None:
            return set()
        texts = [cell if isinstance(cell := cells[at], str) else "" for _, cells in batch]
        if not NOTATION.search("".join(texts)):  # most batches of a list without stacked names
            return set()
        return {place for place, text in enumerate(texts) if NOTATION.search(text)}

    def _with_several_forms(self, batch: Sequence[Row]) -> dict[int, list[str]]:
        at = self._form_at
        if at is None:
            return {}
        found = {}
        for place, (_, cells) in enumerate(batch):
            cell = cells[at]
            if cell and isinstance(cell, str) and (forms := self._several(cell)):
                found[place] = forms
        return found

    def _several(self, cell: str) -> list[str]:
        known = self._forms_of.get(cell)
        if known is None:
            if len(self._forms_of) > 10_000:
                self._forms_of.clear()
            known = self._forms_of[cell] = forms_apart(self._forms, cell)
        return known

    def _names_of(self, row: int, cells: list[Cell]) -> tuple[str, ...]:
        """The names that a row's cell is read as, what it became told."""
        assert self._name_at is not None
        cell = cells[self._name_at]
        assert isinstance(cell, str)
        written = cell.strip(WHITE)
        read = self._names.read(written) if self._is_catalog else Printed((written,), True)
        if self._printed:
            names = read.names
            if not read.is_certain:
                self._findings.add("NAME_NOT_READ", row, "generic_name", written)
        else:
            names = (without_marks(written),)
            if len(read.names) > 1:
                told = _BETWEEN.join(read.names)
                self._findings.add("STACKED_NAME", row, "generic_name", written, names=shown(told, 200))
        if names != (written,):
            self._tell(row, "generic_name", written, names)
        return names

    def _tell(self, row: int, column: str, before: Cell, after: Sequence[str]) -> None:
        text = before if isinstance(before, str) else before.shown or before.text
        self._findings.tell(
            Normalised(row, column, shown(text, SHOWN_LENGTH), shown(_BETWEEN.join(after), SHOWN_LENGTH))
        )

    def _made(self, cells: list[Cell], names: Sequence[str], forms: Sequence[str]) -> list[list[Cell]]:
        """The row once for each name in each form."""
        made = [cells]
        for at, values in ((self._name_at, names), (self._form_at, forms)):
            if at is not None and values:
                made = [[*one[:at], value, *one[at + 1 :]] for one in made for value in values]
        return made
