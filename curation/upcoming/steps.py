"""The days on which a list says something else than the day before: an edition begins or ends, an entry's agreement does. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic

from catalog.in_force import Span, Version

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step(Generic[Version]):
    """A day, and the versions in force on the day before and on it (None: none was); one and the same where only agreements begin or end."""

    day: date
    before: Version | None
    after: Version | None

    @property
    def of_edition(self) -> bool:
        """Whether another edition applies from this day on."""
        return self.before is not self.after


@dataclass(frozen=True, slots=True)
class EditionDays(Generic[Version]):
    """A version that comes into force or ceases to be in force among the days that were asked about; `first` and `last` are None where it does so
    outside them. `follows` and `followed_by` are the versions in force around it."""

    version: Version
    first: date | None
    last: date | None
    follows: Version | None
    followed_by: Version | None


def steps(spans: Sequence[Span[Version]], agreements: Mapping[str, Iterable[date]]) -> list[Step[Version]]:
    """Return the steps after the first day of some spans, which are neighbours in their order.

    `agreements` gives by a version's label the days on which an entry of it begins to count, or no longer counts.
    """
    found: list[Step[Version]] = []
    for place, span in enumerate(spans):
        if place:
            found.append(Step(span.first, spans[place - 1].version, span.version))
        if span.version is not None:
            days = {day for day in agreements.get(span.version.label, ()) if day > span.first}
            found += [
                Step(day, span.version, span.version) for day in sorted(days) if span.last is None or day <= span.last
            ]
    return found


def edition_days(spans: Sequence[Span[Version]], last: date) -> list[EditionDays[Version]]:
    """Return the versions that begin after the first day of the spans and by `last`, or whose last day is `last` at the latest.

    The spans are neighbours and reach at least a day beyond `last`.
    """
    found = []
    for place, span in enumerate(spans):
        first = span.first if place and span.first <= last else None
        ends = span.last if span.last is not None and span.last <= last else None
        if span.version is None or (first is None and ends is None):
            continue
        before = spans[place - 1].version if place else None
        after = spans[place + 1].version if place + 1 < len(spans) else None
        found.append(EditionDays(span.version, first, ends, before, after))
    return found
