"""Bars lying one below the other, a name each, of one series or of several put end to end. Pure."""

from collections.abc import Sequence

from desk.pictures.drawing import (
    NAMES,
    NARROW,
    NOTHING,
    ROW,
    Number,
    Picture,
    Say,
    Sheet,
    number,
    picture,
    width_of,
)


def bars(
    title: str,
    description: str,
    names: Sequence[str],
    series: Sequence[tuple[str, Sequence[Number]]],
    *,
    corner: str = "",
    total: str = "",
    say: Say = number,
    nothing: str = NOTHING,
) -> Picture:
    """Draw a bar for each name, put together of every series' value for it, none below 0.

    The values stand in the order of the names. With `total`, the table of several series has a column of that name: their sums.
    """
    sums = [sum((values[place] for _series, values in series), 0) for place in range(len(names))]
    summed = bool(total) and len(series) > 1
    table = [
        (name, *(values[place] for _series, values in series), *([sums[place]] if summed else []))
        for place, name in enumerate(names)
    ]
    sheet = Sheet("bars", title, description, [name for name, _values in series], table)
    y = sheet.legend([name for name, _values in series], 0, NARROW) if len(series) > 1 else 0.0
    top = max(sums, default=0)
    end = max((width_of(say(one)) for one in sums), default=0) + 8
    room = NARROW - NAMES - end
    for place, name in enumerate(names):
        sheet.text(0, y + 17, name, room=NAMES - 8)
        x: float = NAMES
        for which, (label, values) in enumerate(series):
            wide = float(values[place]) / float(top) * room if top > 0 else 0.0
            if values[place] > 0:
                wide = max(wide, 1.0)
            sheet.area(x, y + 4, wide, ROW - 8, which, f"{name} · {label}: {say(values[place])}")
            x += wide
        sheet.text(x + 5, y + 17, say(sums[place]), "value")
        y += ROW
    sheet.line(NAMES, y - ROW * len(names), NAMES, y, "axis")
    return picture(
        sheet,
        title=title,
        description=description,
        width=NARROW + 4,
        height=y + 2,
        header=(corner, *(name for name, _values in series), *([total] if summed else [])),
        rows=table,
        say=say,
        nothing=nothing,
    )
