"""Texts compared in the database as people read them: the same as `common.text.as_read`."""

from typing import Final

from common.text import INVISIBLE, TYPED_EITHER_WAY, WHITE_SPACE

_TYPED: Final = "".join(map(chr, TYPED_EITHER_WAY))
_MEANT: Final = "".join(TYPED_EITHER_WAY.values())


def as_read_sql(expression: str) -> str:
    """Return SQL for what a text expression is as people read it; `expression` is code, never what somebody sent.

    What is written as a sign of two widths becomes one by NFKC, which also makes white space of other kinds; so it goes before and behind.
    """
    invisible = _quoted("".join(map(chr, INVISIBLE)))
    typed, meant = _quoted(_TYPED + "".join(map(chr, WHITE_SPACE))), _quoted(_MEANT)
    return f"rtrim(translate(normalize(translate({expression}, {invisible}, ''), NFKC), {typed}, {meant}), '.')"


def _quoted(text: str) -> str:
    """Write a text as a literal whose every character can be seen."""
    body = "".join(f"\\+{ord(character):06X}" for character in text)
    return f"U&'{body}'"
