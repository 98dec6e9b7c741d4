"""Looking a disease up for its code: by code, name, pinyin or initials, and by what people call it."""

from functools import cache
from typing import NamedTuple

from catalog import reference
from catalog.importing.pinyin import sounds
from common.text import norm
from curation.coding.vocabulary import diseases

FOUND = 20


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
