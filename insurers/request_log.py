"""What an insurer's keys asked for: route, status and time of each request, nothing of what was in it.

A request waits for nothing here. What was answered is put aside in the process and written by a thread of its own, all that has come together in
about a second with one statement, so an insurer reads of it a moment later. What a process that is killed has put aside is lost.
"""

import atexit
import logging
import random
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error, close_old_connections, connection

from common.tenancy import EVERYBODY, acting_for
from insurers.models import ApiRequest

log = logging.getLogger(__name__)

SECONDS = 1.0
# Where the database cannot be reached, the latest are kept to be written later.
WAITING_AT_MOST = 20_000
_DELETED_AT_ONCE = 10_000

# An insurer may have gone since: then there is nobody to read it.
_WRITE = """
INSERT INTO insurers_apirequest (id, insurer_id, key, method, route, status, milliseconds, request_id, at)
SELECT r.* FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[], %s::int[], %s::text[], %s::timestamptz[])
    AS r(id, insurer_id, key, method, route, status, milliseconds, request_id, at)
  JOIN insurers_insurer i ON i.id = r.insurer_id
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """One request, in the order of the table's columns; `id` sorts by time."""

    id: str
    insurer_id: int
    key: str
    method: str
    route: str
    status: int
    milliseconds: int
    request_id: str
    at: datetime


def id_at(at: datetime) -> str:
    """Return a name for a request at this instant that sorts after those of earlier milliseconds."""
    return f"{_beginning(at)}{random.getrandbits(48):012x}"  # noqa: S311  tells two of one millisecond apart, no secret


def _beginning(at: datetime) -> str:
    return f"{int(at.timestamp() * 1000):012x}"


class _Waiting:
    """What was put aside and is not written yet."""

    def __init__(self) -> None:
        self._rows: deque[Answered] = deque(maxlen=WAITING_AT_MOST)
        self._came = threading.Event()
        self._lock = threading.Lock()
        self._started = False

    def add(self, row: Answered) -> None:
        self._rows.append(row)
        if not self._came.is_set():
            self._came.set()

    def clear(self) -> None:
        self._rows.clear()

    def write(self) -> None:
        """Write all that waits; where that fails it goes on waiting. Raises a database error."""
        with self._lock:
            rows = []
            while self._rows:
                rows.append(self._rows.popleft())
            if not rows:
                return
            try:
                _write(rows)
            except Error:
                self._rows.extendleft(reversed(rows[-(WAITING_AT_MOST - len(self._rows)) :]))
                raise

    def start(self) -> None:
        """Write what comes about once a second from now on, and what waits at the process's end."""
        if self._started:
            return
        self._started = True
        threading.Thread(target=self._go_on, name="request log", daemon=True).start()
        atexit.register(self._round)

    def _go_on(self) -> None:
        pause = threading.Event()
        while True:
            self._came.wait()
            pause.wait(SECONDS)
            self._came.clear()
            self._round()

    def _round(self) -> None:
        try:
            close_old_connections()
            self.write()
        except Error as fault:
            log.warning("request log: %s; tried again later", type(fault).__name__)
            connection.close()


waiting = _Waiting()


def _write(rows: Sequence[Answered]) -> None:
    columns = [list(column) for column in zip(*map(astuple, rows), strict=True)]
    with acting_for(EVERYBODY), connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)


def forget_old_requests(*, at: datetime) -> int:
    """Delete what was asked more than REQUEST_LOG_DAYS ago, some at a time; returns how many."""
    oldest = _beginning(at - timedelta(days=settings.REQUEST_LOG_DAYS))
    gone = 0
    while True:
        some = ApiRequest.objects.filter(id__lt=oldest).order_by("id").values("id")[:_DELETED_AT_ONCE]
        old = ApiRequest.objects.filter(id__in=some)
        count = old._raw_delete(old.db)
        gone += count
        if count < _DELETED_AT_ONCE:
            return gone
