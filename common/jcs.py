"""Canonical JSON (RFC 8785) and its SHA-256, for text, whole numbers below 2^53, booleans, null, lists and objects."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

_SORTED = msgspec.json.Encoder(order="sorted")
# The first bytes of what UTF-8 writes in four: the characters beyond the basic plane.
_BEYOND = (b"\xf0", b"\xf1", b"\xf2", b"\xf3", b"\xf4")


def canonical_json(document: Any) -> bytes:
    """Write a document of objects, lists, text, whole numbers below 2^53, booleans and null as RFC 8785 JSON.

    Raises UnicodeEncodeError for text with half a surrogate pair.
    """
    text = _SORTED.encode(document)
    # It sorts keys by code point, RFC 8785 by UTF-16 unit: they differ only beyond the basic plane.
    if not text.isascii() and any(byte in text for byte in _BEYOND):
        return msgspec.json.encode(_sorted_by_utf16(document))
    return text


def sha256_of(document: Any) -> str:
    """Return the SHA-256 of a document's canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(document)).hexdigest()


def _sorted_by_utf16(value: Any) -> Any:
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be", "surrogatepass"))
        return {key: _sorted_by_utf16(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_sorted_by_utf16(item) for item in value]
    return value
