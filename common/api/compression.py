"""Answers in gzip, for callers that take it: of 1 KB and more, streams as they go."""

import re
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

LEAST_BYTES = 1024
# The desk's pages hold a token beside what the reader typed, so how well they are compressed could tell it (BREACH); what callers are given
# by key, or without one, holds no secret that a browser would send for. Static files are stored compressed.
_AS_THEY_ARE = ("/admin/", "/static/")
_NO_WEIGHT: Final = re.compile(r"0(\.0{0,3})?", re.ASCII)
# Compressed already.
_COMPRESSED = ("application/vnd.openxmlformats", "application/zip", "image/", "font/")


def takes_gzip(accepted: str) -> bool:
    """Tell whether an Accept-Encoding names gzip with a weight above nothing (RFC 9110, 12.5.3); `*` alone is not asked for it."""
    for one in accepted.lower().split(","):
        coding, *parameters = (part.strip() for part in one.split(";"))
        if coding == "gzip":
            weights = [part.partition("=")[2].strip() for part in parameters if part.startswith("q")]
            return not any(_NO_WEIGHT.fullmatch(weight) for weight in weights)
    return False


class CompressionMiddleware(GZipMiddleware):
    """Compress what is worth it. The ETag of a compressed answer is weak: it names the same answer in other bytes, and is taken like the strong one.

    A few bytes of random length stand in each, as Django does it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path.startswith(_AS_THEY_ARE) or response.get("Content-Type", "").startswith(_COMPRESSED):
            return response
        if not response.streaming and len(response.content) < LEAST_BYTES:  # type: ignore[attr-defined]
            return response
        if not takes_gzip(request.headers.get("Accept-Encoding", "")):
            patch_vary_headers(response, ("Accept-Encoding",))
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
