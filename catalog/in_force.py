"""Which version applies on a day, by what was known at an instant (eligibility 2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar


class Dated(Protocol):
    """A version: published, perhaps withdrawn, in force from a day to a day, both inclusive."""

    @property
    def label(self) -> str: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...


Version = TypeVar("Version", bound=Dated)


def is_known(version: Dated, known_at: datetime) -> bool:
    """Tells whether a version was published and not withdrawn at an instant."""
    return (
        version.published_at is not None
        and version.published_at <= known_at
        and (version.withdrawn_at is None or version.withdrawn_at > known_at)
    )


def in_force(versions: Iterable[Version], day: date, known_at: datetime) -> Version | None:
    """Return the version in force on a day as it was known at an instant, or None.

    Of those known and with `effective_from` ≤ day ≤ `effective_to` (open-ended when not given): the greatest
    `effective_from`, then the greatest `published_at`, then the greatest label by code points. So nothing that is published,
    withdrawn or corrected later changes an answer with an earlier `known_at`.
    """
    return max(
        (
            version
            for version in versions
            if is_known(version, known_at)
            and version.effective_from <= day
            and (version.effective_to is None or version.effective_to >= day)
        ),
        key=_rank,
        default=None,
    )


def _rank(version: Dated) -> tuple[Any, ...]:
    return version.effective_from, version.published_at, version.label


def pinned(versions: Iterable[Version], label: str, known_at: datetime) -> Version | None:
    """Return the version with this label, whatever its dates, if it was published and not withdrawn at an instant."""
    return next((version for version in versions if version.label == label and is_known(version, known_at)), None)


@dataclass(frozen=True, slots=True)
class Span(Generic[Version]):
    """Days, inclusive, on which one version is in force, or none (`last` None: from then on)."""

    first: date
    last: date | None
    version: Version | None


def spans(versions: Iterable[Version], known_at: datetime, first: date, last: date | None) -> list["Span[Version]"]:
    """Will return which version is in force on which days from `first` to `last` (None: for ever), as known at an instant, in order.

    Neighbouring days with the same version are one span.
    """
    known = sorted((version for version in versions if is_known(version, known_at)), key=_rank, reverse=True)
    begins = {first}
    for version in known:
        begins.add(version.effective_from)
        if version.effective_to is not None and version.effective_to < date.max:
            begins.add(version.effective_to + timedelta(days=1))
    days = sorted(day for day in begins if first <= day and (last is None or day <= last))
    found: list[Span[Version]] = []
    for position, day in enumerate(days):
        ends = days[position + 1] - timedelta(days=1) if position + 1 < len(days) else last
        there = next((one for one in known if one.effective_from <= day <= (one.effective_to or date.max)), None)
        if found and found[-1].version is there:
            found[-1] = Span(found[-1].first, ends, there)
        else:
            found.append(Span(day, ends, there))
    return found
