"""Canonical JSON (RFC 8785) and its SHA-256, for text, whole numbers below 2^53, booleans, null, lists and objects."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_json(document: Any) -> bytes:
    """Will write a document of objects, lists, text, whole numbers below 2^53, booleans and null as RFC 8785 JSON.

    Raises UnicodeEncodeError for text with half a surrogate pair.
    """
    text = _ENCODER.encode(document)
    # Python sorts keys by code point, RFC 8785 by UTF-16 unit: they differ only beyond the basic plane.
    # A character beyond it takes two units: that finds one faster than looking at each.
    if not text.isascii() and len(text.encode("utf-16-le")) > 2 * len(text):
        text = json.dumps(_sorted_by_utf16(document), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def sha256_of(document: Any) -> str:
    """Will return the SHA-256 of a document's canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(document)).hexdigest()


def _sorted_by_utf16(value: Any) -> Any:
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be", "surrogatepass"))
        return {key: _sorted_by_utf16(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_sorted_by_utf16(item) for item in value]
    return value
