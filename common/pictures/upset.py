"""How lists overlap (an UpSet plot): a bar for what is in just these lists, below it dots saying in which. Pure."""

from collections.abc import Sequence

from common.pictures.drawing import NARROW, NOTHING, ROW, Picture, Sheet, names_width, number, picture, width_of

BARS = 130
COLUMN = 30


def upset(
    title: str,
    description: str,
    lists: Sequence[tuple[str, int]],
    overlaps: Sequence[tuple[frozenset[int], int]],
    *,
    corner: str = "",
    count: str = "",
    only: str = "{}",
    whole: str = "{}",
    nothing: str = NOTHING,
) -> Picture:
    """Draw lists of (name, how many things it has) and overlaps of (places of the lists, how many things are in all of these and in no other).

    The largest overlap stands first. `only` says in words that something is in one list alone, `whole` that a number is the whole
    list's; {} stands for the list's name.
    """
    ordered = sorted(overlaps, key=lambda one: (-one[1], len(one[0]), sorted(one[0])))
    names = [name for name, _size in lists]

    def named(places: frozenset[int]) -> str:
        told = [names[place] for place in sorted(places)]
        return only.replace("{}", told[0]) if len(told) == 1 else " + ".join(told)

    table: list[tuple[str, int]] = [(named(places), size) for places, size in ordered]
    if table:
        table += [(whole.replace("{}", name), size) for name, size in lists]
    sheet = Sheet("upset", title, description, table)
    sizes = max((width_of(number(size)) for _name, size in lists), default=0) + 8
    width = names_width(names, sizes + COLUMN * len(ordered))
    left = width + sizes
    column = max(COLUMN, min(48, (NARROW - left) / max(len(ordered), 1)))
    column = max(column, max((width_of(number(size)) for _places, size in ordered), default=0) + 4)
    top, dots = max((size for _places, size in ordered), default=0), BARS + 30
    for place, (name, size) in enumerate(lists):
        y = dots + place * ROW
        if place % 2 == 0:
            sheet.rect(0, y, left + column * len(ordered), ROW, "band")
        sheet.text(0, y + 17, name, room=width - 8)
        sheet.text(left - 8, y + 17, number(size), "value", anchor="end")
    for which, (places, size) in enumerate(ordered):
        x = left + (which + 0.5) * column
        high = size / top * BARS if top else 0
        sheet.rect(
            x - 9, 20 + BARS - high, 18, max(high, 1 if size else 0), "fill s0", f"{named(places)}: {number(size)}"
        )
        sheet.text(x, 14 + BARS - high, number(size), "value", anchor="middle")
        for place in range(len(lists)):
            sheet.circle(x, dots + (place + 0.5) * ROW, 5, "dot" if place in places else "no-dot")
        if len(places) > 1:
            sheet.line(x, dots + (min(places) + 0.5) * ROW, x, dots + (max(places) + 0.5) * ROW, "tie")
    sheet.line(left, 20 + BARS, left + column * len(ordered), 20 + BARS, "axis")
    return picture(
        sheet,
        title=title,
        description=description,
        width=left + column * len(ordered),
        height=dots + ROW * len(lists) + 2,
        header=(corner, count),
        rows=table,
        nothing=nothing,
    )
