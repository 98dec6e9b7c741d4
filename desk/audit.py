"""The log of deeds as auditors read it: filters, search, what changed, one row's page, and all that is filtered as CSV or XLSX."""

import io
import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from common.audit.chain import head, verify
from common.audit.models import Record
from common.downloads import XLSX, download
from desk.deed_words import changes, in_brief, logged_models, object_name
from desk.frame import Button, PageAdmin
from tables.csv_output import csv_table

XLSX_ROWS = 20_000
# What a page looks at: some tenths of a second.
VERIFIED_ROWS = 2000
HEAD = "id at who via deed deed_text kind object before after reason request_id previous hash sandbox".split()


def lines(records: QuerySet[Record]) -> Iterator[list[str]]:
    """Yield the log as rows of a table, with the columns of HEAD."""
    for one in records.iterator(chunk_size=2000):
        states = [
            json.dumps(state, ensure_ascii=False) if state is not None else "" for state in (one.before, one.after)
        ]
        cells = [one.at.isoformat(), one.who, one.via, one.deed, one.get_deed_display(), one.kind, one.object]
        yield [
            str(one.id),
            *cells,
            *states,
            one.reason,
            one.request_id,
            one.previous,
            one.hash,
            str(one.sandbox).lower(),
        ]


class KindFilter(admin.SimpleListFilter):
    """Kinds of objects by their names, of those the log can have."""

    title = gettext_lazy("kind of object")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = {model._meta.model_name: str(model._meta.verbose_name) for model in logged_models()}
        return sorted(found.items(), key=lambda one: one[1])  # type: ignore[return-value]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Record]) -> QuerySet[Record]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Record)
class RecordAdmin(PageAdmin):
    page_template = "desk/audit/record.html"
    list_before_template = "desk/audit/list.html"
    list_display = ["id", "at_shown", "who", "deed_shown", "object_shown", "changed", "via"]
    list_filter = ["deed", "via", KindFilter, "sandbox"]
    search_fields = ["who", "object", "request_id", "reason"]
    date_hierarchy = "at"
    ordering = ["-id"]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("at"), ordering="at")
    def at_shown(self, record: Record) -> str:
        return f"{timezone.localtime(record.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("deed"), ordering="deed")
    def deed_shown(self, record: Record) -> str:
        return record.get_deed_display()

    @admin.display(description=gettext_lazy("object"), ordering="object")
    def object_shown(self, record: Record) -> str:
        name = object_name(record.kind, record.object)
        return _("%(name)s (sandbox)") % {"name": name} if record.sandbox else name

    @admin.display(description=gettext_lazy("what changed"))
    def changed(self, record: Record) -> SafeString:
        return in_brief(record)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("export.csv", self.csv_view, "csv"),
            self.route("export.xlsx", self.xlsx_view, "xlsx"),
            self.route("verify/", self.verify_view, "verify"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, record: Record) -> dict[str, Any]:
        return {
            "record": record,
            "changes": changes(record),
            "object_name": self.object_shown(record),
            "history_href": "",
        }

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        wanted = request.GET.urlencode()
        asked = f"?{wanted}" if wanted else ""
        buttons = [
            Button(_("Download as CSV"), self.url("csv") + asked, "download"),
            Button(_("Download as XLSX"), self.url("xlsx") + asked, "download"),
            Button(_("Verify"), self.url("verify"), "verified_user"),
        ]
        rows, hash_ = head()
        shown = {"buttons": buttons, "rows": rows, "head": hash_}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    def _asked_for(self, request: HttpRequest) -> QuerySet[Record]:
        self.require(request, "audit.view_record")
        return self.get_changelist_instance(request).get_queryset(request).order_by("id")

    def csv_view(self, request: HttpRequest) -> HttpResponseBase:
        return download(csv_table([HEAD], lines(self._asked_for(request))), "audit.csv", "text/csv")

    def xlsx_view(self, request: HttpRequest) -> HttpResponseBase:
        records = self._asked_for(request)
        if records.count() > XLSX_ROWS:
            told = _("More than %(count)s rows: narrow the filters, or download them as CSV.") % {"count": XLSX_ROWS}
            messages.error(request, told)
            return redirect(self.url("changelist"))
        workbook = Workbook(write_only=True)
        sheet = workbook.create_sheet(_("Log of deeds"))
        for row in [HEAD, *lines(records)]:
            cells = [WriteOnlyCell(sheet, cell) for cell in row]
            for cell in cells:
                cell.data_type = "s"  # text, whatever it begins with
            sheet.append(cells)
        content = io.BytesIO()
        workbook.save(content)
        return download([content.getvalue()], "audit.xlsx", XLSX)

    def verify_view(self, request: HttpRequest) -> HttpResponse:
        """Show whether the last rows are what was written; the whole log is proved by `manage.py verify_audit`."""
        self.require(request, "audit.view_record")
        context = {"proof": verify(VERIFIED_ROWS), "looked_at": VERIFIED_ROWS, "page_title": _("Verify the log")}
        return self.page(request, "desk/audit/verify.html", None, context)
