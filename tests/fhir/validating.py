"""Resources held against HL7's own definitions, by fhir.resources: R4B, whose resources that we speak are R4's, word for word."""

import importlib
from collections.abc import Iterator
from importlib.metadata import distribution
from typing import Any

import fhir

# The library's package has the name of our room, which is found first: its models are below ours from here on.
fhir.__path__.append(str(distribution("fhir.resources").locate_file("fhir")))


# Of these the library tells only some: any media type will do, and what an item of a questionnaire can be is a longer list (R4, item-type).
_ITEM_TYPES = "group display question boolean decimal integer date dateTime time string text url choice open-choice attachment reference quantity"
_ALL = {("CapabilityStatement", "format"): None, ("Questionnaire.item", "type"): _ITEM_TYPES.split()}


def check(resource: dict[str, Any]) -> None:
    """Raise for a resource that FHIR does not know so: wrong element, type, number or code."""
    kind = resource["resourceType"]
    model = getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
    whole = {name: value for name, value in resource.items() if name != "entry"} if kind == "Bundle" else resource
    faults = list(wrong_codes(model.model_validate(whole), kind))
    assert not faults, faults
    for entry in resource.get("entry", ()) if kind == "Bundle" else ():
        check(entry["resource"])


def wrong_codes(element: Any, place: str) -> Iterator[str]:
    """Yield each code that its element's required list of codes has not: the library tells them, but does not ask."""
    for name, field in type(element).model_fields.items():
        value = getattr(element, name, None)
        allowed = _ALL.get((place, name), (field.json_schema_extra or {}).get("enum_values"))
        for one in value if isinstance(value, list) else [value]:
            if one is None:
                continue
            if allowed and isinstance(one, str) and one not in allowed:
                yield f"{place}.{name}: {one}"
            if hasattr(type(one), "model_fields"):
                yield from wrong_codes(one, f"{place}.{name}")
