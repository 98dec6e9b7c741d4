"""Response headers: a strict content policy everywhere, loosened only where a theme cannot do without."""

from collections.abc import Callable
from functools import cache

from csp.constants import HEADER, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse

# Below these paths a theme's scripts need 'unsafe-eval', or inline styles.
_LOOSER = {
    "/admin/": {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]},
    "/api/v1/docs": {"style-src": [SELF, UNSAFE_INLINE]},
}


class ContentPolicyMiddleware:
    """Give every answer its content policy, written once for each of the few there are, and what else a browser is to heed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault(HEADER, _policy(next((path for path in _LOOSER if request.path.startswith(path)), "")))
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


@cache
def _policy(path: str) -> str:
    return build_policy(replace=_LOOSER.get(path))
