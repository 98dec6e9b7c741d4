"""Which columns of one row may not contradict each other: days and ages in order, something selected, text coded (spec csv.md)."""

from collections.abc import Callable, Sequence
from typing import Any

from catalog.vocabularies import CODED_COLUMNS, EXCLUDING_KINDS, NAMING_KINDS
from tables.column_reader import WRONG

_DRUG_PART = (
    "generic_name",
    "brand_name",
    "dosage_form",
    "strength",
    "manufacturer",
    "national_code",
    "approval_no",
    "class_code",
)

Add = Callable[..., None]
Rule = Callable[[int, Sequence[Any], Add], None]


def rules_of(kind: str, place: dict[str, int]) -> list[Rule]:
    """Return the rules that can apply to this kind of file and the columns it has."""
    rules: list[Rule] = []
    if "effective_from" in place and "effective_to" in place:
        rules.append(_date_order(place["effective_from"], place["effective_to"]))
    if "age_min" in place and "age_max" in place:
        rules.append(_age_order(place["age_min"], place["age_max"]))
    if kind in EXCLUDING_KINDS:
        rules.append(_selects([place[name] for name in (*_DRUG_PART, *CODED_COLUMNS) if name in place]))
    if kind in NAMING_KINDS:
        if "indication" in place:
            coded = [place["icd10"]] if "icd10" in place else []
            rules.append(_coded("indication", place["indication"], coded, ("icd10",)))
        if "restriction" in place:
            coded = [place[name] for name in CODED_COLUMNS if name in place]
            rules.append(_coded("restriction", place["restriction"], coded, CODED_COLUMNS))
    return rules


def _date_order(first: int, last: int) -> Rule:
    def effective_days_in_order(row: int, values: Sequence[Any], add: Add) -> None:
        start, end = values[first], values[last]
        if start is None or end is None or start is WRONG or end is WRONG or start <= end:
            return
        days = {"first": ("effective_from",), "last": ("effective_to",)}
        add("DATE_ORDER", row, "effective_from", f"{start} > {end}", **days)

    return effective_days_in_order


def _age_order(first: int, last: int) -> Rule:
    def ages_in_order(row: int, values: Sequence[Any], add: Add) -> None:
        least, greatest = values[first], values[last]
        if least is None or greatest is None or least is WRONG or greatest is WRONG or least <= greatest:
            return
        add("AGE_ORDER", row, "age_min", f"{least} > {greatest}", first=("age_min",), last=("age_max",))

    return ages_in_order


def _selects(places: Sequence[int]) -> Rule:
    def selects_something(row: int, values: Sequence[Any], add: Add) -> None:
        if any(values[place] is not None for place in places):
            return
        add("NO_SELECTOR", row)

    return selects_something


def _coded(column: str, text: int, coded: Sequence[int], needed: tuple[str, ...]) -> Rule:
    def text_is_coded(row: int, values: Sequence[Any], add: Add) -> None:
        written = values[text]
        if written is None or written is WRONG or any(values[place] is not None for place in coded):
            return
        add("UNCODED", row, column, written, needed=needed)

    return text_is_coded
