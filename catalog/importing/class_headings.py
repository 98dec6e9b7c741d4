"""Headings inside a list: a drug class with its name and nothing else (spec csv.md, rows that are no entries)."""

import re
from collections.abc import Callable, Sequence

from catalog.importing.columns import DRUGS
from catalog.vocabularies import NAMING_KINDS
from tables.cells import Cell
from tables.header import Header

_CLASS = re.compile(r"[XZ](?:[A-Z](?:[0-9]{2}(?:[A-Z]{1,2})?)?)?")
_CODE_AND_NAME = re.compile(rf"{_CLASS.pattern}[\s:：、.．-]+[\u4e00-\u9fff].*|{_CLASS.pattern}(?=[\u4e00-\u9fff]).*")
# How the names of drug classes end, and names of drugs hardly do.
_CLASS_NAME = re.compile(
    r"(?!注射用|吸入用|重组).*(?:药|药物|药品|用药|制剂|类|化合物|衍生物|类似物|代用品|制品|产物|系统|疾病|病|复方|营养|微生物"
    r"|(?<![片囊射粒雾悬合洗搽酊入肠眼耳鼻膏浆膜散栓贴养乳茶酒露锭丸胶液泡含试涂糖])剂)"
    r"(?:[,，].{1,16}|的药物|的复方)?(?:[(（][^()（）]*[)）])?"
)

Filled = Sequence[tuple[str, str]]


def headings_of(kind: str, header: Header, sample: Sequence[tuple[int, Sequence[Cell]]]) -> Callable[[Filled], bool]:
    """Return what tells a heading by the filled cells of its row, each with the column it stands in ('' for none).

    `sample` are the first rows of the table. Where its full rows have no class codes in a column, a code there heads
    what follows; where they have, only the name tells, and in a table of two columns nothing does.
    """
    if kind not in NAMING_KINDS and kind != DRUGS:
        return lambda _: False
    full = [cells for _, cells in sample if len(cells) - list(cells).count("") > 2]
    heads = {
        placed.column.name
        for placed in header.placed
        if full and not any(_is_class(cells[placed.index]) for cells in full if placed.index < len(cells))
    }
    has_more = len(header.placed) > 2

    def is_heading(filled: Filled) -> bool:
        if len(filled) == 1:
            return bool(_CODE_AND_NAME.fullmatch(filled[0][1]))
        if len(filled) != 2:
            return False
        (code_column, code), (name_column, name) = filled
        if not _CLASS.fullmatch(code) or code_column not in ("class_code", "entry_code", "generic_name", ""):
            return False
        if code_column == "generic_name":  # a list without a column of codes: no drug is called XA01
            return len(code) > 1 and any("\u4e00" <= c <= "\u9fff" for c in name)
        if name_column == "generic_name":
            return has_more and (code_column in heads or _CLASS_NAME.fullmatch(name) is not None)
        return name_column in ("", "note", "restriction", "brand_name") and any("\u4e00" <= c <= "\u9fff" for c in name)

    return is_heading


def _is_class(cell: Cell) -> bool:
    return isinstance(cell, str) and _CLASS.fullmatch(cell.strip()) is not None
