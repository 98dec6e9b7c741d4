"""Which version of a list is in force on which days, and as it was known when: both clocks at once. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from catalog.in_force import Dated, Span, spans

Version = TypeVar("Version", bound=Dated)


@dataclass(frozen=True, slots=True)
class Segment(Generic[Version]):
    """Days, inclusive, on which a version is in force (None: none is) for whoever asks by what was known from an instant on and before another.

    `last` None: from then on; `known_to` None: to this day.
    """

    first: date
    last: date | None
    version: Version | None
    known_from: datetime
    known_to: datetime | None


def instants(versions: Iterable[Dated], until: datetime) -> list[datetime]:
    """Return the instants, up to one, at which what is known changed: when a version was published or withdrawn."""
    happened = {at for version in versions for at in (version.published_at, version.withdrawn_at) if at}
    return sorted(at for at in happened if at <= until)


def segments(versions: Sequence[Version], until: datetime) -> list[Segment[Version]]:
    """Return every segment of a list's time as it was known up to an instant, by the first day, then by the instant from which it was known.

    The days begin with the earliest first day of a version ever published by then. A span of days that stayed as it was while other days changed is
    one segment.
    """
    known = [version for version in versions if version.published_at is not None and version.published_at <= until]
    if not known:
        return []
    first = min(version.effective_from for version in known)
    done: list[Segment[Version]] = []
    going: dict[Span[Version], datetime] = {}
    for at in instants(known, until):
        there = spans(known, at, first, None)
        for span in [one for one in going if one not in there]:
            done.append(_segment(span, going.pop(span), at))
        for span in there:
            going.setdefault(span, at)
    done += [_segment(span, since, None) for span, since in going.items()]
    return sorted(done, key=lambda one: (one.first, one.known_from))


def _segment(span: Span[Version], since: datetime, until: datetime | None) -> Segment[Version]:
    return Segment(span.first, span.last, span.version, since, until)
