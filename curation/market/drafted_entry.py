"""What a drafted entry says: the columns that the market's rows of one drug and disease give most often. Pure.

Each list has one voice for a value however often it says it; of equally frequent values that of the greater premium counts, then the first by code
points. Nothing is put together that no list says together:

1. what the product is (PRODUCT): the most frequent name, of the rows with it the most frequent form, and so on, each narrowing the rows;
2. for whom it is paid (CODED, then WORDED): the most frequent codes, of the rows with these the most frequent criteria, and so on, then the texts;
3. what is known of the drug rather than agreed (GIVEN): the most frequent value among the rows that give one.

In 1 and 2 "not given" is a value like any other: a form or an age that few lists ask for is not asked for by the draft. Codes are the most frequent
set and not the union of all, since a union would promise more than any list pays; a curator widens the entry where that is wanted. Agreement days,
notes and sources are of each list and are not taken over.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, Final

PRODUCT: Final = (
    "generic_name",
    "dosage_form",
    "brand_name",
    "manufacturer",
    "authorized_company",
    "strength",
    "approval_no",
    "national_code",
    "payment_standard",
    "payment_standard_text",
)
CODED: Final = (
    "icd10",
    "criteria",
    "sex",
    "age_min",
    "age_max",
    "settings",
    "min_institution_level",
    "max_quantity",
    "prior_auth",
)
WORDED: Final = ("indication", "restriction")
GIVEN: Final = ("class_code", "reimbursement_class", "regulators", "rare_disease", "marks")
# All that is read of a list's row.
TAKEN: Final = (*PRODUCT, *CODED, *WORDED, *GIVEN)

# A row of the lists at these places, which all say the same: its columns in the order of TAKEN, lists as tuples.
Row = tuple[Collection[int], tuple[Any, ...]]
_AT: Final = {name: place for place, name in enumerate(TAKEN)}
_CODES: Final = _AT["icd10"]
_SEVERAL: Final = tuple(_AT[name] for name in ("icd10", "criteria", "settings", "regulators", "marks"))


def wording(rows: Sequence[Row], premium_of: Callable[[int], int]) -> dict[str, Any]:
    """Return the columns of the entry that is drafted from a drug's rows for one disease; `premium_of` a list by its place, in fen."""
    made: dict[str, Any] = {}
    for names in (PRODUCT, (*CODED, *WORDED)):
        narrowed = rows
        for name in names:
            at = _AT[name]
            if len({values[at] for _places, values in narrowed}) > 1:
                made[name] = most_frequent(((places, values[at]) for places, values in narrowed), premium_of)
                narrowed = [row for row in narrowed if row[1][at] == made[name]]
            else:
                made[name] = narrowed[0][1][at]
    for name in GIVEN:
        at = _AT[name]
        given = [(places, values[at]) for places, values in rows if values[at] not in (None, "", ())]
        made[name] = most_frequent(given, premium_of) if given else rows[0][1][at]
    return made


def most_frequent(voices: Iterable[tuple[Collection[int], Any]], premium_of: Callable[[int], int]) -> Any:
    """Return the value that most lists give; of equal ones that of the greater premium, then the first by its text."""
    lists: dict[Any, set[int]] = {}
    for places, value in voices:
        lists.setdefault(value, set()).update(places)
    most = max(map(len, lists.values()))
    equal = [value for value, places in lists.items() if len(places) == most]
    if len(equal) == 1:
        return equal[0]
    return min(equal, key=lambda value: (-sum(map(premium_of, lists[value])), _text(value)))


def _text(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def values_of(stored: Sequence[Any], icd10: tuple[str, ...]) -> tuple[Any, ...]:
    """Return a stored entry's columns, in the order of TAKEN, as a row's, with its codes for one disease in the place of all its codes."""
    values = list(stored)
    for at in _SEVERAL:
        values[at] = tuple(values[at])
    values[_CODES] = icd10
    return tuple(values)
