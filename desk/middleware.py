"""Middleware that only people's pages need: the API has no file, no session, no cookie, no message, and is spared them."""

from typing import Any

from axes.middleware import AxesMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django_otp.middleware import OTPMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

from desk.entry import Entry


def _spares_the_api(middleware: type) -> type:
    class PagesOnly(middleware):  # type: ignore[misc]
        def __call__(self, request: HttpRequest) -> Any:
            if request.path_info.startswith("/api/"):
                return self.get_response(request)
            return super().__call__(request)

    PagesOnly.__name__ = PagesOnly.__qualname__ = f"PagesOnly{middleware.__name__}"
    PagesOnly.__doc__ = f"{middleware.__name__}, for people's pages only."
    return PagesOnly


StaticFiles = _spares_the_api(WhiteNoiseMiddleware)
Session = _spares_the_api(SessionMiddleware)
Authentication = _spares_the_api(AuthenticationMiddleware)
SecondFactor = _spares_the_api(OTPMiddleware)
Tenant = _spares_the_api(Entry)
Messages = _spares_the_api(MessageMiddleware)
Axes = _spares_the_api(AxesMiddleware)
