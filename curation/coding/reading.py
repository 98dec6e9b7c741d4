"""A text as the rules read it: NFKC, without white space, and where each of its characters stands in the text given. Pure."""

import re
import unicodedata
from bisect import bisect_left
from functools import lru_cache
from typing import Final, NamedTuple

# Brackets, dashes and signs that mean one thing, whichever of them is typed; NFKC has made the width one before.
_ALIKE: Final = (
    dict.fromkeys("[{【〔〖〘", "(")
    | dict.fromkeys("]}】〕〗〙", ")")
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("〜∼", "~")
    | {"≧": "≥", "≦": "≤", "⩾": "≥", "⩽": "≤", "﹥": ">", "﹤": "<", "粘": "黏", "癎": "痫"}
)
_NOTHING: Final = frozenset("®™•・·･·") | {chr(code) for code in (*range(0x200B, 0x2010), 0x2060, 0xFEFF)}
_ENDS: Final = ",;。\n"
_NUMBERED: Final = re.compile(
    r"(?:^|(?<=[:;。,\n]))(?:\(?[1-9]\d?\)|[1-9]\d?[.、](?!\d(?!\d?(?:岁|周岁|个月|月龄|型)))|\([一二三四五六七八九十]\)|[一二三四五六七八九十]、)"
)


class Span(NamedTuple):
    """From and to: the places of characters, the second behind the last."""

    start: int
    end: int

    def meets(self, other: "Span") -> bool:
        """Tell whether both have a character in common."""
        return self.start < other.end and other.start < self.end


class Reading:
    """A text and its plain form; places in the plain form become places in the text by `span`."""

    def __init__(self, text: str) -> None:
        self.text = text
        plain: list[str] = []
        self._from: list[int] = []
        for place, character in enumerate(text):
            made = _plain(character)
            plain.append(made)
            self._from.extend([place] * len(made))
        self.plain = "".join(plain)

    def span(self, start: int, end: int) -> Span:
        """Return where a part of the plain text stands in the text given."""
        return Span(self._from[start], self._from[end - 1] + 1)

    def said(self, start: int, end: int) -> str:
        """Return the words of the text given that a part of the plain text is."""
        first, last = self.span(start, end)
        return self.text[first:last]


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character == "\n":
        return "\n"
    if character in "①②③④⑤⑥⑦⑧⑨":
        return f"({unicodedata.normalize('NFKC', character)})"
    made = unicodedata.normalize("NFKC", character)
    return "".join(_ALIKE.get(one, one) for one in made if not one.isspace() and one not in _NOTHING)


def parts_of(plain: str) -> tuple[Span | None, tuple[Span, ...]]:
    """Return what stands before the numbered parts of a text, and these; without two of them the whole is one part.

    What a numbered part says is said of that part only: an age in the second of three indications is none of the entry's.
    """
    starts = [found.start() for found in _NUMBERED.finditer(plain)]
    if len(starts) < 2:
        return None, (Span(0, len(plain)),)
    ends = [*starts[1:], len(plain)]
    before = Span(0, starts[0]) if starts[0] else None
    return before, tuple(Span(start, end) for start, end in zip(starts, ends, strict=True))


def clause_around(plain: str, place: int) -> Span:
    """Return the clause of a text that has this place: from one of its stops to the next."""
    start = max((plain.rfind(stop, 0, place) for stop in _ENDS), default=-1) + 1
    return Span(start, clause_end(plain, place))


def clause_end(plain: str, place: int) -> int:
    """Return where the clause ends that has this place, or the bracket around it is closed."""
    depth = 0
    for index in range(place, len(plain)):
        one = plain[index]
        if one == "(":
            depth += 1
        elif one == ")":
            if depth == 0:
                return index
            depth -= 1
        elif depth == 0 and one in _ENDS:
            return index
    return len(plain)


class Zones:
    """Parts of a text, asked whether a place lies in one behind its beginning: a word that begins a part is not taken away by it
    (无丙种球蛋白血症 is a disease)."""

    def __init__(self, spans: list[Span]) -> None:
        self._spans = merged(spans)
        self._starts = [span.start for span in self._spans]

    def __contains__(self, place: int) -> bool:
        index = bisect_left(self._starts, place) - 1
        return index >= 0 and place < self._spans[index].end


def merged(spans: list[Span]) -> list[Span]:
    """Return the spans in order, those that meet made one."""
    made: list[Span] = []
    for span in sorted(span for span in spans if span.end > span.start):
        if made and span.start <= made[-1].end:
            made[-1] = Span(made[-1].start, max(made[-1].end, span.end))
        else:
            made.append(span)
    return made
