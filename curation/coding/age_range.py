"""The ages that a text is limited to, from all that it mentions. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from curation.coding.age_words import ADULT, OLDEST, ONSET, Aged, mentions_of
from curation.coding.reading import Span, Zones, parts_of
from curation.coding.suggestion import Mark, Why

_OTHERS: Final = re.compile(r"(?:者|患者|人群|人|妇女|孕妇|产妇|女性|男性|老年|老人|老年人|高龄)$")
_NEXT: Final = ("的", "(", ")", "且", "年龄", "")
_JOINED: Final = re.compile(r"(?:患者|人群)?[及和或与、/,;](?:以及)?")
_APART: Final = re.compile(r"[;。\n]|或|,(?:或|及)")
_LINK: Final = re.compile(r"(?:[及和或与、/,]|以及|或者|或是)(?:者|患者|的)?$")


def age_marks(plain: str, covered: Zones, negated: Zones) -> Iterator[Mark]:
    """Yield the ages that a text is limited to. `covered` are the names of diseases (新生儿败血症 says no age), `negated` what does not count.

    A text of numbered parts has an age where all of its parts have one, or what stands before them: the widest.
    """
    before, parts = parts_of(plain)
    ages = [
        one
        for one in mentions_of(plain)
        if one.start not in negated and not (one.bare and one.start in covered) and not ONSET.search(plain[: one.start])
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
        if value and value <= OLDEST or (value == 0 and column == "age_max"):
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
    if not mentions or _linked_before(plain, mentions[0].start, part) or _linked_behind(plain, mentions, part):
        return None
    alternatives = [[mentions[0]]]
    for last, one in zip(mentions, mentions[1:], strict=False):
        if _is_the_same_minors(alternatives[-1], one) or not _is_another(plain, last, one, part):
            alternatives[-1].append(one)
        else:
            alternatives.append([one])
    meant = [both for group in alternatives if (both := _together(group)) is not None]
    if len(meant) < len(alternatives):
        return None
    least, most = _widest(meant)
    low = next((one.low for one in meant if one.least == least and least), None)
    high = next((one.high for one in meant if one.most == most and most is not None), None)
    if low is None and high is None:
        return None
    return Aged(mentions[0].start, mentions[-1].end, least, most, low, high, all(one.bare for one in meant))


def _is_another(plain: str, last: Aged, one: Aged, part: Span) -> bool:
    """Tell whether a mention is an alternative to the last one, by what stands between them."""
    gap = plain[last.end : one.start]
    if one.start <= last.end or gap in _NEXT:
        return False
    if _LINK.search(plain[part.start : one.start]) or _JOINED.fullmatch(gap):
        return gap[-1:] != "," or one.bare or last.bare
    return _APART.search(gap) is not None


def _is_the_same_minors(group: list[Aged], one: Aged) -> bool:
    """Tell whether a bare 青少年 goes on with minors of whom a number is said: 10~17岁儿童和青少年."""
    minors = one.bare and one.most == ADULT - 1
    return minors and group[-1].bare and group[-1].most == ADULT - 1 and any(not other.bare for other in group)


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
    return False
