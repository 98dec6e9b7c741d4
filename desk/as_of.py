"""Any day, as known at any instant: the two clocks of a page, their fields, and what was in force by them.

A page takes its clocks from `clocks_of` and shows `desk/time/clocks.html` with `clocks`: two date fields in a form of its own, which a small script
makes sliders of (`Clocks.first` and `last` are their ends). "As known on a day" is at the end of that day in China; the address may hold an
instant too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from catalog import clock
from catalog.in_force import Dated
from common.dates import CHINA, instant_text, later, parse_day, parse_instant
from common.pictures import Period, Picture, strip
from curation.comparing.timeline import Segment

# How far the sliders reach beyond what is known of.
MARGIN = 92  # days
SHOWN_SEGMENTS = 200


@dataclass(frozen=True, slots=True)
class Clocks:
    """A day, and the instant up to which what was recorded counts; `known_day` is that instant's day in China, `now` what it is at the request."""

    day: date
    known_at: datetime
    known_day: date
    now: datetime
    first: date
    last: date
    marks: tuple[tuple[str, date], ...] = ()
    revision: int = 0  # of the observation at `now`

    @property
    def today(self) -> date:
        """The day it is in China."""
        return clock.china_today(self.now)

    @property
    def is_now(self) -> bool:
        """Whether everything known today counts."""
        return self.known_at == self.now

    @property
    def asked(self) -> dict[str, str]:
        """The clocks as parameters of an address; what is so by itself is left out."""
        told = {"date": self.day.isoformat()}
        return told if self.is_now else told | {"known_at": instant_text(self.known_at)}

    def over(self, versions: Iterable[Dated]) -> "Clocks":
        """Return the same with sliders that reach over the days of some versions, with a mark for each that begins."""
        known = list(versions)
        days = [day for one in known for day in (one.effective_from, one.effective_to) if day]
        days += [clock.china_today(one.published_at) for one in known if one.published_at]
        first, last = min([self.first, *days]), max([self.last, *days])
        marks = sorted((one.effective_from, one.label) for one in known)[-12:]
        return replace(self, first=first, last=last, marks=tuple((label, day) for day, label in marks))


def clocks_of(request: HttpRequest, prefix: str = "") -> Clocks:
    """Return the clocks that a page's address asks for (`date`, `known_at`, behind a prefix); what cannot be read is today and now."""
    seen = clock.observe()
    now = seen.known_at
    today = clock.china_today(now)
    day = read_day(request.GET.get(f"{prefix}date", "")) or today
    known_at = read_instant(request.GET.get(f"{prefix}known_at", ""), now) or now
    known_day = clock.china_today(known_at)
    first, last = later(min(day, today), -MARGIN), later(max(day, today), MARGIN)
    return Clocks(day, known_at, known_day, now, first, last, revision=seen.revision)


def read_day(text: str) -> date | None:
    """Return a day written 2026-01-31, or None."""
    try:
        return parse_day(text)
    except ValueError:
        return None


def read_instant(text: str, now: datetime) -> datetime | None:
    """Return the instant that a text names: its own, or the end of a day in China; never later than now. None where it is neither."""
    day = read_day(text)
    try:
        at = datetime.combine(day, time.max, CHINA) if day else parse_instant(text)
        return min(at, now)
    except (ValueError, OverflowError):  # the ends of the calendar are beyond it in another zone
        return None


@dataclass(frozen=True, slots=True)
class Told:
    """A segment of both clocks in a table; `here` where the page's clocks stand, `past` where it is known otherwise by them."""

    segment: Segment[Any]
    label: str
    href: str
    here: bool
    past: bool


def told_segments(found: Sequence[Segment[Any]], clocks: Clocks, href_of: Any) -> list[Told]:
    """Return the segments as a table tells them: those of the page's instant first, then what was once known; SHOWN_SEGMENTS at most."""
    told = []
    for one in found:
        known = one.known_from <= clocks.known_at and (one.known_to is None or clocks.known_at < one.known_to)
        on_day = one.first <= clocks.day and (one.last is None or clocks.day <= one.last)
        href = href_of(one.version) if one.version else ""
        told.append(Told(one, one.version.label if one.version else "", href, known and on_day, not known))
    told.sort(key=lambda one: (one.past, one.segment.first, one.segment.known_from))
    return told[:SHOWN_SEGMENTS]


def picture_of(told: Sequence[Told], clocks: Clocks) -> Picture | None:
    """Return the days as they are known by the page's clocks as a strip, and below it what was known otherwise; None where nothing is."""
    lanes: list[tuple[str, list[Period]]] = []
    for past, name in ((False, _("as known then")), (True, _("known otherwise before or since"))):
        periods = [
            Period(one.segment.first, one.segment.last, one.label, look=int(past))
            for one in told
            if one.past is past and one.segment.version
        ]
        if periods:
            lanes.append((name, periods[:12]))
    if not lanes:
        return None
    return strip(
        _("What is in force on which days"),
        "",
        lanes,
        clocks.first,
        clocks.last,
        today=clocks.day,
        header=(_("Known"), _("First day"), _("Last day"), _("Version")),
    )
