"""What can go wrong, as exceptions: a refusal carries the problem that the service answered (RFC 9457)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class ShangbaoError(Exception):
    """Anything that went wrong between this client and the service."""


class Unreachable(ShangbaoError):
    """There was no answer, however often it was tried: whether the request was carried out is not known."""


class NotAnAnswer(ShangbaoError):
    """What came is none of the service's answers: the address may be another server's."""


class NotModified(ShangbaoError):
    """Nothing has changed since the `if_none_match` that was sent: what you hold is the answer."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field; `pointer` says where it stands in the request (RFC 6901)."""

    pointer: str
    code: str
    detail: str


class Problem(ShangbaoError):
    """The service refused; branch on `code`. `request_id` is the name of the request: quote it when you ask about it.

    `document` is the problem as it was answered, with whatever else its `code` tells.
    """

    def __init__(self, status: int, document: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        self.status = status
        self.document = dict(document)
        self.code = str(document.get("code", ""))
        self.title = str(document.get("title", ""))
        self.detail = str(document.get("detail", ""))
        self.type = str(document.get("type", ""))
        self.request_id = str(document.get("request_id") or headers.get("x-request-id", ""))
        self.retry_after = seconds_of(headers.get("retry-after"))
        self.errors = tuple(
            FieldProblem(str(one.get("pointer", "")), str(one.get("code", "")), str(one.get("detail", "")))
            for one in document.get("errors") or ()
            if isinstance(one, dict)
        )
        super().__init__(self.told())

    def told(self) -> str:
        """Return the problem in one line."""
        fields = "; ".join(f"{one.pointer}: {one.detail}" for one in self.errors[:5])
        more = f"; {len(self.errors) - 5} more" if len(self.errors) > 5 else ""
        text = " ".join((self.detail or self.title).split())
        return f"{self.code or self.status}: {text}{f' ({fields}{more})' if fields else ''}"


class BadRequest(Problem):
    """400, 411, 413, 415, 406: the request is wrong, and will be however often it is sent."""


class Unauthorised(Problem):
    """401: no key, or not a good one."""


class Forbidden(Problem):
    """403: the key may not do this."""


class NotFound(Problem):
    """404: there is no such thing, or it is not yours to see."""


class Conflict(Problem):
    """409: not as things stand; `code` says why."""


class Gone(Problem):
    """410: it was there and is removed for good."""


class Changed(Problem):
    """412: it has changed since you read it (`if_match`)."""


class TooManyRequests(Problem):
    """429: asked too often, even after waiting; `retry_after` says for how many seconds more."""


class ServiceFault(Problem):
    """5xx: a fault of the service, not of the request."""


_BY_STATUS: dict[int, type[Problem]] = {
    401: Unauthorised,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    412: Changed,
    429: TooManyRequests,
}


def problem_of(status: int, content: bytes, headers: Mapping[str, str]) -> ShangbaoError:
    """Return what an answer that is no success means."""
    if status == 304:
        return NotModified("nothing has changed since")
    kind = _BY_STATUS.get(status) or (ServiceFault if status >= 500 else BadRequest)
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        # Something before the service: a proxy, a gate, another server.
        if 300 <= status < 400:
            return NotAnAnswer(f"{status}: it sends on to {headers.get('location', 'nowhere')}; give that address")
        document = {"title": f"HTTP {status}"}
    return kind(status, document, headers)


def seconds_of(text: str | None) -> float | None:
    """Read a Retry-After in seconds; None where it says nothing of use."""
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None
