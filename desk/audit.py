"""The log of deeds as auditors read it: filters, search, one row's page, and all that is filtered as CSV."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern
from django.utils.translation import gettext as _

from common.audit.models import Record
from common.downloads import download
from desk.frame import Button, PageAdmin
from tables.written import csv_table

HEAD = "id at who via deed deed_text kind object before after reason request_id previous hash".split()


def lines(records: QuerySet[Record]) -> Iterator[list[str]]:
    """Yield the log as rows of a table, with the columns of HEAD."""
    for one in records.iterator(chunk_size=2000):
        states = [
            json.dumps(state, ensure_ascii=False) if state is not None else "" for state in (one.before, one.after)
        ]
        cells = [one.at.isoformat(), one.who, one.via, one.deed, one.get_deed_display(), one.kind, one.object]
        yield [str(one.id), *cells, *states, one.reason, one.request_id, one.previous, one.hash]


@admin.register(Record)
class RecordAdmin(PageAdmin):
    page_template = "desk/audit/record.html"
    list_before_template = "desk/frame/list_buttons.html"
    list_display = ["id", "at", "who", "via", "deed", "object", "reason"]
    list_filter = ["deed", "via", "kind"]
    search_fields = ["who", "object", "request_id", "reason"]
    date_hierarchy = "at"
    ordering = ["-id"]
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        return [self.route("export.csv", self.export_view, "export"), *super().get_urls()]

    def page_context(self, request: HttpRequest, record: Record) -> dict[str, Any]:
        def shown(state: Any) -> str:
            return "" if state is None else json.dumps(state, ensure_ascii=False, indent=2)

        return {"record": record, "before": shown(record.before), "after": shown(record.after), "history_href": ""}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        wanted = request.GET.urlencode()
        export = Button(_("Download as CSV"), self.url("export") + (f"?{wanted}" if wanted else ""), "download")
        return super().changelist_view(request, {**(extra_context or {}), "buttons": [export]})

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        self.require(request, "audit.view_record")
        records = self.get_changelist_instance(request).get_queryset(request).order_by("id")
        return download(csv_table([HEAD], lines(records)), "audit.csv", "text/csv")
