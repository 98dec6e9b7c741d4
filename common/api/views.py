"""What every endpoint has in common: idempotent POSTs and rate headers."""

from typing import Any

from django.http import HttpResponseBase
from rest_framework.viewsets import GenericViewSet

from common.api.idempotency import once


class ApiViewSet(GenericViewSet):
    """A view set whose POSTs honour `Idempotency-Key`; `scopes` names, by method, the scopes of which a key needs one."""

    scopes: dict[str, tuple[str, ...]] = {}

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = request.headers.get("Idempotency-Key")
        if request.method == "POST" and key is not None and hasattr(self, "post"):
            handler = self.post
            self.post = lambda request, *args, **kwargs: once(request, key, lambda: handler(request, *args, **kwargs))

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().finalize_response(request, response, *args, **kwargs)
        rate = getattr(getattr(request, "_request", request), "rate", None)
        if rate:
            limit, left, seconds = rate
            response["RateLimit-Limit"], response["RateLimit-Remaining"], response["RateLimit-Reset"] = (
                str(limit),
                str(left),
                str(seconds),
            )
        response.headers.setdefault("Cache-Control", "no-store")
        return response
