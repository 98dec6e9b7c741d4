"""Drug texts: how two of them are made comparable (eligibility 3.1).

Only names, forms, brands, makers, strengths, codes and approval numbers are compared this way. Free text, entry codes,
labels and criteria codes are compared as they are written; whether a free text *changed* is told by `as_read`.
"""

import unicodedata
from functools import lru_cache

# ® ™ • ・, the middle dots, and characters that take no room: they differ between sources and mean nothing.
INVISIBLE = dict.fromkeys(
    [0x00AE, 0x2122, 0x2022, 0x30FB, 0x00B7, 0xFF65, 0x0387] + [*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0x180E]
)
# The Unicode property White_Space. str.split() is not it: it also splits at U+001C to U+001F.
WHITE_SPACE = dict.fromkeys(
    [*range(0x0009, 0x000E), 0x0020, 0x0085, 0x00A0, 0x1680]
    + [*range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
)
_APPROVAL_LEAD = "国药准字"


@lru_cache(maxsize=65_536)
def norm(text: str) -> str:
    """Return the comparable form of a drug text: marks and zero-width characters removed, NFKC, no white space,
    lower case, in this order (eligibility 3.1)."""
    visible = text.translate(INVISIBLE)
    if not visible.isascii():
        visible = unicodedata.normalize("NFKC", visible)
    return visible.translate(WHITE_SPACE).lower()


def approval_key(text: str) -> str:
    """Return the comparable form of an approval number 批准文号: `norm` without a leading 国药准字."""
    return norm(text).removeprefix(_APPROVAL_LEAD)


def is_whole_code(code: str) -> bool:
    """Tells whether a normalised national code 国家医保药品代码 names one product: 23 characters, or 20 starting with Z
    (中成药); anything shorter is a prefix that names several (eligibility 3)."""
    return len(code) == 23 or (len(code) == 20 and code.startswith("z"))


# Brackets, quotes, dashes and stops that are one to a reader whichever of them is typed; NFKC has made the width one before.
TYPED_EITHER_WAY = (
    dict.fromkeys(map(ord, "[{【〔〖〘"), "(")
    | dict.fromkeys(map(ord, "]}】〕〗〙"), ")")
    | dict.fromkeys(map(ord, "《〈"), "<")
    | dict.fromkeys(map(ord, "》〉"), ">")
    | dict.fromkeys(map(ord, "“”„‟「」『』"), '"')
    | dict.fromkeys(map(ord, "‘’‚‛"), "'")
    | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
    | dict.fromkeys(map(ord, "〜∼"), "~")
    | {ord("。"): "."}
)


@lru_cache(maxsize=16_384)
def as_read(text: str) -> str:
    """Return a free text as people read it: NFKC, brackets and punctuation of either width alike, without white
    space, marks that mean nothing and the final 。 (csv.md, "What differs between two versions")."""
    plain = unicodedata.normalize("NFKC", text.translate(INVISIBLE))
    return plain.translate(WHITE_SPACE).translate(TYPED_EITHER_WAY).rstrip(".")
