"""The way in: name and password, then what the session still lacks (common.persons.session_rules), and only then the pages.

Until nothing is lacking the session works for nobody, so no page opens and the database shows it nothing; every request is asked anew.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django_otp import login as let_in
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from common.client_address import client_address
from common.errors import Refused
from common.persons import second_factor, services
from common.persons.session_rules import Known, Rules, Step, next_step
from common.persons.signals import BEGAN, SEEN
from common.tenancy import act_for
from desk.roles import keeper_of_accounts
from insurers.persons import account_of, tenant_of

# A session's last use is written down once a minute, not with every request.
_SEEN_EVERY = timedelta(minutes=1)
_PAGES = {Step.CODE: "desk:code", Step.ENROL: "desk:enrol", Step.PASSWORD: "admin:password_change"}
# What somebody half way in may open beside the page of the step: the way out.
_ALWAYS = ("admin:logout", "admin:login")
# Fields whose texts are never shown again.
_SECRET = re.compile(r"csrf|password|secret|code$|^_")


def rules() -> Rules:
    """Return how long sessions and passwords last here."""
    return Rules(
        idle=timedelta(minutes=settings.SESSION_IDLE_MINUTES),
        absolute=timedelta(seconds=settings.SESSION_COOKIE_AGE),
        password=timedelta(days=settings.PASSWORD_DAYS),
        second_factor=settings.REQUIRE_SECOND_FACTOR,
    )


def step_of(request: HttpRequest, now: datetime) -> Step:
    """Return what the signed-in person's session lacks."""
    account = account_of(request.user)
    standing = account.standing
    verified = request.user.is_verified()
    known = Known(
        began_at=_instant(request.session.get(BEGAN)),
        seen_at=_instant(request.session.get(SEEN)),
        ended_until=standing.sessions_since if standing else None,
        has_factor=account.has_factor,
        is_verified=verified,
        password_is_given=bool(standing and standing.password_given_by),
        password_set_at=standing.password_set_at if standing and standing.password_set_at else request.user.date_joined,
    )
    return next_step(known, rules(), now)


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)


class Entry:
    """Lets a session that lacks nothing work for the office or for its insurer, and leads every other to what it lacks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        answer = self._answer(request)
        # Claims, persons, drafts: what pages and their files show is kept by no browser and no cache.
        if "no-store" not in answer.get("Cache-Control", ""):
            answer["Cache-Control"] = "no-store"
        return answer

    def _answer(self, request: HttpRequest) -> HttpResponse:
        signs_in = request.method == "POST" and request.path == reverse("admin:login")
        if signs_in and (wait := fails_too_often(address_of(request))):
            return lock_page(request, wait)
        if not request.user.is_authenticated:
            return came_too_late(request) if _is_of_a_session_that_is_gone(request) else self.get_response(request)
        now = timezone.now()
        step = step_of(request, now)
        if step is Step.IN:
            seen = _instant(request.session[SEEN])
            if seen is None or now - seen >= _SEEN_EVERY:
                request.session[SEEN] = now.timestamp()
            act_for(tenant_of(request.user))
            return self.get_response(request)
        if step in (Step.ENDED, Step.IDLE):
            logout(request)
            if request.method == "POST" and request.path not in {reverse(name) for name in _ALWAYS}:
                return came_too_late(request)
            return redirect(f"{reverse('admin:login')}?ended={step.value}")
        if request.path in {reverse(name) for name in (*_ALWAYS, _PAGES[step])}:
            return self.get_response(request)
        return redirect(_PAGES[step])


def _is_of_a_session_that_is_gone(request: HttpRequest) -> bool:
    """Tell whether a form comes from a page of the desk that was open for longer than the browser kept the session."""
    ours = request.method == "POST" and request.path not in {reverse(name) for name in _ALWAYS}
    return ours and settings.CSRF_COOKIE_NAME in request.COOKIES


def came_too_late(request: HttpRequest) -> HttpResponse:
    """Say that what was sent was not saved since the session was over, and show what its sender had written: it stands nowhere else.

    Shown is only what was sent from a page of ours, with its token.
    """
    tokens = CsrfViewMiddleware(_shown_to)
    tokens.process_request(request)
    is_ours = tokens.process_view(request, _shown_to, (), {}) is None
    written = [
        (name, text)
        for name, texts in (request.POST.lists() if is_ours else ())
        for text in texts
        if text.strip() and not _SECRET.search(name)
    ]
    response = half_way(request, "ended", {"title": _("Not saved"), "written": written}, status=403)
    response["Cache-Control"] = "no-store"
    return response


def _shown_to(_request: HttpRequest) -> HttpResponse:
    """Stand for the page that was asked for, where only its token is looked at."""
    return HttpResponse()


def fails_too_often(address: str) -> int:
    """Return for how many minutes more an address may not try to sign in, whatever the name: too many failures came from it lately; 0: it may."""
    since = timezone.now() - services.lock_time()
    failed = AccessAttempt.objects.filter(ip_address=address, attempt_time__gt=since)
    found = failed.aggregate(count=Sum("failures_since_start"), last=Max("attempt_time"))
    if (found["count"] or 0) < settings.SIGN_IN_FAILURES_OF_AN_ADDRESS:
        return 0
    return max(1, -(-int((found["last"] - since).total_seconds()) // 60))


class SignInForm(AuthenticationForm):
    """Name and password; an account nobody has used for long sleeps until an administrator wakes it."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "The user name or the password is wrong. Capital and small letters differ in both."
        ),
    }

    def clean_username(self) -> str:
        """Refuse a name longer than any account's, in the words for a wrong one: Django asks nobody to, and no table of attempts could keep it."""
        name: str = self.cleaned_data["username"]
        if len(name) > self.username_field.max_length:
            raise self.get_invalid_login_error()
        return name

    def confirm_login_allowed(self, user: Any) -> None:
        super().confirm_login_allowed(user)
        standing = getattr(user, "standing", None)
        used = [user.last_login or user.date_joined, *([standing.woken_at] if standing and standing.woken_at else [])]
        if timezone.now() - max(used) >= timedelta(days=settings.ASLEEP_AFTER_DAYS):
            raise ValidationError(
                _("Nobody has signed in to this account for %(days)s days; an administrator can wake it.")
                % {"days": settings.ASLEEP_AFTER_DAYS},
                code="asleep",
            )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("One-time code"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True, "spellcheck": "false"}
        ),
    )


@never_cache
def code_page(request: HttpRequest) -> HttpResponse:
    """Ask for the application's code, or a recovery code."""
    if not request.user.is_authenticated or step_of(request, timezone.now()) is not Step.CODE:
        return redirect("admin:index")
    form = CodeForm(request.POST or None)
    form.fields["code"].help_text = _("6 digits, or a recovery code where the telephone is not at hand.")
    if form.is_valid():
        try:
            device = services.verify_code(user=request.user, code=form.cleaned_data["code"])
        except services.LockedOut as refusal:
            return lock_page(request, refusal.minutes)
        except Refused as refusal:
            form.add_error("code", refusal.detail)
        else:
            let_in(request, device)
            request.session.cycle_key()
            return redirect("admin:index")
    return half_way(request, "code", {"form": form, "title": _("Second step")}, 400 if form.errors else 200)


@never_cache
def enrol_page(request: HttpRequest) -> HttpResponse:
    """Set up the application that makes somebody's codes; then show the recovery codes, once.

    From the own page it replaces the application that is there.
    """
    if not request.user.is_authenticated:
        return redirect("admin:index")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            device, made = services.confirm_second_factor(user=request.user, code=form.cleaned_data["code"])
        except Refused as refusal:
            form.add_error("code", refusal.detail)
        else:
            let_in(request, device)
            request.session.cycle_key()
            return half_way(request, "recovery", {"codes": made, "title": _("Recovery codes"), "done": "admin:index"})
    device = services.begin_second_factor(user=request.user)
    shown = {"qr": mark_safe(second_factor.qr_svg(device)), "secret": second_factor.secret_in_words(device)}  # noqa: S308  made by us
    return half_way(
        request, "enrol", {"form": form, "title": _("Set up the second step"), **shown}, 400 if form.errors else 200
    )


def half_way(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Return a page for somebody who is not in yet: without menu."""
    shared = {**admin.site.each_context(request), **context}
    return render(request, f"desk/entry/{name}.html", shared, status=status)


def lock_page(request: HttpRequest, minutes: int) -> HttpResponse:
    """Say that too many failures locked the account here: for how long, and who unlocks."""
    context = {"minutes": minutes, "keeper": keeper_of_accounts(), "title": _("Locked for a while")}
    response = half_way(request, "locked", context, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def address_of(request: HttpRequest) -> str:
    """Return the address that failed sign-ins are counted for, with the name."""
    return client_address(request.META)


def locked_out(request: HttpRequest, credentials: Any = None, *_rest: Any) -> HttpResponse:
    """Answer for the login guard (setting AXES_LOCKOUT_CALLABLE)."""
    attempt = AccessAttempt.objects.filter(
        username=request.POST.get("username", ""), ip_address=request.axes_ip_address
    ).order_by("-attempt_time")
    began = attempt.values_list("attempt_time", flat=True).first() or timezone.now()
    left = (began + services.lock_time() - timezone.now()).total_seconds()
    return lock_page(request, max(1, -(-int(left) // 60)))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was sent without its token: from an old page, or another site (setting CSRF_FAILURE_VIEW)."""
    words = {
        "title": _("The form was not taken"),
        "detail": _(
            "This page was open for too long, or cookies are switched off. Go back, load the page again and send it once more."
        ),
    }
    return render(request, "problem.html", words, status=403)


urls = [
    path("sign-in/code/", code_page, name="code"),
    path("sign-in/second-factor/", enrol_page, name="enrol"),
]

admin.site.login_form = SignInForm
