"""A WSGI application that reads what it is sent and says how much that was; `/large` answers more than lies on the way to who does not read."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import django

django.setup()  # as config.wsgi does: the worker loads the service's views before it begins


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer with the number of bytes."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/large":
        return (b"x" * 65_536 for _piece in range(640))
    if environ["PATH_INFO"] == "/file":
        return environ["wsgi.file_wrapper"](Path(__file__).open("rb"))
    return [str(len(body)).encode()]
