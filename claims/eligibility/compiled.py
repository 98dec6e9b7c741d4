"""Catalog versions made ready for judging: read once, since a published version never changes.

A version may be only partly loaded: the entries of a claim's drugs (`by_name`), the entries that select without a drug
(`selectors`) and, for the alternatives of a coverage query, the entries of a class (`by_class`). Nothing here needs all
entries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from catalog.drugs.recognise import Recognition
from catalog.vocabularies import EXCLUDING_KINDS, Kind
from claims.eligibility.diagnosis_match import RANGE
from claims.eligibility.entry import Entry

STANDARD_PLACES: Final = 4
MAX_QUANTITY_PLACES: Final = 3
# A class, for the alternatives, is the first five characters of a class code (eligibility 8).
CLASS_LENGTH: Final = 5


@dataclass(frozen=True, slots=True)
class Selectors:
    """The entries of a list of what is not paid that name no drug, found by what they select.

    An entry with a class is looked up by it, else one with plain disease codes by the first three characters of these; the
    rest are always tried.
    """

    by_class: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    by_disease: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    rest: tuple[Entry, ...] = ()
    class_lengths: tuple[int, ...] = ()

    def candidates(self, class_codes: tuple[str, ...], diagnoses: tuple[str, ...]) -> list[Entry]:
        """Return the entries that may be a full or unknown fit, in no order; an entry may come twice."""
        found = list(self.rest)
        if self.by_class:
            if class_codes:
                for code in class_codes:
                    for length in self.class_lengths:
                        found += self.by_class.get(code[:length], ())
            else:
                found += [entry for entries in self.by_class.values() for entry in entries]
        if self.by_disease:
            if diagnoses:
                for diagnosis in diagnoses:
                    found += self.by_disease.get(diagnosis[:3], ())
            else:
                found += [entry for entries in self.by_disease.values() for entry in entries]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Indexes:
    """The entries of a version by name, by class and disease, and those that name no drug; `entries`: how many these are."""

    by_name: dict[str, tuple[Entry, ...]]
    by_class: dict[tuple[str, str], tuple[Entry, ...]]
    selectors: Selectors
    entries: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class CompiledVersion:
    """A published version of a catalog with the entries that can matter (see the module), each list in the order of 4.3."""

    catalog: str
    kind: Kind
    series: str | None
    label: str
    checksum: str
    effective_from: date
    effective_to: date | None
    published_at: datetime
    withdrawn_at: datetime | None
    # The class-code prefixes of which the list is complete, normalised; none: it is complete altogether (eligibility 5).
    complete_for: tuple[str, ...] = ()
    by_name: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    selectors: Selectors = field(default_factory=Selectors)
    by_class: Mapping[tuple[str, str], tuple[Entry, ...]] = field(default_factory=dict)

    def speaks_of(self, drug: Recognition) -> bool:
        """Tell whether the list says something of a drug that it does not name: whether it is complete for its class."""
        return not self.complete_for or any(code.startswith(self.complete_for) for code in drug.class_codes)

    def candidates(self, drug: Recognition, diagnoses: tuple[str, ...]) -> Sequence[Entry]:
        """Return the entries that may apply to a line, in the order of 4.3."""
        names = drug.names
        named = self.by_name.get(names[0], ()) if names else ()
        selecting = self.selectors.candidates(drug.class_codes, diagnoses) if self.kind in EXCLUDING_KINDS else ()
        if len(names) == 1 and not selecting:
            return named
        found = [*named, *selecting]
        for alias in names[1:]:
            found += self.by_name.get(alias, ())
        found.sort(key=by_sort_key)
        return found

    def of_class(self, code: str, diagnoses: Iterable[str]) -> list[Entry]:
        """Return the entries of a class that may treat one of the diagnoses or say nothing of diseases, in the order of 4.3."""
        found = {
            entry.entry_code: entry for head in heads_asked(diagnoses) for entry in self.by_class.get((code, head), ())
        }
        return sorted(found.values(), key=by_sort_key)


def heads_asked(diagnoses: Iterable[str]) -> set[str]:
    """Return where in `by_class` the entries are that may treat one of the diagnoses: those without a disease and with a range always."""
    return {"", RANGE, *(diagnosis[:3] for diagnosis in diagnoses)}


def by_sort_key(entry: Entry) -> tuple[bool, bool, str]:
    """Return what entries are sorted by: the order of 4.3."""
    return entry.sort_key
