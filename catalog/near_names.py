"""Names that lie near to one that nobody has: mistyped by a character or two, or written with others that sound the same. Pure.

Who writes 阿斯匹林, 仑卡奈单坑 or "asplin" is shown what may have been meant. A text is looked for as a part of a name, since people leave salts and
forms away; between Chinese names their sound counts beside their characters.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, Self

# A text of so many characters may differ in one, of so many in two.
_ONE: Final = 3
_TWO: Final = 6
# Letters say less than characters: an initial or two is near to everything.
_ONE_LETTER: Final = 4
_LONGEST: Final = 60
# How much dearer a name is that only sounds so than one that is written so; and one of which the text is a part.
_BY_SOUND: Final = 0.5
_PART: Final = 0.25
_NOISE: Final = 0.5


class Name(NamedTuple):
    """A name that may be meant: what it stands for, as it is written comparably (`norm`), and its pinyin without tones."""

    key: str
    text: str
    sound: str


def nearest(text: str, sound: str, names: Iterable[Name], *, limit: int) -> list[str]:
    """Return the keys of the names that lie nearest to a text, the nearest first, each once; none for a text too short to tell.

    `text` is comparable, `sound` its pinyin. One character may differ from three on, two from six on; a sound may differ by a letter. The shorter
    of two equally near names comes first.
    """
    if len(text) > _LONGEST:
        return []
    latin = text.isascii()
    written = _Wanted.of(text.replace(" ", "") if latin else text, letters=latin)
    heard = written if latin else _Wanted.of(sound, letters=True, at_most=1)
    dearer = 0 if latin else _BY_SOUND
    best: dict[str, tuple[float, int, str]] = {}
    for name in names:
        far = written.far_from(name.text)
        if name.sound and (far is None or far > dearer):
            sounding = heard.far_from(name.sound)
            if sounding is not None and (far is None or sounding + dearer < far):
                far = sounding + dearer
        if far is None:
            continue
        rank = (far, len(name.text), name.text)
        if name.key not in best or rank < best[name.key]:
            best[name.key] = rank
    if not best:
        return []
    # A name farther away is noise where another is near.
    within = min(rank[0] for rank in best.values()) + _NOISE
    return [key for key in sorted(best, key=best.__getitem__) if best[key][0] < within][:limit]


class _Wanted(NamedTuple):
    """A text that is looked for: in how many characters it may differ from a whole name and from a part of one, and its pieces, one of which
    at least is left as it is where it differs in no more."""

    text: str
    allowed: int
    inside: int
    pieces: tuple[str, ...]

    @classmethod
    def of(cls, text: str, *, letters: bool, at_most: int = 2) -> Self:
        length = len(text)
        allowed = min(at_most, 2 if length >= _TWO else int(length >= (_ONE_LETTER if letters else _ONE)))
        inside = min(allowed, length // _ONE_LETTER) if letters else allowed
        step = max(length // (allowed + 1), 1)
        # Cut at two places: two neighbours exchanged may break two pieces of one cutting.
        cuts = [[0, *range(first, length, step)][: allowed + 1] + [length] for first in (step, step + 1)]
        pieces = {text[start:end] for cut in cuts for start, end in pairwise(cut) if end > start}
        return cls(text, allowed, inside, tuple(sorted(pieces, key=len, reverse=True)))

    def far_from(self, name: str) -> float | None:
        """Return in how many characters it differs from a name, or from the part of the name that is most like it (which counts a little
        more); None where these are more than allowed, or it is too short to be any."""
        text, allowed = self.text, self.allowed
        if not allowed:
            return 0 if text and text == name else None
        for piece in self.pieces:
            if piece in name:
                break
        else:
            return None
        if text in name:
            return 0 if text == name else _PART
        if len(text) - len(name) > allowed or len(set(text) - set(name)) > allowed:
            return None
        far = None
        if abs(len(text) - len(name)) <= allowed and (entire := distance(text, name)) <= allowed:
            far = float(entire)
        if far is not None and far <= 1:
            return far
        # Fewer letters of a part may differ, so a longer piece of it is left.
        half = len(text) // 2
        if self.inside < allowed and text[:half] not in name and text[half:] not in name:
            return far
        inside = distance(text, name, anywhere=True)
        return min(far or inside + _PART, inside + _PART) if inside <= self.inside else far


def distance(part: str, whole: str, *, anywhere: bool = False) -> int:
    """Return how many characters must be changed, added, left out, or exchanged with their neighbour to make one text of another;
    `anywhere`: of any part of the other."""
    before: Sequence[int] = ()
    row = [0] * (len(whole) + 1) if anywhere else list(range(len(whole) + 1))
    for place, mine in enumerate(part, 1):
        following = [place]
        for other, theirs in enumerate(whole, 1):
            cost = min(row[other] + 1, following[-1] + 1, row[other - 1] + (mine != theirs))
            if place > 1 and other > 1 and mine == whole[other - 2] and theirs == part[place - 2]:
                cost = min(cost, before[other - 2] + 1)
            following.append(cost)
        before, row = row, following
    return min(row) if anywhere else row[-1]
