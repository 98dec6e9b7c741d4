"""What every kind of picture is made of: the picture with its numbers, a sheet to draw on, how numbers and names are written. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from math import ceil
from typing import Final, TypeAlias
from zlib import crc32

Number: TypeAlias = int | Decimal | float
Cell: TypeAlias = str | int | Decimal | float | date | None
Say: TypeAlias = Callable[[Number], str]

# Units of the drawing are pixels where there is room for them. A narrow picture keeps its letters legible on a telephone;
# a wide one is scrolled sideways there (desk/static/desk/pictures.css).
NARROW, WIDE = 400, 560
LETTER: Final = 13
ROW: Final = 24
NAMES: Final = 132
# The series of one picture, each told by its shade and its pattern (classes `s0` … of the style sheet).
SERIES: Final = 6
NOTHING: Final = "—"
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing and everything it shows: the SVG element, what it is, what one sees, and its numbers as a table."""

    svg: str
    title: str
    description: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    told: tuple[tuple[str, ...], ...] = ()  # the rows as they are written

    @property
    def empty(self) -> bool:
        return not self.rows


def number(value: Number) -> str:
    """Return a number with its thousands apart, at most two digits after the point: 1,234.5."""
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}"
    return f"{Decimal(str(value)).quantize(Decimal('0.01')):,f}".rstrip("0").rstrip(".")


def money(value: Number) -> str:
    """Return yuan with both digits of fen: 1,234.50."""
    return f"{Decimal(str(value)).quantize(Decimal('0.01')):,f}"


def percent(value: Number) -> str:
    """Return a ratio of one as percent, at most one digit after the point: 12.5%."""
    return f"{Decimal(str(value)) * 100:.1f}".removesuffix(".0") + "%"


def cell(value: Cell, say: Say = number) -> str:
    """Return a cell of the table as it is written."""
    if value is None:
        return NOTHING
    if isinstance(value, date):
        return value.isoformat()
    return clean(value) if isinstance(value, str) else say(value)


def clean(text: str) -> str:
    """Return a text without the characters that no XML document may hold."""
    return _UNFIT.sub("\ufffd", text)


def width_of(text: str, letter: int = LETTER) -> float:
    """Return about how wide a text is drawn: a Chinese character is as wide as high, another two thirds."""
    return sum(letter if unicodedata.east_asian_width(one) in "WFA" else letter * 0.66 for one in text)


def cut(text: str, width: float, letter: int = LETTER) -> str:
    """Return a text that fits into a width, its end replaced by … where it does not."""
    if width_of(text, letter) <= width:
        return text
    kept, used = [], float(letter)
    for one in text:
        used += width_of(one, letter)
        if used > width:
            break
        kept.append(one)
    return "".join(kept) + "…"


def names_width(names: Iterable[str], rest: float) -> float:
    """Return how wide a column of names is: as they need, but no wider than the rest of a narrow picture leaves, or NAMES."""
    needed = max((width_of(clean(name)) for name in names), default=0.0) + 10
    return min(max(needed, 40.0), max(float(NAMES), NARROW - rest))


def folded(text: str, width: float, lines: int = 2, letter: int = LETTER) -> list[str]:
    """Return a text in at most so many lines of a width, the last one cut."""
    parts: list[str] = []
    while text and len(parts) < lines - 1:
        line = text
        while len(line) > 1 and width_of(line, letter) > width:
            line = line[:-1]
        if line != text and " " in line.strip():  # words stay whole
            line = line[: line.rindex(" ") + 1]
        parts.append(line.strip())
        text = text[len(line) :].strip()
    return [*parts, cut(text, width, letter)] if text else parts


def steps(most: Number, wanted: int = 4) -> list[Decimal]:
    """Return round numbers from 0 on that span the largest value: the lines of an axis. Whole ones where the largest is at least 4."""
    top = Decimal(str(most))
    if top <= 0:
        return [Decimal(0), Decimal(1)]
    unit = Decimal(10) ** (top / wanted).adjusted()
    step = next(unit * size for size in (1, 2, 5, 10) if unit * size * wanted >= top)
    count = ceil(top / step)
    return [step * one for one in range(count + 1)]


class Sheet:
    """A drawing in the making: shapes by class, never by colour; every text is escaped here and nowhere else.

    Its name begins the ids inside. It follows from what the picture says, so that a page drawn again is the same page.
    """

    def __init__(self, kind: str, *says: object) -> None:
        self.kind = kind
        self.name = f"p{crc32(repr((kind, *says)).encode(errors='replace')):08x}"
        self.parts: list[str] = []
        self.patterns: set[int] = set()

    def rect(self, x: float, y: float, width: float, height: float, look: str, title: str = "") -> None:
        if width > 0 and height > 0:
            self._add("rect", {"x": x, "y": y, "width": width, "height": height, "class": look}, title)

    def area(self, x: float, y: float, width: float, height: float, series: int, title: str = "") -> None:
        """Fill a rectangle with the shade of a series and its pattern: in print and without colour the pattern tells it."""
        series %= SERIES
        self.rect(x, y, width, height, f"fill s{series}", title)
        if series and width > 0 and height > 0:
            self.patterns.add(series)
            about = {"x": x, "y": y, "width": width, "height": height}
            self._add("rect", {**about, "fill": f"url(#{self.name}-{series})", "class": "over"})

    def line(self, x1: float, y1: float, x2: float, y2: float, look: str) -> None:
        self._add("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": look})

    def circle(self, x: float, y: float, r: float, look: str, title: str = "") -> None:
        self._add("circle", {"cx": x, "cy": y, "r": r, "class": look}, title)

    def path(self, points: Sequence[tuple[float, float]], look: str, *, closed: bool = False, title: str = "") -> None:
        if points:
            d = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points) + ("Z" if closed else "")
            self._add("path", {"d": d, "class": look}, title)

    def text(self, x: float, y: float, text: str, look: str = "", *, anchor: str = "start", room: float = 0) -> None:
        """Write a text with its base line at y; with `room` it is cut to that width, and its title tells the whole."""
        text = clean(text)
        short = cut(text, room) if room else text
        about: dict[str, float | str] = {"x": x, "y": y, "text-anchor": anchor}
        if look:
            about["class"] = look
        self._add("text", about, text if short != text else "", short)

    def mark(self, x: float, y: float, series: int, title: str = "") -> None:
        """Draw the mark of a series, each of another shape, so that lines are told apart without colour."""
        look, r = f"mark s{series % SERIES}", 4
        shapes: list[list[tuple[float, float]]] = [
            [],
            [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)],
            [(x, y - r - 1), (x + r + 1, y + r), (x - r - 1, y + r)],
            [(x, y - r - 2), (x + r + 1, y), (x, y + r + 2), (x - r - 1, y)],
            [(x - r - 1, y - r), (x + r + 1, y - r), (x, y + r + 1)],
            [(x - r - 2, y - 2), (x + r + 2, y - 2), (x + r + 2, y + 2), (x - r - 2, y + 2)],
        ]
        shape = shapes[series % SERIES]
        if shape:
            self.path(shape, look, closed=True, title=title)
        else:
            self.circle(x, y, r, look, title)

    def legend(self, names: Sequence[str], y: float, width: float, *, marks: bool = False) -> float:
        """Write the names of the series from y on, as many in a line as fit; return the y below."""
        x = 0.0
        for series, name in enumerate(names):
            wide = min(width_of(clean(name)), width - 24) + 34
            if x and x + wide > width:
                x, y = 0.0, y + 20
            if marks:
                self.mark(x + 7, y + 7, series)
            else:
                self.area(x, y + 1, 14, 12, series)
            self.text(x + 20, y + 12, name, room=width - 24)
            x += wide
        return y + 26 if names else y

    def _add(self, tag: str, about: Mapping[str, float | str], title: str = "", text: str = "") -> None:
        given = "".join(
            f' {name}="{escape(value) if isinstance(value, str) else _n(value)}"' for name, value in about.items()
        )
        inside = (f"<title>{escape(clean(title))}</title>" if title else "") + escape(text)
        self.parts.append(f"<{tag}{given}>{inside}</{tag}>" if inside else f"<{tag}{given}/>")


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


_PATTERNS: Final = {
    1: ((6, 6), "M-1 1L1 -1M0 6L6 0M5 7L7 5"),
    2: ((6, 6), "M0 3L6 3"),
    3: ((6, 6), "M1 3L3 3M4 0L6 0M4 6L6 6"),
    4: ((7, 7), "M0 0L7 7M7 0L0 7"),
    5: ((5, 5), "M2.5 0L2.5 5"),
}


def picture(
    sheet: Sheet,
    *,
    title: str,
    description: str,
    width: float,
    height: float,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    say: Say = number,
    nothing: str = NOTHING,
) -> Picture:
    """Return the picture of what is on the sheet; without rows the drawing only says that there is nothing."""
    if not rows:
        sheet = Sheet(sheet.kind, title, description)
        sheet.text(NARROW / 2, 34, nothing, "nothing", anchor="middle", room=NARROW)
        width, height = NARROW, 56
    name = sheet.name
    look = f"picture picture-{sheet.kind}" + (" picture-wide" if width > WIDE else "")
    patterns = "".join(
        f'<pattern id="{name}-{one}" width="{size[0]}" height="{size[1]}" patternUnits="userSpaceOnUse">'
        f'<path class="hatch" d="{d}"/></pattern>'
        for one, (size, d) in _PATTERNS.items()
        if one in sheet.patterns
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{look}" viewBox="0 0 {_n(width)} {_n(height)}"'
        f' width="{_n(width)}" height="{_n(height)}" role="img" aria-labelledby="{name}-title {name}-desc">'
        f'<title id="{name}-title">{escape(clean(title))}</title>'
        f'<desc id="{name}-desc">{escape(clean(description))}</desc>'
        f"{f'<defs>{patterns}</defs>' if patterns else ''}{''.join(sheet.parts)}</svg>"
    )
    told = tuple(tuple(cell(one, say) for one in row) for row in rows)
    return Picture(svg, clean(title), clean(description), tuple(map(clean, header)), tuple(map(tuple, rows)), told)
