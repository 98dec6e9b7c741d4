"""Looking a disease up for its code: by code, name, pinyin or initials, by what people call it, and by what lies near to what they write."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from catalog import reference
from catalog.importing.pinyin import sounds
from catalog.near_names import Name, nearest
from common import icd10
from common.text import norm
from curation.coding.vocabulary import diseases

FOUND = 20
NEAR = 8


class Disease(NamedTuple):
    """A code with its Chinese name, and the word by which it was found where that is another."""

    code: str
    name: str
    word: str = ""


class _Row(NamedTuple):
    code: str
    name: str
    plain: str
    pinyin: str
    initials: str


@cache
def _rows() -> tuple[_Row, ...]:
    rows = [row for table in ("icd10_categories", "icd10_own") for row in reference.rows_of(table)]
    return tuple(_Row(row["code"], row["name_zh"], norm(row["name_zh"]), *sounds(row["name_zh"])) for row in rows)


def find_diseases(text: str, limit: int = FOUND) -> list[Disease]:
    """Return the diseases that a text finds: by code first, then by what people call them, then by names and how they sound."""
    wanted = norm(text)
    if not wanted:
        return []
    names = reference.disease_names()
    code = wanted.upper().replace(".", "")
    by_code = [Disease(row.code, row.name) for row in _rows() if row.code.replace(".", "").startswith(code)]
    called = [Disease(one, names.of(one), text) for one in diseases().codes_of(text)]
    known = [row for row in _rows() if wanted in row.plain]
    sounding = [
        row for row in _rows() if wanted.isascii() and (row.initials.startswith(wanted) or wanted in row.pinyin)
    ]
    found = [*by_code, *called, *(Disease(row.code, row.name) for row in (*known, *sounding))]
    return list({one.code: one for one in reversed(found)}.values())[::-1][:limit]


@cache
def _lay() -> dict[str, tuple[str, ...]]:
    """Return what people call diseases who are no doctors → the codes that may be meant."""
    rows = reference.rows_of("disease_lay_names")
    return {norm(word): tuple(row["icd10"].split(";")) for row in rows for word in row["words"].split("|")}


def lay_codes(text: str) -> tuple[str, ...]:
    """Return the codes of the diseases that people who are no doctors may mean by a text; none where nobody is known to call one so."""
    return _lay().get(norm(text), ())


def single_diseases(codes: Iterable[str]) -> list[Disease]:
    """Return the diseases with these codes, each once; of a range (I60-I64), which nobody has, the categories in it."""
    shown = reference.disease_names()
    return [Disease(code, shown.of(code)) for code in dict.fromkeys(_single(codes))]


@cache
def _called() -> tuple[tuple[Name, ...], dict[str, tuple[str, ...]]]:
    """Return every name of a disease that is known, as it sounds, and the codes of each."""
    codes: dict[str, tuple[str, ...]] = {}
    for table in ("disease_words", "indications"):
        for row in reference.rows_of(table):
            for word in row["words"].split("|") if "words" in row else [row["name_zh"]]:
                if row["icd10"]:
                    codes.setdefault(norm(word), tuple(row["icd10"].split(";")))
    codes |= {word: those for word, those in _lay().items() if word not in codes}
    for one in _rows():
        codes.setdefault(one.plain, (one.code,))
    return tuple(Name(word, word, sounds(word)[0]) for word in codes), codes


def near_diseases(text: str, limit: int = NEAR) -> list[Disease]:
    """Return the diseases that may be meant by a text that finds none: what people call them, the same characters in another order (糖尿病2型),
    names mistyped or sounding alike, and last those that a part of the text finds."""
    wanted = norm(text)
    if not wanted or len(wanted) > 60:
        return []
    names, codes = _called()
    letters = sorted(wanted)
    words = [word for word in codes if len(word) == len(wanted) and sorted(word) == letters]
    words = words or nearest(wanted, sounds(wanted)[0], names, limit=limit)
    found = [*lay_codes(text), *(code for word in words for code in codes[word])]
    if not found:
        # The longest name that stands in the text says the most.
        within = sorted((word for word in codes if len(word) > 1 and word in wanted), key=len, reverse=True)
        found = [code for word in within[:2] for code in codes[word]]
        found += [one.code for word in within[:1] for one in find_diseases(word, limit)]
    return single_diseases(found)[:limit]


def _single(codes: Iterable[str]) -> Iterator[str]:
    """Yield codes that a diagnosis may have: of a range the categories in it."""
    for code in codes:
        if icd10.is_code(code):
            yield code
        else:
            yield from (row.code for row in _rows() if len(row.code) == 3 and icd10.falls_under(row.code, code))
