"""The versions of a catalog on a band of days: pure numbers for a server-made SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from common.dates import later

WIDTH, LEFT, ROW = 1000, 150, 26
_LEAST = 4  # a version of a day is still seen
_MOST_MARKS = 12


@dataclass(frozen=True, slots=True)
class Edition:
    """What the band needs of a version: its days (None: until another follows), what it is told as."""

    label: str
    first: date
    last: date | None
    told: str
    words: str
    href: str


@dataclass(frozen=True, slots=True)
class Bar:
    """An edition drawn: where it begins and how long it is, the height of its row, whether it goes on."""

    edition: Edition
    x: int
    width: int
    y: int
    goes_on: bool


@dataclass(frozen=True, slots=True)
class Band:
    """The drawing: its bars, the marks of the axis as (x, day), today's place, and its height."""

    bars: tuple[Bar, ...]
    marks: tuple[tuple[int, date], ...]
    today: int | None
    height: int


def band_of(editions: Sequence[Edition], today: date) -> Band | None:
    """Return the drawing of the editions, each a row in their order; None without any."""
    if not editions:
        return None
    first = later(min(min(one.first for one in editions), today), -15)
    known = [day for one in editions for day in (one.first, one.last) if day]
    last = later(max(max(known), today), 120)
    days = (last - first).days

    def x(day: date) -> int:
        return LEFT + (min(day, last) - first).days * (WIDTH - LEFT) // days

    bars = tuple(
        Bar(
            one,
            x(one.first),
            max(_LEAST, x(later(one.last, 1) if one.last else last) - x(one.first)),
            ROW + row * ROW,
            one.last is None,
        )
        for row, one in enumerate(editions)
    )
    height = ROW * (len(editions) + 1) + 8
    return Band(bars, tuple((x(day), day) for day in _marks(first, last)), x(today), height)


def _marks(first: date, last: date) -> list[date]:
    """Return the first days of years, or of quarters where the band is short, that fall into it."""
    months = (1,) if (last - first).days > 1200 else (1, 7) if (last - first).days > 700 else (1, 4, 7, 10)
    found = [
        date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in months
        if first <= date(year, month, 1) <= last
    ]
    step = -(-len(found) // _MOST_MARKS) or 1
    return found[::step]
