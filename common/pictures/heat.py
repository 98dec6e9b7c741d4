"""A table of numbers as shades: rows × columns, each number written in its cell. Pure."""

from collections.abc import Sequence
from math import ceil, sqrt

from common.pictures.drawing import (
    LETTER,
    NARROW,
    NOTHING,
    ROW,
    Number,
    Picture,
    Say,
    Sheet,
    clean,
    folded,
    names_width,
    number,
    picture,
    width_of,
)

CELL, MOST = 44, 90
LEVELS = 5
_LINE = LETTER + 2


def heat(
    title: str,
    description: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Number | None]]],
    *,
    corner: str = "",
    unshaded: int = 0,
    say: Say = number,
    nothing: str = NOTHING,
) -> Picture:
    """Draw rows of (name, a value for each column; None: not known): the larger the darker, 0 and None without a shade.

    The shade follows the root of the value, so that small values differ too. The last `unshaded` columns are beside the matter: without a shade.
    """
    table = [(name, *values) for name, values in rows] if columns else []
    sheet = Sheet("heat", title, description, columns, table)
    widest = max(
        (width_of(NOTHING if one is None else say(one)) for _name, values in rows for one in values), default=0
    )
    least = max(CELL, widest + 6)
    left = names_width([name for name, _values in rows], least * len(columns))
    cell = max(least, min(MOST, (NARROW - left) / max(len(columns), 1)))
    shaded = len(columns) - unshaded
    top = max((value or 0 for _name, values in rows for value in values[:shaded]), default=0)
    heads = [folded(clean(name), cell - 4, 3) for name in columns]
    head = max((len(one) for one in heads), default=0) * _LINE + 6
    for column, (name, lines) in enumerate(zip(columns, heads, strict=True)):
        for line, text in enumerate(lines):
            sheet.text(left + (column + 0.5) * cell, (line + 1) * _LINE, text, anchor="middle")
        if "".join(lines) != name:  # cut: the whole name on the place of the head
            sheet.rect(left + column * cell, 0, cell, head, "clear", name)
    for place, (name, values) in enumerate(rows):
        y = head + place * ROW
        sheet.text(0, y + 17, name, room=left - 8)
        for column, value in enumerate(values):
            x = left + column * cell
            level = ceil(sqrt(float(value) / float(top)) * LEVELS) if value and value > 0 and column < shaded else 0
            told = NOTHING if value is None else say(value)
            sheet.rect(x + 1, y + 1, cell - 2, ROW - 2, f"cell h{level}", f"{name} · {columns[column]}: {told}")
            sheet.text(x + cell / 2, y + 17, told, f"in-cell t{level}", anchor="middle")
    return picture(
        sheet,
        title=title,
        description=description,
        width=left + cell * len(columns),
        height=head + ROW * len(rows) + 2,
        header=(corner, *columns),
        rows=table,
        say=say,
        nothing=nothing,
    )
