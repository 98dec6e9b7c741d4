"""Rights in words, and the ticks they are given with."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join, mark_safe
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from desk.frame import Pages

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
    "insurers.add_product": gettext_lazy("make products and write their versions, for the own insurer"),
    "insurers.change_webhook": gettext_lazy("keep webhooks, for the own insurer"),
    "claims.add_claimbatch": gettext_lazy("upload claims, for the own insurer"),
    "catalog.add_comment": gettext_lazy("comment in consultations, for the own insurer"),
    "insurers.add_apikey": gettext_lazy("issue API keys"),
    "insurers.change_apikey": gettext_lazy("revoke API keys"),
    "jobs.change_job": gettext_lazy("cancel jobs and try them again"),
    "auth.add_user": gettext_lazy("make accounts"),
    "auth.change_user": gettext_lazy("change accounts and their rights"),
    "auth.add_group": gettext_lazy("make groups"),
    "auth.change_group": gettext_lazy("change groups"),
    "auth.delete_group": gettext_lazy("delete groups"),
}


def right_name(permission: Permission) -> str:
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


def right_told(permission: Permission) -> str:
    """Return a right in the reader's words; one that opens no page of the desk by its table and what it does there."""
    deed = DEEDS.get(right_name(permission))
    if deed:
        return str(deed)
    model = permission.content_type.model_class()
    what = model._meta.verbose_name_plural if model else permission.content_type.model
    does = {"add": _("make: %(what)s"), "change": _("change: %(what)s"), "delete": _("delete: %(what)s")}
    return does.get(permission.codename.partition("_")[0], _("see: %(what)s")) % {"what": what}


class RightsField(forms.ModelMultipleChoiceField):
    """Rights in words, as ticks."""

    def label_from_instance(self, permission: Permission) -> str:
        return right_told(permission)


class WithRights(Pages):
    """An account or group whose rights are ticked, and whose every change is in the log of deeds."""

    actions = None
    filter_horizontal = ()

    @admin.display(description=gettext_lazy("Rights"))
    def rights_shown(self, whose: Any) -> SafeString:
        """Show the rights in words, where they cannot be ticked; Django would name them in English."""
        rights = whose.permissions if isinstance(whose, Group) else whose.user_permissions
        told = sorted(right_told(right) for right in rights.select_related("content_type"))
        return format_html_join("", "<div>{}</div>", ((one,) for one in told)) if told else mark_safe("—")

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
