"""JSON out: compact UTF-8, decimals as strings, instants as RFC 3339 in UTC."""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.renderers import BaseRenderer
from rest_framework.utils import json

from common.dates import instant_text

# Of texts, numbers, booleans, null, days, lists and objects, and of nothing else, it writes what the renderer below does, many times faster.
to_json = msgspec.json.encode

_REFUSED = re.compile(r"[qQ]\s*=\s*0(\.0*)?")
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)")


class Encoder(DjangoJSONEncoder):
    """Write decimals and UUIDs as strings, and instants in UTC to the microsecond: who asks "as known at" what was answered must hit it."""

    def default(self, o: Any) -> Any:
        return instant_text(o) if isinstance(o, datetime) else super().default(o)


class JsonRenderer(BaseRenderer):
    """Render what a view returns as JSON."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        if isinstance(data, bytes):
            return data
        return json.dumps(data, cls=Encoder, ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=256)
def accepts(header: str, kind: str) -> bool:
    """Return whether an `Accept` header takes a media type, whatever its parameters say but `q=0`."""
    wanted = {kind, f"{kind.partition('/')[0]}/*", "*/*"}
    return any(
        media_type.strip().lower() in wanted and not any(_REFUSED.fullmatch(one.strip()) for one in parameters)
        for media_type, *parameters in (written.split(";") for written in header.split(","))
    )


@lru_cache(maxsize=256)
def preferred(header: str, offered: tuple[str, ...]) -> str | None:
    """Return which of the media types offered an `Accept` header likes best (RFC 9110 12.5.1), of equals the first; None: none."""
    ranges: list[tuple[str, float]] = []
    for written in header.split(","):
        media_range, *parameters = (piece.strip().lower() for piece in written.split(";"))
        weight = 1.0
        for parameter in parameters:
            if found := _WEIGHT.fullmatch(parameter):
                weight = float(found[1])
        ranges.append((media_range, weight))
    best, most = None, 0.0
    for kind in offered:
        # The range that names a type most closely says how much it is liked.
        for close in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
            weights = [weight for media_range, weight in ranges if media_range == close]
            if weights:
                if max(weights) > most:
                    best, most = kind, max(weights)
                break
    return best


def renderer_of(media_type_given: str) -> BaseRenderer:
    """Return what lets a caller ask for a file's media type in `Accept`: the file is streamed as it is, a problem is still JSON."""

    class FileRenderer(JsonRenderer):
        media_type = media_type_given

    return FileRenderer()
