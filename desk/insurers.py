"""Insurers: made and described here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from desk.frame import Logged
from insurers import services
from insurers.models import Insurer


class InsurerForm(forms.ModelForm):
    """An insurer; its code is no other's. Sandboxes have their insurer's, so the form asks about insurers alone."""

    class Meta:
        model = Insurer
        fields = ["code", "name", "is_active", "retention_days"]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Insurer.objects.filter(code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("There is an insurer with this code already."), "unique")
        return code


@admin.register(Insurer)
class InsurerAdmin(Logged, ModelAdmin):
    """An insurer is made and described here; it is never deleted, since its checks and products stay."""

    actions = None
    form = InsurerForm
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
