"""PostgreSQL's COPY text format, and the canonical JSON that a row's hash is taken of (RFC 8785)."""

import re
from collections.abc import Iterable
from json.encoder import encode_basestring

NULL = "\\N"
_SPECIAL = re.compile("[\\\\\n\r\t]")
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BARE_ELEMENT = re.compile("[A-Za-z0-9._:+*-]+")


def copied(text: str) -> str:
    """Write a text as a field of COPY."""
    return _SPECIAL.sub(lambda found: _ESCAPES[found.group()], text) if _SPECIAL.search(text) else text


def copied_array(values: Iterable[str]) -> str:
    """Write texts as a field of COPY that holds an array."""
    return copied("{" + ",".join(_element(value) for value in values) + "}")


def _element(value: str) -> str:
    if _BARE_ELEMENT.fullmatch(value) and value.upper() != "NULL":
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def json_text(text: str) -> str:
    """Write a text as JSON, characters beyond ASCII as they are."""
    return encode_basestring(text)


def json_list(values: Iterable[str]) -> str:
    """Write texts as a JSON array."""
    return "[" + ",".join(encode_basestring(value) for value in values) + "]"
