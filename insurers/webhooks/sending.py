"""One request to somebody else's server, that can neither reach inside nor hold us up.

The name is resolved once, every address must be public, and the connection goes to such an address and no other; TLS must prove the name.
No redirect is followed, no proxy asked, no body read. Five seconds, the resolving of the name among them, and 64 KB, then it is over.
"""

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from insurers.webhooks.addresses import Forbidden, Target, loopback_addresses, parse_target, public_addresses

DEADLINE_SECONDS = 5.0
MAX_ANSWER_BYTES = 64 * 1024

Resolver = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the HTTP status, or None and why (`error`), and how long it took. Delivered is a status from 200 to 299."""

    status: int | None
    error: str
    milliseconds: int

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _TooLarge(Exception):
    """The answer's head is larger than anybody needs."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for _family, _type, _protocol, _name, address in found]


def post(
    url: str,
    *,
    body: str,
    headers: Mapping[str, str],
    resolver: Resolver = resolve,
    may_reach_loopback: bool = False,
    tls: ssl.SSLContext | None = None,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> Outcome:
    """POST a JSON body and return what came of it; raises nothing that the network or the other side can cause."""
    began = time.monotonic()
    ends = began + deadline_seconds
    status, error = None, ""
    try:
        target = parse_target(url, may_reach_loopback=may_reach_loopback)
        answers = _resolved(target, resolver, ends)
        addresses = public_addresses(answers) if target.secure else loopback_addresses(answers)
        with _connected(target, [str(address) for address in addresses], tls, ends) as connection:
            status = _asked(connection, target, body, headers, ends)
            error = "" if 200 <= status < 300 else "redirect" if 300 <= status < 400 else "http_status"
    except Forbidden as refusal:
        error = refusal.code
    except TimeoutError:
        error = "timeout"
    except ssl.SSLError:
        error = "tls_failed"
    except _TooLarge:
        error = "too_large"
    except http.client.HTTPException:
        error = "bad_answer"
    except OSError:
        error = "connection_failed"
    return Outcome(status, error, round((time.monotonic() - began) * 1000))


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


# A resolver that hangs cannot be stopped, only left alone: so many may hang at once, then a name is not even asked for.
HANGING_AT_MOST = 64
_resolving = threading.BoundedSemaphore(HANGING_AT_MOST)


def _resolved(target: Target, resolver: Resolver, ends: float) -> list[str]:
    """Ask for a host's addresses on a thread of its own; raises Forbidden where there are none, TimeoutError where no answer came in time."""
    places = _resolving
    if not places.acquire(timeout=_left(ends)):
        raise TimeoutError
    found: list[list[str] | BaseException] = []

    def ask() -> None:
        try:
            found.append(resolver(target.host, target.port))
        except BaseException as fault:
            found.append(fault)
        finally:
            places.release()

    # A daemon: a worker that is told to end does not wait for it either.
    asking = threading.Thread(target=ask, name="resolving", daemon=True)
    asking.start()
    asking.join(_left(ends))
    if not found:
        raise TimeoutError
    match found[0]:
        case OSError() | UnicodeError() as fault:
            raise Forbidden("bad_address") from fault
        case BaseException() as fault:
            raise fault
        case answers:
            return answers


def _connected(target: Target, addresses: list[str], tls: ssl.SSLContext | None, ends: float) -> socket.socket:
    """Connect to the first address that answers, by its number; raises OSError."""
    fault: OSError = OSError("no address")
    for address in addresses:
        try:
            plain = socket.create_connection((address, target.port), timeout=_left(ends))
        except TimeoutError:
            raise
        except OSError as refused:
            fault = refused
            continue
        if not target.secure:
            return plain
        try:
            plain.settimeout(_left(ends))
            return (tls or ssl.create_default_context()).wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise
    raise fault


def _asked(connection: socket.socket, target: Target, body: str, headers: Mapping[str, str], ends: float) -> int:
    raw = body.encode()
    head = {
        "Host": target.authority,
        "User-Agent": "shangbao-mulu-webhooks/1",
        "Content-Type": "application/json",
        "Content-Length": str(len(raw)),
        "Connection": "close",
        **headers,
    }
    lines = [f"POST {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    connection.settimeout(_left(ends))
    connection.sendall("\r\n".join(lines).encode("ascii") + raw)
    answer = http.client.HTTPResponse(_Bounded(connection, ends))  # type: ignore[arg-type]
    answer.begin()  # status line and headers; what follows is nobody's concern
    return answer.status


class _Bounded(io.RawIOBase):
    """What the other side sends, up to a moment and an amount: it may send slowly or for ever, but not to us."""

    def __init__(self, connection: socket.socket, ends: float) -> None:
        self._connection, self._ends, self._room = connection, ends, MAX_ANSWER_BYTES

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._room <= 0:
            raise _TooLarge
        self._connection.settimeout(_left(self._ends))
        count = self._connection.recv_into(buffer, min(len(buffer), self._room))
        self._room -= count
        return count
