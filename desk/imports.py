"""Imports: the list, and each one's page: how far it is, what is wrong with the file, how the draft differs; cancelling and retrying."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import mending, services
from catalog.changes import compared_anew
from catalog.importing.export import marked_csv_lines, marked_xlsx_file
from catalog.master_approval import moved_since
from catalog.models import ImportRun
from common.downloads import XLSX, download, marked_name
from common.errors import Refused
from common.jobs.models import Job
from common.labels import reader_language
from curation.coding import queue
from desk.badges import provenance_badge, run_badge, run_words
from desk.changes import changes_context
from desk.coding_waiting import MAY_CODE, coding_href
from desk.forms import NothingToFillIn, posted
from desk.frame import Action, Button, PageAdmin, paged, sentences
from desk.market_steps import market_href
from desk.master import MAY_STEER, MAY_UPLOAD, MergingPages
from desk.problems import ColumnNames, mend_rows, problem_rows, problems_context
from desk.words import phase_words
from tables.csv_output import csv_table
from tables.problems import in_language


class StateFilter(admin.SimpleListFilter):
    """Imports by the state that people see."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(run_words().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
        wanted = {
            "queued": Q(outcome="", job__state=Job.State.QUEUED),
            "running": Q(outcome="", job__state=Job.State.RUNNING),
            "staged": Q(outcome=ImportRun.Outcome.STAGED),
            "ready": Q(outcome=ImportRun.Outcome.READY),
            "failed": Q(outcome=ImportRun.Outcome.FAILED) | Q(outcome="", job__state=Job.State.DEAD),
            "cancelled": Q(outcome=ImportRun.Outcome.GIVEN_UP) | Q(outcome="", job__state=Job.State.CANCELLED),
        }.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(wanted)


def progress_of(run: ImportRun) -> dict[str, Any]:
    """Return how far an import is, as its page polls it."""
    state, job = run.state, run.job
    done, total = (job.done, job.total) if job else (0, 0)
    phase = job.phase if job and state == "running" else ""
    words = phase_words()
    told = words.get(phase, phase) if state in {"queued", "running"} else run_words()[state]
    if state == "running" and not phase:
        told = _("Starting")
    return {
        "state": state,
        "told": told,
        "percent": min(100, done * 100 // total) if total else None,
        "final": state not in {"queued", "running"},
    }


@admin.register(ImportRun)
class ImportRunAdmin(MergingPages, PageAdmin):
    page_template = "desk/imports/import.html"
    list_display = [
        "file_name",
        "target_shown",
        "provenance_shown",
        "state_shown",
        "error_count",
        "warning_count",
        "created_by",
        "created_at",
    ]
    list_filter = [StateFilter, "kind", "catalog__kind"]
    list_select_related = ["catalog", "job"]
    search_fields = ["file_name", "catalog__code", "catalog__name", "label", "created_by"]
    ordering = ["-created_at"]

    @admin.display(description=gettext_lazy("for"), ordering="catalog__code")
    def target_shown(self, run: ImportRun) -> str:
        return f"{run.catalog.code} {run.label}" if run.catalog else _("drug master")

    @admin.display(description=gettext_lazy("provenance"), ordering="catalog__provenance")
    def provenance_shown(self, run: ImportRun) -> SafeString | str:
        return provenance_badge(run.catalog.provenance) if run.catalog else ""

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, run: ImportRun) -> SafeString:
        return run_badge(run.state)

    def badges(self, run: ImportRun) -> list[SafeString]:
        return [run_badge(run.state), *([provenance_badge(run.catalog.provenance)] if run.catalog else [])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        related = ("catalog", "catalog__series", "job", "mended_from", "version", "version__parent")
        return super().get_queryset(request).select_related(*related).defer("normalised")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("drugs/upload/", self.upload_drugs_view, "upload_drugs"),
            self.route("<uuid:pk>/progress/", self.progress_view, "progress"),
            self.route("<uuid:pk>/problems.csv", self.problems_view, "problems"),
            self.route("<uuid:pk>/rows-with-problems.csv", self.marked_csv_view, "marked_csv"),
            self.route("<uuid:pk>/rows-with-problems.xlsx", self.marked_xlsx_view, "marked_xlsx"),
            self.route("<uuid:pk>/mend/", self.mend_view, "mend"),
            self.route("<uuid:pk>/acknowledge/", self.acknowledge_view, "acknowledge"),
            self.route("<uuid:pk>/cancel/", self.cancel_view, "cancel"),
            self.route("<uuid:pk>/merge/", self.merge_view, "merge"),
            self.route("<uuid:pk>/retry/", self.retry_view, "retry"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, run: ImportRun) -> dict[str, Any]:
        context = {
            "run": run,
            "state": run.state,
            "catalog": run.catalog,
            "progress": progress_of(run),
            **problems_context(request, run),
            "normalised": self._readings(request, run),
            "file_kept": services.is_file_kept(run),
            "may_steer": request.user.has_perm(MAY_STEER),
            "may_mend": request.user.has_perm(MAY_UPLOAD) and bool(mending.wrong_cells(run)),
            "mended_cells": [{**change, "place": ColumnNames(run).of(change["column"])} for change in run.mending],
            "mended_as": run.mended_as.order_by("-created_at").first(),
            "dead": bool(run.job and not run.outcome and run.job.state == Job.State.DEAD),
            "buttons": self._buttons(request, run),
            "sample": self.sample(request, run),
            "moved_since": moved_since(run),
            "again_href": market_href(run.catalog_id, run.asked) if run.catalog_id and run.asked else "",
        }
        if run.version:
            version = compared_anew(run.version)
            context |= {"version": version, "differences": True, **changes_context(request, version)}
            if run.suggest_codings and version.state == version.State.DRAFT and request.user.has_perm(MAY_CODE):
                context |= {"coding": coding_href(version), "uncoded": queue.how_many([version.pk])}
        return context | {"found": run.counts}

    def _readings(self, request: HttpRequest, run: ImportRun) -> Any:
        page, names = paged(request, run.normalised, "readings"), ColumnNames(run)
        language = reader_language()
        page.object_list = [
            {
                **change,
                "place": names.of(change["column"]),
                "before": in_language(change["before"], language),
                "after": in_language(change["after"], language),
            }
            for change in page
        ]
        return page

    def _buttons(self, request: HttpRequest, run: ImportRun) -> list[Button]:
        if run.state == ImportRun.Outcome.STAGED:
            return self.merging(request, run)
        if not request.user.has_perm(MAY_STEER):
            return []
        if run.state in {"queued", "running"}:
            return [Button(_("Cancel the import"), self.url("cancel", run.pk), "cancel", "danger")]
        if not run.outcome and run.job and run.job.state == Job.State.DEAD:
            buttons = [Button(_("Try again"), self.url("retry", run.pk), "refresh", "primary")]
            return [*buttons, *self._acknowledging(run)]
        return self._acknowledging(run) if run.state == "failed" else []

    def _acknowledging(self, run: ImportRun) -> list[Button]:
        if run.acknowledged_by:
            return []
        return [Button(_("Taken note of"), self.url("acknowledge", run.pk), "done")]

    def progress_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        return JsonResponse(progress_of(self.found(request, pk)))

    def problems_view(self, request: HttpRequest, pk: object) -> HttpResponseBase:
        run = self.found(request, pk)
        head = [_("severity"), _("row"), _("column"), _("value"), _("code"), _("what is wrong")]
        return download(csv_table([head], problem_rows(run)), f"problems-{str(run.pk)[:8]}.csv", "text/csv")

    def marked_csv_view(self, request: HttpRequest, pk: object) -> HttpResponseBase:
        run = self._kept(request, pk)
        lines = marked_csv_lines(services.kept_rows(run), services.file_problems(run))
        return download(lines, marked_name(run.file_name, "csv"), "text/csv")

    def marked_xlsx_view(self, request: HttpRequest, pk: object) -> HttpResponseBase:
        run = self._kept(request, pk)
        book = marked_xlsx_file(services.kept_rows(run), services.file_problems(run), services.places(run))
        return download(book, marked_name(run.file_name, "xlsx"), XLSX)

    def _kept(self, request: HttpRequest, pk: object) -> ImportRun:
        run = self.found(request, pk)
        if not services.is_file_kept(run):
            raise Http404(_("Only the file of a failed import is kept, for 30 days."))
        return run

    def cancel_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        run = self.found(request, pk)
        if not self.may_cancel(request, run):
            raise PermissionDenied
        staged = run.state == ImportRun.Outcome.STAGED

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.cancel_import(run=run, by=request.user.get_username())
            told = _("The file is given up; nothing of it came into the drug master.")
            return self.url("change", run.pk), told if staged else _(
                "The import is asked to stop; nothing of it is kept."
            )

        title = _("Give up %(file)s") if staged else _("Cancel the import of %(file)s")
        action = Action(
            title=title % {"file": run.file_name},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Give the file up") if staged else _("Cancel the import"),
            back=self.url("change", run.pk),
            tone="danger",
        )
        return self.act(request, run, action)

    def retry_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        run = self.found(request, pk)
        self.require(request, MAY_STEER)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.retry_import(run=run, by=request.user.get_username())
            return self.url("change", run.pk), _("The import is queued again.")

        action = Action(
            title=_("Try the import of %(file)s again") % {"file": run.file_name},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Try again"),
            back=self.url("change", run.pk),
        )
        return self.act(request, run, action)

    def acknowledge_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        run = self.found(request, pk)
        self.require(request, MAY_STEER)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.acknowledge_import(run=run, by=request.user.get_username())
            return self.url("change", run.pk), _("Taken note of; it no longer stands on the first page.")

        action = Action(
            title=_("Take note that the import of %(file)s failed") % {"file": run.file_name},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Taken note of"),
            back=self.url("change", run.pk),
        )
        return self.act(request, run, action)

    def mend_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        run = self.found(request, pk)
        self.require(request, MAY_UPLOAD)
        cells = mending.wrong_cells(run)
        if not cells:
            raise Http404(_("Nothing of this import can be mended here: download your rows and mend them there."))
        status, refusals = 200, []
        if request.method == "POST":
            sent = {f"{cell.row}-{cell.column}": (cell.row, cell.column) for cell in cells}
            given = {
                place: request.POST[f"cell-{name}"] for name, place in sent.items() if f"cell-{name}" in request.POST
            }
            try:
                mended = mending.mend_import(run=run, cells=given, by=request.user.get_username())
            except Refused as refusal:
                status, refusals = refusal.status, sentences(refusal)
            else:
                messages.success(request, _("The cells are replaced and the file is checked again."))
                return redirect(self.url("change", mended.pk))
        context = {
            "page_title": _("Mend %(file)s") % {"file": run.file_name},
            "run": run,
            "cells": mend_rows(run, cells, request.POST),
            "refusals": refusals,
            "badges": self.badges(run),
            "history_href": "",
        }
        return self.page(request, "desk/imports/mend.html", run, context, status=status)
