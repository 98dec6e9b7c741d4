"""Calendar days and instants as the API writes them: ISO dates, RFC 3339 in UTC.

Days are inclusive at both ends, as people write them (eligibility 1). Instants carry a zone; a text without one is refused,
because what was known depends on it.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])(?:\.([0-9]{1,12}))?"
    r"([Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])",
    re.ASCII,
)


@lru_cache(maxsize=4_096)
def parse_day(text: str) -> date:
    """Read a calendar day written 2026-01-31, and no other way. Raises ValueError."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
        raise ValueError(text)
    return date.fromisoformat(text)


def parse_instant(text: str) -> datetime:
    """Read an RFC 3339 instant and return it in UTC; finer than microseconds is cut off. Raises ValueError."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        raise ValueError(text)
    day, time, fraction, zone = found.groups()
    offset = "+00:00" if zone in "Zz" else zone
    micros = (fraction or "")[:6].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{day}T{time}.{micros}{offset}").astimezone(UTC)
    except OverflowError as beyond:
        raise ValueError(text) from beyond


def later(day: date, days: int) -> date:
    """Return the day so many days later (or earlier), at the ends of the calendar the last (or first) there is: 9999-12-31 is what people write
    where nothing ends."""
    at = day.toordinal() + days
    return date.fromordinal(min(max(at, date.min.toordinal()), date.max.toordinal()))


CHINA: Final = ZoneInfo("Asia/Shanghai")
# A caller's clock may be a little ahead of ours.
CLOCK_AHEAD: Final = timedelta(minutes=5)


def begin_of(day: date) -> datetime:
    """Return the first instant of a day in China, in UTC; at the end of the calendar the first that there is."""
    try:
        return datetime.combine(day, time.min, CHINA).astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def end_of(day: date) -> datetime:
    """Return the first instant behind a day in China, in UTC: of the last day there is, the one that it would be."""
    return begin_of(day) + timedelta(days=1) if day > date.min else begin_of(later(day, 1))


def instant_text(moment: datetime) -> str:
    """Write an instant in UTC, with six decimals of a second where it has any: 2026-05-27T23:00:05Z."""
    written = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="auto")
    return written + "Z"
