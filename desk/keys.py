"""API keys: issued, shown once, revoked."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from common.dates import CHINA, later
from desk.forms import NothingToFillIn, day_field, posted, text_field
from desk.frame import Action, Button, PageAdmin
from desk.markup import badge
from desk.own_rows import OfInsurer
from insurers import key_issuing, sandboxes
from insurers.keys import MAX_DAYS
from insurers.models import ApiKey, Insurer
from insurers.persons import insurer_of
from insurers.scopes import MAY_ISSUE, Scope

MAY_REVOKE = "insurers.change_apikey"
KEY_DAYS = 180


class IssueForm(forms.Form):
    """A new key, of an insurer or of the curator who makes it; an insurer's own people make their insurer's, with what insurers may hold."""

    insurer = forms.ChoiceField(
        label=gettext_lazy("For"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("A curator's key acts as the curator, so everybody makes their own."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=[(value, f"{value}") for value in Scope.values],
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    sandbox = forms.BooleanField(
        label=gettext_lazy("Test key"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=gettext_lazy("works in the insurer's sandbox alone; no check made with it counts"),
    )
    expires_on = day_field(
        label=gettext_lazy("Last day"), help_text=gettext_lazy("the key ends with this day in China")
    )
    note = text_field(label=gettext_lazy("Note"), required=False, max_length=200)

    def __init__(self, *args: Any, issuer: Any, own: Insurer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = key_issuing.scopes_of(issuer, own)
        insurers = [] if own else list(Insurer.objects.filter(is_active=True))
        # An administrator gives every insurer's key alike; asked of one of them.
        theirs = key_issuing.scopes_of(issuer, insurers[0]) if insurers else frozenset()
        offered = [choice for choice in Scope.choices if choice[0] in mine | theirs]
        words = [(value, f"{label} ({value})") for value, label in offered]
        self.fields["scopes"].choices = words  # type: ignore[attr-defined]
        if own is not None:
            del self.fields["insurer"]
            return
        myself = [("", _("myself (%(person)s)") % {"person": issuer.get_username()})] if mine else []
        others = [(str(one.pk), str(one)) for one in insurers] if theirs else []
        self.fields["insurer"].choices = [*myself, *others]  # type: ignore[attr-defined]
        self.fields["insurer"].required = not myself

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("sandbox") and "insurer" in self.fields and not given.get("insurer"):
            self.add_error("sandbox", _("Only an insurer has a sandbox; a curator's key is no test key."))
        return given

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day < timezone.now().astimezone(CHINA).date():
            raise forms.ValidationError(_("This day is over; choose a later one."))
        if day > later(timezone.now().astimezone(CHINA).date(), MAX_DAYS):
            raise forms.ValidationError(_("A key lasts at most %(days)d days.") % {"days": MAX_DAYS})
        return day


@admin.register(ApiKey)
class ApiKeyAdmin(OfInsurer, PageAdmin):
    page_template = "desk/keys/key.html"
    list_display = ["prefix", "owner_shown", "scopes_shown", "state_shown", "note", "created_at", "expires_at"]
    list_filter = ["insurer"]
    list_select_related = ["insurer", "user", "issued_by"]
    search_fields = ["prefix", "note", "insurer__code", "insurer__name", "user__username"]
    ordering = ["-created_at"]

    @admin.display(description=gettext_lazy("owner"))
    def owner_shown(self, key: ApiKey) -> str:
        if key.insurer:
            return _("%(insurer)s, test key") % {"insurer": key.insurer} if key.sandbox_id else str(key.insurer)
        return _("curator %(person)s") % {"person": key.user.get_username() if key.user else ""}

    @admin.display(description=gettext_lazy("scopes"))
    def scopes_shown(self, key: ApiKey) -> str:
        words = dict(Scope.choices)
        return ", ".join(str(words.get(scope, scope)) for scope in key.scopes)

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, key: ApiKey) -> SafeString:
        if key.revoked_at:
            return badge(_("revoked"), "bad")
        if key.expires_at and key.expires_at <= timezone.now():
            return badge(_("expired"), "quiet")
        return badge(_("valid"), "good")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MAY_ISSUE)

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.route("<int:pk>/revoke/", self.revoke_view, "revoke"),
            self.route("<int:pk>/take-over/", self.take_over_view, "take_over"),
        ]
        return [*own, *super().get_urls()]

    def page_context(self, request: HttpRequest, key: ApiKey) -> dict[str, Any]:
        buttons = []
        if key.revoked_at is None and request.user.has_perm(MAY_REVOKE):
            buttons.append(Button(_("Revoke"), self.url("revoke", key.pk), "block", "danger"))
            if key.insurer is not None and key.issued_by_id != request.user.pk:
                buttons.insert(0, Button(_("Take over"), self.url("take_over", key.pk), "swap_horiz"))
        words = dict(Scope.choices)
        return {
            "key": key,
            "owner": self.owner_shown(key),
            "state_badge": self.state_shown(key),
            "scopes": [(scope, words.get(scope, scope)) for scope in key.scopes],
            "without": [words.get(scope, scope) for scope in key.scopes if scope not in key_issuing.scopes_now(key)],
            "buttons": buttons,
        }

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.require(request, MAY_ISSUE)
        person, own = request.user.get_username(), insurer_of(request.user)

        def do(given: dict[str, Any]) -> HttpResponse:
            # The last moment of the last day in China, so that the day itself is included.
            ends = datetime.combine(given["expires_on"] + timedelta(days=1), time.min, CHINA).astimezone(UTC)
            shared = {"scopes": given["scopes"], "note": given["note"], "expires_at": ends, "by": person}
            insurer = own or Insurer.objects.filter(pk=given["insurer"] or None).first()
            if insurer is not None:
                issue = sandboxes.issue_test_key if given["sandbox"] else key_issuing.issue_insurer_key
                row, secret = issue(insurer=insurer, issuer=request.user, **shared)
            else:
                # Never for another curator: the key would act as them and be their second person.
                row, secret = key_issuing.issue_curator_key(username=person, issuer=request.user, **shared)
            context = {"key": row, "secret": secret, "owner": self.owner_shown(row), "back": self.url("change", row.pk)}
            # Not redirected to: then the key would have to be kept somewhere. Admin pages are never cached.
            return self.page(request, "desk/keys/issued.html", row, {**context, "history_href": ""})

        ends_on = timezone.now().astimezone(CHINA).date() + timedelta(days=KEY_DAYS)
        action = Action(
            title=_("New API key"),
            form=IssueForm(posted(request), issuer=request.user, own=own, initial={"expires_on": ends_on}),
            do=do,
            submit=_("Issue the key"),
            back=self.url("changelist"),
            intro=_("The key is shown once, on the next page; only its hash is kept."),
        )
        return self.act(request, None, action)

    def take_over_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        key = self.found(request, pk)
        self.require(request, MAY_ISSUE)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            key_issuing.take_over_key(key=key, issuer=request.user, by=request.user.get_username())
            return self.url("change", pk), _("You answer for this key now.")

        action = Action(
            title=_("Take over the key %(prefix)s") % {"prefix": key.prefix},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Take over"),
            back=self.url("change", pk),
            intro=_("A key has no more rights than whoever answers for it, and what it does counts as done by them."),
            why_not=_("You answer for this key already.") if key.issued_by_id == request.user.pk else "",
        )
        return self.act(request, key, action)

    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        key = self.found(request, pk)
        self.require(request, MAY_REVOKE)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            key_issuing.revoke_key(key=key, by=request.user.get_username())
            return self.url("change", pk), _("The key is revoked.")

        action = Action(
            title=_("Revoke the key %(prefix)s") % {"prefix": key.prefix},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Revoke"),
            back=self.url("change", pk),
            intro=_("The next request with it is refused. It cannot be made valid again."),
            tone="danger",
        )
        return self.act(request, key, action)
