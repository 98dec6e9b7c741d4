"""The people who sign in to the curators' pages: accounts, groups, and what each may do there.

Nobody changes their own rights; only a superuser makes superusers. A name is what publications and answers keep, so it is neither changed nor
freed for somebody else.
"""

from typing import Any

from axes.models import AccessAttempt
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.forms import UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelectWidget

from common.audit.deeds import Deed
from common.audit.services import record
from common.persons import services
from desk.forms import NothingToFillIn, posted
from desk.frame import PAGE_SIZE, Action, Button
from desk.markup import badge
from desk.rights_words import WithRights, right_name
from desk.roles import role_name, role_names, why_not_together
from insurers.models import Insurer
from insurers.persons import INSURERS_USERS, bind_user, insurer_of, is_of_the_office

admin.site.unregister(User)


def _rights_of(user: User) -> dict[str, Any]:
    """Return what the log of deeds keeps of an account: what it may do, never a password."""
    return {
        "active": user.is_active,
        "staff": user.is_staff,
        "superuser": user.is_superuser,
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "rights": sorted(right_name(right) for right in user.user_permissions.select_related("content_type")),
        "name": user.get_full_name(),
    }


class OneRole(forms.Form):
    """Groups that go together, and the insurer of an insurer's user: nobody audits, keeps accounts or works for an insurer beside anything else."""

    insurer = forms.ModelChoiceField(
        queryset=Insurer.objects.none(),
        required=False,
        label=gettext_lazy("Insurer"),
        help_text=gettext_lazy("Of an insurer's user: for good."),
        widget=UnfoldAdminSelectWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bound = insurer_of(self.instance) if self.instance.pk else None  # type: ignore[attr-defined]
        if "groups" in self.fields:
            self.fields["groups"].label_from_instance = lambda group: role_name(group.name)  # type: ignore[attr-defined]
        self.fields["insurer"].queryset = Insurer.objects.filter(is_active=True)  # type: ignore[attr-defined]
        if self.bound is not None:
            self.fields["insurer"].queryset = Insurer.objects.filter(pk=self.bound.pk)  # type: ignore[attr-defined]
            self.fields["insurer"].initial = self.bound
        # For good; and where the groups are not to be changed (one's own account), neither is this.
        self.fields["insurer"].disabled = self.bound is not None or "groups" not in self.fields

    def clean(self) -> Any:
        cleaned = super().clean() or self.cleaned_data
        if "groups" not in self.fields:
            return cleaned
        names = {group.name for group in cleaned.get("groups", ())}
        insurer = cleaned.get("insurer")
        if why_not_together(names):
            self.add_error(
                "groups", _("Whoever audits, keeps the accounts or works for an insurer is in no other group.")
            )
        elif (INSURERS_USERS in names) != (insurer is not None):
            self.add_error("insurer", _("An insurer's user has an insurer and is in the group of insurers' users."))
        elif (
            insurer is not None and self.bound is None and (cleaned.get("user_permissions") or self._is_of_the_office())
        ):
            self.add_error("insurer", _("This account has worked for the office; an insurer's user has their own."))
        return cleaned

    def _is_of_the_office(self) -> bool:
        user: Any = self.instance  # type: ignore[attr-defined]
        return bool(user.pk) and (user.last_login is not None or is_of_the_office(user))


class ChangeAccountForm(OneRole, UserChangeForm):
    pass


class NewAccountForm(OneRole, UserCreationForm):
    pass


@admin.register(User)
class UserAdmin(WithRights, StockUserAdmin, ModelAdmin):
    form = ChangeAccountForm
    add_form = NewAccountForm
    add_fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "password1", "password2"]}),
        (gettext_lazy("Groups"), {"fields": ["groups", "insurer"]}),
    ]
    fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email", "is_active"]}),
        (gettext_lazy("Groups"), {"fields": ["groups", "insurer"]}),
        (gettext_lazy("Rights beside the groups'"), {"fields": ["is_staff", "is_superuser", "user_permissions"]}),
    ]
    change_form_outer_before_template = "desk/accounts/standing.html"
    list_display = ["username", "name_shown", "roles_shown", "state_shown", "factor_shown", "last_login"]
    list_filter = ["is_active", "groups"]
    list_per_page = PAGE_SIZE
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        accounts = super().get_queryset(request).select_related("standing", "insurer_binding__insurer")
        since = timezone.now() - services.lock_time()
        attempts = AccessAttempt.objects.filter(
            username=OuterRef("username"),
            failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
            attempt_time__gt=since,
        )
        factors = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return accounts.annotate(is_locked=Exists(attempts), has_factor=Exists(factors)).prefetch_related("groups")

    @admin.display(description=gettext_lazy("full name"))
    def name_shown(self, user: User) -> str:
        return user.get_full_name() or "—"

    @admin.display(description=gettext_lazy("roles"))
    def roles_shown(self, user: User) -> SafeString:
        binding = getattr(user, "insurer_binding", None)
        names = [*role_names(user), *([binding.insurer.name] if binding else [])]
        return format_html_join(" ", "{}", ((badge(name, "info"),) for name in names)) or mark_safe("—")

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, user: User) -> SafeString:
        standing = getattr(user, "standing", None)
        if not user.is_active:
            return badge(_("switched off"), "quiet")
        if user.is_locked or services.minutes_locked(standing, timezone.now()):
            return badge(_("locked"), "bad")
        if standing and standing.password_given_by:
            return badge(_("password to be changed"), "warn")
        return badge(_("open"), "good")

    @admin.display(description=gettext_lazy("second step"))
    def factor_shown(self, user: User) -> SafeString:
        return badge(_("set up"), "good") if user.has_factor else badge(_("not set up"), "quiet")

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.route("<path:object_id>/unlock/", self.unlock_view, "unlock"),
            self.route("<path:object_id>/second-factor/", self.factor_view, "factor"),
            self.route("<path:object_id>/sessions/", self.sessions_view, "sessions"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = self.get_object(request, unquote(object_id))
        shown = (
            {"account": user, "state": self.state_shown(user), "buttons": self._buttons(request, user)} if user else {}
        )
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})

    def _buttons(self, request: HttpRequest, user: User) -> list[Button]:
        if not self.has_change_permission(request, user):
            return []
        own = _("Not to your own account.") if user.pk == request.user.pk else ""
        by = request.user.get_username()
        href = reverse("admin:auth_user_password_change", args=[user.pk])
        return [
            Button(
                _("Temporary password"), href, "password", why_not=own or services.why_no_password(user=user, by=by)
            ),
            Button(
                _("Reset second step"),
                self.url("factor", user.pk),
                "phonelink_erase",
                why_not=own or services.why_no_reset(user=user, by=by),
            ),
            Button(_("Unlock"), self.url("unlock", user.pk), "lock_open", why_not=own),
            Button(_("End sessions"), self.url("sessions", user.pk), "logout"),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if obj is None or "rights_shown" not in self.get_readonly_fields(request, obj):
            return found
        words = {"user_permissions": "rights_shown"}
        return [
            (title, {**part, "fields": [words.get(name, name) for name in part["fields"]]}) for title, part in found
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        ticked = request.user.is_superuser and self.has_change_permission(request, obj)
        shown = [] if obj is None or (ticked and obj.pk != request.user.pk) else ["rights_shown"]
        return [*self._fixed(request, obj), *shown]

    def _fixed(self, request: HttpRequest, obj: User | None) -> list[str]:
        if obj is not None and obj.pk == request.user.pk:
            return ["username", "is_active", "is_staff", "is_superuser", "groups", "user_permissions"]
        fixed = ["username"] if obj is not None else []
        # An administrator gives rights by groups; single rights are a superuser's to give.
        return fixed if request.user.is_superuser else [*fixed, "is_superuser", "user_permissions"]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True  # accounts made here sign in here
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        by, user = request.user.get_username(), form.instance
        before = _rights_of(User.objects.get(pk=user.pk)) if change else None
        super().save_related(request, form, formsets, change)
        deed = Deed.ACCOUNT_CHANGED if change else Deed.ACCOUNT_CREATED
        record(deed, by=by, what=user, before=before, after=_rights_of(user))
        if not change:
            services.password_is_given(user=user, given_by=by)
        if user.is_active and not user.get_all_permissions():
            messages.warning(request, _("This account has no role yet: its owner can sign in and do nothing."))
        if form.cleaned_data.get("insurer") is not None and form.bound is None:
            bind_user(user=user, insurer=form.cleaned_data["insurer"], by=by)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        def give(_values: dict[str, Any]) -> HttpResponse:
            made = services.give_temporary_password(user=user, by=request.user.get_username())
            shown = {
                "secret": made,
                "back": self.url("change", user.pk),
                "page_title": _("The password, shown this once"),
            }
            answer = self.page(request, "desk/accounts/password.html", user, shown)
            answer["Cache-Control"] = "no-store"
            return answer

        user = self._kept(request, id)
        points = [
            _("A new password is made and shown to you once; tell it to the owner in person."),
            _("It must be changed at the next sign-in; the account's sessions end."),
            _("The log of deeds keeps who gave it. Whoever gives the password cannot reset the second step too."),
        ]
        return self.act(request, user, self._action(request, user, _("Temporary password"), give, points))

    def factor_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def reset(_values: dict[str, Any]) -> tuple[str, str]:
            services.reset_second_factor(user=user, by=request.user.get_username())
            return self.url("change", user.pk), _("The second step is reset; the next sign-in sets up another.")

        user = self._kept(request, object_id)
        points = [_("Application and recovery codes become void, and the account's sessions end.")]
        return self.act(request, user, self._action(request, user, _("Reset second step"), reset, points))

    def unlock_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def unlock(_values: dict[str, Any]) -> tuple[str, str]:
            services.unlock(user=user, by=request.user.get_username())
            return self.url("change", user.pk), _("The account is unlocked.")

        user = self._kept(request, object_id)
        points = [_("Failed sign-ins and wrong codes are forgotten; an account that sleeps is woken.")]
        return self.act(request, user, self._action(request, user, _("Unlock"), unlock, points))

    def sessions_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def end(_values: dict[str, Any]) -> tuple[str, str]:
            services.end_sessions(user=user, by=request.user.get_username())
            return self.url("change", user.pk), _("The account's sessions are over.")

        user = self._kept(request, object_id)
        points = [
            _(
                "The account is signed out everywhere at once; what was not saved is lost. Its owner may sign in again right away."
            ),
            _("To keep somebody out, switch the account off or give it a temporary password."),
        ]
        return self.act(request, user, self._action(request, user, _("End sessions"), end, points))

    def _kept(self, request: HttpRequest, object_id: str) -> User:
        """Return the account for whoever keeps it."""
        user: User = self.found(request, unquote(object_id))
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        return user

    def _action(self, request: HttpRequest, user: User, title: str, do: Any, points: Any) -> Action:
        form = NothingToFillIn(posted(request))
        return Action(title=title, form=form, do=do, submit=title, back=self.url("change", user.pk), points=points)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # An account is switched off: a deleted one could be made again by somebody else under the same name.
        return False
