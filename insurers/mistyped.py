"""Which code of an insurer was probably meant by one that nobody has. Pure."""

import unicodedata
from collections.abc import Iterable

_ALIKE = str.maketrans({"o": "0", "_": None, "-": None, ".": None, " ": None})
# Shorter ones say too little.
_SHORTEST = 5


def meant_by(code: str, known: Iterable[str]) -> str | None:
    """Return the known code that `code` is a slip of: other width, case or signs, two letters changed about, or one too many or too few.

    Another letter in place of one is no slip, nor is one more at the end: INS-A, INS-B and INS-A2 are three insurers,
    INS-12 and INS-21 two.
    """
    folded = _folded(code)
    for one in known:
        if one != code and (_folded(one) == folded or _slipped(code.casefold(), one.casefold())):
            return one
    return None


def _folded(code: str) -> str:
    return unicodedata.normalize("NFKC", code).casefold().translate(_ALIKE)


def _slipped(code: str, known: str) -> bool:
    if min(len(code), len(known)) < _SHORTEST:
        return False
    if len(code) == len(known):
        differing = [place for place, (one, other) in enumerate(zip(code, known, strict=True)) if one != other]
        if len(differing) != 2 or differing[1] != differing[0] + 1:
            return False
        first, second = differing
        swapped = code[first] == known[second] and code[second] == known[first]
        return swapped and code[first].isalpha() and code[second].isalpha()
    shorter, longer = sorted((code, known), key=len)
    if len(longer) != len(shorter) + 1 or longer[:-1] == shorter:
        return False
    return any(
        longer[:place] + longer[place + 1 :] == shorter and longer[place].isalpha() for place in range(len(longer))
    )
