"""Strict JSON in: UTF-8, no duplicate keys, no NaN, no NUL, bounded size, depth and numbers; numbers with a point become Decimal."""

import codecs
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from email.message import Message
from itertools import islice
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from common.api.problems import ApiProblem
from common.errors import MAX_ERRORS, FieldError, pointer
from common.fair_share import give_way

MAX_DEPTH = 20
MAX_DIGITS = 40
_SURROGATE = re.compile("[\ud800-\udfff]")


def _refuse(code: str, detail: str) -> NoReturn:
    raise ApiProblem(400, code, detail)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    give_way()
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            _refuse(
                "duplicate_key", _("The key %(key)s stands twice in one object; send it once.") % {"key": name[:100]}
            )
        made[name] = value
    return made


def _number(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= MAX_DIGITS else None
    # 1e999999999 is short to write, but a whole number made of it would fill the memory.
    if number is None or abs(number.adjusted()) > MAX_DIGITS:
        _refuse("bad_number", _("A number has too many digits."))
    # 1e3 is written out: as text, which is how a record keeps it, an exponent is no number.
    return number if "e" not in text.lower() else Decimal(format(number, "f"))


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        _refuse("bad_number", _("A number has too many digits."))
    return int(text)


def _constant(text: str) -> NoReturn:
    _refuse("bad_number", _("%(text)s is not a JSON number.") % {"text": text})


class _Unkeepable(Exception):
    pass


def _is_unkeepable(text: str) -> bool:
    return "\x00" in text or _SURROGATE.search(text) is not None


def _unkeepable(value: Any, steps: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the places of texts that nobody can keep; of a field whose own name is one, that of what holds it."""
    if isinstance(value, str) and _is_unkeepable(value):
        yield steps
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from [steps] if _is_unkeepable(name) else _unkeepable(inner, (*steps, name[:100]))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _unkeepable(inner, (*steps, place))


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        _refuse("too_deep", _("The JSON is nested deeper than %(depth)d levels.") % {"depth": MAX_DEPTH})
    if isinstance(value, str):
        if _is_unkeepable(value):
            raise _Unkeepable
    elif isinstance(value, dict):
        give_way()
        for name, inner in value.items():
            _check(name, depth)
            _check(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth + 1)


def strict_json(raw: bytes) -> Any:
    """Return the value of a JSON document; raises ApiProblem 400 with a code for everything doubtful."""
    try:
        text = codecs.decode(raw, "utf-8")
        value = json.loads(
            text, object_pairs_hook=_object, parse_float=_number, parse_int=_whole, parse_constant=_constant
        )
        _check(value, 1)
    except _Unkeepable:
        detail = _("A text holds a NUL or half a surrogate pair; remove it.")
        places = islice(_unkeepable(value), MAX_ERRORS)
        errors = [FieldError(pointer(*place), "control_character", detail) for place in places]
        raise ApiProblem(400, "control_character", detail, errors) from None
    except UnicodeDecodeError:
        _refuse("bad_encoding", _("The body is not UTF-8."))
    except RecursionError:
        _refuse("too_deep", _("The JSON is nested deeper than %(depth)d levels.") % {"depth": MAX_DEPTH})
    except ValueError as fault:
        _refuse("bad_json", _("The body is not JSON: %(why)s.") % {"why": str(fault)[:200]})
    return value


def _charset(media_type: str) -> str:
    message = Message()
    message["Content-Type"] = media_type
    return str(message.get_param("charset", ""))[:40]


class StrictJsonParser(BaseParser):
    """Parse `application/json` request bodies strictly."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        charset = _charset(media_type or "")
        if charset.lower() not in {"", "utf-8", "utf8", "us-ascii"}:
            raise ApiProblem(415, "unsupported_charset", _("JSON is UTF-8; %(charset)s is not.") % {"charset": charset})
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise ApiProblem(413, "too_large", _("The request body is larger than %(limit)d bytes.") % {"limit": limit})
        return strict_json(raw)
