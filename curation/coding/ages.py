"""Ages and sexes of persons that a text is limited to. Pure.

Bounds are read as the Civil Code counts (art. 1259): 以上, 以下, 以内 include the number, 不满, 超过, 大于, 小于 do not; in whole years
不满12岁 is 11. 儿童 are up to 17, 成人 from 18.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from curation.coding.reading import Span, Zones, parts_of
from curation.coding.suggestion import Mark, Why

_OLDEST: Final = 150
_ADULT: Final = 18
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
_ONSET: Final = re.compile(
    r"(?:发病|起病|诊断|确诊|初诊|首发|发作)(?:时)?(?:的)?年龄?(?:在|为|≥|≤|<|>|小于|大于|不超过|早于)?$|(?:发病|起病)(?:时|于)?$"
)

_WOMEN: Final = re.compile(
    r"(?:女性|妇女|孕产妇|孕妇|女童|女患|产妇|育龄女|女(?=患者|，))|妊娠期(?!糖尿病|高血压|滋养)|妊娠(?:妇女|女性|患者)|哺乳期"
)
_MEN: Final = re.compile(r"男性(?!化|不育|激素)|男童|男患|男(?=患者)")
_ORGANS: Final = re.compile(r"女性(?:生殖|化|激素|不孕|尿道)|男性(?:生殖|型|乳房)")
_AND: Final = "及和或与、/"
_OTHERS: Final = re.compile(r"(?:者|患者|人群|人|妇女|孕妇|产妇|女性|男性|老年|老人|老年人|高龄)$")
_LINK: Final = re.compile(r"(?:[及和或与、/,]|以及|或者|或是)(?:者|患者|的)?$")


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


def age_marks(plain: str, covered: Zones, negated: Zones) -> Iterator[Mark]:
    """Yield the ages that a text is limited to. `covered` are the names of diseases (新生儿败血症 says no age), `negated` what does not count.

    A text of numbered parts has an age where all of its parts have one, or what stands before them: the widest.
    """
    before, parts = parts_of(plain)
    ages = [
        one
        for one in _mentions(plain)
        if one.start not in negated
        and not (one.bare and one.start in covered)
        and not _ONSET.search(plain[: one.start])
    ]
    spoken = [_meant(plain, [one for one in ages if part.start <= one.start < part.end], part) for part in parts]
    if before is not None and (said := _meant(plain, [one for one in ages if one.start < before.end], before)):
        spoken = [said]
    if not spoken or any(one is None for one in spoken):
        return
    known = [one for one in spoken if one is not None]
    least, most = _widest(known)
    if least is not None and most is not None and least > most:
        return
    yield from _bounds(known, least, most)


def _bounds(known: list[Aged], least: int | None, most: int | None) -> Iterator[Mark]:
    for column, value, places in (
        ("age_min", least, [one.low for one in known if one.least == least]),
        ("age_max", most, [one.high for one in known if one.most == most]),
    ):
        if value and value <= _OLDEST or (value == 0 and column == "age_max"):
            place = next((place for place in places if place), None)
            if place is not None:
                bare = next(one for one in known if place in (one.low, one.high)).bare
                yield Mark(column, value, *place, Why.PERSONS if bare else Why.BOUND, 0.9 if bare else 0.95)


def _widest(known: list[Aged]) -> tuple[int | None, int | None]:
    least = None if any(not one.least for one in known) else min(one.least or 0 for one in known)
    most = None if any(one.most is None for one in known) else max(one.most or 0 for one in known)
    return least, most


def _meant(plain: str, mentions: list[Aged], part: Span) -> Aged | None:
    """Return what the mentions of a part mean together; None where it is no limit.

    Mentions that `及`, `和`, `或` join are alternatives; those that stand side by side, or in two clauses, hold together.
    """
    if not mentions:
        return None
    meant = [mentions[0]]
    joined = _linked_before(plain, mentions[0].start, part)
    if joined:
        return None
    alternatives: list[list[Aged]] = [[mentions[0]]]
    for last, one in zip(mentions, mentions[1:], strict=False):
        gap = plain[last.end : one.start]
        if one.start <= last.end or gap in ("的", "(", ")", "且", "年龄", ""):
            alternatives[-1].append(one)
        elif _LINK.search(plain[part.start : one.start]) or re.fullmatch(
            r"(?:患者|人群)?[及和或与、/,;](?:以及)?", gap
        ):
            if "," in gap[-1:] and not one.bare and not last.bare:
                alternatives[-1].append(one)
            else:
                alternatives.append([one])
        elif re.search(r"[;。\n]|或|,(?:或|及)", gap):
            alternatives.append([one])
        else:
            alternatives[-1].append(one)
    if _linked_behind(plain, mentions, part):
        return None
    meant = [both for group in alternatives if (both := _together(group)) is not None]
    if len(meant) < len(alternatives):
        return None
    least, most = _widest(meant)
    low = next((one.low for one in meant if one.least == least and least), None)
    high = next((one.high for one in meant if one.most == most and most is not None), None)
    if low is None and high is None:
        return None
    return Aged(mentions[0].start, mentions[-1].end, least, most, low, high, all(one.bare for one in meant))


def _together(group: list[Aged]) -> Aged | None:
    """Return the ages that all of a group allow; None where they allow none."""
    first, *rest = group
    made = first
    for one in rest:
        # 18岁以下儿童 says it twice, 12岁以上成人 too: the narrower bound counts.
        if one.least is not None and (made.least is None or one.least > made.least):
            made = Aged(made.start, one.end, one.least, made.most, one.low, made.high, made.bare and one.bare)
        if one.most is not None and (made.most is None or one.most < made.most):
            made = Aged(made.start, one.end, made.least, one.most, made.low, one.high, made.bare and one.bare)
    if made.least is not None and made.most is not None and made.least > made.most:
        return None
    return made


def _linked_before(plain: str, place: int, part: Span) -> bool:
    """Tell whether others than of an age stand before a mention, joined to it (孕妇及儿童)."""
    before = plain[part.start : place]
    return bool(before and before[-1] in "及和或与、/" and _OTHERS.search(before[:-1]))


def _linked_behind(plain: str, mentions: list[Aged], part: Span) -> bool:
    """Tell whether persons of no age stand behind a mention, joined to it (儿童及吞咽困难的患者)."""
    for one, following in zip(mentions, [*mentions[1:], None], strict=True):
        behind = plain[one.end : part.end]
        found = re.match(r"(?:患者|人群)?(?:以及|[及和或与、/])", behind)
        if found and one.bare and not (following and following.start <= one.end + found.end() + 2):
            return True
        # 6岁及以上和…
    return False


def _mentions(plain: str) -> list[Aged]:
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
    if plainly and number == _ADULT:
        number -= 1
    return _aged(*span, number if upwards else None, None if upwards else number)


def _bare(plain: str) -> Iterator[Aged]:
    blocked = [Span(*found.span()) for found in _NOT_PERSONS.finditer(plain)]
    for found in _ADULTS.finditer(plain):
        yield _aged(*found.span(), _ADULT, None, bare=True)
    for found in _MINORS.finditer(plain):
        place = Span(*found.span())
        if not any(place.meets(other) for other in blocked):
            yield _aged(*place, None, _YOUNGER.get(found[0], _ADULT - 1), bare=True)


def _is_no_age(plain: str, place: int) -> bool:
    return bool(_ONSET.search(plain[max(0, place - 8) : place]))


def _number(written: str) -> int:
    """Read a number in digits or in Chinese up to 99."""
    if written.isascii():
        return int(written)
    digits = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2}
    tens, ten, units = written.rpartition("十")
    if not ten:
        return digits.get(units[-1:], 0)
    return (digits.get(tens[-1:], 1) if tens else 1) * 10 + digits.get(units[-1:], 0)


def sex_marks(plain: str, negated: Zones) -> Iterator[Mark]:
    """Yield the one sex that a text is limited to; none where it names both, or one beside other persons (孕妇及儿童)."""
    organs = [Span(*found.span()) for found in _ORGANS.finditer(plain)]
    said: dict[str, Span] = {}
    for value, pattern in (("F", _WOMEN), ("M", _MEN)):
        for found in pattern.finditer(plain):
            place = Span(*found.span())
            if place.start not in negated and not any(place.meets(other) for other in organs):
                if _beside_others(plain, place):
                    return
                said.setdefault(value, place)
    before, parts = parts_of(plain)
    if len(said) != 1 or (len(parts) > 1 and not (before and next(iter(said.values())).end <= before.end)):
        return
    ((value, place),) = said.items()
    yield Mark("sex", value, *place, Why.PERSONS, 0.9)


def _beside_others(plain: str, place: Span) -> bool:
    behind = plain[place.end : place.end + 14]
    if re.match(
        r"(?:患者)?[及和或与、/](?:以及)?(?:男|儿|小儿|婴|老|青|成|未成年|\d{1,2}岁|.{0,8}(?:者|患者|人群))", behind
    ):
        return True
    return bool(re.search(r"(?:儿童|老人|老年人|婴儿|患者|者|男性|青少年)[及和或与、/]$", plain[: place.start]))
