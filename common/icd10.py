"""ICD-10 codes as people write them: the one reader of diagnoses and of listed codes (eligibility 4.2 and 8).

A text may hold several codes; the marks † ‡ * + ! and a dot at the end of a code are notation and go. ICD-11 (2C25, BA00)
does not fit.
"""

import re
from functools import lru_cache
from typing import Final

_WIDE: Final = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_DASH: Final = re.compile(r"(?<!\s)\s*[-–—‐‑−~〜]\s*")
# White space parts codes; so does + before a letter (E11.4+G63.2 is a dagger code and its asterisk code).
_BETWEEN: Final = re.compile(r"[;,，、；|｜\s]+|\+(?=[A-Za-z])")
_NOTATION: Final = re.compile(r"(?<![†‡*+!.])(?<!\.-)(?:[†‡*+!.]|\.-)+$")
_CODE: Final = re.compile(r"[A-Z][0-9][A-Z0-9]{1,10}", re.ASCII)
_EXTENSION: Final = re.compile("X(?=[0-9]{3}$)")


@lru_cache(maxsize=65_536)
def split(text: str) -> tuple[str, ...]:
    """Return the codes and ranges that a text holds, as written but in ASCII capitals and without notation; nothing is checked."""
    plain = _DASH.sub("-", text.translate(_WIDE).replace(".-", "").upper())
    pieces = (_NOTATION.sub("", piece) for piece in _BETWEEN.split(plain))
    return tuple(piece for piece in pieces if piece)


def compared(code: str) -> str:
    """Return a code as it is compared: dots removed, upper-cased, nothing around it."""
    return code.replace(".", "").upper().strip()


def stored(code: str) -> str:
    """Return a code as it is stored and shown: Chinese extensions with the small x they are printed with."""
    return _EXTENSION.sub("x", code)


def is_code(code: str) -> bool:
    """Tell whether it is a letter, a digit, a letter or digit and up to nine more of these, dots aside (eligibility 8)."""
    return not code.startswith(".") and _CODE.fullmatch(compared(code)) is not None


def range_of(code: str) -> tuple[str, str] | None:
    """Return the first three characters of both ends of a range such as C18-C20, or None where it is no range."""
    first, dash, last = code.partition("-")
    if not dash or not is_code(first) or not is_code(last):
        return None
    return compared(first)[:3], compared(last)[:3]


def falls_under(diagnosis: str, listed: str) -> bool:
    """Return whether a diagnosis, as compared, falls under a listed code or range (eligibility 4.2)."""
    ends = range_of(listed)
    return ends[0] <= diagnosis[:3] <= ends[1] if ends else diagnosis.startswith(compared(listed))


@lru_cache(maxsize=65_536)
def span_of(listed: str) -> tuple[str, str]:
    """Return the first and last text, by code points, of the codes that fall under a listed code or range: where two spans overlap, a code may
    fall under both."""
    first, last = range_of(listed) or (compared(listed),) * 2
    return first, last + "\U0010ffff"
