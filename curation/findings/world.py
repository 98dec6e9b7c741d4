"""What findings are worked out from: lists with editions and entries, products in force, the drug master; plain values of a day and instant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.knowledge import DrugNames
from catalog.in_force import Span, in_force, spans
from catalog.vocabularies import EXCLUDING_KINDS, Kind
from claims.eligibility import Entry
from curation.findings.causes import Place
from insurers.terms import CatalogReference

# A list used for drafting alone decides no claim, and 2,619 of the market's would drown everything else.
NOT_LOOKED_AT: Final[frozenset[Kind]] = frozenset({"reference"})


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry as claims are judged by it, with what findings need besides: the drug that its name is, and where it stood in the file."""

    entry: Entry
    drug: str
    name: str
    row_no: int = 0
    reimbursement_class: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """That an edition lists a drug, from a day to a day (None: as long as the edition); days are inclusive, the class code is normalised."""

    drug: str
    class_code: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, eq=False)
class Edition:
    """A published version of a list, `complete_for` normalised.

    `entries` may be left out of one that is over; `presences` are of every edition that `moved` looks at.
    """

    label: str
    effective_from: date
    effective_to: date | None
    published_at: datetime | None
    withdrawn_at: datetime | None = None
    complete_for: tuple[str, ...] = ()
    entries: tuple[Listed, ...] = ()
    presences: tuple[Presence, ...] = ()

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of its entries."""
        return frozenset(one.entry.entry_code for one in self.entries)


@dataclass(frozen=True, slots=True, eq=False)
class DrugList:
    """A catalog with its editions; `owner` is the insurer whose own it is (None: shared), `own_of` who has one of a shared one's code itself."""

    code: str
    kind: Kind
    publisher: str = ""
    owner: int | None = None
    editions: tuple[Edition, ...] = ()
    owner_code: str | None = None
    own_of: frozenset[int] = frozenset()

    @property
    def key(self) -> tuple[int | None, str]:
        """What tells it from every other list (catalog.catalog_codes)."""
        return self.owner, self.code

    @property
    def excludes(self) -> bool:
        """Whether it is a list of what is not paid."""
        return self.kind in EXCLUDING_KINDS


@dataclass(frozen=True, slots=True)
class ProductInForce:
    """The version of an insurer's product that holds on the day, with what it refers to."""

    insurer: int
    code: str
    label: str
    references: tuple[CatalogReference, ...]


@dataclass(eq=False)
class World:
    """Everything that the rules look at, on a day as known at an instant; `classes`: drug → the class codes that any known entry gives it."""

    day: date
    known_at: datetime
    lists: tuple[DrugList, ...]
    forms: DosageForms
    products: tuple[ProductInForce, ...] = ()
    master: DrugNames = field(default_factory=lambda: DrugNames(()))
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _spans: dict[tuple[int | None, str], list[Span[Edition]]] = field(default_factory=dict)

    @cached_property
    def looked_at(self) -> tuple[DrugList, ...]:
        """The lists that decide claims, by their code."""
        return tuple(
            sorted(
                (one for one in self.lists if one.kind not in NOT_LOOKED_AT), key=lambda one: (one.code, one.owner or 0)
            )
        )

    def coming(self, listing: DrugList) -> list[Span[Edition]]:
        """Return which edition holds on which days from today on."""
        if listing.key not in self._spans:
            self._spans[listing.key] = spans(listing.editions, self.known_at, self.day, None)
        return self._spans[listing.key]

    def edition_today(self, listing: DrugList) -> Edition | None:
        """Return the edition in force today."""
        return in_force(listing.editions, self.day, self.known_at)

    def entries_today(self, listing: DrugList) -> tuple[Listed, ...]:
        """Return the entries in force today: of the edition in force, outside agreement periods left out."""
        edition = self.edition_today(listing)
        return tuple(one for one in edition.entries if one.entry.in_force_on(self.day)) if edition else ()

    def standing(self, listing: DrugList) -> list[tuple[Edition, Listed]]:
        """Return the entries that are in force today or will be on a later day, each with its edition."""
        days: dict[str, tuple[Edition, list[Span[Edition]]]] = {}
        for span in self.coming(listing):
            if span.version is not None:
                days.setdefault(span.version.label, (span.version, []))[1].append(span)
        return [
            (edition, one)
            for edition, its_spans in days.values()
            for one in edition.entries
            if any(holds_within(one.entry, span) for span in its_spans)
        ]


def holds_within(entry: Entry, span: Span[Edition]) -> bool:
    """Tell whether an entry's own period meets the days of a span."""
    return (entry.effective_to is None or entry.effective_to >= span.first) and (
        span.last is None or entry.effective_from is None or entry.effective_from <= span.last
    )


def by_drug(entries: Iterable[Listed]) -> dict[str, list[Listed]]:
    """Sort entries by their drug; those that name none are left out."""
    found: dict[str, list[Listed]] = {}
    for one in entries:
        if one.drug:
            found.setdefault(one.drug, []).append(one)
    return found


def place(listing: DrugList, edition: Edition, one: Listed) -> Place:
    """Return where an entry stands."""
    return Place(listing.code, edition.label, one.entry.entry_code, one.name)


def seen_together(one: DrugList, other: DrugList) -> bool:
    """Tell whether two lists may be held against each other: an insurer's own never against another insurer's, nor against a shared one of
    which it has the code itself: by that it means its own."""
    if one.owner is not None and other.owner is not None:
        return one.owner == other.owner
    return one.owner not in other.own_of and other.owner not in one.own_of
