"""From when to when a list takes a drug, and how: the days of its versions in force, cut where an agreement begins or ends. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.in_force import Span, Version
from catalog.vocabularies import Kind
from curation.comparing.matrix import Listed, ListedEntry, cell_of


@dataclass(frozen=True, slots=True)
class ListedPeriod:
    """Inclusive days (`last` None: from then on) on which one version of a list takes the drug in one way."""

    first: date
    last: date | None
    label: str
    listed: Listed


def listed_periods(
    spans: Iterable[Span[Version]], entries: Mapping[str, Sequence[ListedEntry]], kind: Kind
) -> list[ListedPeriod]:
    """Return the periods of one list, in order; `spans` say which version is in force when, `entries` are those of the drug by a version's label.

    Days on which it is not listed are in none. Neighbouring days that are alike in version and way are one period.
    """
    found: list[ListedPeriod] = []
    for span in spans:
        if span.version is None:
            continue
        label = span.version.label
        listed = entries.get(label, ())
        for first, last in _parts(span.first, span.last, listed):
            how = cell_of(listed, kind, first).listed
            if how == "no":
                continue
            before = found[-1] if found else None
            joins = before is not None and before.last is not None and before.last + timedelta(days=1) == first
            if before is not None and joins and (before.label, before.listed) == (label, how):
                found[-1] = ListedPeriod(before.first, last, label, how)
            else:
                found.append(ListedPeriod(first, last, label, how))
    return found


def _parts(first: date, last: date | None, entries: Iterable[ListedEntry]) -> list[tuple[date, date | None]]:
    """Return the days cut wherever an agreement begins or is over."""
    begins = {first}
    for one in entries:
        if one.entry.effective_from:
            begins.add(one.entry.effective_from)
        if one.entry.effective_to and one.entry.effective_to < date.max:
            begins.add(one.entry.effective_to + timedelta(days=1))
    days = sorted(day for day in begins if first <= day and (last is None or day <= last))
    ends = [day - timedelta(days=1) for day in days[1:]]
    return list(zip(days, [*ends, last], strict=True))
