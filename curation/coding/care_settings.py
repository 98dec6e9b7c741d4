"""Where a text wants a drug to be given: settings, and the least level of the institution. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from curation.coding.reading import Span, Zones, parts_of
from curation.coding.suggestion import Mark, Why

_LEVELS: Final = {"一": 1, "二": 2, "三": 3, "1": 1, "2": 2, "3": 3}
_ONE: Final = r"(?P<n>[一二三123])级"
_UP: Final = r"(?:甲等)?(?:\(含\))?(?:(?:及|或|或者|以及|和)?(?:其)?(?:以上|更高|更高级别|更高等级|高级别)|及三级|和三级|或三级|、三级|含以上|起)"
_HOUSE: Final = r"(?:级别|等级)?(?:以上)?(?:的|且|及)?[^,;。\n()及或]{0,12}?(?:医疗机构|医院|医疗单位|医疗卫生机构|机构|综合医院|专科医院)"
_LEVEL: Final = re.compile(
    rf"(?<![A-Za-z0-9.~至到-]){_ONE}(?:{_UP}{_HOUSE}|{_UP}(?=[,;。)\n的使用]|$)|(?:甲等|综合|专科|公立|中医|妇幼|肿瘤|眼科|医疗)?{_HOUSE})"
)
_TOP: Final = re.compile(r"三甲(?:医院|医疗机构)?")
_LOCAL: Final = re.compile(r"基层(?:及以上)?医疗(?:卫生)?机构")
_EITHER: Final = re.compile(r"(?P<a>二|三|2|3)级(?:、|和|或|及)(?P<b>二|三|2|3)级(?:综合|专科)?(?:医疗机构|医院)")
# Whose prescription, consultation or diagnosis it has to be, at first: not where the drug is given.
_PRESCRIBER: Final = re.compile(
    r"首(?:次|方|张)(?:处方)?(?:须|需|应|由|处方)|首次(?:处方|诊断|用药)|首方|会诊|诊断(?:须|需)由|(?:确诊|诊断)(?:于|为)$"
)
_MEDICINE: Final = re.compile(
    r"(?:中性粒细胞|毒性|不良反应|疼痛|呼吸困难|心功能|预防|淋巴结|烧伤|肝损|出血|亲属|神经毒性|血小板|分级|评分|NYHA|WHO|CTCAE)[^,;。\n]{0,4}$"
)

_SETTING: Final = (
    ("inpatient", re.compile(r"住院(?!史|风险|率|次数|时间延长|的风险|天数|事件|后)")),
    ("outpatient", re.compile(r"门诊|门急诊|急诊(?!抢救|PCI|手术|介入|冠脉|科)|门特|门慢")),
    ("designated_pharmacy", re.compile(r"定点(?:零售)?药店|双通道|定点药房|指定药店|特药药店")),
    ("retail_pharmacy", re.compile(r"(?<!定点)零售药店|社会药店|普通药店")),
)
_BY_THE_WAY: Final = re.compile(
    r"(?:因|降低|减少|曾|曾经|预防|避免|非|需要|需|过去|近|内|史|致|导致|既往|须|再次|需要住院或)[^,;。\n]{0,8}$|风险[^,;。\n]{0,6}$"
)
_EVENT: Final = re.compile(r"(?:治疗)?(?:的|或死亡)?(?:史|风险|率|患者死亡)|(?:者|患者)?(?:病情|出院)")


def level_marks(plain: str, negated: Zones) -> Iterator[Mark]:
    """Yield the least level of institution that a text asks for: the lowest of those it names."""
    found: list[tuple[int, Span]] = []
    for one in _LEVEL.finditer(plain):
        found.append((_LEVELS[one["n"]], Span(*one.span())))
    for one in _EITHER.finditer(plain):
        found.append((min(_LEVELS[one["a"]], _LEVELS[one["b"]]), Span(*one.span())))
    found += [(3, Span(*one.span())) for one in _TOP.finditer(plain)]
    found += [(1, Span(*one.span())) for one in _LOCAL.finditer(plain) if "以上" in one[0]]
    before, parts = parts_of(plain)
    kept = [
        (level, place)
        for level, place in found
        if place.start not in negated
        and not _PRESCRIBER.search(_clause_before(plain, place.start))
        and not _MEDICINE.search(plain[max(0, place.start - 12) : place.start])
        and (len(parts) == 1 or place.start >= parts[-1].start or (before is not None and place.end <= before.end))
    ]
    if kept:
        level, place = min(kept, key=lambda one: one[0])
        yield Mark("min_institution_level", level, *place, Why.PLACE, 0.95)


def _clause_before(plain: str, place: int) -> str:
    start = max(plain.rfind(stop, 0, place) for stop in ",;。\n(") + 1
    return plain[start:place]


def setting_marks(plain: str, negated: Zones) -> Iterator[Mark]:
    """Yield the settings that a text is limited to; a stay in hospital that is told of a patient's past is none."""
    before, parts = parts_of(plain)
    for value, pattern in _SETTING:
        for found in pattern.finditer(plain):
            start, end = found.span()
            told = _BY_THE_WAY.search(plain[:start]) or (value == "inpatient" and _EVENT.match(plain[end:]))
            everywhere = len(parts) == 1 or (before is not None and end <= before.end) or start >= parts[-1].start
            if start not in negated and not told and everywhere:
                yield Mark("settings", value, start, end, Why.PLACE, 0.9)
                break
