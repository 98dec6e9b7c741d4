"""A WSGI application that reads what it is sent and says how much that was."""

from collections.abc import Iterable
from typing import Any

import django

django.setup()  # as config.wsgi does: the worker loads the service's views before it begins


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer with the number of bytes."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(body)).encode()]
