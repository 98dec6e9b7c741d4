"""How many requests a key, or without one an address, may make a minute; counted in Redis. When Redis is away requests go on: the database
still protects every write."""

import time
from typing import Any

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from common.client_address import client_address
from insurers.api.callers import WINDOW_SECONDS, counts


class PerKeyThrottle(BaseThrottle):
    """A fixed window a minute per key, or per address of who has none; `RateLimit-*` headers tell how much is left."""

    def allow_request(self, request: Any, view: Any) -> bool:
        holder, limit = getattr(request.user, "prefix", None), settings.API_RATE_PER_MINUTE
        if holder is None:
            holder, limit = client_address(request.META), settings.PUBLIC_RATE_PER_MINUTE
        used = counts.used(holder, limit)
        if used is None:
            return True
        request._request.rate = (limit, max(0, limit - used), self.wait())
        return bool(used <= limit)

    def wait(self) -> int:
        return WINDOW_SECONDS - int(time.time()) % WINDOW_SECONDS
