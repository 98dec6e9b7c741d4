"""Bars lying one below the other, a name each, of one series or of several put end to end. Pure."""

from collections.abc import Sequence

from common.pictures.drawing import (
    NAMES,
    NARROW,
    NOTHING,
    ROW,
    Number,
    Picture,
    Say,
    Sheet,
    clean,
    names_width,
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
    end = max((width_of(say(one)) for one in sums), default=0) + 10
    # Names that are too long to stand beside their bars stand above them.
    above = any(width_of(clean(name)) > NAMES - 8 for name in names)
    left = 0.0 if above else names_width(names, NARROW)
    room, row = NARROW - left - end, ROW + 14 if above else ROW
    begin = y
    for place, name in enumerate(names):
        sheet.text(0, y + (13 if above else 17), name, room=NARROW if above else left - 8)
        x, down = left, y + (18 if above else 4)
        for which, (label, values) in enumerate(series):
            wide = float(values[place]) / float(top) * room if top > 0 else 0.0
            if values[place] > 0:
                wide = max(wide, 1.0)
            sheet.area(x, down, wide, ROW - 8, which, f"{name} · {label}: {say(values[place])}")
            x += wide
        sheet.text(x + 5, down + 13, say(sums[place]), "value")
        y += row
    sheet.line(left, begin, left, y, "axis")
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
