"""How many requests a key may make a minute; counted in Redis. When Redis is away requests go on: the database
still protects every write."""

from typing import Any

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from insurers.api.callers import counts, seconds_left


class PerKeyThrottle(BaseThrottle):
    """A fixed window a minute per key; `RateLimit-*` headers tell how much is left."""

    def allow_request(self, request: Any, view: Any) -> bool:
        return within_rate(request._request, request.user.prefix)

    def wait(self) -> int:
        return seconds_left()


def within_rate(request: Any, prefix: str) -> bool:
    """Count one request of a key, note its rate on the request (common.api.views writes the headers), and tell whether it is within the limit."""
    limit = settings.API_RATE_PER_MINUTE
    used = counts.used(prefix, limit)
    if used is None:
        return True
    request.rate = (limit, max(0, limit - used), seconds_left())
    return bool(used <= limit)
