"""Answers in gzip, for callers that take it: of 1 KB and more, streams as they go."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

LEAST_BYTES = 1024
# The desk's pages hold a token beside what the reader typed, so how well they are compressed could tell it (BREACH); what callers are given
# by key, or without one, holds no secret that a browser would send for. Static files are stored compressed.
_AS_THEY_ARE = ("/admin/", "/static/")
# Compressed already.
_COMPRESSED = ("application/vnd.openxmlformats", "application/zip", "image/", "font/")


class CompressionMiddleware(GZipMiddleware):
    """Compress what is worth it. The ETag of a compressed answer is weak: it names the same answer in other bytes, and is taken like the strong one.

    A few bytes of random length stand in each, as Django does it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith(_AS_THEY_ARE) or response.get("Content-Type", "").startswith(_COMPRESSED):
            return response
        if not response.streaming and len(response.content) < LEAST_BYTES:  # type: ignore[attr-defined]
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
