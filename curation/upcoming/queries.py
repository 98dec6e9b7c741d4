"""What of one list begins, ends and changes among some days, drug by drug: each day compared with the day before as any two lists are."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from django.db.models import Q

from catalog.clock import Observation
from catalog.drug_aliases import aliases_at
from catalog.in_force import Span, spans
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from common.dates import later
from curation.comparing.compare import Result
from curation.comparing.queries import Comparison, Shown, Side, compare_sides, show
from curation.upcoming.steps import ONE_DAY, EditionDays, Step, edition_days, steps

What = Literal["begins", "ends", "changes"]
WHATS: Final[tuple[What, ...]] = ("begins", "ends", "changes")
_WHAT: Final[Mapping[str, What]] = {"right": "begins", "left": "ends", "different": "changes"}
By = Literal["edition", "agreement"]
BYS: Final[tuple[By, ...]] = ("edition", "agreement")


class Change(NamedTuple):
    """What becomes of one drug of a list. `day` is the first on which it is listed or listed otherwise, or the last on which it is still listed."""

    day: date
    what: What
    step: Step[Any]
    comparison: Comparison
    result: Result

    @property
    def by(self) -> By:
        """Whether another edition brings it, or an agreement that begins or ends within one."""
        return "edition" if self.step.of_edition else "agreement"

    @property
    def version(self) -> CatalogVersion:
        """The version that lists it then, or listed it last."""
        version: Any = self.step.before if self.what == "ends" else self.step.after
        assert isinstance(version, CatalogVersion), "what is listed is listed by a version"
        return version


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What of a list begins after a first day and by a last, and what has its last day then at the latest; as known at one observation."""

    catalog: Catalog
    first: date
    until: date
    editions: Sequence[EditionDays[Any]]
    changes: Sequence[Change]

    def counts(self) -> dict[str, int]:
        """Return how many drugs begin, end and change; one that does so twice counts twice."""
        found = Counter(one.what for one in self.changes)
        return {what: found[what] for what in WHATS}


def upcoming_of(catalog: Catalog, *, first: date, until: date, seen: Observation) -> Upcoming:
    """Return what of a list begins after `first` and by `until`, and what ends from `first` on and by `until`: its last day then."""
    until = min(until, date.max - ONE_DAY)  # what has no end does not end on the last day there is
    beyond = until + ONE_DAY
    there, changes = _changes(catalog, first, beyond, seen)
    # What is listed for the first time, or otherwise, on the day beyond is not asked about; what was listed last on `until` is.
    told = [one for one in changes if one.day <= until]
    told.sort(key=lambda one: (one.day, one.result.drug, WHATS.index(one.what)))
    return Upcoming(catalog, first, until, edition_days(there, until), told)


def changes_on(step: Step[Any], seen: Observation) -> list[Change]:
    """Return what of a list is otherwise on a day than on the day before, by drug; at most seven statements."""
    if step.of_edition or step.after is None:
        return _changes_of(step, None, seen)
    touched = _touched([step.after], later(step.day, -1), step.day)
    return _changes_of(step, _names_of(touched[step.after.pk][step.day], seen), seen)


def _changes(catalog: Catalog, first: date, last: date, seen: Observation) -> tuple[Sequence[Span[Any]], list[Change]]:
    """Return which version is in force on which days, and every change after the first day."""
    known: list[Any] = list(catalog.versions.known_at(seen.known_at).select_related("catalog"))
    there = spans(known, seen.known_at, first, last)
    touched = _touched([one.version for one in there if one.version], first, last)
    days = {version.label: touched[version.pk] for version in known if version.pk in touched}
    changes: list[Change] = []
    for step in steps(there, days):
        within = None if step.of_edition else step.after
        names = _names_of(touched[within.pk][step.day], seen) if within is not None else None
        changes += _changes_of(step, names, seen)
    return there, changes


def _changes_of(step: Step[Any], names: frozenset[str] | None, seen: Observation) -> list[Change]:
    comparison = compare_day(step, seen, names)
    found = []
    for result in comparison.results:
        if what := _WHAT.get(result.kind):
            day = later(step.day, -1) if what == "ends" else step.day
            found.append(Change(day, what, step, comparison, result))
    return found


def compare_day(step: Step[Any], seen: Observation, names: frozenset[str] | None = None) -> Comparison:
    """Compare a list on a day with itself on the day before, by drug; where no version is in force nothing is listed."""
    filler: Any = step.after or step.before
    left, right = (
        Side(version or filler, day, seen.known_at, empty=version is None)
        for version, day in ((step.before, later(step.day, -1)), (step.after, step.day))
    )
    return compare_sides(left, right, by="drug", seen=seen, names=names)


def shown_changes(changes: Iterable[Change]) -> list[tuple[Change, Shown]]:
    """Return some changes with their whole entries, in their order; one statement for each day among them."""
    asked = list(changes)
    found: dict[tuple[date, str], Shown] = {}
    by_step: dict[date, list[Change]] = defaultdict(list)
    for one in asked:
        by_step[one.step.day].append(one)
    for day, alike in by_step.items():
        shown = show(alike[0].comparison, [one.result for one in alike])
        found |= {(day, one.result.drug): told for one, told in zip(alike, shown, strict=True)}
    return [(one, found[one.step.day, one.result.drug]) for one in asked]


def _touched(versions: Sequence[CatalogVersion], first: date, last: date) -> dict[int, dict[date, set[str]]]:
    """Return, by version and day after `first`, the base names of the entries whose agreement begins on the day or was over the day before."""
    rows = CatalogEntry.objects.filter(
        Q(effective_from__gt=first, effective_from__lte=last) | Q(effective_to__gte=first, effective_to__lt=last),
        version__in={one.pk for one in versions},
    ).order_by()
    found: dict[int, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for version, name, begins, ends in rows.values_list("version", "base_name", "effective_from", "effective_to"):
        for day in (begins, ends and ends < date.max and ends + ONE_DAY):
            if day and first < day <= last:
                found[version][day].add(name)
    return found


def _names_of(touched: set[str], seen: Observation) -> frozenset[str]:
    """Return every name under which the list may have the drugs of these names."""
    aliases = aliases_at(seen.known_at)
    return frozenset(aliases.names_of({aliases.drug_of(name) for name in touched}) | touched)
