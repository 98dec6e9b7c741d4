"""Ages as a text mentions them: numbers with their bounds, and persons of an age. Pure.

Bounds are read as the Civil Code counts (art. 1259): 以上, 以下, 以内 include the number, 不满, 超过, 大于, 小于 do not; in whole years
不满12岁 is 11. 儿童 are up to 17, 成人 from 18.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from curation.coding.reading import Span

OLDEST: Final = 150
ADULT: Final = 18
_N: Final = r"(\d{1,3}|[一二两三四五六七八九十]{1,3})"
_UNIT: Final = r"(?:(?:周)?岁|岁龄)"
_INCLUDED: Final = r"(?:\((?:含|包括|含该年龄|含边界|包含)[^()]{0,6}\))?"
_EXCLUDED: Final = r"(?:\((?:不含|不包括|不满)[^()]{0,6}\))"
_FROM: Final = r"(?:及以上|或以上|以及以上|\(含\)以上|含以上|以上|及其以上|或更大|起|以后|开始|和以上|及更大|及年长)"
_TO: Final = r"(?:及以下|或以下|\(含\)以下|含以下|以下|以内|及其以下|或更小|和以下|之前|以前|及更小)"
_MONTHS: Final = r"(?:个月龄|月龄|个月大|个月)"

# 6-17岁, 6岁至17岁, 6(含)至18岁(不含), 5岁至未满12岁, 2岁及以上至18岁以下, 2岁~<18岁
_RANGE: Final = re.compile(
    rf"(?:年龄)?(?:在|为|≥|>=)?{_N}{_UNIT}?(?P<in1>{_INCLUDED}|{_FROM})?(?:-|~|至|到|--)(?P<not>未满|不满|<|小于|≤|不超过)?{_N}{_UNIT}"
    rf"(?:(?P<ex>{_EXCLUDED})|{_INCLUDED})(?:{_TO}|之间)?"
)
_MONTHS_TO_YEARS: Final = re.compile(
    rf"{_N}{_MONTHS}(?:{_INCLUDED}|{_FROM})?(?:-|~|至|到)(?P<not>未满|不满|<|小于)?{_N}{_UNIT}(?P<ex>{_EXCLUDED})?"
)
_MONTHS_RANGE: Final = re.compile(rf"{_N}{_MONTHS}?(?:-|~|至|到){_N}(?:个月龄|月龄|个月大)")
_SIGN: Final = re.compile(
    rf"(?:年龄)?(?P<sign>≥|>=|≤|<=|>|<|不低于|不小于|大于等于|大于或等于|小于等于|小于或等于|不大于|不超过|大于|超过|小于|低于|未满|不满|年满|满|至少|最小){_N}{_UNIT}(?P<inc>{_INCLUDED}|{_EXCLUDED})?(?P<tail>{_FROM}|{_TO})?"
)
_BOUND: Final = re.compile(rf"(?:年龄)?(?:在|为)?{_N}{_UNIT}(?P<inc>{_INCLUDED}|{_EXCLUDED})?(?P<tail>{_FROM}|{_TO})")
_REPEATED: Final = re.compile(rf"{_N}{_UNIT}(?:或|及|和){_N}{_UNIT}(?P<tail>以上|以下)")
_MONTHS_SIGN: Final = re.compile(
    rf"(?:年龄)?(?P<sign>≥|≤|>|<|满|年满|不小于|未满|不满|至少)?{_N}(?P<unit>{_MONTHS})(?P<tail>{_FROM}|{_TO})?"
)

_ADULTS: Final = re.compile(r"(?<![未非])(?:成年人|成人|成年)(?!型|期|起病|发病|T细胞|斯蒂尔|Still|呼吸窘迫|后)")
_MINORS: Final = re.compile(
    r"未成年人?|儿童青少年|儿童|小儿|儿科患者|儿科|患儿|青少年|少儿|少年|学龄前|男童|女童|婴幼儿|幼儿|婴儿|新生儿|早产儿"
)
_YOUNGER: Final = {"婴幼儿": 2, "幼儿": 2, "婴儿": 0, "新生儿": 0, "早产儿": 0, "学龄前": 6}
_NOT_PERSONS: Final = re.compile(
    r"儿童(?:用药|期|型|医院|保健|专科|医疗)|小儿(?:麻痹|专科|外科|内科)|儿科(?:医师|医生|专科|医院|用药)|婴儿型|幼儿园|婴儿痉挛|新生儿期"
)
ONSET: Final = re.compile(
    r"(?:发病|起病|诊断|确诊|初诊|首发|发作)(?:时)?(?:的)?年龄?(?:在|为|≥|≤|<|>|小于|大于|不超过|早于)?$|(?:发病|起病)(?:时|于)?$"
)


@dataclass(frozen=True, slots=True)
class Aged:
    """A mention of ages: where, and the ages meant (None: open); `bare` names persons without a number, `low` and `high` where each bound stands."""

    start: int
    end: int
    least: int | None
    most: int | None
    low: Span | None = None
    high: Span | None = None
    bare: bool = False


def mentions_of(plain: str) -> list[Aged]:
    """Return every mention of ages, in their order; where two rules read the same characters, the first."""
    found: list[Aged] = []
    for rule in (_ranges, _months, _signs, _bare):
        for one in rule(plain):
            if all(one.end <= other.start or one.start >= other.end for other in found):
                found.append(one)
    return sorted(found, key=lambda one: one.start)


def _aged(start: int, end: int, least: int | None, most: int | None, *, bare: bool = False) -> Aged:
    place = Span(start, end)
    return Aged(start, end, least, most, place if least else None, place if most is not None else None, bare)


def _ranges(plain: str) -> Iterator[Aged]:
    for found in _RANGE.finditer(plain):
        low, high = _number(found[1]), _number(found[4])
        if _is_no_age(plain, found.start()):
            continue
        under = (found["not"] or "") in ("未满", "不满", "<", "小于") or bool(found["ex"])
        yield _aged(*found.span(), low, high - 1 if under else high)
    for found in _MONTHS_TO_YEARS.finditer(plain):
        under = bool(found["not"] or found["ex"])
        yield _aged(
            *found.span(), _number(found[1]) // 12 or None, _number(found[3]) - 1 if under else _number(found[3])
        )
    for found in _REPEATED.finditer(plain):
        if found[1] == found[2]:
            yield _bounded(found.span(), _number(found[1]), found["tail"] == "以上")


def _months(plain: str) -> Iterator[Aged]:
    for found in _MONTHS_RANGE.finditer(plain):
        yield _aged(*found.span(), _number(found[1]) // 12 or None, _number(found[2]) // 12)
    for found in _MONTHS_SIGN.finditer(plain):
        sign, tail, unit = found["sign"] or "", found["tail"] or "", found["unit"]
        if unit == "个月" and not re.match(r"(?:的)?(?:婴|儿童|患儿|幼儿)", plain[found.end() :]):
            continue
        if not sign and not tail:
            continue
        years = _number(found[2]) // 12
        if sign in ("≤", "<", "未满", "不满") or re.fullmatch(_TO, tail):
            months = _number(found[2]) - (sign in ("<", "未满", "不满"))
            yield _aged(*found.span(), None, months // 12)
        else:
            yield _aged(*found.span(), years or None, None)


def _signs(plain: str) -> Iterator[Aged]:
    for found in _SIGN.finditer(plain):
        if _is_no_age(plain, found.start()):
            continue
        number, sign, tail = _number(found[2]), found["sign"], found["tail"] or ""
        if sign in ("<", "小于", "低于", "未满", "不满"):
            yield _aged(*found.span(), None, number - 1)
        elif sign in ("≤", "<=", "不大于", "不超过", "小于等于", "小于或等于"):
            yield _aged(*found.span(), None, number)
        elif sign in (">", "大于", "超过"):
            yield _aged(*found.span(), number + 1, None)
        elif re.fullmatch(_TO, tail):
            yield _bounded(found.span(), number, False)
        else:
            yield _aged(*found.span(), number, None)
    for found in _BOUND.finditer(plain):
        if not _is_no_age(plain, found.start()):
            excluded = bool(re.fullmatch(_EXCLUDED, found["inc"] or ""))
            upwards = bool(re.fullmatch(_FROM, found["tail"]))
            number = _number(found[1]) + (excluded and upwards) - (excluded and not upwards)
            yield _bounded(found.span(), number, upwards, plainly=found["tail"] == "以下" and not found["inc"])


def _bounded(span: tuple[int, int], number: int, upwards: bool, *, plainly: bool = False) -> Aged:
    # 18岁以下 is said of minors: nobody is both 以下 and 以上 of the age at which one is grown up.
    if plainly and number == ADULT:
        number -= 1
    return _aged(*span, number if upwards else None, None if upwards else number)


def _bare(plain: str) -> Iterator[Aged]:
    blocked = [Span(*found.span()) for found in _NOT_PERSONS.finditer(plain)]
    for found in _ADULTS.finditer(plain):
        yield _aged(*found.span(), ADULT, None, bare=True)
    for found in _MINORS.finditer(plain):
        place = Span(*found.span())
        if not any(place.meets(other) for other in blocked):
            yield _aged(*place, None, _YOUNGER.get(found[0], ADULT - 1), bare=True)


def _is_no_age(plain: str, place: int) -> bool:
    return bool(ONSET.search(plain[max(0, place - 8) : place]))


def _number(written: str) -> int:
    """Read a number in digits or in Chinese up to 99."""
    if written.isascii():
        return int(written)
    digits = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
    tens, ten, units = written.rpartition("十")
    if not ten:
        return digits.get(units[-1:], 0)
    return (digits.get(tens[-1:], 1) if tens else 1) * 10 + digits.get(units[-1:], 0)
