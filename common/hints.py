"""A number in Redis that rises right after everything that changes what is known or who may ask: a hint to look at the database again.

It is never believed, only noticed: what a process keeps is a truthful observation of the database, at most a second old, that says its own
instant. While the hint stands still the observation may serve again; without Redis nothing is kept.
"""

import functools
import logging
import os
import threading
from typing import Any

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError, TimeoutError

log = logging.getLogger(__name__)
KEY = "shangbao:revision-hint"


@functools.cache
def client() -> Any:
    """Return the Redis client of the cache: one a process, its connections are pooled."""
    return cache._cache.get_client(KEY, write=True)


_own = threading.local()
_QUESTION = (f"*2\r\n$3\r\nGET\r\n${len(KEY)}\r\n{KEY}\r\n".encode(),)


def read() -> str:
    """Read the hint in one round trip; raises RedisError where Redis is away.

    Every request asks this, so each thread asks on a connection of its own, with a question packed beforehand: a third of what a pooled client
    takes.
    """
    connection = _connection()
    try:
        connection.send_packed_command(_QUESTION, check_health=False)
        found = connection.read_response()
    except BaseException as fault:
        # An answer that comes late must not be taken for that of the next question.
        del _own.connection
        connection.disconnect()
        if not isinstance(fault, RedisError | OSError) or isinstance(fault, TimeoutError):
            raise
        found = client().get(KEY)
    return (found or b"0").decode()


def _connection() -> Any:
    """Return this thread's connection; a forked process makes its own."""
    kept = getattr(_own, "connection", None)
    if kept is None or _own.process != os.getpid():
        kept = _own.connection = client().connection_pool.make_connection()
        _own.process = os.getpid()
    return kept


def raise_on_commit() -> None:
    """Raise the hint when the transaction has committed; a deaf Redis costs others a second."""
    transaction.on_commit(_raise)


def _raise() -> None:
    try:
        client().incr(KEY)
    except RedisError as fault:
        log.warning("revision hint not raised: %s", type(fault).__name__)
