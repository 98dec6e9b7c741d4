"""Search parameters: read strictly, each turned into one condition. A comma is "or", a parameter given again is "and" (FHIR R4, Search).

What is not known is refused, never ignored: whoever misspells a parameter would otherwise take the whole list for the answer.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal

from django.db.models import Q
from django.utils.translation import gettext as _

from common.api.filtering import MAX_VALUE
from common.api.params import with_plus
from common.api.problems import ApiProblem
from common.dates import CHINA, begin_of, end_of
from common.errors import FieldError

DEFAULT_COUNT: Final = 50
MAX_COUNT: Final = 500
# What every search takes besides its own parameters; of all only the count is told in the CapabilityStatement.
COUNT, CURSOR, FORMAT = "_count", "_cursor", "_format"
LAST_INSTANT: Final = datetime.max.replace(tzinfo=UTC)

Kind = Literal["token", "string", "date", "reference"]
NOTHING: Final = Q(pk__in=())
# An empty Q would not do: joined with another by "or" it says nothing.
EVERYTHING: Final = ~NOTHING


class Wrong(Exception):
    """A value that cannot be searched for: its code and what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Parameter:
    """A search parameter: `condition` makes of one value and the modifier the condition that a row meets; raises Wrong."""

    name: str
    kind: Kind
    about: str
    condition: Callable[[str, str], Q]
    modifiers: frozenset[str] = frozenset()
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as it was asked: the condition, how many rows a page (0: only how many there are), after which id."""

    condition: Q
    count: int
    after: str


def asked(parameters: Any, known: Iterable[Parameter]) -> Asked:
    """Read the parameters of a search; raises a 400 that names each that is wrong."""
    by_name = {one.name: one for one in known}
    condition, errors = Q(), []
    single = {COUNT: "", CURSOR: "", FORMAT: ""}
    for written, values in parameters.lists():
        name, _colon, modifier = written.partition(":")
        try:
            if written in single:
                if len(values) > 1:
                    raise Wrong("repeated_parameter", _("Give this parameter once."))
                single[written] = _stated(values[0])
                continue
            parameter = by_name.get(name)
            if parameter is None or (modifier and modifier not in parameter.modifiers):
                raise Wrong("unknown_parameter", _unknown(by_name, parameter))
            for value in values:
                condition &= _any_of(parameter, modifier, _stated(value))
        except Wrong as wrong:
            errors.append(FieldError(f"/{written[:100]}", wrong.code, wrong.detail))
    try:
        count = _count(single[COUNT])
    except Wrong as wrong:
        errors.append(FieldError(f"/{COUNT}", wrong.code, wrong.detail))
    if errors:
        raise ApiProblem(400, "invalid", _("The request is invalid; see `errors`."), errors)
    return Asked(condition, count, single[CURSOR])


def _unknown(by_name: Mapping[str, Parameter], parameter: Parameter | None) -> str:
    if parameter is None:
        return _("Unknown parameter; known are: %(known)s.") % {"known": ", ".join(sorted({*by_name, COUNT, FORMAT}))}
    listed = ", ".join(sorted(parameter.modifiers)) or "–"
    return _("Unknown modifier; known are: %(known)s.") % {"known": listed}


def _stated(value: str) -> str:
    if not value.strip():
        raise Wrong("empty_parameter", _("Give it a value, or leave it out."))
    if "\x00" in value or len(value) > MAX_VALUE:
        raise Wrong("bad_value", _("The value holds a NUL or is too long."))
    return value


def _count(text: str) -> int:
    """Read `_count`; more than a page holds is a full page, as FHIR has it, and the page's own link says so."""
    if not text:
        return DEFAULT_COUNT
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Wrong("bad_number", _("_count is a whole number from 0."))
    return min(int(text), MAX_COUNT)


def _any_of(parameter: Parameter, modifier: str, value: str) -> Q:
    found = NOTHING
    for one in _split(value, ","):
        found |= parameter.condition(_stated(one), modifier)
    return found


def _split(value: str, by: str) -> Iterator[str]:
    """Yield the parts of a value between unescaped separators, the separator's own escape still in them."""
    part, escaped = "", False
    for letter in value:
        if letter == by and not escaped:
            yield part
            part = ""
        else:
            part += letter
        escaped = letter == "\\" and not escaped
    yield part


def unescaped(text: str) -> str:
    """Return a text as it was meant, without the escapes of a search."""
    return re.sub(r"\\([\\,|$])", r"\1", text)


# --- Tokens: `code`, `system|code`, `system|`, `|code`


# How rows with a code of a system are found; '' asks for those that have any.
Codes = Callable[[str], Q]


def codes_in(column: str) -> Codes:
    """Return how rows with a code in a column of texts are found."""
    return lambda code: Q(**{column: code}) if code else ~Q(**{column: ""})


def token(systems: Mapping[str, Codes]) -> Callable[[str, str], Q]:
    """Return the condition of a token parameter over several systems; without a system any of them may have the code."""

    def condition(value: str, modifier: str) -> Q:
        system, code = read_token(value)
        found = NOTHING
        for address, codes in systems.items():
            if system in (None, address):
                found |= codes(code)
        return found

    return condition


PUBLICATION_STATUS: Final = "http://hl7.org/fhir/publication-status"


def status(withdrawn: str) -> Callable[[str, str], Q]:
    """Return the condition of a status: active, or retired where the column says that it was withdrawn."""
    states = {"": EVERYTHING, "active": Q(**{withdrawn: None}), "retired": Q(**{f"{withdrawn}__isnull": False})}
    return token({PUBLICATION_STATUS: lambda code: states.get(code, NOTHING)})


def read_token(value: str) -> tuple[str | None, str]:
    """Return the system (None: any, '': none at all) and the code of a token; '' for any code. Raises Wrong."""
    parts = [unescaped(part) for part in _split(value, "|")]
    if len(parts) == 1:
        return None, parts[0]
    if len(parts) > 2 or not any(parts):
        raise Wrong("bad_value", _("Write a token as code, system|code or system|."))
    return parts[0], parts[1]


# --- Texts: begin with, `:contains`, `:exact`, whatever the case but for the last

TEXT_MODIFIERS: Final = frozenset({"contains", "exact"})
_LOOKUPS: Final = {"": "istartswith", "contains": "icontains", "exact": "exact"}


def text(*columns: str) -> Callable[[str, str], Q]:
    """Return the condition of a string parameter over columns."""

    def condition(value: str, modifier: str) -> Q:
        found = NOTHING
        for column in columns:
            found |= Q(**{f"{column}__{_LOOKUPS[modifier]}": unescaped(value)})
        return found

    return condition


# --- Instants: `2026`, `2026-03`, `2026-03-14`, `2026-03-14T08:00Z`, with a prefix

_MOMENT: Final = re.compile(
    r"(eq|ne|gt|ge|lt|le|sa|eb)?"
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?",
    re.ASCII,
)


def moments(column: str) -> Callable[[str, str], Q]:
    """Return the condition of a date parameter over a column of instants. What is said of a day holds of the whole of it, in China's time."""

    def condition(value: str, modifier: str) -> Q:
        prefix, low, high = read_moment(value)
        within = Q(**{f"{column}__gte": low, f"{column}__lt": high})
        match prefix:
            case "eq":
                return within
            case "ne":
                return ~within
            case "gt" | "sa":
                return Q(**{f"{column}__gte": high})
            case "ge":
                return Q(**{f"{column}__gte": low})
            case "lt" | "eb":
                return Q(**{f"{column}__lt": low})
        return Q(**{f"{column}__lt": high})

    return condition


def read_moment(value: str) -> tuple[str, datetime, datetime]:
    """Return the prefix and the period, its end exclusive, that a date of a search means; raises Wrong."""
    found = _MOMENT.fullmatch(with_plus(value))
    try:
        if found is None:
            raise ValueError
        prefix, year, month, day, hour, minute, second, fraction, zone = found.groups()
        begins = f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}"
        micros = (fraction or "").ljust(6, "0")
        low = datetime.fromisoformat(f"{begins}.{micros}{(zone or '').replace('Z', '+00:00')}")
        if hour is None:
            # Whole days of China, at the ends of the calendar too.
            last = date(low.year, 12 if month is None else low.month, low.day if day else 1)
            last = last if day else last.replace(day=monthrange(last.year, last.month)[1])
            return prefix or "eq", begin_of(low.date()), end_of(last)
        low = (low if zone else low.replace(tzinfo=CHINA)).astimezone(UTC)
        length = timedelta(minutes=1) if second is None else timedelta(microseconds=10 ** (6 - len(fraction or "")))
        return prefix or "eq", low, min(low, LAST_INSTANT - length) + length
    except (ValueError, OverflowError):
        detail = _(
            "Write a date as 2026, 2026-03, 2026-03-14 or 2026-03-14T08:00:00Z, with eq, ne, gt, ge, lt, le before it."
        )
        raise Wrong("bad_date", detail) from None
