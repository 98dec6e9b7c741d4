"""The two clocks of a page: the day that is looked at, and the instant by what was known; both plain fields of a form."""

from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest, QueryDict

from catalog.clock import CHINA, Observation, china_today, observe
from common.dates import parse_day, parse_instant


@dataclass(frozen=True, slots=True)
class Clocks:
    """The day and the instant a page is asked for; `seen` is now. `asked` says that the instant was given."""

    day: date
    known_at: datetime
    seen: Observation
    asked: bool

    @property
    def revision(self) -> int | None:
        """The revision where the instant is now, else None."""
        return None if self.asked else self.seen.revision

    @property
    def known_shown(self) -> str:
        """The asked instant as the browser's field writes it, in China's time; '' for now."""
        return self.known_at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M:%S") if self.asked else ""

    @property
    def query(self) -> str:
        """Both as a query, to be carried on to another page."""
        asked = QueryDict(mutable=True)
        asked["date"] = self.day.isoformat()
        if self.asked:
            asked["known_at"] = self.known_shown
        return asked.urlencode()


def clocks_of(request: HttpRequest) -> Clocks:
    """Return the clocks of a page's address (`date`, `known_at`); what cannot be read, or lies ahead of now, is today and now."""
    seen = observe()
    try:
        day = parse_day(request.GET.get("date", ""))
    except ValueError:
        day = china_today(seen.known_at)
    known_at = _instant(request.GET.get("known_at", ""))
    asked = known_at is not None and known_at < seen.known_at
    return Clocks(day, known_at if known_at is not None and asked else seen.known_at, seen, asked)


def _instant(text: str) -> datetime | None:
    try:
        return parse_instant(text)
    except ValueError:
        pass
    try:
        read = datetime.fromisoformat(text)  # as a browser's field writes it: the clock on the wall in China
    except ValueError:
        return None
    return read.replace(tzinfo=CHINA) if read.tzinfo is None else None
