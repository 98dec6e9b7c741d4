"""The small parts that resources are made of: codings, references, periods, money, extensions. Pure.

What FHIR has an element for stands there; all else stands in an extension of ours, as a tree that has the API's names.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from common.dates import instant_text
from fhir.systems import extension_url

Element = dict[str, Any]
# Decimals are numbers in FHIR, as precise as they are written.
to_json = msgspec.json.Encoder(decimal_format="number").encode

_CODE = re.compile(r"\S+(\s\S+)*")


def tidy(element: Mapping[str, Any]) -> Element:
    """Return an element without what is not given: FHIR knows no null, no empty text, list or object."""
    return {name: value for name, value in element.items() if value is not None and value not in ("", [], {}, ())}


def coding(system: str, code: str, display: str = "") -> Element:
    """Return a coding; a code that FHIR's codes cannot spell (white space around it or doubled) is shown, not coded."""
    if not _CODE.fullmatch(code):
        return {"system": system, "display": display or code}
    return tidy({"system": system, "code": code, "display": display})


def concept(*codings: Element, text: str = "") -> Element:
    return tidy({"coding": list(codings), "text": text})


def identifier(system: str, value: str) -> Element:
    return {"system": system, "value": value}


def money(amount: str | Decimal) -> Element:
    """Return an amount in CNY."""
    return {"value": Decimal(amount), "currency": "CNY"}


def period(first: date | None, last: date | None) -> Element:
    """Return a period of days, inclusive at both ends as FHIR's are; a missing end is open."""
    return tidy({"start": first and first.isoformat(), "end": last and last.isoformat()})


def trees(name: str, value: Any) -> Iterator[Element]:
    """Yield a value as extensions: an object as one with parts of its names, a list as one for each item, nothing for what is not given."""
    if value is None or value in ("", [], {}, ()):
        return
    match value:
        case bool():
            yield {"url": name, "valueBoolean": value}
        case int():
            yield {"url": name, "valueInteger": value}
        case Decimal():
            yield {"url": name, "valueDecimal": value}
        case str():
            yield {"url": name, "valueString": value}
        case datetime():
            yield {"url": name, "valueInstant": instant_text(value)}
        case date():
            yield {"url": name, "valueDate": value.isoformat()}
        case Mapping():
            parts = [part for inner, one in value.items() for part in trees(inner, one)]
            if parts:
                yield {"url": name, "extension": parts}
        case list() | tuple():
            for one in value:
                yield from trees(name, one)
        case _:
            raise TypeError(f"{name}: {value!r}")


def own_trees(name: str, value: Any) -> list[Element]:
    """Return a value as extensions of ours, under their whole address."""
    return list(trees(extension_url(name), value))


def versioned(resource: Element, updated: datetime) -> Element:
    """Return a resource with its `meta`: when it last changed, and a version that tells this content from every other."""
    version = hashlib.sha256(to_json(resource)).hexdigest()[:32]
    kind, pk, rest = resource.pop("resourceType"), resource.pop("id"), resource
    meta = {"versionId": version, "lastUpdated": instant_text(updated)}
    return {"resourceType": kind, "id": pk, "meta": meta, **rest}
