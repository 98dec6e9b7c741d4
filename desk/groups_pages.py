"""Groups of accounts, and the failed sign-ins."""

from copy import copy
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as StockGroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin

from common.audit.deeds import Deed
from common.audit.services import record
from desk.frame import ReadOnlyAdmin
from desk.rights_words import WithRights, right_name
from desk.roles import GROUPS

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(WithRights, StockGroupAdmin, ModelAdmin):
    filter_horizontal = ()

    def get_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        return ["name", "permissions" if self.has_change_permission(request, obj) else "rights_shown"]

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        return [] if self.has_change_permission(request, obj) else ["rights_shown"]

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
        return sorted(right_name(right) for right in group.permissions.select_related("content_type"))

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        if obj is not None and not request.user.is_superuser and request.user.groups.filter(pk=obj.pk).exists():
            return False
        # What would be undone by the next migrate is not offered.
        return (obj is None or obj.name not in GROUPS) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return (obj is None or obj.name not in GROUPS) and super().has_delete_permission(request, obj)


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
