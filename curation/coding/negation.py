"""Which parts of a text say what is *not* meant: nothing there is read as its opposite. Pure."""

import re
from typing import Final

from curation.coding.reading import Span, Zones, clause_around, clause_end

# What follows up to the end of the clause is left out. `不含` behind a number (18岁(不含)) is a bound, and read by `ages`.
_BEFORE: Final = re.compile(
    r"不包括|不包含|不含(?!\))|不适用于|不得用于|不用于|不可用于|不推荐用于|不建议用于|禁止用于|禁用于|不支付|不予支付(?=.)|不纳入|"
    r"不限于?|不分|不论|无论|并非|而非|排除|"
    r"除外(?=[^,;。\n)])"
)
# What is absent, up to 的 or the clause's end (不伴有糖尿病的高血压); `无效`, `无法` and the like are other words.
_ABSENT: Final = re.compile(
    r"(?:不伴有?|不合并|未合并|未伴有?|未患有?|未确诊|没有(?!用过|化疗)|无(?!效|法|需|须|论|菌|反应|应答|进展|疾病进展|创|力))[^的,;。\n()]*"
)
_BUT: Final = re.compile(r"除(?!外)([^,;。\n()]{1,40}?)(?:以外|之外|外)(?!科|用|伤|周|阴)")
_BEHIND: Final = re.compile(
    r"除外(?=[,;。\n)]|$)|(?:不予支付|不支付|禁用|不得使用|不宜使用|不可使用|不能使用|不适用|不推荐|不在支付范围|不属支付范围)"
    r"(?=[,;。\n)]|$)"
)


def negated(plain: str) -> Zones:
    """Return the zones of a plain text in which things are named that do not count."""
    spans = [Span(found.start(), clause_end(plain, found.end())) for found in _BEFORE.finditer(plain)]
    spans += [Span(*found.span()) for found in _ABSENT.finditer(plain)]
    spans += [Span(*found.span()) for found in _BUT.finditer(plain)]
    for found in _BEHIND.finditer(plain):
        around = clause_around(plain, found.start())
        opened = plain.rfind("(", around.start, found.start())
        inside = opened >= 0 and ")" not in plain[opened : found.start()]
        # A zone begins before what it takes away.
        spans.append(Span(opened if inside else around.start - 1, found.end()))
    return Zones(spans)
