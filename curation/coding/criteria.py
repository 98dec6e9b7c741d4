"""The criteria that a text asks evidence of, as codes: those in use before new ones. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from curation.coding.reading import Span, Zones
from curation.coding.suggestion import Mark, Why

_IN_USE: Final = 0.8
_NEW: Final = 0.6
# Spans of time and the code that each makes: at most so long, begun within so long.
_COURSE: Final = re.compile(
    r"(?:至多(?:付|支付|使用|用)?|(?:疗程|支付|使用|累计|单次|每次)?[^,;。\n]{0,6}?不超过|最长(?:不超过)?|每次(?=\d+天内))(\d{1,3})(天|日|个月|周)(?:内)?"
)
_UNITS: Final = {"天": "D", "日": "D", "个月": "M", "周": "W"}
_ONSET: Final = re.compile(r"(?:发病|起病|发作|症状出现|溶栓)?[^,;。\n]{0,4}?(\d{1,3})(?:个)?小时(?:以)?内")
_GENE: Final = re.compile(
    r"(?<![A-Za-z0-9])([A-Z][A-Za-z]{0,6}-?\d{0,3}[A-Z]{0,2})(?:\([^()]{1,12}\))?(?:基因|蛋白|抗体|受体|表达)?(突变|融合|重排|扩增|阳性|阴性|缺失)"
)
_STATES: Final = {
    "突变": ("MUT", "突变"),
    "融合": ("FUSION", "融合"),
    "重排": ("FUSION", "融合"),
    "扩增": ("AMP", "扩增"),
    "阳性": ("POS", "阳性"),
    "阴性": ("NEG", "阴性"),
    "缺失": ("DEL", "缺失"),
}


class Criterion(NamedTuple):
    """What people write of a criterion: the codes for it, the preferred first, its short text, and whether it stays inside a longer one."""

    codes: tuple[str, ...]
    text: str
    pattern: re.Pattern[str]
    stays: bool


def criteria_of(rows: Iterable[tuple[str, str, str]]) -> tuple[Criterion, ...]:
    """Return criteria from rows of: codes apart by `|`, short text, pattern. A pathology stays beside what is said of it."""
    return tuple(
        Criterion(tuple(codes.split("|")), text, re.compile(pattern), codes in ("NSCLC", "SCLC"))
        for codes, text, pattern in rows
    )


def criteria_marks(
    plain: str, criteria: Iterable[Criterion], in_use: Mapping[str, str], negated: Zones
) -> Iterator[Mark]:
    """Yield the criteria of a plain text as `CODE=text`, one place a code. `in_use` are the codes that lists have, with their texts.

    What stands wholly inside a longer one (转移性 in 不可切除或转移性) is part of it.
    """
    found: list[tuple[str, str, Span, bool]] = []
    for criterion in criteria:
        for match in criterion.pattern.finditer(plain):
            if match.end() > match.start() and match.start() not in negated:
                code = next((code for code in criterion.codes if code in in_use), criterion.codes[0])
                found.append((code, criterion.text, Span(*match.span()), criterion.stays))
                break
    found += [one for one in _made(plain) if one[2].start not in negated]
    known = [span for _code, _text, span, _stays in found]
    for match in _GENE.finditer(plain):
        place = Span(*match.span())
        if place.start not in negated and not any(place.meets(other) for other in known):
            state, zh = _STATES[match[2]]
            name = re.sub(r"[^A-Z0-9]", "", match[1].upper())
            found.append((f"{name}_{state}", f"{match[1]}{zh}", place, False))
    said: set[str] = set()
    for code, text, span, stays in sorted(found, key=lambda one: (one[2], one[0])):
        inside = any(_inside(span, other) for _code, _text, other, _stays in found)
        if code in said or (inside and not stays):
            continue
        said.add(code)
        known_text = in_use.get(code)
        value = f"{code}={known_text or text}"
        yield Mark(
            "criteria", value, *span, *((Why.CRITERION, _IN_USE) if code in in_use else (Why.NEW_CRITERION, _NEW))
        )


def _made(plain: str) -> Iterator[tuple[str, str, Span, bool]]:
    for match in _COURSE.finditer(plain):
        unit = _UNITS[match[2]]
        yield f"COURSE_MAX_{int(match[1])}{unit}", f"疗程不超过{int(match[1])}{match[2]}", Span(*match.span()), False
    for match in _ONSET.finditer(plain):
        yield f"ONSET_{int(match[1])}H", f"发病{int(match[1])}小时内", Span(*match.span()), False


def _inside(span: Span, other: Span) -> bool:
    return other != span and other.start <= span.start and span.end <= other.end
