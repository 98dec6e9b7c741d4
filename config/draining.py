"""Bodies that nobody read, taken in before the answer goes out. Pure WSGI."""

import time
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

PIECE_BYTES = 256 * 1024
SECONDS = 10.0
# What an envelope (multipart) adds to a file.
ENVELOPE_BYTES = 1024 * 1024


def draining(application: Application, *, most: int) -> Application:
    """Return the application, which before it answers takes in what is left of a body of at most `most` bytes, for a few seconds at most.

    The proxy refuses what is larger itself; of such a body nothing is taken.
    """

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = application(environ, start_response)
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and 0 < int(length) <= most + ENVELOPE_BYTES:
            _take_in(environ["wsgi.input"])
        return found

    return answer


def _take_in(body: Any) -> None:
    ends = time.monotonic() + SECONDS
    try:
        while time.monotonic() < ends and body.read(PIECE_BYTES):
            pass
    except OSError:
        pass  # whoever sent it is gone
