"""Whether a value of JSON is of a type of the client, to the last field: a shape has the fields it says, and no others."""

import types
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict


def faults_of(value: Any, kind: Any, at: str = "") -> list[str]:
    """Return where a value is not of a type, and how."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return []
    if kind is None:
        kind = type(None)
    if origin in (Union, types.UnionType):
        tried = [faults_of(value, one, at) for one in inner]
        return min(tried, key=len)
    if origin is Literal:
        return [] if value in inner and isinstance(value, str) else [f"{at}: {value!r} is none of {inner}"]
    if origin in (list, Sequence) or kind in (list,):
        return _list_faults(value, inner[0], at)
    if origin is dict:
        if not isinstance(value, dict):
            return [f"{at}: {value!r} is no object"]
        return [fault for name, one in value.items() for fault in faults_of(one, inner[1], f"{at}/{name}")]
    if is_typeddict(kind):
        return _shape_faults(value, kind, at)
    if kind in (date, datetime, Decimal):
        return [f"{at}: JSON has no {kind.__name__}"]
    right = {float: (int, float), type(None): type(None)}.get(kind, kind)
    good = isinstance(value, right) and (kind is bool or not isinstance(value, bool))
    return [] if good else [f"{at}: {value!r} is no {kind}"]


def _list_faults(value: Any, kind: Any, at: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{at}: {value!r} is no list"]
    return [fault for place, one in enumerate(value) for fault in faults_of(one, kind, f"{at}/{place}")]


def _shape_faults(value: Any, kind: Any, at: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at}: {value!r} is no object"]
    hints = get_type_hints(kind, include_extras=True)
    required = {name for name, hint in hints.items() if get_origin(hint) is not NotRequired}
    found = [f"{at}: {name} is missing" for name in sorted(required - set(value))]
    found += [f"{at}: {name} is not told of" for name in sorted(set(value) - set(hints))]
    for name in set(value) & set(hints):
        hint = hints[name]
        found += faults_of(value[name], get_args(hint)[0] if get_origin(hint) is NotRequired else hint, f"{at}/{name}")
    return found
