"""What an insurer's programs asked for with its keys, as its people (and auditors) read it."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.frame import ReadOnlyAdmin
from desk.markup import badge
from desk.own_rows import OfInsurer
from insurers.models import ApiRequest
from insurers.request_log import waiting

_TONES = {2: "good", 3: "quiet", 4: "warn", 5: "bad"}


class StatusFilter(admin.SimpleListFilter):
    """Answers by the hundred of their status."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(first), f"{first}xx") for first in (2, 3, 4, 5)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiRequest]) -> QuerySet[ApiRequest]:
        first = self.value()
        if first not in {"2", "3", "4", "5"}:
            return queryset
        return queryset.filter(status__gte=int(first) * 100, status__lt=int(first) * 100 + 100)


@admin.register(ApiRequest)
class ApiRequestAdmin(OfInsurer, ReadOnlyAdmin):
    list_before_template = "desk/frame/list_note.html"
    list_display = ["at_shown", "insurer", "key", "method", "route", "status_shown", "milliseconds", "request_id"]
    list_filter = [StatusFilter, "method", "insurer"]
    list_select_related = ["insurer"]
    search_fields = ["key", "route", "request_id"]
    date_hierarchy = "at"
    ordering = ["-id"]
    show_full_result_count = False
    fields = ["at_shown", "insurer_shown", "key", "method", "route", "status_shown", "milliseconds", "request_id"]

    @admin.display(description=gettext_lazy("at"), ordering="id")
    def at_shown(self, asked: ApiRequest) -> str:
        return f"{timezone.localtime(asked.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("insurer"))
    def insurer_shown(self, asked: ApiRequest) -> str:
        """Return whose keys asked, without the way to a page that its own people may not open."""
        return str(asked.insurer)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_shown(self, asked: ApiRequest) -> SafeString:
        return badge(str(asked.status), _TONES.get(asked.status // 100, "quiet"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        waiting.write()
        told = _(
            "What programs asked for with this service's keys, and how it was answered; nothing of what was sent is kept. "
            "A route is shown as its pattern. Rows are kept for %(days)s days."
        )
        note = told % {"days": settings.REQUEST_LOG_DAYS}
        return super().changelist_view(request, {**(extra_context or {}), "note": note})
