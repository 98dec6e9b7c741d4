"""A service that refuses whatever is sent, unread: as Django does where there is no key. Served by test_draining."""

from collections.abc import Callable, Iterable
from typing import Any

from config.draining import draining


def refusing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("401 Unauthorized", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"no"]


draining_first = draining(refusing, most=100 * 1024 * 1024)
