"""Impact runs 影响试算: asked of a version, followed, read in tables and pictures, taken away; an insurer's own, or the office's sums."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from catalog import clock
from catalog.importing.export import table_csv, workbook_file
from catalog.models import Catalog, CatalogVersion
from claims.models import ClaimBatch
from common.downloads import XLSX, download
from common.errors import Refused
from curation.impact import services
from curation.impact.mark import mark_of
from curation.impact.results import csv_lines
from curation.impact.services import Asked
from curation.impact.totals import totals_document
from curation.models import ImpactRun
from desk.badges import PROGRESS_TONES, version_badge
from desk.forms import NothingToFillIn, day_field, posted, text_field
from desk.frame import Action, Button, PageAdmin
from desk.impact_words import (
    MAY_ASK,
    ask_button,
    fault_told,
    money_picture,
    not_tried_told,
    outcome_picture,
    progress_told,
    scope_words,
    summary_words,
    tables_of,
)
from desk.markup import badge
from insurers.models import Insurer, Product
from insurers.persons import insurer_of

BATCHES_OFFERED = 50


class ImpactForm(forms.Form):
    """Which recorded decisions a version is tried on: claims of some days, or (an insurer's own) one batch."""

    product = text_field(
        label=gettext_lazy("Product"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("Its code; empty: every product."),
    )
    first_day = day_field(label=gettext_lazy("Service date from"), required=False)
    last_day = day_field(
        label=gettext_lazy("Service date to"), required=False, help_text=gettext_lazy("Both days count.")
    )

    def __init__(self, *args: Any, insurer: Insurer | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if insurer is None:  # the office has no batches: the days are needed
            self.fields["first_day"].required = self.fields["last_day"].required = True
            return
        products = Product.objects.filter(insurer=insurer).order_by("code")
        self.fields["product"] = forms.ChoiceField(
            label=_("Product"),
            required=False,
            widget=UnfoldAdminSelectWidget(),
            choices=[("", _("all products")), *((one.code, f"{one.code} {one.name}") for one in products)],
        )
        done = ClaimBatch.objects.filter(insurer=insurer, state=ClaimBatch.State.DONE, purged_at=None)
        batches = done.select_related("product").order_by("-created_at")[:BATCHES_OFFERED]
        self.fields["batch"] = forms.ChoiceField(
            label=_("Or a batch, in place of days"),
            required=False,
            widget=UnfoldAdminSelectWidget(),
            choices=[("", "—"), *((str(one.pk), _batch_told(one)) for one in batches)],
        )

    def asked(self) -> Asked:
        """Return what is asked, once the form is valid."""
        given = self.cleaned_data
        return Asked(given["product"], given.get("batch") or None, given["first_day"], given["last_day"])


def _batch_told(batch: ClaimBatch) -> str:
    return f"{batch.file_name or '—'} · {batch.product.code} · {batch.created_at:%Y-%m-%d}"


@admin.register(ImpactRun)
class ImpactRunAdmin(PageAdmin):
    page_template = "desk/impact/run.html"
    list_display = ["version", "scope_shown", "state_shown", "lines", "created_at", "finished_at"]
    list_filter = ["state"]
    list_select_related = ["version__catalog", "batch"]
    search_fields = ["version__catalog__code", "version__catalog__name", "version__label", "product"]
    ordering = ["-created_at", "-id"]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("of"))
    def scope_shown(self, run: ImpactRun) -> str:
        return scope_words(run)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, run: ImpactRun) -> SafeString:
        return badge(run.get_state_display(), PROGRESS_TONES[run.state])

    def badges(self, run: Any) -> list[SafeString]:
        return [self.state_shown(run)] if isinstance(run, ImpactRun) else [version_badge(run)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImpactRun]:
        # The office its own, and no insurer's.
        own = insurer_of(request.user)
        rows = super().get_queryset(request).filter(insurer=own)
        return rows.select_related("version__catalog", "batch__product", "job")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<uuid:pk>/progress/", self.progress_view, "progress"),
            self.route("<uuid:pk>/cancel/", self.cancel_view, "cancel"),
            self.route("<uuid:pk>/lines.csv", self.lines_view, "lines_csv"),
            self.route("<uuid:pk>/sums.xlsx", self.sums_view, "sums_xlsx"),
            self.route("<uuid:pk>/<str:table>.csv", self.table_view, "table_csv"),
            *super().get_urls(),
        ]

    # --- Asking

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.require(request, MAY_ASK)
        insurer = insurer_of(request.user)
        version = self._version(request, insurer)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            run = services.ask_impact(
                version=version,
                insurer_id=insurer.pk if insurer else None,
                asked=form.asked(),
                by=request.user.get_username(),
                seen=clock.observe(),
            )
            return self.url("change", run.pk), _("The claims are being tried.")

        form = ImpactForm(posted(request), insurer=insurer)
        action = Action(
            title=_("Try what %(version)s changes") % {"version": f"{version.catalog.name} {version.label}"},
            form=form,
            do=_told_on_fields(do),
            submit=_("Try it"),
            back=self._back(version, insurer),
            intro=_(
                "Recorded checks and claims of batches are decided again as if this version were published now. Nothing is recorded of it."
            ),
            points=[] if insurer else [_("You see sums over all insurers, and no line of any.")],
        )
        return self.act(request, None, action)

    def _version(self, request: HttpRequest, insurer: Insurer | None) -> CatalogVersion:
        """Return the version that is to be tried; 404 for one that the person may not see."""
        wanted = request.GET.get("version", "")
        seen = clock.observe()
        day = clock.china_today(seen.known_at)
        versions = CatalogVersion.objects.select_related("catalog").told_on(day, seen.known_at)
        if insurer is not None:
            visible = Catalog.objects.readable_by(insurer.pk)
            versions = versions.filter(catalog__in=visible).open_to_readers(day)
        elif not request.user.has_perm("catalog.view_catalogversion"):
            raise PermissionDenied
        version = versions.filter(pk=wanted).first() if wanted.isdecimal() and len(wanted) < 18 else None
        if version is None:
            raise Http404
        return version

    def _back(self, version: CatalogVersion, insurer: Insurer | None) -> str:
        if insurer is None:
            return reverse("admin:catalog_catalogversion_change", args=[version.pk])
        return self.url("changelist")

    # --- Following and reading

    def page_context(self, request: HttpRequest, run: ImpactRun) -> dict[str, Any]:
        office = insurer_of(request.user) is None
        context: dict[str, Any] = {
            "page_title": _("Impact of %(version)s") % {"version": f"{run.version.catalog.name} {run.version.label}"},
            "run": run,
            "version": run.version,
            "office": office,
            "scope": scope_words(run),
            "state_badge": self.state_shown(run),
            "progress": progress_told(run),
            "fault": fault_told(run),
            "not_tried": not_tried_told(run),
            "stale": mark_of(run.version) != run.mark,
            "buttons": self._buttons(request, run),
            "history_href": "",
        }
        if run.totals:
            told = totals_document(run.totals)
            pictures = [outcome_picture(told), money_picture(told)] if told["matrix"] else []
            context |= {
                "told": told,
                "summary": summary_words(run),
                "pictures": [one for one in pictures if one is not None],
                "tables": [one for one in tables_of(told, for_office=office) if one.rows],
            }
        return context

    def _buttons(self, request: HttpRequest, run: ImpactRun) -> list[Button]:
        may = request.user.has_perm(MAY_ASK)
        if run.state in services.UNDER_WAY:
            return [Button(_("Cancel the run"), self.url("cancel", run.pk), "cancel", "danger")] if may else []
        buttons = []
        if run.totals:
            if run.insurer_id is not None:
                buttons.append(
                    Button(_("Lines that differ (CSV)"), self.url("lines_csv", run.pk), "download", "primary")
                )
            buttons.append(Button(_("Sums (XLSX)"), self.url("sums_xlsx", run.pk), "download"))
        return [*buttons, *ask_button(request.user, run.version)]

    def progress_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        return JsonResponse(progress_told(self.found(request, pk)))

    def cancel_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        self.require(request, MAY_ASK)
        run = self.found(request, pk)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.cancel_impact(run=run, by=request.user.get_username())
            return self.url("change", pk), _("The run is cancelled.")

        action = Action(
            title=_("Cancel the run"),
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Cancel the run"),
            back=self.url("change", pk),
            intro=_("It ends at once, and nothing of it is shown."),
            tone="danger",
        )
        return self.act(request, run, action)

    # --- Taking away

    def lines_view(self, request: HttpRequest, pk: object) -> HttpResponseBase:
        """Answer the lines that differ; the office has none to give."""
        if insurer_of(request.user) is None:
            raise PermissionDenied
        run = self.found(request, pk)
        try:
            content = csv_lines(services.lines_of(run))
        except Refused as refusal:
            context = {"title": _("Impact"), "told": refusal.detail, "back": self.url("change", pk), "history_href": ""}
            return self.page(request, "desk/frame/told.html", run, context, status=refusal.status)
        services.log_look(run, by=request.user.get_username())
        return download(content, f"{self._stem(run)}-{_('lines')}.csv", "text/csv")

    def sums_view(self, request: HttpRequest, pk: object) -> HttpResponseBase:
        """Answer every table of the sums, a sheet each."""
        run, tables = self._tables(request, pk)
        sheets = {table.title: [table.header, *table.rows] for table in tables}
        return download(workbook_file(sheets), f"{self._stem(run)}.xlsx", XLSX)

    def table_view(self, request: HttpRequest, pk: object, table: str) -> HttpResponseBase:
        """Answer one table of the sums."""
        run, tables = self._tables(request, pk)
        found = next((one for one in tables if one.name == table), None)
        if found is None:
            raise Http404
        return download(table_csv(found.header, found.rows), f"{self._stem(run)}-{found.title}.csv", "text/csv")

    def _tables(self, request: HttpRequest, pk: object) -> tuple[ImpactRun, Any]:
        run = self.found(request, pk)
        if not run.totals:
            raise Http404
        office = insurer_of(request.user) is None
        return run, tables_of(totals_document(run.totals), for_office=office)

    def _stem(self, run: ImpactRun) -> str:
        return f"{run.version.catalog.code}-{run.version.label}-{_('impact')}"


def _told_on_fields(do: Any) -> Any:
    """Return the deed with what it refuses told at the fields of the page, which have other names than the request's."""
    names = {"/from": "/first_day", "/to": "/last_day"}

    def done(given: dict[str, Any]) -> Any:
        try:
            return do(given)
        except Refused as refusal:
            refusal.errors = tuple(
                replace(error, pointer=names.get(error.pointer, error.pointer)) for error in refusal.errors
            )
            raise

    return done
