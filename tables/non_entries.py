"""Rows of a table that are no entries: headings, headers said again, totals, notes and signatures (spec csv.md).

Such a row is passed over and told. In doubt a row is an entry: only what is clearly none is none.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from tables.cells import Cell, Typed, is_total, says_nothing
from tables.header import Header, header_text
from tables.header_names import HeaderNames, header_key

# What no entry is, in both languages.
Why = tuple[str, str]
HEADER_AGAIN: Final = ("重复的表头", "the header again")
TOTAL: Final = ("合计行", "a totals row")
NOTE: Final = ("说明或签名", "a note or a signature")
NOTHING: Final = ("没有内容的标记", "a mark that says nothing")
HEADING: Final = ("分类标题", "a heading")

_NUMERAL = "[一二三四五六七八九十百]+"
_NOTE = re.compile(
    r"注(?!射)|备\s*注|附\s*注|说\s*明|制\s*表|审\s*核|复\s*核|编\s*制\s*(?:人|单位|日期|说明)|填\s*表|[*※]\s*注"
    r"|(?:数据)?来源\s*[:：]|(?:填报|编制|制表|发布|打印|导出|更新)?(?:人|单位|部门|日期|时间|签字|签名|盖章)\s*[:：]"
    r"|(?:经办|负责|联系|审批|批准|校对|校核|提交|录入)\s*人?\s*[:：]"
    r"|第\s*[0-9]+\s*页|[—–-]\s*[0-9]+\s*[—–-]$"
)
_SECTION = re.compile(rf"{_NUMERAL}、|[（(]{_NUMERAL}[）)]|第{_NUMERAL}(?:部分|章|节|类|篇)")
_SIGNATURE = re.compile(
    r"[\u4e00-\u9fff\s]{0,8}(?:人|者|员|单位|部门|日期|时间|签字|签名|电话|领导|主任|页码)\s*[:：].*"
    r"|[\u4e00-\u9fff\s]{2,12}[(（](?:盖章|签字|签名|公章)[)）].*"
)
_LABEL = re.compile(
    r"(?:制表|审核|复核|编制|填表|填报|审批|批准|校对|经办|负责|联系|提交)\s*(?:(?:人|员|单位|部门|日期)\s*)?[:：]"
)
_COUNT = re.compile(r"共\s*(?:计\s*)?[0-9,]+\s*(?:条|种|个|项|页|行|个品种|个药品|种药品)?[。.]?")
_PUNCTUATION = re.compile(r"[\s—–―\-_*＊·•…。.,，、;；:：~～=+#/／\\|（）()【】\[\]<>《》“”\"'!！?？^]+")
_ENDS = frozenset(
    {"以下空白", "以下无正文", "本页以下空白", "以下无内容", "空白", "完", "全文完", "结束", "end", "theend", "eof"}
)
_NUMBER = re.compile(r"[-+]?[0-9][0-9,]*(?:\.[0-9]+)?%?元?")
_HAN = re.compile("[\u4e00-\u9fff]")

# What a row may be none for: how its first cell, or the one that names, begins.
_GLANCE = re.compile(
    rf"注(?!射)|备|附|说|制表|审|复\s*核|编|填|数据|来源|发布|打印|导出|更新|经办|负责|联系|批准|校|提交|录入|单位|日期|时间|人|部门|签|盖章"
    rf"|合\s*计|总\s*计|小\s*计|共|第|以下|全文|完|结束|本页|空白|[（(]?{_NUMERAL}[、）)]|grand total|total|subtotal|sum|end|eof|null|nan|none|n/a"
    r"|[无暂]|[^\w]",
    re.IGNORECASE,
)


class NonEntries:
    """Tells the rows that are no entries of one table.

    `is_heading` knows more of headings than that they stand alone: it is asked of the cells of a row that are filled, each
    with the column it stands in ('' for none).
    """

    def __init__(
        self,
        header: Header,
        names: HeaderNames,
        is_heading: Callable[[Sequence[tuple[str, str]]], bool] = lambda _: False,
    ) -> None:
        self._names = names
        self._is_heading = is_heading
        self._header_cells = header.cells
        self._said = [header_key(cell) for cell in header.cells]
        self._column_at = {placed.index: placed.column.name for placed in header.placed}
        self._naming_at = next(
            (placed.index for placed in header.placed if placed.column.name == names.shape.naming), None
        )
        self._must_name = names.shape.naming in names.shape.required
        said = {self._said_of(self._naming_at), *self._own_headers(names)}
        self._begins = {text[:2] for text in said if text and not text[0].isascii()}
        self._begins_latin = {text[:6].casefold() for text in said if text and text[0].isascii()}

    def may_be_one(self, cells: Sequence[Cell]) -> bool:
        """Tell, at the cost of a glance, whether a row may be no entry: `why` is asked of these only."""
        at = self._naming_at
        if at is None or at >= len(cells):
            return True
        name = cells[at]
        if not name or not isinstance(name, str) or len(cells) - cells.count("") <= 2:
            return True
        if _GLANCE.match(name) or name[:2] in self._begins or name[:6].casefold() in self._begins_latin:
            return True
        first = cells[0]
        return at > 0 and isinstance(first, str) and _GLANCE.match(first) is not None

    def _said_of(self, at: int | None) -> str:
        return self._header_cells[at] if at is not None and at < len(self._header_cells) else ""

    @staticmethod
    def _own_headers(names: HeaderNames) -> tuple[str, ...]:
        column = names.columns.get(names.shape.naming)
        return (column.name, *column.headers) if column else ()

    def why(self, cells: Sequence[Cell]) -> Why | None:
        """Tell why a row is no entry, None for one that is."""
        filled = [(at, text) for at, cell in enumerate(cells) if cell and (text := header_text(cell))]
        if not filled:
            return None
        texts = [text for _, text in filled]
        if self._is_header(filled):
            return HEADER_AGAIN
        if all(_is_nothing(text) for text in texts):
            return NOTHING
        if _is_totals(texts, cells):
            return TOTAL
        if len(texts) == 1 and _NOTE.match(texts[0]) or len(texts) > 1 and all(map(_is_signature, texts)):
            return NOTE
        if filled[0][0] == 0 and _LABEL.fullmatch(texts[0]):
            return NOTE  # 制表人： | 张三 | 审核人： | 李四
        if len(texts) == 1 and _SECTION.match(texts[0]):
            return HEADING
        if self._stands_alone(filled) or self._is_heading([(self._column_at.get(at, ""), text) for at, text in filled]):
            return HEADING
        return None

    def is_spilt_note(self, cells: Sequence[Cell]) -> bool:
        """Tell whether a row of another length than the header is a note, whose commas may have parted it."""
        texts = [text for cell in cells if cell and (text := header_text(cell))]
        first = header_text(cells[0]) if cells and cells[0] else ""
        if len(texts) == 1:
            is_note = _NOTE.match(texts[0]) or _SECTION.match(texts[0])
            return bool(is_note) or _is_nothing(texts[0]) or _is_totals(texts, cells)
        return bool(first) and (bool(_NOTE.match(first)) or all(map(_is_signature, texts)))

    def _is_header(self, filled: Sequence[tuple[int, str]]) -> bool:
        """Whether every cell says what its header says, or another name of its column."""
        for at, text in filled:
            own = self._said[at] if at < len(self._said) else ""
            if header_key(text) == own:
                continue
            column = self._names.known(text)
            if column is None or column != self._column_at.get(at):
                return False
        return any(at in self._column_at for at, _ in filled)

    def _stands_alone(self, filled: Sequence[tuple[int, str]]) -> bool:
        """Whether the row is one text that names nothing: in a table whose rows must have a name, beside the name."""
        if not self._must_name or len(filled) != 1 or filled[0][0] == self._naming_at:
            return False
        at, text = filled[0]
        return (at == 0 or at not in self._column_at) and bool(_HAN.search(text))


def _is_nothing(text: str) -> bool:
    bare = _PUNCTUATION.sub("", text).casefold()
    return not bare or says_nothing(text) or bare in _ENDS or _COUNT.fullmatch(text) is not None


def _is_totals(texts: Sequence[str], cells: Sequence[Cell]) -> bool:
    """Whether the row says 合计 and nothing but numbers beside it."""
    if not is_total(texts[0]):
        return False
    numbers = sum(isinstance(cell, Typed) and cell.kind in ("number", "formula", "lossy") for cell in cells)
    written = sum(_NUMBER.fullmatch(text) is not None or is_total(text) or _is_nothing(text) for text in texts[1:])
    return numbers + written >= len(texts) - 1


def _is_signature(text: str) -> bool:
    return _NOTE.match(text) is not None or _SIGNATURE.fullmatch(text) is not None or _is_nothing(text)
