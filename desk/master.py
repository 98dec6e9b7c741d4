"""The drug master's file: uploaded by one person, merged by another; a part of the imports' pages."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from catalog import services
from catalog.master_approval import merge_drugs, why_not_merged
from catalog.models import ImportRun
from desk.forms import NothingToFillIn, posted
from desk.frame import Action, Button, Pages, paged
from desk.uploads import DrugUploadForm, uploaded
from desk.words import product_label

MAY_UPLOAD = "catalog.add_importrun"
MAY_STEER = "catalog.change_importrun"
# Whoever publishes lists merges the drug master too (curation.md 7).
MAY_MERGE = "catalog.publish_catalogversion"


class MergingPages(Pages):
    """Uploading the drug master, and merging what was uploaded."""

    def upload_drugs_view(self, request: HttpRequest) -> HttpResponse:
        self.require(request, MAY_UPLOAD)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            file = given["file"]
            run, new = services.upload_drugs(
                chunks=file.chunks(),
                file_name=file.name,
                by=request.user.get_username(),
                note=given["note"],
                staged=True,
            )
            return self.url("change", run.pk), uploaded(run, new)

        action = Action(
            title=_("Upload the drug master"),
            form=DrugUploadForm(posted(request), request.FILES or None),
            do=do,
            submit=_("Upload and check"),
            back=self.url("changelist"),
            intro=format_html(
                '{} {} <a class="link" href="{}">{}</a>',
                _(
                    "Products are updated by national code, else by approval number, strength and pack; none is removed."
                ),
                _("The file is compared with the drug master; a second person merges it."),
                reverse("admin:catalog_catalog_template", args=["drugs", "xlsx"]),
                _("Template to fill in"),
            ),
        )
        return self.act(request, None, action)

    def merge_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        run = self.found(request, pk)
        self.require(request, MAY_MERGE)
        refusal = why_not_merged(run, request.user.get_username())

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            merge_drugs(run=run, by=request.user.get_username())
            return self.url("change", run.pk), _("The file is being merged; from then on the products are known.")

        points = []
        if refusal is None:
            told = _("%(added)d products are new, %(changed)d change, %(unchanged)d stay; none is removed.")
            points = [
                told % {name: run.counts.get(name, 0) for name in ("added", "changed", "unchanged")},
                _("Answers given before keep what was known then."),
            ]
        action = Action(
            title=_("Merge %(file)s into the drug master") % {"file": run.file_name},
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Merge into the drug master"),
            back=self.url("change", run.pk),
            points=points,
            why_not=refusal.detail if refusal else "",
        )
        return self.act(request, run, action)

    def merging(self, request: HttpRequest, run: ImportRun) -> list[Button]:
        """Return what can be done with a file that waits to be merged."""
        buttons = []
        if request.user.has_perm(MAY_MERGE):
            refusal = why_not_merged(run, request.user.get_username())
            why = refusal.detail if refusal else ""
            buttons = [Button(_("Merge into the drug master"), self.url("merge", run.pk), "merge", "primary", why)]
        if self.may_cancel(request, run):
            buttons.append(Button(_("Give the file up"), self.url("cancel", run.pk), "cancel", "danger"))
        return buttons

    def may_cancel(self, request: HttpRequest, run: ImportRun) -> bool:
        """Tell whether this person may stop the import, or give a staged file up."""
        staged = run.state == ImportRun.Outcome.STAGED
        return request.user.has_perm(MAY_STEER) or (staged and request.user.has_perm(MAY_MERGE))

    def sample(self, request: HttpRequest, run: ImportRun) -> Any:
        """Return a page of the products that a drug master file changes and brings."""
        page = paged(request, run.sample, "sample")
        page.object_list = [
            {**one, "fields": [(product_label(name), *pair) for name, pair in one["fields"].items()]} for one in page
        ]
        return page
