"""What counts in a header, and which column it names: 支付标准（元）* 必填 is 支付标准 still (spec csv.md)."""

import re
import unicodedata
from collections.abc import Mapping

from tables.columns import Shape

_NOTHING_IN_A_HEADER = re.compile("[\\s_\u200b-\u200d\u2060\ufeff\u00ad-]")


def header_key(header: str) -> str:
    """Return the comparable form of a header: NFKC, any case, without white space, zero-width characters, `_` and `-`."""
    return _NOTHING_IN_A_HEADER.sub("", unicodedata.normalize("NFKC", header).casefold())


# What people add to a header for whoever fills the table in. Units that would change the number (万元, 月) are none of these.
_UNIT = "元|人民币|cny|rmb|¥|元/[^()]{1,12}|元/最小(?:制剂|计价)?单位|周?岁|片|粒|丸|支|瓶|盒|袋|袋/盒|mg|g|μg|ml|iu|u|%|最小单位|单位"
_FOR_THE_WRITER = (
    "必填项?|必选|必输|必须|选填项?|非必填|可选|可空|可为空|可不填|required|optional|mandatory|单选|多选|下拉|文本|文本格式|数字|日期|列表"
    "|日期格式|是/否|y/n|(?:格式[:：]?)?y{4}[/.]?mm[/.]?dd|y{4}年mm月dd日|单位[:：]?(?:" + _UNIT + ")"
)
_ADDED = re.compile(
    rf"[(\[【〔{{](?:{_UNIT}|{_FOR_THE_WRITER})[)\]】〕}}]$|(?<=.)(?:必填|选填)$|^[*※★☆#]+|(?<![*※★☆#:;,。、])[*※★☆#:;,。、]+$|^\"(.*)\"$"
)
_ADDITION = re.compile(
    rf"[(\[【〔{{](?:{_UNIT}|{_FOR_THE_WRITER})[)\]】〕}}]|(?:必填|选填|必选|非必填|可选|required|optional)项?"
)
_LONGEST_HEADER = 500
_PARTS = re.compile(r"[\n\r/()\[\]（）【】]+")


def bare_key(key: str) -> str:
    """Return a comparable header without what was added for whoever fills it in: `*`, （必填）, a unit in brackets.

    A text too long for a header is none, and stays: each addition would be one more pass over it.
    """
    if len(key) > _LONGEST_HEADER:
        return key
    while (bare := _ADDED.sub(lambda found: found.group(1) or "", key)) != key and bare:
        key = bare
    return key


def is_addition(text: str) -> bool:
    """Tell whether a text is nothing but what people add to a header: （元）, 必填."""
    return _ADDITION.fullmatch(header_key(text)) is not None


class HeaderNames:
    """Which header of a file goes to which column of its shape.

    `mapping`, from the file's own headers to columns ('' leaves one out), wins over what is known. `extra` names columns
    that are read without being stored, with the comparable forms of their headers.
    """

    def __init__(
        self,
        shape: Shape,
        mapping: Mapping[str, str] | None = None,
        extra: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self.shape = shape
        self._extra = {key: name for name, keys in (extra or {}).items() for key in keys}
        self.columns = {column.name: column for column in shape.columns}
        self.mapping = {header_key(header): (header, column) for header, column in (mapping or {}).items()}
        self._known: dict[str, str] = {
            header_key(header): column.name for column in shape.columns for header in (column.name, *column.headers)
        }
        self._periods = {header_key(header): header for header in shape.periods}
        self._rank = {
            header_key(header): rank for column in shape.columns for rank, header in enumerate(column.general, 1)
        }

    def mapped(self, written: str) -> str | None:
        """Return the column that the mapping names for a header, '' where it leaves it out, None where it says nothing."""
        found = self.mapping.get(header_key(written)) if self.mapping else None
        return found[1] if found else None

    def known(self, written: str) -> str | None:
        """Return the column that a header is known to name, None for an unknown one."""
        key = self._key(written)
        return self._known.get(key) if key else None

    def period(self, written: str) -> tuple[str, str] | None:
        """Return the columns of the two days that stand under a header, None where it is none of these."""
        key = header_key(written)
        header = self._periods.get(key) or self._periods.get(bare_key(key))
        return self.shape.periods[header] if header else None

    def beside(self, written: str) -> str | None:
        """Return the column that is read without being stored that a header names, or None."""
        key = header_key(written)
        return self._extra.get(key) or self._extra.get(bare_key(key))

    def rank(self, written: str) -> int:
        """Return how general a known header is: 0 says just what the column is, and greater ones give way."""
        return self._rank.get(self._key(written) or "", 0)

    def column_of(self, written: str) -> str | None:
        """Return what a header stands for: a column, a period (by its first day's column and `+`), or None."""
        mapped = self.mapped(written)
        if mapped is not None:
            return mapped or None
        if known := self.known(written):
            return known
        period = self.period(written)
        return f"{period[0]}+" if period else None

    def _key(self, written: str) -> str | None:
        key = header_key(written)
        if key in self._known:
            return key
        bare = bare_key(key)
        if bare in self._known:
            return bare
        # In two languages, or two ways of saying the same: 通用名（Generic name）.
        parts = [bare_key(header_key(part)) for part in _PARTS.split(unicodedata.normalize("NFKC", written))]
        parts = [part for part in parts if part]
        if len(parts) > 1 and len({self._known.get(part) for part in parts}) == 1 and parts[0] in self._known:
            return parts[0]
        return None
