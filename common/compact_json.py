"""JSON without needless space, as it is kept and streamed."""

import json
from typing import Any

import msgspec


def compact(document: Any) -> str:
    """Write JSON without needless space; everything escaped where a text is none (half a surrogate pair)."""
    try:
        return msgspec.json.encode(document).decode()
    except UnicodeEncodeError:
        return json.dumps(document, separators=(",", ":"))
