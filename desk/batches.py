"""Claim batches: a file in, how far it is, what came of it in sums, and the results to download; an insurer's own."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from catalog.clock import observe
from claims.batches import services
from claims.batches.columns import CLAIMS
from claims.batches.results import Kept, Shown, csv_lines, ndjson_lines
from claims.batches.totals import totals_document
from claims.eligibility.reasons import REASONS
from claims.models import ClaimBatch, ClaimCheck
from common.audit.deeds import Deed
from common.audit.services import record
from common.downloads import download
from common.errors import Refused
from common.labels import reader_language
from common.languages import Language
from desk.badges import PROGRESS_TONES
from desk.downloads import FORMS
from desk.forms import FileInput, NothingToFillIn, posted
from desk.frame import Action, Button, PageAdmin, paged
from desk.markup import badge
from desk.own_rows import OfInsurer, may_own, own_insurer
from insurers.models import Insurer, Product

MAY_UPLOAD = "claims.add_claimbatch"
# Of so many batches the names of the files are searched by part: each is opened for it.
NAMES_LOOKED_AT = 1_000
_UNDER_WAY = frozenset({"queued", "running"})


class BatchForm(forms.Form):
    """A file of claims of one product."""

    product = forms.ModelChoiceField(
        Product.objects.none(), label=gettext_lazy("Product"), widget=UnfoldAdminSelectWidget()
    )
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=FileInput(attrs={"accept": ".csv,.xlsx,.ndjson,.jsonl,.txt"}),
        help_text=gettext_lazy(
            "CSV, XLSX or NDJSON; one row a line of a claim. The same file again while it is decided is the same batch."
        ),
    )

    def __init__(self, *args: Any, insurer: Insurer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = Product.objects.filter(insurer=insurer).order_by("code")  # type: ignore[attr-defined]


def batch_progress(batch: ClaimBatch) -> dict[str, Any]:
    """Return how far a batch is, as its page polls it."""
    how_far = services.progress_of(batch)
    phases = {"read": _("Reading the file"), "decide": _("Deciding the claims"), "": _("Waiting for a worker")}
    told = phases.get(how_far["phase"], phases["read"]) if batch.state in _UNDER_WAY else batch.get_state_display()
    share = min(100, how_far["done"] * 100 // how_far["total"]) if how_far["total"] else None
    return {"state": batch.state, "told": told, "percent": share, "final": batch.state not in _UNDER_WAY}


def totals_shown(batch: ClaimBatch) -> dict[str, Any] | None:
    """Return a batch's sums with words for codes, by outcome, reason, benefit and drug; None until it is done."""
    if not batch.totals:
        return None
    language = reader_language()
    document = totals_document(batch.totals)
    outcomes = {**{value: str(words) for value, words in ClaimCheck.Outcome.choices}, "invalid": _("invalid")}
    benefits = _benefit_names(batch)

    def reason(code: str) -> str:
        kind = REASONS.get(code)
        return kind.in_short(language) if kind else code

    worded: dict[str, Callable[[dict[str, Any]], str]] = {
        "outcome": lambda row: outcomes.get(row["outcome"], row["outcome"]),
        "reason": lambda row: reason(row["reason"]),
        "benefit": lambda row: benefits.get(row["benefit"], row["benefit"]),
        "drug": lambda row: row["generic_name"],
    }
    titles = {"outcome": _("By outcome"), "reason": _("By reason"), "benefit": _("By benefit"), "drug": _("By drug")}
    groups = [
        (titles[name], [{**row, "name": word(row)} for row in document[f"by_{name}"][:100]])
        for name, word in worded.items()
    ]
    return {"whole": document, "groups": [(title, rows) for title, rows in groups if rows]}


def _benefit_names(batch: ClaimBatch) -> dict[str, str]:
    """Return what the product's benefits are called, by the latest version that names each."""
    names: dict[str, str] = {}
    for terms in batch.product.versions.order_by("effective_from", "id").values_list("terms", flat=True)[:50]:
        names |= {benefit["code"]: benefit.get("name") or benefit["code"] for benefit in terms.get("benefits", [])}
    return names


@admin.register(ClaimBatch)
class ClaimBatchAdmin(OfInsurer, PageAdmin):
    page_template = "desk/batches/batch.html"
    list_before_template = "desk/frame/list_buttons.html"
    list_display = ["file_shown", "insurer", "product", "state_shown", "claims", "lines", "created_by", "created_at"]
    list_filter = ["state", "insurer", "product"]
    list_select_related = ["insurer", "product"]
    search_fields = ["product__code", "product__name"]
    ordering = ["-created_at", "-id"]
    show_full_result_count = False

    @admin.display(description=gettext_lazy("file name"))
    def file_shown(self, batch: ClaimBatch) -> str:
        return batch.file_name or _("(facts removed)")

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, batch: ClaimBatch) -> SafeString:
        return badge(batch.get_state_display(), PROGRESS_TONES[batch.state])

    def badges(self, batch: ClaimBatch) -> list[SafeString]:
        return [self.state_shown(batch)]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_own(request, MAY_UPLOAD)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find by product, and the newest by a part of their files' names, which are sealed."""
        found, twice = super().get_search_results(request, queryset, search_term)
        if part := search_term.strip().casefold():
            newest = queryset.order_by("-created_at").values_list("pk", "file_name")[:NAMES_LOOKED_AT]
            found |= queryset.filter(pk__in=[pk for pk, name in newest if part in name.casefold()])
        return found, twice

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClaimBatch]:
        return super().get_queryset(request).select_related("product", "insurer", "job")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # The theme's own button for it is not there on a telephone.
        buttons = [Button(_("Upload claims"), self.url("add"), "upload", "primary")]
        shown = {"buttons": buttons if self.has_add_permission(request) else []}
        return super().changelist_view(request, {**(extra_context or {}), **shown})

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<uuid:pk>/progress/", self.progress_view, "progress"),
            self.route("<uuid:pk>/results.csv", self.csv_view, "results_csv"),
            self.route("<uuid:pk>/results.ndjson", self.ndjson_view, "results_ndjson"),
            self.route("<uuid:pk>/cancel/", self.cancel_view, "cancel"),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, batch: ClaimBatch) -> dict[str, Any]:
        self._log_look(request, batch)
        told = "message_en" if reader_language() == "en" else "message_zh"
        errors = paged(request, [{**one, "told": one[told]} for one in batch.errors], "errors")
        warnings = paged(request, [{**one, "told": one[told]} for one in batch.warnings], "warnings")
        return {
            "title": self.file_shown(batch),
            "batch": batch,
            "state_badge": self.state_shown(batch),
            "progress": batch_progress(batch),
            "totals": totals_shown(batch),
            "errors": errors,
            "warnings": warnings,
            "buttons": self._buttons(request, batch),
            "history_href": "",
        }

    def _buttons(self, request: HttpRequest, batch: ClaimBatch) -> list[Button]:
        if batch.state in _UNDER_WAY and may_own(request, MAY_UPLOAD):
            return [Button(_("Cancel the batch"), self.url("cancel", batch.pk), "cancel", "danger")]
        if batch.state == ClaimBatch.State.DONE and not batch.facts_removed:
            return [
                Button(_("Results (CSV)"), self.url("results_csv", batch.pk), "download", "primary"),
                Button(_("Results (NDJSON)"), self.url("results_ndjson", batch.pk), "download"),
            ]
        return []

    def _log_look(self, request: HttpRequest, batch: ClaimBatch, form: str = "") -> None:
        name, after = f"{batch.product.code} {batch.pk}", {"results": form} if form else None
        record(Deed.BATCH_READ, by=request.user.get_username(), what=batch, name=name, after=after)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        insurer = own_insurer(request, MAY_UPLOAD)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            batch, new = services.accept_batch(
                product=given["product"],
                chunks=given["file"].chunks(),
                file_name=given["file"].name,
                by=request.user.get_username(),
                seen=observe(),
            )
            told = (
                _("The file is taken; its claims are being decided.")
                if new
                else _("This file is being decided already.")
            )
            return self.url("change", batch.pk), told

        sent = (posted(request), request.FILES) if request.method == "POST" else (None, None)
        action = Action(
            title=_("Upload claims"),
            form=BatchForm(*sent, insurer=insurer),
            do=do,
            submit=_("Upload and decide"),
            back=self.url("changelist"),
            intro=_("Every claim is decided as known now; nobody's name or identity number may be in the file."),
            links=[
                (
                    _("Template (%(form)s)") % {"form": form.upper()},
                    reverse("admin:catalog_catalog_template", args=[CLAIMS, form]),
                )
                for form in FORMS
            ],
        )
        return self.act(request, None, action)

    def progress_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        return JsonResponse(batch_progress(self.found(request, pk)))

    def cancel_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        own_insurer(request, MAY_UPLOAD)
        batch = self.found(request, pk)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.cancel_batch(batch=batch, by=request.user.get_username())
            return self.url("change", pk), _("The batch is cancelled; nothing of it was kept as decided.")

        action = Action(
            title=_("Cancel the batch %(file)s") % {"file": batch.file_name},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Cancel the batch"),
            back=self.url("change", pk),
            intro=_("It ends at once, and none of its results is shown."),
            tone="danger",
        )
        return self.act(request, batch, action)

    def csv_view(self, request: HttpRequest, pk: object) -> HttpResponseBase:
        return self._results(request, pk, "csv", csv_lines)

    def ndjson_view(self, request: HttpRequest, pk: object) -> HttpResponseBase:
        return self._results(request, pk, "ndjson", ndjson_lines)

    def _results(
        self, request: HttpRequest, pk: object, form: str, lines_of: Callable[[Iterable[Kept], Shown], Iterator[bytes]]
    ) -> HttpResponseBase:
        batch = self.found(request, pk)
        try:
            services.check_shown(batch)
        except Refused as refusal:
            context = {"title": self.file_shown(batch), "told": refusal.detail, "back": self.url("change", pk)}
            return self.page(
                request, "desk/frame/told.html", batch, {**context, "history_href": ""}, status=refusal.status
            )
        self._log_look(request, batch, form)
        language: Language = reader_language()
        content = lines_of(services.decisions_of(batch), services.shown_in(batch, language))
        kind = "text/csv" if form == "csv" else "application/x-ndjson"
        stem = batch.file_name.rpartition(".")[0] or batch.file_name
        return download(content, f"{stem}-{_('results')}.{form}", kind)
