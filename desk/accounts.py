"""The people who sign in to the curators' pages: accounts, groups, and what each may do there.

Nobody changes their own rights; only a superuser makes superusers. A name is what publications and answers keep, so it is neither changed nor
freed for somebody else.
"""

from copy import copy
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from common.audit.deeds import Deed
from common.audit.services import record
from desk.frame import Logged, ReadOnlyAdmin
from desk.groups import why_not_together

# The rights that mean something on these pages; Django makes four for every table.
DEEDS = {
    "catalog.add_catalog": gettext_lazy("make catalogs"),
    "catalog.add_importrun": gettext_lazy("upload files"),
    "catalog.change_importrun": gettext_lazy("cancel imports and try them again"),
    "catalog.change_catalogversion": gettext_lazy("edit drafts, open consultations, ask for a review"),
    "catalog.publish_catalogversion": gettext_lazy("publish versions and send them back"),
    "catalog.withdraw_catalogversion": gettext_lazy("withdraw versions, together with a second person"),
    "catalog.delete_catalogversion": gettext_lazy("delete drafts"),
    "insurers.add_insurer": gettext_lazy("make insurers"),
    "insurers.change_insurer": gettext_lazy("change insurers"),
    "insurers.change_productversion": gettext_lazy("publish and withdraw product versions"),
    "insurers.add_apikey": gettext_lazy("issue API keys"),
    "insurers.change_apikey": gettext_lazy("revoke API keys"),
    "jobs.change_job": gettext_lazy("cancel jobs and try them again"),
    "auth.add_user": gettext_lazy("make accounts"),
    "auth.change_user": gettext_lazy("change accounts and their rights"),
    "auth.add_group": gettext_lazy("make groups"),
    "auth.change_group": gettext_lazy("change groups"),
    "auth.delete_group": gettext_lazy("delete groups"),
}


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"


def offered_rights() -> QuerySet[Permission]:
    """Return the permissions that open a page or a deed: to see what is registered, and the deeds."""
    wanted = Q()
    for model in admin.site._registry:
        wanted |= Q(content_type__app_label=model._meta.app_label, codename=f"view_{model._meta.model_name}")
    for name in DEEDS:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    rights = Permission.objects.filter(wanted).select_related("content_type")
    return rights.order_by("content_type__app_label", "content_type__model", "codename")


class RightsField(forms.ModelMultipleChoiceField):
    """Rights in words, as ticks."""

    def label_from_instance(self, permission: Permission) -> str:
        deed = DEEDS.get(_name(permission))
        if deed:
            return str(deed)
        model = permission.content_type.model_class()
        what = model._meta.verbose_name_plural if model else permission.content_type.model
        return _("see: %(what)s") % {"what": what}


class WithRights(Logged):
    """An account or group whose rights are ticked, and whose every change is in the log of deeds."""

    actions = None
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in {"permissions", "user_permissions"}:
            return RightsField(
                queryset=offered_rights(),
                required=False,
                label=gettext_lazy("Rights"),
                widget=UnfoldAdminCheckboxSelectMultipleWidget(),
            )
        if db_field.name == "groups":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget()
            field = db_field.formfield(**kwargs)
            field.help_text = ""
            return field
        return super().formfield_for_manytomany(db_field, request, **kwargs)


admin.site.unregister(User)
admin.site.unregister(Group)


def _rights_of(user: User) -> dict[str, Any]:
    """Return what the log of deeds keeps of an account: what it may do, never a password."""
    return {
        "active": user.is_active,
        "staff": user.is_staff,
        "superuser": user.is_superuser,
        "groups": sorted(user.groups.values_list("name", flat=True)),
        "rights": sorted(_name(right) for right in user.user_permissions.select_related("content_type")),
    }


class OneRole:
    """A form in which nobody becomes auditor or keeper of accounts together with anything else."""

    def clean_groups(self) -> Any:
        groups = self.cleaned_data["groups"]  # type: ignore[attr-defined]
        if why_not_together({group.name for group in groups}):
            told = gettext_lazy("Whoever audits, or keeps the accounts, is in no other group.")
            raise forms.ValidationError(told)
        return groups


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
        (gettext_lazy("Groups"), {"fields": ["groups"]}),
    ]
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "first_name", "last_name", "is_staff", "is_active", "last_login"]
    filter_horizontal = ()

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fixed = ["last_login", "date_joined"]
        if obj is not None and obj.pk == request.user.pk:
            return [*fixed, "username", "is_active", "is_staff", "is_superuser", "groups", "user_permissions"]
        if obj is not None:
            fixed.append("username")
        return fixed if request.user.is_superuser else [*fixed, "is_superuser"]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True  # accounts made here sign in here
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = _rights_of(User.objects.get(pk=form.instance.pk)) if change else None
        super().save_related(request, form, formsets, change)
        deed = Deed.ACCOUNT_CHANGED if change else Deed.ACCOUNT_CREATED
        record(deed, by=request.user.get_username(), what=form.instance, before=before, after=_rights_of(form.instance))

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        user = self.get_object(request, unquote(id))
        kept = user.password if user else None
        answer = super().user_change_password(request, id, form_url)
        if user and User.objects.values_list("password", flat=True).get(pk=user.pk) != kept:
            record(Deed.PASSWORD_CHANGED, by=request.user.get_username(), what=user)
        return answer

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        # An account is switched off: a deleted one could be made again by somebody else under the same name.
        return False


@admin.register(Group)
class GroupAdmin(WithRights, StockGroupAdmin, ModelAdmin):
    filter_horizontal = ()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        before = self._rights(form.instance) if change else None
        super().save_related(request, form, formsets, change)
        after = self._rights(form.instance)
        record(Deed.GROUP_CHANGED, by=request.user.get_username(), what=form.instance, before=before, after=after)

    def delete_model(self, request: HttpRequest, obj: Group) -> None:
        before, gone = self._rights(obj), copy(obj)
        super().delete_model(request, obj)
        record(Deed.GROUP_DELETED, by=request.user.get_username(), what=gone, before=before)

    def _rights(self, group: Group) -> list[str]:
        return sorted(_name(right) for right in group.permissions.select_related("content_type"))

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        if obj is not None and not request.user.is_superuser and request.user.groups.filter(pk=obj.pk).exists():
            return False
        return super().has_change_permission(request, obj)


admin.site.unregister(AccessAttempt)
admin.site.unregister(AccessLog)
admin.site.unregister(AccessFailureLog)
# Secrets have no page.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin):
    list_display = ["attempt_time", "username", "ip_address", "failures_since_start"]
    search_fields = ["username", "ip_address"]
    fields = ["attempt_time", "username", "ip_address", "user_agent", "failures_since_start"]
    ordering = ["-attempt_time"]
