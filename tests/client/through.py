"""The API's tests, asked through the client: each request goes by the operation's own method, and what the client makes of the answer is held
against the answer itself.

`THROUGH_CLIENT=1 script/test tests/api` asks everything so. A request that no method can make (a field that does not exist, half a body, a header of
its own) is sent as the test wrote it; SENT counts both.
"""

import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import django.test
import httpx
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from django.test.client import FakePayload

from shangbao_client import Client, NotModified, Problem
from shangbao_client.operations import OPERATIONS
from tests.api import answers
from tests.client.conforming import faults_of

Request = Callable[..., Any]
SENT: Counter[str] = Counter()
MOST_IN_AN_ADDRESS = 60_000  # httpx takes 65,536 letters
_SUFFIXES = {"text/html": "_html", "text/plain": "_text", "application/jose": "_jose"}
_HEADERS = {
    "HTTP_IDEMPOTENCY_KEY": "idempotency_key",
    "HTTP_IF_MATCH": "if_match",
    "HTTP_IF_NONE_MATCH": "if_none_match",
}
# What the client is told once, and what every request of a test has.
_KNOWN = {"HTTP_AUTHORIZATION", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT", "HTTP_COOKIE"}


class _NoMethod(Exception):
    """No method of the client makes this request."""


class _Transport(httpx.BaseTransport):
    """Gives what the client sends to the test's own client, and keeps what was answered."""

    def __init__(self, ask: Callable[..., Any], environ: dict[str, Any]) -> None:
        self.ask, self.environ = ask, environ
        self.response: Any = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
        for name in (
            "HTTP_HOST",
            "HTTP_CONNECTION",
            "HTTP_ACCEPT_ENCODING",
            "HTTP_CONTENT_LENGTH",
            "HTTP_CONTENT_TYPE",
        ):
            headers.pop(name, None)
        kept = {name: value for name, value in self.environ.items() if not name.startswith(("HTTP_", "CONTENT_"))}
        path, _mark, query = request.url.raw_path.partition(b"?")
        sent = {
            "PATH_INFO": _unquoted(path),
            "QUERY_STRING": query.decode("latin-1"),
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "wsgi.input": FakePayload(body),
        }
        self.response = self.ask(**{**kept, **sent, **headers})
        content = self.response.content if not self.response.streaming else b"".join(self.response.streaming_content)
        if self.response.streaming:
            self.response.streaming_content = [content]
        return httpx.Response(self.response.status_code, headers=list(self.response.items()), content=content)


def of_django() -> httpx.BaseTransport:
    """Return what asks the service in this process."""
    client = django.test.Client()
    return _Transport(client.request, client._base_environ())


def _unquoted(path: bytes) -> str:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), path).decode("latin-1")


def the_client(ask: Request) -> Request:
    """Return how a test's client asks: through shangbao-client where that can ask it, else as before."""

    def request(self: Any, **environ: Any) -> Any:
        try:
            name, given = _call(environ)
        except _NoMethod as why:
            SENT[f"as written: {why}"] += 1
            return ask(self, **environ)
        SENT["by a method"] += 1
        return asked(lambda **sent: ask(self, **sent), environ, name, given)[0]

    return request


def asked(ask: Callable[..., Any], environ: dict[str, Any], name: str, given: dict[str, Any]) -> tuple[Any, Any]:
    """Call a method of the client; returns (the service's answer, what the client made of it), the two held against each other."""
    transport = _Transport(ask, environ)
    key = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Api-Key ")
    language = environ.get("HTTP_ACCEPT_LANGUAGE", "")
    with Client("http://testserver", key, language=language, retries=0, transport=transport) as client:
        try:
            made = getattr(client, name)(**given)
        except NotModified:
            assert transport.response.status_code == 304
            return transport.response, None
        except Problem as problem:
            _same_problem(problem, transport.response)
            return transport.response, problem
    _same_answer(made, transport.response)
    # Whatever was answered, it is of the type that the method tells.
    assert faults_of(made, getattr(Client, name).__annotations__["return"]) == [], name
    return transport.response, made


def _same_problem(problem: Problem, response: Any) -> None:
    document = json.loads(response.content)
    assert problem.status == response.status_code == document["status"]
    assert problem.document == document
    assert (problem.code, problem.request_id) == (document["code"], response["X-Request-ID"])
    assert [one.pointer for one in problem.errors] == [one["pointer"] for one in document.get("errors", ())]


def _same_answer(made: Any, response: Any) -> None:
    assert 200 <= response.status_code < 300, response.content
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if response.streaming:
        response.streaming_content = [content]
    if isinstance(made, bytes | str):
        assert (made if isinstance(made, bytes) else made.encode()) == content
    elif made is None:
        assert content in (b"", b"null")
    else:
        assert made == json.loads(content)


def _call(environ: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a request as a method of the client with its arguments; raises _NoMethod."""
    path = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "surrogateescape")
    method = environ.get("REQUEST_METHOD", "GET")
    found = answers.operation_of(method, path)
    if found is None:
        raise _NoMethod("no operation")
    template, operation = found
    name = operation["operationId"]
    given: dict[str, Any] = _path(template, path)
    given |= _query(name, operation, environ)
    given |= _headers(operation, environ)
    given |= _body(operation, environ)
    accept = environ.get("HTTP_ACCEPT", "")
    if accept and accept != "application/json":
        if accept not in _SUFFIXES or not hasattr(Client, name + _SUFFIXES[accept]):
            raise _NoMethod("Accept")
        name += _SUFFIXES[accept]
    return name, given


def _path(template: str, path: str) -> dict[str, str]:
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template))
    found = re.fullmatch(pattern, path)
    assert found
    if set(found.groupdict().values()) & {".", ".."}:
        raise _NoMethod("path")
    return {_python(name): value for name, value in found.groupdict().items()}


def _query(name: str, operation: dict[str, Any], environ: dict[str, Any]) -> dict[str, Any]:
    text = environ.get("QUERY_STRING", "")
    if len(text) > MOST_IN_AN_ADDRESS:
        raise _NoMethod("query")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        raise _NoMethod("query") from None
    several: dict[str, list[str]] = {}
    for key, value in pairs:
        several.setdefault(key, []).append(value)
    if set(several) - set(OPERATIONS[name][2]):
        raise _NoMethod("unknown parameter")
    if {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query" and one.get("required")} - set(
        several
    ):
        raise _NoMethod("something is missing")
    together = {one["name"] for one in operation.get("parameters", ()) if one.get("explode") is False}
    made: dict[str, Any] = {}
    for key, values in several.items():
        joined = key in together
        if joined and len(values) > 1:
            raise _NoMethod("query")
        made[_python(key)] = values[0].split(",") if joined else values if len(values) > 1 else values[0]
    return made


def _headers(operation: dict[str, Any], environ: dict[str, Any]) -> dict[str, str]:
    sent = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    if not re.fullmatch(r"(Api-Key [!-~]+)?", sent.get("HTTP_AUTHORIZATION", "")):
        raise _NoMethod("Authorization")
    takes = {one["name"].lower() for one in operation.get("parameters", ()) if one["in"] == "header"}
    made = {}
    for name, value in sent.items():
        if name in _HEADERS and name.removeprefix("HTTP_").replace("_", "-").lower() in takes:
            made[_HEADERS[name]] = value
        elif name not in _KNOWN:
            raise _NoMethod("header")
    if any(not value.isascii() or value != value.strip() for value in sent.values()):
        raise _NoMethod("header")
    return made


def _body(operation: dict[str, Any], environ: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    payload = environ.get("wsgi.input")
    raw = payload.read() if payload is not None and int(environ.get("CONTENT_LENGTH") or 0) else b""
    if payload is not None:
        # To be read again where it is sent as written.
        environ["wsgi.input"] = FakePayload(raw)
    kind = environ.get("CONTENT_TYPE", "").split(";")[0]
    if not content:
        if raw not in (b"", b"{}"):
            raise _NoMethod("a body where none is")
        return {}
    if "multipart/form-data" in content:
        return _form(kind, raw, environ)
    if kind != "application/json" or "charset" in environ["CONTENT_TYPE"]:
        raise _NoMethod("Content-Type")
    try:
        body = json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_never, parse_float=_told)
    except (ValueError, RecursionError):
        raise _NoMethod("no JSON") from None
    if body is None:
        raise _NoMethod("no JSON")
    return {"body": body}


def _form(kind: str, raw: bytes, environ: dict[str, Any]) -> dict[str, Any]:
    if kind != "multipart/form-data":
        raise _NoMethod("Content-Type")
    meta = {"CONTENT_TYPE": environ["CONTENT_TYPE"], "CONTENT_LENGTH": str(len(raw))}
    try:
        fields, files = MultiPartParser(meta, io.BytesIO(raw), [MemoryFileUploadHandler()]).parse()
    except Exception:
        raise _NoMethod("form") from None
    if set(files) != {"file"} or any(len(values) != 1 for _name, values in [*fields.lists(), *files.lists()]):
        raise _NoMethod("form")
    file = io.BytesIO(files["file"].read())
    file.name = files["file"].name
    return {"file": file, **{_python(name): value for name, value in fields.items()}}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("twice")
    return made


def _told(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or Decimal(repr(number)) != Decimal(text):
        raise ValueError(text)
    return number


def _never(text: str) -> None:
    raise ValueError(text)


def _python(name: str) -> str:
    return "from_" if name == "from" else name
