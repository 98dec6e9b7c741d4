"""Response headers: a strict content policy everywhere, loosened only where a theme cannot do without."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse


class ContentPolicyMiddleware:
    """Give the admin the 'unsafe-eval' its theme's scripts need and the two documentation pages inline styles; all else stays strict."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
        elif request.path.startswith("/api/v1/docs"):
            response._csp_replace = {"style-src": [SELF, UNSAFE_INLINE]}
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response
