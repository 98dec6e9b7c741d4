"""Entries that are edited one by one: values as JSON has them → the cells of a file, and the checks of a file (spec curation.md 1). Pure.

What a person edits is read by the same readers as a file, so that it is refused with the same codes and stored in the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from catalog.drugs.dosage_forms import DosageForms
from catalog.importing.check import check_rows
from catalog.importing.columns import ENTRIES, titles_of
from catalog.importing.export import EXPORTED, written
from catalog.importing.one_value import forms_apart
from catalog.importing.result import CheckOptions
from catalog.vocabularies import NAMING_KINDS
from tables.limits import Limits
from tables.problems import Problem, problem

# What may be edited: the columns of a file. The text of a payment standard that is no number is written where the number is.
EDITABLE: Final = tuple(column.name for column in ENTRIES)
STANDARD: Final = "payment_standard"
STANDARD_TEXT: Final = "payment_standard_text"
STORAGE: Final = {column.name: column.storage for column in ENTRIES}

# Of other entries only this is asked: whether one of them says the same, or contradicts the edited one.
_ABOUT_OTHERS: Final = frozenset({"DUPLICATE_ROW", "CONFLICTING_ROWS", "REUSED_CODE"})
_LIMITS: Final = Limits(problems_kept=1_000_000)


@dataclass(frozen=True, slots=True)
class Edited:
    """An entry as it is to be: its cells in the order of `EDITABLE`; the code it has now ('': it is new), and the row of the file it came from."""

    cells: tuple[str, ...]
    code: str = ""
    row_no: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of checking edited entries: COPY lines in their order (None: refused), the errors and the warnings of each by its place."""

    lines: list[str | None]
    errors: list[tuple[int, Problem]]
    warnings: list[tuple[int, Problem]]


def cell_of(name: str, value: Any) -> str:
    """Return the cell that a file would have for a value as `GET` gives it; None is an empty cell. `criteria` are `{code, text}`, or texts."""
    match value:
        case None:
            return ""
        case bool() if name == "prior_auth":
            return "Y" if value else ""
        case bool():
            return "Y" if value else "N"
        case list() | tuple():
            return ";".join(_item(one) for one in value)
        case _:
            return str(value)


def _item(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    return f"{one['code']}={one['text']}" if one.get("text") else str(one["code"])


def cells_given(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells of the columns that are given; a payment standard is one cell, whether it is a number or text."""
    cells = {name: cell_of(name, value) for name, value in values.items() if name in STORAGE}
    if STANDARD_TEXT in values:
        cells[STANDARD] = cells.get(STANDARD) or cell_of(STANDARD, values[STANDARD_TEXT])
    return cells


def new_entry(given: Mapping[str, str]) -> Edited:
    """Return an entry that has these cells, by column."""
    return Edited(tuple(given.get(name, "") for name in EDITABLE))


def changed_entry(stored: Mapping[str, Any], given: Mapping[str, str]) -> Edited:
    """Return a stored entry with these cells in the place of its own. `stored` has the columns, and `row_no`."""
    own = dict(zip(EXPORTED, written(stored), strict=True)) | dict(given)
    return Edited(tuple(own[name] for name in EDITABLE), stored["entry_code"], stored.get("row_no", 0))


def check_edited(
    edited: Sequence[Edited], kind: str, options: CheckOptions, forms: DosageForms, others: Sequence[Edited] = ()
) -> Checked:
    """Check edited entries by the rules of a file, against each other and against `others`, those of the list that speak of the same.

    Names are read as plain, since an edit is one entry: a name that a list would print for several is the warning STACKED_NAME, several forms of
    the table are the error SEVERAL_VALUES. What says the same as another entry is an error here: nothing would come of it.
    """
    options = replace(options, names="plain", limits=_LIMITS)
    first = len(others) + 1
    rows = [(number, entry.cells) for number, entry in enumerate([*others, *edited], 1)]
    lines, findings = check_rows(rows, kind, options, forms)
    errors: list[tuple[int, Problem]] = []
    warnings: list[tuple[int, Problem]] = []
    for found in (*findings.errors, *findings.warnings):
        place = (found.row or 0) - first
        if place >= 0:
            is_error = found.severity == "error" or found.code == "DUPLICATE_ROW"
            (errors if is_error else warnings).append((place, _without_rows(found, [*others, *edited])))
    wrong = {place for place, _found in errors}
    titles = titles_of(kind)
    for place, entry in enumerate(edited):
        if several := forms_apart(forms, entry.cells[EDITABLE.index("dosage_form")].strip()):
            told = problem("SEVERAL_VALUES", None, "dosage_form", titles=titles, found="”“".join(several))
            errors.append((place, told))
        elif first + place not in lines and place not in wrong:  # it says nothing at all
            naming = problem("REQUIRED", None, "generic_name", titles=titles)
            errors.append((place, naming if kind in NAMING_KINDS else problem("NO_SELECTOR", None)))
    kept = [
        _numbered(lines[first + place], entry.row_no) if first + place in lines else None
        for place, entry in enumerate(edited)
    ]
    return Checked(kept, errors, warnings)


def _numbered(line: str, row_no: int) -> str:
    """The COPY line with the row of the file that the entry came from, its last field."""
    return f"{line.rpartition(chr(9))[0]}\t{row_no}\n"


_NAMED = {
    "DUPLICATE_ROW": ("与条目 {other} 完全相同。", "This says the same as entry {other}."),
    "CONFLICTING_ROWS": (
        "与条目 {other} 是同一编码，或同一药品、编码限定和文字，但其余内容不同。请改正其一。",
        "Entry {other} has the same code, or names the same drug with the same restrictions, and differs elsewhere. Correct one of them.",
    ),
    "REUSED_CODE": (
        "条目 {other} 把该国家医保药品代码用于另一药品。请核对两处的代码。",
        "Entry {other} gives this national code to another drug. Check the code of both.",
    ),
}


def _without_rows(found: Problem, entries: Sequence[Edited]) -> Problem:
    """The problem in words for somebody who sees entries, not rows of a file."""
    if found.code not in _ABOUT_OTHERS:
        return found
    zh, en = _NAMED[found.code]
    other = entries[found.other - 1].code if found.other else ""
    return replace(found, zh=zh.format(other=other), en=en.format(other=other))
