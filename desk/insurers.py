"""Insurers: made and described here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from desk.frame import Logged
from insurers import services
from insurers.models import Insurer


@admin.register(Insurer)
class InsurerAdmin(Logged, ModelAdmin):
    """An insurer is made and described here; it is never deleted, since its checks and products stay."""

    actions = None
    list_display = ["code", "name", "is_active", "retention_days"]
    list_filter = ["is_active"]
    search_fields = ["code", "name"]
    fields = ["code", "name", "is_active", "retention_days"]

    def get_readonly_fields(self, request: HttpRequest, obj: Insurer | None = None) -> list[str]:
        return ["code"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Insurer, form: Any, change: bool) -> None:
        services.keep_insurer(insurer=obj, by=request.user.get_username())
