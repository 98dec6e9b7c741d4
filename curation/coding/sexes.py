"""The sex that a text is limited to. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from curation.coding.reading import Span, Zones, parts_of
from curation.coding.suggestion import Mark, Why

_WOMEN: Final = re.compile(
    r"(?:女性|妇女|孕产妇|孕妇|女童|女患|产妇|育龄女|女(?=患者|，))|妊娠期(?!糖尿病|高血压|滋养)|妊娠(?:妇女|女性|患者)|哺乳期"
)
_MEN: Final = re.compile(r"男性(?!化|不育|激素)|男童|男患|男(?=患者)")
_ORGANS: Final = re.compile(r"女性(?:生殖|化|激素|不孕|尿道)|男性(?:生殖|型|乳房)")
# What is asked of some of the patients limits nobody: 男性患者须同时使用….
_IF_SO: Final = re.compile(r"(?:患者)?(?:须|需|应|可|还|则)")


def sex_marks(plain: str, negated: Zones) -> Iterator[Mark]:
    """Yield the one sex that a text is limited to; none where it names both, or one beside other persons (孕妇及儿童)."""
    organs = [Span(*found.span()) for found in _ORGANS.finditer(plain)]
    said: dict[str, Span] = {}
    for value, pattern in (("F", _WOMEN), ("M", _MEN)):
        for found in pattern.finditer(plain):
            place = Span(*found.span())
            if place.start not in negated and not any(place.meets(other) for other in organs):
                if _IF_SO.match(plain, place.end):
                    continue
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
