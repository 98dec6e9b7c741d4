"""A number in Redis that rises right after everything that changes what is known or who may ask: a hint to look at the database again.

It is never believed, only noticed: what a process keeps is a truthful observation of the database, at most a second old, that says its own
instant. While the hint stands still the observation may serve again; without Redis nothing is kept.
"""

import functools
import logging
from typing import Any

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
KEY = "shangbao:revision-hint"


@functools.cache
def client() -> Any:
    """Return the Redis client of the cache: one a process, its connections are pooled."""
    return cache._cache.get_client(KEY, write=True)


def raise_on_commit() -> None:
    """Raise the hint when the transaction has committed; a deaf Redis costs others a second."""
    transaction.on_commit(_raise)


def _raise() -> None:
    try:
        client().incr(KEY)
    except RedisError as fault:
        log.warning("revision hint not raised: %s", type(fault).__name__)
