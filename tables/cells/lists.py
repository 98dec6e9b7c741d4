"""Choices, yes and no, and lists of values in one cell."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from tables.cells.outcome import Fault, Parsed, Parser
from tables.cells.text import WHITE

_CODE_SEPARATORS = re.compile("[;；|｜、,，]")
TEXT_SEPARATORS = re.compile("[;；|｜、]")


def pieces(written: str, separators: re.Pattern[str]) -> list[str]:
    return [piece for part in separators.split(written) if (piece := part.strip(WHITE))]


def code_pieces(written: str) -> list[str]:
    """Part a list of codes: none is empty, white space around each is gone."""
    return pieces(written, _CODE_SEPARATORS)


def listed(values: Iterable[str], written: str) -> Parsed:
    unique = tuple(dict.fromkeys(values))
    if not unique:
        raise Fault("BAD_CODE", "只有分隔符，没有内容。", "there are separators only.")
    stored = ";".join(unique)
    return Parsed(unique, stored if stored != re.sub(r"(?<!\s)\s*[;；|｜、,，]\s*", ";", written) else None)


def _choice_key(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def choice(words: Mapping[str, str]) -> Parser:
    """Make a parser of one value out of `words` (accepted word → stored value)."""
    by_key = {_choice_key(word): value for word, value in words.items()}
    choices = _choices(words)

    def parse(written: str) -> Parsed:
        value = by_key.get(_choice_key(written))
        if value is None:
            raise Fault("BAD_CHOICE", choices=choices)
        return Parsed(value)

    return parse


def choices(words: Mapping[str, str]) -> Parser:
    """Make a parser of a list of values out of `words`."""
    one = choice(words)

    def parse(written: str) -> Parsed:
        values = tuple(dict.fromkeys(one(piece).value for piece in pieces(written, _LIST_SEPARATORS)))
        if not values:
            raise Fault("BAD_CHOICE", choices=_choices(words))
        return Parsed(values)

    return parse


_LIST_SEPARATORS = re.compile("[;；|｜、,，/]")


def _choices(words: Mapping[str, str]) -> str:
    spoken: dict[str, list[str]] = {}
    for word, value in words.items():
        spoken.setdefault(value, [])
        if word != value:
            spoken[value].append(word)
    return "、".join(f"{value}（{'/'.join(also)}）" if also else value for value, also in spoken.items())


_YES_NO = {
    "y": True,
    "yes": True,
    "true": True,
    "1": True,
    "是": True,
    "n": False,
    "no": False,
    "false": False,
    "0": False,
    "否": False,
}


def yes_no(written: str) -> Parsed:
    """Read a yes or no. Raises Fault BAD_YES_NO."""
    value = _YES_NO.get(_choice_key(written))
    if value is None:
        raise Fault("BAD_YES_NO")
    return Parsed(value)
