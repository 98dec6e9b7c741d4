"""Calendar days, and two of them in one cell."""

import re
from datetime import date

from tables.cells.outcome import Fault, Parsed
from tables.cells.text import WHITE, narrow

_DAY = re.compile(
    r"(?P<y>[0-9]{4})(?:-(?P<m1>[0-9]{1,2})-(?P<d1>[0-9]{1,2})|/(?P<m2>[0-9]{1,2})/(?P<d2>[0-9]{1,2})"
    r"|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2})|年(?P<m4>[0-9]{1,2})月(?P<d4>[0-9]{1,2})日)",
    re.ASCII,
)

_WITH_TIME = re.compile(f"(?:{_DAY.pattern})[T ]?[0-9]{{1,2}}[:时][0-9].*", re.ASCII | re.DOTALL)


def any_day(written: str) -> date:
    """Read a calendar day of any year, in one of the ways of csv.md. A bare serial number, a two-digit year, a time of
    day or day and month first is a Fault BAD_DATE."""
    found = _DAY.fullmatch(narrow(written))
    if not found:
        if re.fullmatch("[0-9]{1,6}(\\.[0-9]+)?", written):
            raise Fault("BAD_DATE", "这是表格软件的日期序号。", "this is a spreadsheet's serial number.")
        if _WITH_TIME.fullmatch(narrow(written)):
            raise Fault("BAD_DATE", "含有时刻，请只留日期。", "it holds a time of day; leave the day alone.")
        raise Fault("BAD_DATE", "写法不在规定之内。", "it is not written in one of the accepted ways.")
    parts = [int(part) for part in found.groups() if part is not None]
    try:
        return date(*parts)
    except ValueError as no_such_day:
        raise Fault("BAD_DATE", "没有这一天。", "there is no such day.") from no_such_day


def day_of(written: str) -> Parsed:
    """Read a calendar day (`any_day`) from 1900 to 2199. Raises Fault BAD_DATE, OUT_OF_RANGE."""
    value = any_day(written)
    if not 1900 <= value.year <= 2199:
        raise Fault(
            "OUT_OF_RANGE",
            "年份须在 1900 至 2199 之间；长期有效请留空。",
            "the year must be from 1900 to 2199; leave it empty when it is open-ended.",
        )
    return Parsed(value, value.isoformat())


_DAY_IN_PERIOD = re.compile(f"(?:{_DAY.pattern})".replace("?P<", "?P<_"), re.ASCII)
_BETWEEN_DAYS = re.compile(r"[\s至到起止截—–―~〜\-,，;；、:：()]*|\s*(?:to|until)\s*", re.IGNORECASE)
_UNTIL = re.compile(r"[\s（(]*(?:截?至|截止至?|止于|到)[\s:：]*")


def days_in(written: str) -> tuple[str, str] | None:
    """Find the first and the last day of a period in one text, as ISO dates: `2026-01-01至2027-12-31`, `至2027-12-31`,
    `2026-01-01起`; None where it is no period, or a day in it is none."""
    plain = narrow(written)
    found = list(_DAY_IN_PERIOD.finditer(plain))
    if not 1 <= len(found) <= 2:
        return None
    rest = [plain[: found[0].start()], *(plain[a.end() : b.start()] for a, b in zip(found, found[1:], strict=False))]
    rest.append(plain[found[-1].end() :])
    if not all(_BETWEEN_DAYS.fullmatch(text) or text.strip(WHITE) in ("自", "从") for text in rest):
        return None
    try:
        days = [day_of(day.group()).value.isoformat() for day in found]
    except Fault:
        return None
    if len(days) == 2:
        return (days[0], days[1]) if rest[1] else None
    if _UNTIL.fullmatch(rest[0]):
        return "", days[0]
    return (days[0], "") if rest[1].strip(WHITE).startswith("起") else None
