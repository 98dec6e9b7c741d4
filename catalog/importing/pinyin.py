"""How a drug is found by what its name sounds like: pinyin without tones, and initials."""

from functools import lru_cache

from catalog.importing.copy_text import copied
from common.text import norm

PINYIN_LENGTH = 1000
INITIALS_LENGTH = 200


@lru_cache(maxsize=32_768)
def sounds(text: str) -> tuple[str, str]:
    """Will return the pinyin and the initials of a text; what is not Chinese stays as it is, comparable (`norm`)."""
    # Slow to import, and not needed by those who only want the columns.
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(norm(text), errors=list)  # type: ignore[arg-type]
    return "".join(syllables), "".join(syllable[0] for syllable in syllables if syllable)


@lru_cache(maxsize=16_384)
def search_fields(generic_name: str, brand_name: str) -> str:
    """Will write the COPY fields `pinyin` and `initials` of an entry, name and brand apart by a space."""
    heard = [sounds(text) for text in (generic_name, brand_name) if text]
    pinyin = " ".join(pinyin for pinyin, _ in heard)[:PINYIN_LENGTH]
    initials = " ".join(initials for _, initials in heard)[:INITIALS_LENGTH]
    return f"{copied(pinyin)}\t{copied(initials)}"
