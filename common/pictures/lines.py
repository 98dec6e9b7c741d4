"""Values along days or along names, a line for each series. Pure."""

from collections.abc import Sequence
from datetime import date

from common.pictures.drawing import (
    NARROW,
    NOTHING,
    Cell,
    Number,
    Picture,
    Say,
    Sheet,
    number,
    picture,
    steps,
    width_of,
)

HEIGHT = 190
_MARKED = 40  # with more points than these, marks would hide the line


def lines(
    title: str,
    description: str,
    places: Sequence[str | date],
    series: Sequence[tuple[str, Sequence[Number | None]]],
    *,
    corner: str = "",
    say: Say = number,
    nothing: str = NOTHING,
) -> Picture:
    """Draw of each series its values at the places: days in order, as far apart as they are, or names, evenly. None: no value there; none below 0."""
    table: list[tuple[Cell, ...]] = []
    for which, place in enumerate(places if series else ()):
        table.append((place, *(values[which] for _name, values in series)))
    sheet = Sheet("lines", title, description, [name for name, _values in series], table)
    top_of = sheet.legend([name for name, _values in series], 0, NARROW, marks=True) + 10
    top = max((value or 0 for _name, values in series for value in values), default=0)
    ticks = steps(top)
    left = max(width_of(say(one)) for one in ticks) + 8
    right, bottom = NARROW - 12, top_of + HEIGHT

    def y_of(value: Number) -> float:
        return bottom - float(value) / float(ticks[-1]) * HEIGHT

    for one in ticks:
        sheet.line(left, y_of(one), right, y_of(one), "axis")
        sheet.text(left - 6, y_of(one) + 4, say(one).removesuffix(".00"), anchor="end")
    xs = _along(places, left + 8, right - 8)
    free = 0.0
    for x, place in zip(xs, places, strict=True):  # as many names below as fit beside each other
        half = width_of(str(place)) / 2
        middle = min(max(x, half), NARROW - half)
        if middle - half >= free:
            sheet.line(x, bottom, x, bottom + 4, "axis")
            sheet.text(middle, bottom + 18, str(place), anchor="middle", room=NARROW / 3)
            free = middle + half + 10
    for which, (name, values) in enumerate(series):
        there = [
            (x, y_of(v), f"{name} · {p}: {say(v)}") for x, p, v in zip(xs, places, values, strict=True) if v is not None
        ]
        sheet.path([(x, y) for x, y, _told in there], f"line s{which % 6}", title=name)
        if len(there) <= _MARKED:
            for x, y, told in there:
                sheet.mark(x, y, which, told)
    return picture(
        sheet,
        title=title,
        description=description,
        width=NARROW,
        height=bottom + 24,
        header=(corner, *(name for name, _values in series)),
        rows=table,
        say=say,
        nothing=nothing,
    )


def _along(places: Sequence[str | date], left: float, right: float) -> list[float]:
    days = [place.toordinal() for place in places if isinstance(place, date)]
    marks = days if len(days) == len(places) else list(range(len(places)))
    if not marks:
        return []
    first, last = marks[0], marks[-1]
    if first == last:
        return [(left + right) / 2] * len(marks)
    return [left + (mark - first) * (right - left) / (last - first) for mark in marks]
