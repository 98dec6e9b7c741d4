"""The web server's worker: gunicorn's, but of its threads a second one runs only while the first one waits.

Four threads that all have work take the interpreter from each other in mid-request, and the slowest answers take four to five times the median
(measured, 16 connections on two cores). One thread answers in the order of arrival, and the slowest take twice the median; but alone it would
let everybody wait for one long upload or a database that hangs. So one thread works, and where it has been at one request for
`PATIENCE_SECONDS` another takes over what has arrived meanwhile.
"""

import gc
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from typing import Any

from django.conf import settings
from gunicorn.workers.gthread import ThreadWorker

PATIENCE_SECONDS = 0.005
LEAVE_SECONDS = 0.0001  # for each connection a worker has


class Worker(ThreadWorker):
    """gunicorn's gthread worker with threads that take turns."""

    def run(self) -> None:
        # What is loaded by now stays. Were the garbage collector to look at it again and again, each time a request would wait a tenth of a second.
        import_module(settings.ROOT_URLCONF)  # and with it every view
        gc.collect()
        gc.freeze()
        super().run()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        return TurnTaking(self.cfg.threads)

    def accept(self, listener: Any) -> None:
        # Every worker hears of a new connection: one that has many leaves it to one that has fewer for a moment, or all might end up with one.
        time.sleep(min(self.nr_conns, 10) * LEAVE_SECONDS)
        super().accept(listener)


class TurnTaking(ThreadPoolExecutor):
    """Does what is submitted in its order, on one thread while that gets on, on more while some wait, at most `threads` at once."""

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self._threads_at_most = threads
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
