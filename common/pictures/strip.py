"""The periods of one thing on an axis of days, several lanes below each other. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from common.pictures.drawing import LETTER, NOTHING, ROW, Picture, Sheet, picture, width_of

WIDTH = 400
HEAD = 22
LANE = 46


@dataclass(frozen=True, slots=True)
class Period:
    """Inclusive days; without a last day it goes on. `look` is a place among the looks of the picture."""

    first: date
    last: date | None
    told: str
    look: int = 0


def strip(
    title: str,
    description: str,
    lanes: Sequence[tuple[str, Sequence[Period]]],
    first: date,
    last: date,
    *,
    looks: Sequence[str] = (),
    today: date | None = None,
    header: tuple[str, str, str, str] = ("", "", "", ""),
    nothing: str = NOTHING,
    width: int = WIDTH,
) -> Picture:
    """Draw lanes of (name, periods) over the days from first to last, `width` wide; what reaches beyond is drawn up to there, what goes on ends
    in a point.

    `looks` names what the looks mean (a legend when there is more than one); `header` the table's columns: lane, first day, last day, what.
    """
    table = [(name, one.first, one.last, one.told) for name, periods in lanes for one in periods]
    sheet = Sheet("strip", title, description, looks, first, last, table, *([] if width == WIDTH else [width]))
    last = max(last, first)
    head = sheet.legend(looks, 0, width) if len(looks) > 1 else 0.0
    days = (last - first).days + 1

    def x_of(day: date) -> float:
        return min(max((day - first).days / days, 0), 1) * width

    bottom = head + HEAD + LANE * len(lanes)
    free = 0.0
    for day, words in _ticks(first, last):
        sheet.line(x_of(day), head + 16, x_of(day), bottom, "axis")
        wide = width_of(words)
        x = min(x_of(day), width - wide)
        if x >= free:
            sheet.text(x, head + 12, words)
            free = x + wide + 10
    for place, (name, periods) in enumerate(lanes):
        y = head + HEAD + place * LANE
        sheet.text(0, y + 14, name, "value", room=width)
        labels = []
        for one in periods:
            # Days are inclusive: a period ends where the next day begins. One outside the axis is in the table only.
            end = one.last + timedelta(days=1) if one.last and one.last < date.max else None
            if one.first > last or (end and end <= first):
                continue
            x, to = min(x_of(one.first), width - 2), x_of(end) if end else float(width)
            told = f"{name} · {one.told}: {one.first} – {one.last or ''}".rstrip()
            sheet.area(x, y + 19, max(to - x - 1, 2), ROW - 4, one.look, told)
            if end is None:
                sheet.path([(width - 7, y + 19), (width, y + 29), (width - 7, y + 39)], "onward")
            if to - x > LETTER * 3:
                labels.append((x, to, one.told))
        # Across the bars only, and below their labels: neither a name nor a label is struck through.
        if today and first <= today <= last:
            sheet.line(x_of(today), y + 19, x_of(today), y + 44, "cut")
        for x, to, said in labels:
            wide = min(width_of(said), to - x - 18)
            sheet.rect(x + 4, y + 21, wide + 4, ROW - 8, "plate")
            sheet.text(x + 6, y + 34, said, "on-plate", room=to - x - 16)
    return picture(
        sheet,
        title=title,
        description=description,
        width=width,
        height=bottom + 2,
        header=header,
        rows=table,
        nothing=nothing,
    )


def _ticks(first: date, last: date) -> list[tuple[date, str]]:
    """Return days to be written above: the beginnings of years, or of months where there are not three years."""
    if (last - first).days > 3 * 366:
        return [
            (date(year, 1, 1), str(year))
            for year in range(first.year + (first > date(first.year, 1, 1)), last.year + 1)
        ]
    months = [(year, month) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    days = [date(year, month, 1) for year, month in months]
    return [(day, f"{day.year}-{day.month:02}") for day in days if first <= day <= last]
