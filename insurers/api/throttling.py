"""Requests a key may make a minute, counted in Redis; when Redis is away reads go on (spec api.md; the database still protects writes)."""

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.throttling import BaseThrottle

log = logging.getLogger(__name__)
WINDOW = 60


class PerKeyThrottle(BaseThrottle):
    """A fixed window a minute per key; `RateLimit-*` headers tell how much is left."""

    def allow_request(self, request: Any, view: Any) -> bool:
        limit = settings.API_RATE_PER_MINUTE
        now = int(time.time())
        window = now // WINDOW
        self._left_seconds = WINDOW - now % WINDOW
        key = f"rate:{request.user.prefix}:{window}"
        try:
            client = cache._cache.get_client(key, write=True)  # one round trip: count and expire together
            pipe = client.pipeline(transaction=False)
            pipe.incr(key)
            pipe.expire(key, WINDOW * 2)
            used = pipe.execute()[0]
        except RedisError as fault:
            log.warning("throttle without Redis: %s", type(fault).__name__)
            return True
        request._request.rate = (limit, max(0, limit - used), self._left_seconds)
        return used <= limit

    def wait(self) -> float:
        return self._left_seconds
