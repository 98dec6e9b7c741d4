"""Requests in JSON read strictly: what is expected at each place, and every problem with its pointer, in both languages.

Missing, null, blank and empty are all "not given". Numbers are text, whole numbers, or Decimal where the JSON was decoded
so; a binary float is refused, since it no longer is what was written. What a text says is read by the readers of the
files' cells, so that a notation means the same, or is wrong in the same words, in a request and in a cell.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeVar

from common import personal
from common.dates import CLOCK_AHEAD, parse_day, parse_instant
from common.errors import MAX_ERRORS, MOST_COUNTED, FieldError, InvalidInput
from common.languages import Language
from common.money import Fen
from common.request_problems import Place, Problems, Said
from tables.cells import WIDE, Fault, any_day, clean, says_nothing
from tables.cells import yes_no as yes_or_no

T = TypeVar("T")

GREATEST_DIGITS: Final = 18
_DECIMAL: Final = re.compile(r"(-?)([0-9]{1,40})(?:\.([0-9]{1,40}))?", re.ASCII)
# PostgreSQL keeps no NUL, and half a surrogate pair is no text at all.
UNKEEPABLE: Final = re.compile("[\x00\ud800-\udfff]")


class Unreadable(InvalidInput):
    """What was sent cannot be read; `errors` point at every field to mend, `said` has them in both languages."""

    def __init__(
        self, detail: str = "", *, errors: Iterable[FieldError] = (), error_count: int = 0, said: Iterable[Said] = ()
    ) -> None:
        super().__init__(detail, errors=errors, error_count=error_count)
        self.said = tuple(said)


def not_given(value: object) -> bool:
    """Tell whether a value is null or a blank text."""
    return value is None or (isinstance(value, str) and not value.strip())


# ---------------------------------------------------------------------------------------------- what a text says


def of_text(
    parse: Callable[[str], T], *, size: int = 16_384, words_for_nothing: bool = False
) -> Callable[[str], T | None]:
    """Make a reader of texts as they were sent out of a parser of trimmed ones: None for a blank, a Fault for a resident
    identity number or what `parse` refuses. `words_for_nothing`: what people write where they have nothing to say (`/`,
    无) is not given either, as in a file (csv.md). Texts repeat, so `size` of them are remembered."""

    @lru_cache(maxsize=size)
    def read(text: str) -> T | None:
        trimmed = clean(text)
        if not trimmed or (words_for_nothing and says_nothing(trimmed)):
            return None
        if len(trimmed) >= personal.SHORTEST_NUMBER:
            personal.refuse_identity_number(trimmed)
        return parse(trimmed)

    return read


def scaled(written: str, places: int, *, zeros_up_to: tuple[int, ...] = ()) -> int:
    """Read a plain decimal as a whole number of 10^-places; digits may be full-width.

    More decimals are a fault, but for as many as `zeros_up_to` names where all behind `places` are zeros. Raises Fault
    BAD_NUMBER, OUT_OF_RANGE.
    """
    found = _DECIMAL.fullmatch(written if written.isascii() else written.translate(WIDE))
    if not found:
        raise Fault(
            "BAD_NUMBER",
            "请只写数字，如 12.50，不带单位、千分号、百分号或括号。",
            "write digits only, like 12.50: no unit, thousands separator, per cent sign or bracket.",
        )
    sign, whole, decimals = found.groups("")
    if len(decimals) > places:
        if len(decimals) not in zeros_up_to or decimals[places:].strip("0"):
            raise Fault(
                "BAD_NUMBER",
                f"最多 {places} 位小数，这里有 {len(decimals)} 位；系统不会代为四舍五入。",
                f"at most {places} decimals are allowed, this has {len(decimals)}; nothing is rounded for you.",
            )
        decimals = decimals[:places]
    whole = whole.lstrip("0")
    if len(whole) > GREATEST_DIGITS:
        raise Fault("OUT_OF_RANGE", *_TOO_GREAT)
    number = int((whole or "0") + decimals.ljust(places, "0"))
    return -number if sign else number


def not_below_nothing(number: int, high: int, why_zh: str = "", why_en: str = "") -> int:
    """Return a number that lies between 0 and `high`. Raises Fault OUT_OF_RANGE."""
    if number < 0:
        raise Fault("OUT_OF_RANGE", "不得为负数。", "it must not be below 0.")
    if number > high:
        zh, en = (f"须在 {why_zh} 之间。", f"it must be from {why_en}.") if why_zh else _TOO_GREAT
        raise Fault("OUT_OF_RANGE", zh, en)
    return number


_TOO_GREAT: Final = ("数值过大。", "the number is too great.")


def whole(low: int, high: int) -> Callable[[str], int]:
    """Make a parser of whole numbers within bounds, inclusive; `61.0` is one. Raises Fault BAD_NUMBER, OUT_OF_RANGE."""

    def parse(written: str) -> int:
        digits = written if written.isascii() else written.translate(WIDE)
        found = _DECIMAL.fullmatch(digits)
        if not found or found.group(3) and found.group(3).strip("0"):
            raise Fault("BAD_NUMBER", "请写整数。", "write a whole number.")
        value = int(found.group(1) + found.group(2))
        if not low <= value <= high:
            raise Fault("OUT_OF_RANGE", f"须在 {low} 至 {high} 之间。", f"it must be from {low} to {high}.")
        return value

    return parse


def _day(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError:
        return any_day(text)


day: Final = of_text(_day, size=4_096)
yes_no: Final = of_text(lambda text: bool(yes_or_no(text).value), size=256)


# ---------------------------------------------------------------------------------------------- what stands in JSON


class Reader:
    """Reads one document; every method notes what is wrong and goes on, so that all problems are found at once.

    Places are tuples, made into JSON pointers only when there is something to say. Readers of texts come from `of_text`.
    """

    __slots__ = ("problems",)

    def __init__(self, language: Language, room: int = MAX_ERRORS) -> None:
        self.problems = Problems(language, room)

    def add(self, place: Place, sentence: str, **values: object) -> None:
        """Note a problem of shape, or of several fields together."""
        self.problems.add(place, sentence, **values)

    def mapping(self, place: Place, data: object, known: frozenset[str]) -> Mapping[str, object] | None:
        """Return an object, its unknown fields noted; None where it is none, which is noted too."""
        if type(data) is not dict and not isinstance(data, Mapping):
            self.add(place, "BAD_TYPE", what_zh="对象", what_en="an object")
            return None
        if not data.keys() <= known:
            for name in data:
                if self.problems.count > MOST_COUNTED:
                    break
                if name not in known:
                    code = "PERSONAL_DATA" if personal.names_a_person(str(name)) else "UNKNOWN_FIELD"
                    self.add((*place, str(name)), code, what=str(name))
        return data

    def optional(self, place: Place, data: object, known: frozenset[str]) -> Mapping[str, object]:
        """Return an object that may be left out: then, and where it is none, an empty one."""
        if data is None or data in ({}, "", []):
            return {}
        return self.mapping(place, data, known) or {}

    def named(self, place: Place, data: object) -> Mapping[str, object]:
        """Return an object whose names are the sender's own; an empty one where it is not given or none."""
        if not_given(data):
            return {}
        if not isinstance(data, Mapping):
            self.add(place, "BAD_TYPE", what_zh="对象", what_en="an object")
            return {}
        return data

    def items(self, place: Place, data: object, limit: int) -> list[object]:
        """Return a list of at most `limit` items; an empty one where it is not given or none."""
        if not_given(data):
            return []
        if not isinstance(data, list | tuple):
            self.add(place, "BAD_TYPE", what_zh="列表", what_en="a list")
            return []
        if len(data) > limit:
            self.add(place, "TOO_MANY", what=place[-1], limit=limit)
            return []
        return list(data)

    def text(
        self,
        place: Place,
        data: object,
        *,
        limit: int,
        required: bool = False,
        unkeepable: re.Pattern[str] = UNKEEPABLE,
    ) -> str:
        """Return a text as it was written, '' where it is not given."""
        if not_given(data):
            if required:
                self.add(place, "REQUIRED", what=place[-1])
            return ""
        if not isinstance(data, str):
            self.add(place, "BAD_TYPE", what_zh="文字", what_en="text")
            return ""
        if len(data) > limit:
            self.add(place, "TOO_LONG", limit=limit)
        elif unkeepable.search(data):
            self.add(place, "CONTROL_CHARACTER")
        elif personal.identity_number_in(data):
            self.add(place, "PERSONAL_DATA", what=place[-1])
        return data

    def value(self, place: Place, data: object, read: Callable[[str], T | None]) -> T | None:
        """Return what a text says; None where it is not given or cannot be read."""
        if isinstance(data, str):
            return self.read(place, data, read)
        if data is not None:
            self.add(place, "BAD_TYPE", what_zh="文字", what_en="text")
        return None

    def choice(self, place: Place, data: object, read: Callable[[str], T | None], choices: Iterable[str]) -> T | None:
        """Return what a text chooses; None where it is not given or no choice."""
        if isinstance(data, str):
            return self.read(place, data, read)
        if data is None:
            return None
        self.add(place, "BAD_CHOICE", value=data, choices=", ".join(choices))
        return None

    def number(
        self, place: Place, data: object, read: Callable[[str], T | None], *, required: bool = False
    ) -> T | None:
        """Return what a text, a whole number or a Decimal says; None where it is not given or cannot be read."""
        if isinstance(data, str):
            try:
                found = read(data)
            except Fault as fault:
                self.problems.refuse(place, fault)
                return None
            if found is not None:
                return found
        elif isinstance(data, int) and not isinstance(data, bool):
            return self.read(place, str(data) if abs(data) < 10**40 else "1" + "0" * 39, read)
        elif isinstance(data, Decimal) and data.is_finite():
            # Before writing it out: 1e400 would be four hundred digits.
            return self.read(place, format(data, "f") if abs(data.adjusted()) < 40 else "1" + "0" * 39, read)
        elif data is not None:
            return self.read(place, "?", read)
        if required:
            self.add(place, "REQUIRED", what=place[-1])
        return None

    def yes_no(self, place: Place, data: object) -> bool | None:
        """Return a yes or no; None where it is not given or neither."""
        if data is None or data is True or data is False:
            return data
        if isinstance(data, str):
            return self.read(place, data, yes_no)
        self.add(place, "BAD_YES_NO")
        return None

    def day(self, place: Place, data: object, *, required: bool = False) -> date | None:
        """Return a calendar day; None where it is not given or cannot be read."""
        if isinstance(data, str):
            found = self.read(place, data, day)
            if found is not None or data.strip():
                return found
        elif data is not None:
            return self.read(place, "?", day)
        if required:
            self.add(place, "REQUIRED", what=place[-1])
        return None

    def instant(self, place: Place, data: object, *, now: datetime | None = None) -> datetime | None:
        """Return an RFC 3339 instant in UTC; None where it is not given or cannot be read. `now`: one to come is noted."""
        if not_given(data):
            return None
        try:
            if isinstance(data, str):
                instant = parse_instant(data)
                if now is not None and instant > now + CLOCK_AHEAD:
                    self.add(place, "STILL_TO_COME")
                return instant
        except ValueError:
            pass
        self.add(place, "BAD_INSTANT", value=data)
        return None

    def amounts(
        self, place: Place, data: object, name: Callable[[Place, str], str], read: Callable[[str], Fen | None]
    ) -> dict[str, Fen]:
        """Return amounts by the sender's own names, which `name` reads ('' for none); a null amount is not given."""
        found = {}
        for written, amount in self.named(place, data).items():
            key = name((*place, str(written)), str(written))
            value = self.number((*place, str(written)), amount, read)
            if key and not not_given(amount):
                found[key] = value or Fen(0)
        return found

    def read(self, place: Place, text: str, read: Callable[[str], T | None]) -> T | None:
        """Return what a text says by a reader made with `of_text`; None for a blank, and for what cannot be read, which is noted."""
        try:
            return read(text)
        except Fault as fault:
            self.problems.refuse(place, fault)
            return None
