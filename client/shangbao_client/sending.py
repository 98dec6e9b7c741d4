"""How a request is written and when it is sent again: what both clients do alike, without sending anything."""

import json
import random
import uuid
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from shangbao_client.asked import NOTHING, Asked
from shangbao_client.errors import NotAnAnswer, ShangbaoError, Unreachable, problem_of, seconds_of

LONGEST_WAIT = 60.0  # seconds; a service that asks for more is told of as it is
_FIRST_WAIT = 0.25
# Asked again whatever it was: it was not carried out.
_NOT_DONE = {429, 503}
_PERHAPS_DONE = {502, 504}
_CHUNK = 1 << 20


class _Object(dict[str, Any]):
    """An answer that is an object; `headers` came with it."""

    headers: httpx.Headers


class _List(list[Any]):
    """An answer that is a list; `headers` came with it."""

    headers: httpx.Headers


def headers_of(answer: object) -> Mapping[str, str]:
    """Return the headers that came with an answer: `ETag`, `Location`, `Deprecation` and others; names in any case."""
    found = getattr(answer, "headers", None)
    return found if isinstance(found, httpx.Headers) else httpx.Headers()


def etag_of(answer: object) -> str | None:
    """Return the ETag of an answer, to be sent as `if_match` or `if_none_match`."""
    return headers_of(answer).get("ETag")


def answer_of(response: httpx.Response) -> Any:
    """Return an answer's JSON, with its headers where it is an object or a list; raises NotAnAnswer for what is no JSON."""
    if not response.content:
        return None
    try:
        found = response.json()
    except (ValueError, RecursionError):
        raise NotAnAnswer(f"{response.url}: what came is no JSON; is this the service's address?") from None
    if isinstance(found, dict):
        found = _Object(found)
        found.headers = response.headers
    elif isinstance(found, list):
        found = _List(found)
        found.headers = response.headers
    return found


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the service is and how it is asked: `retries` is how often a request is sent again at most."""

    url: str
    key: str = ""
    language: str = "en"
    retries: int = 5

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"{self.url!r} is no address of a service: https://… is one")
        if not self.key.isascii() or any(letter.isspace() for letter in self.key):
            raise ValueError("this is no key: a key has no blanks and is ASCII")

    @property
    def headers(self) -> dict[str, str]:
        made = {"User-Agent": "shangbao-client"}
        made |= {"Accept-Language": self.language} if self.language else {}
        return made | ({"Authorization": f"Api-Key {self.key}"} if self.key else {})


class Trying:
    """One request until it is answered: how it is written, and whether and when it is sent again.

    It is sent again after a fault of the connection, 429 and 503 (as `Retry-After` says), 502 and 504; but what may have been carried out
    already only where that does no harm: what reads, and a POST, which has one Idempotency-Key for all its tries.
    """

    def __init__(self, asked: Asked, settings: Settings) -> None:
        self.asked = _with_key(asked)
        self.settings = settings
        self.tries = 0
        self._harmless = asked.method == "GET" or bool(self.asked.headers.get("Idempotency-Key"))
        self._files = ExitStack()

    def request(self, client: httpx.Client | httpx.AsyncClient) -> httpx.Request:
        """Return the request as it is sent now: its files are read from their beginnings."""
        self.tries += 1
        asked = self.asked
        headers = {name: value for name, value in asked.headers.items() if value is not None}
        # A problem is asked for besides: it is what a refusal is.
        wanted = (
            asked.accept if asked.accept == "application/json" else f"{asked.accept}, application/problem+json;q=0.1"
        )
        sent: dict[str, Any] = {"headers": {**self.settings.headers, "Accept": wanted, **headers}}
        if asked.form is not None:
            self._files.close()
            sent |= _form(asked.form, self._files)
        elif asked.body is not NOTHING:
            sent["content"] = written(asked.body)
            sent["headers"]["Content-Type"] = "application/json"
        address = asked.address
        for name, value in asked.path.items():
            address = address.replace("{" + name + "}", segment(value), 1)
        params = httpx.QueryParams(list(_pairs(asked.query))) if asked.query else None
        try:
            return client.build_request(asked.method, self.settings.url.rstrip("/") + address, params=params, **sent)
        except httpx.InvalidURL as fault:
            raise ValueError(f"this cannot be asked: {fault}") from None

    def after_fault(self, fault: httpx.TransportError) -> float:
        """Return for how many seconds to wait before the next try; raises Unreachable."""
        never_arrived = isinstance(fault, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        if self.tries > self.settings.retries or not (never_arrived or self._harmless):
            told = str(fault) or type(fault).__name__
            raise Unreachable(f"{self.settings.url}: {told}") from fault
        return self._wait()

    def after(self, status: int, headers: Mapping[str, str]) -> float | None:
        """Return for how many seconds to wait before the next try, or None: this is the answer."""
        asked_for = seconds_of(headers.get("retry-after"))
        again = (
            status in _NOT_DONE
            or (status in _PERHAPS_DONE and self._harmless)
            # The same request, sent before, is under way.
            or (status == 409 and asked_for is not None)
        )
        if not again or self.tries > self.settings.retries or (asked_for or 0) > LONGEST_WAIT:
            return None
        return self._wait() if asked_for is None else asked_for + random.uniform(0, _FIRST_WAIT)  # noqa: S311 - nothing secret

    def done(self) -> None:
        """Close the files that were opened to be sent."""
        self._files.close()

    def _wait(self) -> float:
        longest = min(LONGEST_WAIT, _FIRST_WAIT * float(2 ** (self.tries - 1)))
        return longest * random.uniform(0.5, 1)  # noqa: S311 - nothing secret


def refused(response: httpx.Response) -> ShangbaoError | None:
    """Return what an answer refuses, or None where it is one; its content must have been read."""
    return None if response.is_success else problem_of(response.status_code, response.content, response.headers)


def following(asked: Asked, page: Mapping[str, Any]) -> Asked | None:
    """Return how the page after this one is asked for, or None behind the last; raises NotAnAnswer where it goes in a circle."""
    address = page.get("next")
    if address is None:
        return None
    # Only its query is taken: it is asked of the same service, with the key, whatever host a proxy made of the address.
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(urlsplit(str(address)).query, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    if found == asked.query:
        raise NotAnAnswer("the page says that it is followed by itself")
    return replace(asked, query=found)


def segment(value: str) -> str:
    """Return a value as one part of a path; raises ValueError for what would be no part of its own."""
    text = str(value)
    if text in ("", ".", ".."):
        raise ValueError(f"{text!r} is no name of anything")
    return quote(text, safe="")


def written(body: Any) -> bytes:
    """Return a body as JSON; days, instants, decimals and UUIDs are written as the service reads them."""
    given = {} if body is None else body
    try:
        return json.dumps(given, ensure_ascii=False, default=_text, allow_nan=False).encode()
    except UnicodeEncodeError:
        # Half a character, which no UTF-8 has: the service is to say where it stands.
        return json.dumps(given, default=_text, allow_nan=False).encode()


def _with_key(asked: Asked) -> Asked:
    """Return a request with an Idempotency-Key of its own, where it takes one and was given none."""
    if "Idempotency-Key" not in asked.headers or asked.headers["Idempotency-Key"] is not None:
        return asked
    return replace(asked, headers={**asked.headers, "Idempotency-Key": str(uuid.uuid4())})


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            if value.tzinfo is None:
                raise ValueError(f"{value} has no time zone: no instant is meant by it")
            return value.isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:f}"
        case str() | int() | float() | uuid.UUID():
            return str(value)
    raise TypeError(f"{type(value).__name__} cannot be sent: {value!r}")


def _pairs(query: Mapping[str, Any]) -> Iterable[tuple[str, str | int | float | bool | None]]:
    for name, value in query.items():
        several = value if isinstance(value, list | tuple) else [value]
        yield from ((name, _text(one)) for one in several if one is not None)


def _form(form: Mapping[str, Any], files: ExitStack) -> dict[str, Any]:
    """Return a form's fields and its file; a file that was sent before is read from its beginning."""
    given = {name: value for name, value in form.items() if value is not None}
    upload = given.pop("file", None)
    data = {name: _text(value) for name, value in given.items()}
    if upload is None:
        return {"data": data}
    if isinstance(upload, bytes):
        return {"data": data, "files": {"file": ("file", upload)}}
    if isinstance(upload, str | Path):
        return {"data": data, "files": {"file": (Path(upload).name, files.enter_context(Path(upload).open("rb")))}}
    upload.seek(0)
    return {"data": data, "files": {"file": (Path(str(getattr(upload, "name", "file"))).name, upload)}}
