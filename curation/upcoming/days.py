"""What changes on one day over all lists: which say something else than the day before, which drugs move between them, which products it reaches.

Reference lists, of which a market has thousands, are left out: they are only drafted from.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from catalog.clock import Observation
from catalog.drug_aliases import aliases_at
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug
from common.dates import later
from curation.comparing.matrix_query import drugs_named
from curation.upcoming.steps import ONE_DAY, Step
from insurers.models import ProductVersion
from insurers.products_reached import Reached, reached_by, versions_naming

PRODUCTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class ListOnTheDay:
    """A list that says something else on a day: its step, how many agreements begin and end, which drugs come and go."""

    catalog: Catalog
    step: Step[Any]
    agreements: int
    came: frozenset[str]
    gone: frozenset[str]
    stayed: int
    # By which whoever asked is told of the list (catalog.catalog_codes).
    address: str


@dataclass(frozen=True, slots=True)
class Move:
    """A drug (its base name) that leaves some lists and comes into others on the same day."""

    drug: str
    left: tuple[str, ...]
    entered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayOfChange:
    """A day, the lists that change by code, and the drugs that move between them by name."""

    day: date
    lists: Sequence[ListOnTheDay]
    moves: Sequence[Move]


@dataclass(frozen=True, slots=True)
class ProductReached:
    """A product version in force on the day that names lists that change then: how each is named."""

    version: ProductVersion
    lists: Sequence[tuple[ListOnTheDay, Reached]]


def _visible(insurer_id: int | None) -> QuerySet[Catalog]:
    return Catalog.objects.readable_by(insurer_id).exclude(kind="reference")


def day_of_change(day: date, *, insurer_id: int | None, seen: Observation) -> DayOfChange:
    """Return what changes on a day over the lists that an insurer may see (None: the office); at most six statements."""
    versions = CatalogVersion.objects.filter(catalog__in=_visible(insurer_id)).select_related("catalog__owner")
    before = {one.catalog_id: one for one in versions.in_force(later(day, -1), seen.known_at)}
    after = {one.catalog_id: one for one in versions.in_force(day, seen.known_at)}
    same = [one for key, one in after.items() if key in before and before[key].pk == one.pk]
    before |= {one.catalog_id: one for one in same}
    agreements = _agreements([one.pk for one in same], day)
    changing = [
        (before.get(key), after.get(key))
        for key in before.keys() | after.keys()
        if key not in {one.catalog_id for one in same} or after[key].pk in agreements
    ]
    aliases = aliases_at(seen.known_at)
    there = drugs_named([one for one, _other in changing if one], later(day, -1), aliases)
    now = drugs_named([one for _other, one in changing if one], day, aliases)
    address = Catalog.objects.addresses(insurer_id)
    lists: list[ListOnTheDay] = []
    for old, new in changing:
        was = there[old.pk] if old else frozenset()
        known = now[new.pk] if new else frozenset()
        known_of = (new or old).catalog  # type: ignore[union-attr]
        step: Step[Any] = Step(day, old, new)
        count = agreements.get(new.pk, 0) if new else 0
        lists.append(ListOnTheDay(known_of, step, count, known - was, was - known, len(known & was), address(known_of)))
    lists.sort(key=lambda one: (one.catalog.code, one.catalog.pk))
    return DayOfChange(day, lists, _moves(lists))


def _agreements(versions: Sequence[int], day: date) -> dict[int, int]:
    """Return how many entries of each version begin to count on a day or counted last on the day before; none: it is left out."""
    entries = CatalogEntry.objects.filter(
        Q(effective_from=day) | Q(effective_to=later(day, -1)), version__in=versions
    ).order_by()
    return dict(entries.values("version").annotate(count=Count("pk")).values_list("version", "count"))


def _moves(lists: Iterable[ListOnTheDay]) -> list[Move]:
    left, entered = defaultdict(list), defaultdict(list)
    for one in lists:
        for drug in one.gone:
            left[drug].append(one.address)
        for drug in one.came:
            entered[drug].append(one.address)
    return [Move(drug, tuple(left[drug]), tuple(entered[drug])) for drug in sorted(left.keys() & entered.keys())]


def names_of(drugs: Iterable[str]) -> dict[str, str]:
    """Return the names by which drugs are called, by base name; one statement."""
    asked = list(drugs)
    called = dict(Drug.objects.filter(base_name__in=asked).values_list("base_name", "generic_name"))
    return {drug: called.get(drug, drug) for drug in asked}


def products_reached(
    changed: DayOfChange, *, insurer_id: int | None, seen: Observation
) -> tuple[list[ProductReached], bool]:
    """Return the first products in force on the day that name lists that change, of an insurer (None: of all), and whether there are more; one
    statement."""
    catalogs = [one.catalog for one in changed.lists]
    named = versions_naming(catalogs, changed.day, seen.known_at, insurer_id)
    versions = list(named[: PRODUCTS_SHOWN + 1]) if catalogs else []
    found = []
    for version in versions[:PRODUCTS_SHOWN]:
        reached = [(one, reached_by(version, one.catalog, changed.day)) for one in changed.lists]
        found.append(ProductReached(version, [one for one in reached if one[1].follows or one[1].pins]))
    return found, len(versions) > PRODUCTS_SHOWN


def days_of_change(after: date, *, insurer_id: int | None, seen: Observation, most: int = 12) -> list[date]:
    """Return the next days on which an edition begins or is no longer in force by its own days, or agreements of what is in force begin or are over,
    after a day; two statements."""
    known = CatalogVersion.objects.known_at(seen.known_at).filter(catalog__in=_visible(insurer_id))
    rows = known.filter(Q(effective_from__gt=after) | Q(effective_to__gte=after)).order_by()
    days = set()
    for begins, ends in rows.values_list("effective_from", "effective_to").distinct():
        days |= {day for day in (begins, ends and ends < date.max and ends + ONE_DAY) if day and day > after}
    in_force = known.in_force(after, seen.known_at).values("pk")
    entries = CatalogEntry.objects.filter(
        Q(effective_from__gt=after) | Q(effective_to__gte=after), version__in=in_force
    ).order_by()
    for first, last in entries.values_list("effective_from", "effective_to").distinct():
        days |= {day for day in (first, last and last < date.max and last + ONE_DAY) if day and day > after}
    return sorted(days)[:most]
