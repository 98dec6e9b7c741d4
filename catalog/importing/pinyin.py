"""How a drug is found by what its name sounds like: pinyin without tones, and initials."""

import re
from collections.abc import Iterator
from functools import lru_cache

from common.text import norm
from tables.copy_text import copied

_RUNS = re.compile("([\u3007\u3400-\u9fff\U00020000-\U0003ffff]+)|([^\u3007\u3400-\u9fff\U00020000-\U0003ffff]+)")
PINYIN_LENGTH = 1000
INITIALS_LENGTH = 200


@lru_cache(maxsize=8_192)
def sounds(text: str) -> tuple[str, str]:
    """Return the pinyin and the initials of a text; what is not Chinese stays as it is, comparable (`norm`).

    The same as pypinyin's `lazy_pinyin`, word by word: words repeat from name to name, and it is slow.
    """
    pinyin: list[str] = []
    initials: list[str] = []
    for han, other in _RUNS.findall(norm(text)):
        pinyin.append(other)
        initials.append(other)
        for word in _words(han):
            sound, initial = _sound_of_word(word)
            pinyin.append(sound)
            initials.append(initial)
    return "".join(pinyin), "".join(initials)


def _words(han: str) -> Iterator[str]:
    """The longest phrase that pypinyin knows at each place, else the one character, as its own (slower) segmenter cuts."""
    # Slow to import, and not needed by those who only want the columns.
    from pypinyin.constants import PHRASES_DICT
    from pypinyin.seg.mmseg import p_set

    # How its phrases begin. The set itself: asking through its owner costs more than the answer.
    beginnings = p_set._set
    start, length = 0, len(han)
    while start < length:
        end = phrase = start + 1
        while end < length and han[start : end + 1] in beginnings:
            end += 1
            if han[start:end] in PHRASES_DICT:
                phrase = end
        if phrase == start + 1 and end == length:
            yield from han[start:]  # what only begins like a phrase, to the end: character by character
            return
        yield han[start:phrase]
        start = phrase


@lru_cache(maxsize=16_384)
def _sound_of_word(word: str) -> tuple[str, str]:
    from pypinyin import lazy_pinyin

    syllables = lazy_pinyin(word)
    return "".join(syllables), "".join(syllable[0] for syllable in syllables if syllable)


@lru_cache(maxsize=16_384)
def search_fields(generic_name: str, brand_name: str) -> str:
    """Write the COPY fields `pinyin` and `initials` of an entry, name and brand apart by a space."""
    pinyin, initials = sounds(generic_name) if generic_name else ("", "")
    if brand_name:
        brand_pinyin, brand_initials = sounds(brand_name)
        pinyin, initials = f"{pinyin} {brand_pinyin}".lstrip(" "), f"{initials} {brand_initials}".lstrip(" ")
    return f"{copied(pinyin[:PINYIN_LENGTH])}\t{copied(initials[:INITIALS_LENGTH])}"
