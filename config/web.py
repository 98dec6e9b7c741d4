"""The web server's worker: gunicorn's, but of its threads a second one runs only while the first one waits.

Four threads that all have work take the interpreter from each other in mid-request, and the slowest answers take four to five times the median
(measured, 16 connections on two cores). One thread answers in the order of arrival, and the slowest take twice the median; but alone it would
let everybody wait for one long upload or a database that hangs. So one thread works, and where it has been at one request for
`PATIENCE_SECONDS` another takes over what has arrived meanwhile.

A thread that waits for a client is none of those that work: however many send their request a byte at a time, or leave their answer unread, the
others are answered. Who sends or reads too slowly, or is one too many of those waited for, is cut off.
"""

import errno
import gc
import json
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http import HTTPStatus
from importlib import import_module
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_noop
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import _DEFER, TConn, ThreadWorker

from common import fair_share
from common.logs import request_id

PATIENCE_SECONDS = 0.005
LEAVE_SECONDS = 0.0001  # for each connection a worker has
# A whole request is here within so many seconds, and one more for every so many bytes; for an answer to be taken as long is waited.
REQUEST_SECONDS = 20
BYTES_A_SECOND = 64 * 1024
# Long work stops for others so long at most, and then does its next piece all the same.
GIVE_WAY_SECONDS = 0.05
# So many threads of a worker may wait for clients beside those that work.
WAITED_FOR_AT_MOST = 60
# Of what was refused unread so many seconds and pieces are taken at most.
LINGER_SECONDS, LINGER_CHUNKS = 1.0, 16


class Worker(ThreadWorker):
    """gunicorn's gthread worker with threads that take turns."""

    def init_process(self) -> None:
        # To look for garbage while everything is loaded finds none, and takes a sixth of the time; `run` begins with it.
        gc.disable()
        super().init_process()

    def run(self) -> None:
        # What is loaded by now stays. Were the garbage collector to look at it again and again, each time a request would wait a tenth of a second.
        import_module(settings.ROOT_URLCONF)  # and with it every view
        gc.collect()
        gc.freeze()
        gc.enable()
        super().run()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        threads = TurnTaking(self.cfg.threads)
        fair_share.in_a_web_process(fair_share.Process(threads.give_way, threads.waiting))
        return threads

    def handle(self, conn: TConn) -> Any:
        if not conn.initialized and not conn.data_ready and not conn.wait_for_data(0):
            return _DEFER  # nothing is here yet: the poller waits for it, no thread
        if not conn.initialized:
            conn.sock = Outgoing.of(conn.sock, self.tpool)
            conn.init()
            conn.parser.unreader = Incoming(conn.sock, self.tpool)
        conn.parser.unreader.begin()
        conn.sock.begin()
        return super().handle(conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        refusal = next((told for kind, told in _REFUSALS.items() if isinstance(exc, kind)), None)
        if refusal is None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("refused: %s", type(exc).__name__)
        with suppress(OSError):
            client.sendall(refused(*refusal))
            # What is still coming is taken, or the answer would be lost with the connection.
            client.shutdown(socket.SHUT_WR)
            client.settimeout(LINGER_SECONDS)
            for _chunk in range(LINGER_CHUNKS):
                if not client.recv(64 * 1024):
                    break

    def accept(self, listener: Any) -> None:
        # Every worker hears of a new connection: one that has many leaves it to one that has fewer for a moment, or all might end up with one.
        time.sleep(min(self.nr_conns, 10) * LEAVE_SECONDS)
        super().accept(listener)


_REFUSALS: dict[type[Exception], tuple[int, str, str]] = {
    LimitRequestLine: (
        414,
        "uri_too_long",
        gettext_noop("The address with its query is longer than 8,190 bytes; send a POST, or ask for less."),
    ),
    LimitRequestHeaders: (431, "headers_too_large", gettext_noop("The headers of the request are too large.")),
}


def refused(status: int, code: str, detail: str) -> bytes:
    """Return the whole answer to a request that never came as far as the application: a problem document with a request id of its own."""
    from common.api import problems  # gunicorn reads this module before the application is there

    number = uuid4().hex
    held = request_id.set(number)
    try:
        with translation.override(settings.LANGUAGE_CODE):
            document = problems.body(status, code, translation.gettext(detail))
    finally:
        request_id.reset(held)
    content = json.dumps(document, ensure_ascii=False).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/problem+json\r\nContent-Length: {len(content)}\r\n"
        f"Cache-Control: no-store\r\nX-Request-ID: {number}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + content


class TooSlow(ConnectionResetError):
    """A client that does not send its request or take its answer: to it, and to whoever reads from it, the connection is gone."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "the client took too long")


class Incoming(SocketUnreader):
    """What a client sends: waited for without being at work, and within the time a request has. Raises TooSlow."""

    def __init__(self, sock: Any, threads: "TurnTaking") -> None:
        super().__init__(sock)
        self._threads = threads
        self.begin()

    def begin(self) -> None:
        """Another request begins now."""
        self._begun = time.monotonic()
        self._received = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        if not self._is_here(0):
            with self._threads.waiting() as may_wait:
                left = self._begun + REQUEST_SECONDS + self._received / BYTES_A_SECOND - time.monotonic()
                asked = self.sock.gettimeout()  # what is left of a refused body is drained within a time of its own
                if not may_wait or not self._is_here(max(0.0, left if asked is None else min(left, asked))):
                    raise TooSlow
        received: bytes = super().chunk(size_hint)
        self._received += len(received)
        return received

    def _is_here(self, seconds: float) -> bool:
        return _is_ready(self.sock, select.POLLIN | select.POLLHUP, seconds)


class Outgoing(socket.socket):
    """A connection whose client may be slow to take what it is sent: waited for without being at work, within a time too. Raises TooSlow."""

    @classmethod
    def of(cls, sock: socket.socket, threads: "TurnTaking") -> "Outgoing":
        """Take over an open connection, blocking from now on; the socket given is no more."""
        taken = cls(fileno=sock.detach())
        taken.setblocking(True)
        taken._threads = threads
        taken.begin()
        return taken

    def begin(self) -> None:
        """Another answer begins now."""
        self._waited = 0.0
        self._taken = 0

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        left = memoryview(data).cast("B")
        while left:
            try:
                taken = self.send(left, flags | socket.MSG_DONTWAIT)
            except BlockingIOError:
                self._wait()
            else:
                self._taken += taken
                left = left[taken:]

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Send a file as `sendall` does: the system's own way would wait at work."""
        file.seek(offset)
        sent = 0
        while piece := file.read(min(_PIECE, _PIECE if count is None else count - sent)):
            self.sendall(piece)
            sent += len(piece)
        return sent

    def _wait(self) -> None:
        begun = time.monotonic()
        left = REQUEST_SECONDS + self._taken / BYTES_A_SECOND - self._waited
        with self._threads.waiting() as may_wait:
            if not may_wait or not _is_ready(self, select.POLLOUT, max(0.0, left)):
                raise TooSlow
        self._waited += time.monotonic() - begun


_PIECE = 64 * 1024


def _is_ready(sock: Any, what: int, seconds: float) -> bool:
    ready = select.poll()
    ready.register(sock, what)
    return bool(ready.poll(seconds * 1000))


class TurnTaking(ThreadPoolExecutor):
    """Does what is submitted in its order, on one thread while that gets on, on more while some wait, at most `threads` at once.

    Those inside `waiting` are not counted.
    """

    def __init__(self, threads: int) -> None:
        super().__init__(threads + WAITED_FOR_AT_MOST)
        self._threads_at_most = threads
        self._waited_for = 0
        self._lock = threading.Lock()
        self._submitted: deque[Callable[[], None]] = deque()
        # Whose turn it is to take what was submitted, since when it has been at what it took, and how many are at something.
        self._turn: object | None = None
        self._since = 0.0
        self._busy = 0
        self._somebody_waits = threading.Event()
        threading.Thread(target=self._watch, name="turns", daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()

        def do() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **named)
            except BaseException as fault:  # as the executor does: it is the future's
                future.set_exception(fault)
            else:
                future.set_result(result)

        with self._lock:
            self._submitted.append(do)
            waits = self._turn is not None
            if not waits:
                self._pass_turn()
        if waits and not self._somebody_waits.is_set():
            self._somebody_waits.set()
        return future

    @contextmanager
    def waiting(self) -> Iterator[bool]:
        """While it waits for a client, the thread is none of those that work; says whether it may (WAITED_FOR_AT_MOST)."""
        with self._lock:
            may = self._waited_for < WAITED_FOR_AT_MOST
            self._waited_for += may
            self._busy -= may
        try:
            yield may
        finally:
            with self._lock:
                self._waited_for -= may
                self._busy += may

    def give_way(self) -> None:
        """Stop while others have something to do, a moment at most; who does so is none of those that work."""
        if not self._submitted and self._busy <= 1:
            return
        until = time.monotonic() + GIVE_WAY_SECONDS
        with self._lock:
            self._busy -= 1
            if self._submitted and self._busy < self._threads_at_most:
                self._pass_turn()
        try:
            while (self._submitted or self._busy > 0) and time.monotonic() < until:
                time.sleep(0.0005)
        finally:
            with self._lock:
                self._busy += 1

    def _pass_turn(self) -> None:
        """Give the turn to a thread that has nothing to do; the lock is held."""
        self._turn = turn = object()
        self._since = time.monotonic()
        self._busy += 1
        super().submit(self._work, turn)

    def _work(self, turn: object) -> None:
        while True:
            with self._lock:
                if self._turn is not turn and not self._stuck():
                    self._busy -= 1
                    return
                if not self._submitted:
                    self._turn = None
                    self._busy -= 1
                    return
                # Its own turn still, or that of one who waits as long: then it goes on in its place.
                self._turn = turn
                self._since = time.monotonic()
                do = self._submitted.popleft()
            do()

    def _stuck(self) -> bool:
        return self._turn is not None and time.monotonic() - self._since > PATIENCE_SECONDS

    def _watch(self) -> None:
        while True:
            self._somebody_waits.wait()
            time.sleep(PATIENCE_SECONDS)
            with self._lock:
                if not self._submitted:
                    self._somebody_waits.clear()
                elif self._stuck() and self._busy < self._threads_at_most:
                    self._pass_turn()
