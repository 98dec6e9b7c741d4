"""When somebody signs in: the session is dated, and the log of deeds says so. Hung on Django's own signals, the one place every way in passes."""

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from common.audit.deeds import Deed
from common.audit.services import record
from common.persons.services import tell_lock

BEGAN, SEEN = "began_at", "seen_at"


@receiver(user_logged_in, dispatch_uid="persons.date_the_session")
def date_the_session(sender: Any, request: Any, user: Any, **_signal: Any) -> None:
    """Write into the session when it began."""
    request.session[BEGAN] = request.session[SEEN] = timezone.now().timestamp()
    record(Deed.SIGNED_IN, by=user.get_username(), what=user)


@receiver(user_locked_out, dispatch_uid="persons.tell_the_lock")
def tell_the_lock(sender: Any, request: Any = None, username: str | None = None, **_signal: Any) -> None:
    """Log that an account was locked out."""
    tell_lock(username=username or "")
