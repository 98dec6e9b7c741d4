"""Middleware that only people's pages need: the API has no file, no session, no cookie, no message, and is spared them."""

import re
from typing import Any

from axes.middleware import AxesMiddleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django_otp.middleware import OTPMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from desk.sign_in import Entry


def _spares_the_api(middleware: type) -> type:
    class PagesOnly(middleware):  # type: ignore[misc]
        def __call__(self, request: HttpRequest) -> Any:
            if request.path_info.startswith("/api/"):
                return self.get_response(request)
            return super().__call__(request)

    PagesOnly.__name__ = PagesOnly.__qualname__ = f"PagesOnly{middleware.__name__}"
    PagesOnly.__doc__ = f"{middleware.__name__}, for people's pages only."
    return PagesOnly


class _KnownSessions(SessionMiddleware):
    """Django's, but a cookie that was never a session's is none: in quotes it may hold a NUL, with which no database can be asked."""

    def process_request(self, request: HttpRequest) -> None:
        if not _A_SESSION.fullmatch(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        super().process_request(request)


_A_SESSION = re.compile("[a-z0-9]{32}", re.ASCII)

StaticFiles = _spares_the_api(WhiteNoiseMiddleware)
Session = _spares_the_api(_KnownSessions)
Authentication = _spares_the_api(AuthenticationMiddleware)
SecondFactor = _spares_the_api(OTPMiddleware)
Tenant = _spares_the_api(Entry)
Messages = _spares_the_api(MessageMiddleware)
Axes = _spares_the_api(AxesMiddleware)
