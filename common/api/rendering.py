"""JSON out: compact UTF-8, decimals as strings, instants as RFC 3339 in UTC."""

from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.renderers import BaseRenderer
from rest_framework.utils import json

from common.dates import instant_text


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


def renderer_of(media_type_given: str) -> BaseRenderer:
    """Return what lets a caller ask for a file's media type in `Accept`: the file is streamed as it is, a problem is still JSON."""

    class FileRenderer(JsonRenderer):
        media_type = media_type_given

    return FileRenderer()
