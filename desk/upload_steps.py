"""Uploading a version in three steps on one page: the file; how it is read; which draft it becomes. The state is an Upload in the database."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _

from catalog import clock, upload_steps
from catalog.importing.preview import Preview
from catalog.models import Catalog, CatalogVersion, Upload
from common.errors import Refused
from common.labels import reader_language
from desk.forms import posted
from desk.frame import PageAdmin, paged, sentences
from desk.uploads import DraftForm, FileForm, ReadingForm, uploaded

MAY_UPLOAD = "catalog.add_importrun"
_TYPED = ("label", "effective_from", "effective_to", "complete_for", "expected_counts", "note")


class UploadSteps(PageAdmin):
    """The pages of an upload, below a catalog's."""

    def upload_routes(self) -> list[URLPattern]:
        """Return the routes of the steps."""
        return [
            self.route("upload/", self.choose_view, "upload_choose"),
            self.route("<int:pk>/upload/", self.upload_view, "upload"),
            self.route("<int:pk>/upload/<uuid:upload_pk>/", self.upload_steps_view, "upload_steps"),
        ]

    def choose_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the catalogs one may upload a version to, found by code or name: one is picked before the file."""
        self.require(request, MAY_UPLOAD, "catalog.view_catalog")
        wanted = request.GET.get("q", "").strip()[:100]
        catalogs = self.get_queryset(request).select_related("series", "owner").order_by("code", "owner__code")
        if wanted:
            catalogs = catalogs.filter(Q(code__icontains=wanted) | Q(name__icontains=wanted))
        left = Upload.objects.filter(created_by=request.user.get_username()).select_related("catalog__owner")
        context = {
            "page_title": _("Upload a new version"),
            "catalogs": paged(request, catalogs),
            "q": wanted,
            "left": left.order_by("-created_at")[:5],
            "history_href": "",
        }
        return self.page(request, "desk/uploads/choose.html", None, context)

    def upload_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer step one, and keep the file it is sent."""
        catalog = self.found(request, pk)
        self.require(request, MAY_UPLOAD)
        form = FileForm(posted(request), request.FILES or None)
        status, refusals = 200, []
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                upload = upload_steps.begin_upload(
                    catalog=catalog, chunks=file.chunks(), file_name=file.name, by=request.user.get_username()
                )
            except Refused as refusal:
                status, refusals = refusal.status, sentences(refusal)
            else:
                return redirect(self.url("upload_steps", catalog.pk, upload.pk))
        left = catalog.uploads.filter(created_by=request.user.get_username()).order_by("-created_at")[:5]
        context = {**self._steps(catalog), "form": form, "refusals": refusals, "left": left}
        return self.page(request, "desk/uploads/steps.html", catalog, context, status=status)

    def upload_steps_view(self, request: HttpRequest, pk: int, upload_pk: object) -> HttpResponse:
        """Answer steps two and three: the file is looked at again, given up, or made an import."""
        catalog = self.found(request, pk)
        self.require(request, MAY_UPLOAD)
        upload = catalog.uploads.filter(pk=upload_pk, created_by=request.user.get_username()).first()
        if upload is None:
            raise Http404(_("This upload is over: its file became an import, or was left for a day."))
        if request.method == "POST":
            return self._posted(request, catalog, upload)
        found = upload_steps.seen(upload)
        reading = ReadingForm(upload=upload, found=found)
        return self._shown(request, catalog, upload, found, reading, self._draft_form(catalog, upload, None))

    def _posted(self, request: HttpRequest, catalog: Catalog, upload: Upload) -> HttpResponse:
        if "leave" in request.POST:
            upload_steps.discard_upload(upload=upload)
            messages.success(request, _("The file was given up; nothing of it is kept."))
            return redirect(self.url("upload", catalog.pk))
        found = upload_steps.seen(upload)
        reading = ReadingForm(request.POST, upload=upload, found=found)
        if not reading.is_valid():
            return self._shown(request, catalog, upload, found, reading, self._draft_form(catalog, upload, request))
        try:
            self._look(request, upload, reading)
            if "queue" not in request.POST:
                return redirect(self.url("upload_steps", catalog.pk, upload.pk) + "#step-2")
            draft = self._draft_form(catalog, upload, request)
            if draft.is_valid():
                run, new = upload_steps.queue_upload(
                    upload=upload, by=request.user.get_username(), **draft.cleaned_data
                )
                messages.success(request, uploaded(run, new))
                return redirect(reverse("admin:catalog_importrun_change", args=[run.pk]))
            status = 200
        except Refused as refusal:
            status = refusal.status
            draft = self._draft_form(catalog, upload, request)
            for sentence in sentences(refusal):
                draft.add_error(None, sentence)
        found = upload_steps.seen(upload)
        reading = ReadingForm(upload=upload, found=found)
        return self._shown(request, catalog, upload, found, reading, draft, status)

    def _look(self, request: HttpRequest, upload: Upload, reading: ReadingForm) -> None:
        """Read the beginning again where the reading was changed; keep what was typed beside it."""
        given = reading.cleaned_data
        # The sheet that was found by itself is no wish: another header row may be looked for in another sheet.
        sheet = given.get("sheet", "")
        if not upload.sheet and sheet == reading.initial["sheet"]:
            sheet = ""
        upload_steps.look_again(
            upload=upload,
            names=given["names"],
            sheet=sheet,
            header_row=given["header_row"],
            chosen=reading.chosen(),
            typed={name: request.POST.get(name, "")[:2000] for name in _TYPED},
        )

    def _draft_form(self, catalog: Catalog, upload: Upload, request: HttpRequest | None) -> DraftForm:
        drafts = catalog.versions.filter(state=CatalogVersion.State.DRAFT)
        return DraftForm(request.POST if request else None, drafts=drafts, initial=upload.typed)

    def _steps(self, catalog: Catalog) -> dict[str, Any]:
        """Return what every step shows: the catalog, and what a draft would be compared with today."""
        seen = clock.observe()
        day = clock.china_today(seen.known_at)
        return {
            "page_title": _("Upload a version of %(catalog)s") % {"catalog": catalog.name},
            "catalog": catalog,
            "in_force": catalog.versions.in_force(day, seen.known_at).first(),
            "drafts": catalog.versions.filter(published_at=None).order_by("-created_at")[:10],
            "badges": self.badges(catalog),
            "history_href": "",
        }

    def _shown(
        self,
        request: HttpRequest,
        catalog: Catalog,
        upload: Upload,
        found: Preview,
        reading: ReadingForm,
        draft: DraftForm,
        status: int = 200,
    ) -> HttpResponse:
        english = reader_language() == "en"
        columns = [
            (column, reading[f"column-{column.letter}"] if column.letter in reading.columns else None)
            for column in found.columns
        ]
        context = {
            **self._steps(catalog),
            "upload": upload,
            "found": found,
            "columns": columns,
            "told": [(one, one.en if english else one.zh) for one in found.told],
            "reading": reading,
            "draft": draft,
            "can_queue": bool(found.columns),
        }
        return self.page(request, "desk/uploads/steps.html", catalog, context, status=status)
