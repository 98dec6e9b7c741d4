"""A strip of days as a drawing made here: what begins, ends and closes in the days to come, one row a list. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from common.dates import later

Kind = Literal["begins", "ends", "closes"]
DAYS = 90
ROWS = 12
ROW_HEIGHT = 24
HEAD = 24
NAMES = 190
WIDTH = 900


@dataclass(frozen=True, slots=True)
class Event:
    """What happens to a list on a day; `what` says it in words."""

    day: date
    kind: Kind
    list_name: str
    what: str
    href: str

    @property
    def changes_on(self) -> date | None:
        """The first day on which lists say something else by it; None where it changes none."""
        if self.kind == "closes":
            return None
        return later(self.day, 1) if self.kind == "ends" else self.day


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    kind: Kind
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    y: int
    line: int
    name: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: int
    name: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The drawing's measures in its own units: rows, months along the top, a dot for each event; `left_out` lists have no row."""

    width: int
    height: int
    ticks: Sequence[Tick]
    rows: Sequence[Row]
    dots: Sequence[Dot]
    left_out: int


def strip(events: Sequence[Event], first: date) -> Strip:
    """Return the drawing of what happens in the DAYS from the first; the lists with the earliest events have the ROWS there are."""
    there = [event for event in events if 0 <= (event.day - first).days <= DAYS]
    names = list(dict.fromkeys(event.list_name for event in sorted(there, key=lambda event: event.day)))
    places = {name: number for number, name in enumerate(names[:ROWS])}

    def x_of(day: date) -> int:
        return NAMES + (day - first).days * (WIDTH - NAMES - 10) // DAYS

    rows = [Row(HEAD + 16 + n * ROW_HEIGHT, HEAD + 12 + n * ROW_HEIGHT, _short(name)) for name, n in places.items()]
    dots = [
        Dot(x_of(event.day), HEAD + 12 + places[event.list_name] * ROW_HEIGHT, event.kind, f"{event.day} {event.what}")
        for event in there
        if event.list_name in places
    ]
    months = [first + timedelta(days=n) for n in range(DAYS + 1)]
    ticks = [Tick(x_of(day), f"{day.month}/1") for day in months if day.day == 1]
    height = HEAD + max(len(rows), 1) * ROW_HEIGHT + 4
    return Strip(WIDTH, height, [Tick(x_of(first), ""), *ticks], rows, dots, len(names) - len(places))


def _short(name: str) -> str:
    return name if len(name) <= 14 else name[:13] + "…"
