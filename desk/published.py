"""Published lists as an insurer's users read them: the lists they may see, their editions, the entries of one, and these as a file.

Pages of their own, and the office's pages stay shut to insurers: what curators work with (drafts, imports, problems, records, comments of others,
names of persons) is never taken away from a page here, because it never was on it. Every query begins at `_versions`.
"""

from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _

from catalog import clock
from catalog.entries import COLUMNS
from catalog.entry_filter import entries_found
from catalog.importing.export import csv_lines, xlsx_file
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from common.downloads import XLSX, download
from desk.badges import provenance_badge, version_badge
from desk.downloads import FORMS
from desk.entry_filters import FilterForm
from desk.frame import Button, PageAdmin, paged
from desk.impact_words import ask_button
from desk.questionnaires import form_page
from desk.words import Words
from insurers.models import Insurer
from insurers.persons import insurer_of

# Whoever may see the insurer's products may read the lists that these rest on.
MAY_READ = "insurers.view_product"


class ReaderForm(FilterForm):
    """What a reader filters by: nothing that says where curators or other insurers are at work."""

    uncoded = changed = commented = None


class Published:
    """Pages below the catalogs' address for insurers' users, and for nobody else.

    Beside the catalogs' admin, not a part of it: no name here can stand for one of the office's there.
    """

    def __init__(self, admin: PageAdmin) -> None:
        self._admin = admin

    def routes(self) -> list[URLPattern]:
        """Return the routes of the pages and the file."""
        below = "published/<int:pk>/versions/<int:version_pk>/"
        return [
            self._admin.route("published/", self.lists_view, "published"),
            self._admin.route("published/<int:pk>/", self.list_view, "published_list"),
            self._admin.route(below, self.version_view, "published_version"),
            self._admin.route(f"{below}entry/", self.entry_view, "published_entry"),
            self._admin.route(f"{below}entry/form/", self.form_view, "published_form"),
            self._admin.route(f"{below}entries.<str:form>", self.file_view, "published_file"),
        ]

    def _reader(self, request: HttpRequest) -> Insurer:
        """Return the insurer whose person this is; 403 for everybody else, the office too."""
        insurer = insurer_of(request.user)
        if insurer is None or not request.user.has_perm(MAY_READ):
            raise PermissionDenied
        return insurer

    def _versions(self, request: HttpRequest) -> QuerySet[CatalogVersion]:
        """Return the published versions, withdrawn ones too, of the lists that the person's insurer may see."""
        visible = Catalog.objects.readable_by(self._reader(request).pk)
        seen = clock.observe()
        versions = CatalogVersion.objects.filter(catalog__in=visible, published_at__lte=seen.known_at)
        versions = versions.told_on(clock.china_today(seen.known_at), seen.known_at)
        return versions.select_related("catalog", "catalog__series")

    def _version(self, request: HttpRequest, pk: int, version_pk: int) -> CatalogVersion:
        version = self._versions(request).filter(pk=version_pk, catalog=pk).first()
        if version is None:
            raise Http404
        return version

    def lists_view(self, request: HttpRequest) -> HttpResponse:
        """Show the lists with the edition in force today."""
        self._reader(request)
        seen = clock.observe()
        published = self._versions(request)
        today = CatalogVersion.objects.filter(catalog=OuterRef("pk")).in_force(
            clock.china_today(seen.known_at), seen.known_at
        )
        catalogs = Catalog.objects.filter(pk__in=published.order_by().values("catalog")).select_related("series")
        catalogs = catalogs.annotate(
            version_today=Subquery(today.values("pk")[:1]),
            label_today=Subquery(today.values("label")[:1]),
            count_today=Subquery(today.values("entry_count")[:1]),
            editions=Count("versions", filter=Q(versions__published_at__lte=seen.known_at)),
        )
        wanted = _text(request)
        if wanted:
            catalogs = catalogs.filter(Q(code__icontains=wanted) | Q(name__icontains=wanted))
        page = paged(request, catalogs.order_by("code"))
        return self._shown(
            request, "desk/published/lists.html", {"page_title": _("Published lists"), "catalogs": page, "q": wanted}
        )

    def list_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a list's facts and its editions, the latest first."""
        versions = self._versions(request).filter(catalog=pk)
        page = paged(request, versions.order_by("-effective_from", "-pk"))
        if not page.paginator.count:
            raise Http404
        for version in page:
            version.badge = version_badge(version, for_office=False)
        catalog = page[0].catalog
        return self._shown(
            request,
            "desk/published/list.html",
            {
                "page_title": catalog.name,
                "catalog": catalog,
                "versions": page,
                "badges": [provenance_badge(catalog.provenance)],
            },
        )

    def version_view(self, request: HttpRequest, pk: int, version_pk: int) -> HttpResponse:
        """Show the entries of an edition, searched and filtered."""
        version = self._version(request, pk, version_pk)
        form = ReaderForm(request.GET)
        wanted = form.wanted()
        found = entries_found(version, wanted) if wanted else CatalogEntry.objects.none()
        everything = bool(wanted and wanted.is_everything)
        count = version.entry_count if everything else None
        page, words = paged(request, found.order_by("entry_code"), count=count), Words()
        for entry in page:
            entry.class_shown = words.of("reimbursement_class", entry.reimbursement_class)
            entry.icd10_shown = words.of("icd10", entry.icd10) if entry.icd10 else ""
        query = _query(request.GET)
        files = [(form_.upper(), self._below(version, "published_file", form_) + query) for form_ in FORMS]
        return self._shown(
            request,
            "desk/published/version.html",
            {
                **self._head(version),
                "filters": form,
                "shown_filters": [form[name] for name in ("class_code", "reimbursement_class", "icd10", "mark")],
                "filtered": not everything,
                "entries": page,
                "files": files,
                "back": self._below(version, "published_version"),
                "entry_href": self._below(version, "published_entry"),
                "buttons": self._upcoming_buttons(request, version),
            },
        )

    def _upcoming_buttons(self, request: HttpRequest, version: CatalogVersion) -> list[Button]:
        """Return what an insurer may do before an edition is in force: try it on its own claims."""
        upcoming = version.effective_from > clock.china_today(clock.observe().known_at)
        return ask_button(request.user, version) if upcoming else []

    def entry_view(self, request: HttpRequest, pk: int, version_pk: int) -> HttpResponse:
        """Show all that an entry says, found by its code."""
        version = self._version(request, pk, version_pk)
        entry = self._entry(request, version)
        facts = Words().facts(entry, [name for name in COLUMNS if name != "criteria"])
        criteria = [(code, text) for code, _equals, text in (item.partition("=") for item in entry.criteria)]
        buttons = [
            Button(_("Back"), self._below(version, "published_version"), "arrow_back"),
            Button(_("Questionnaire to print"), self._of_entry(version, "published_form", entry), "print"),
        ]
        title = entry.generic_name or entry.entry_code
        context = {**self._head(version), "page_title": title, "facts": facts, "criteria": criteria, "buttons": buttons}
        return self._shown(request, "desk/published/entry.html", context)

    def form_view(self, request: HttpRequest, pk: int, version_pk: int) -> HttpResponse:
        """Show the blank questionnaire of an entry, to print."""
        version = self._version(request, pk, version_pk)
        entry = self._entry(request, version)
        return form_page(request, version, entry, self._of_entry(version, "published_entry", entry))

    def _entry(self, request: HttpRequest, version: CatalogVersion) -> CatalogEntry:
        entry: CatalogEntry | None = version.entries.filter(entry_code=request.GET.get("entry", "")[:200]).first()
        if entry is None:
            raise Http404
        return entry

    def _of_entry(self, version: CatalogVersion, page: str, entry: CatalogEntry) -> str:
        return f"{self._below(version, page)}?{urlencode({'entry': entry.entry_code})}"

    def file_view(self, request: HttpRequest, pk: int, version_pk: int, form: str) -> HttpResponseBase:
        """Answer the entries, or those that the filters find, as a file of one of FORMS."""
        version = self._version(request, pk, version_pk)
        wanted = ReaderForm(request.GET).wanted()
        if form not in FORMS or wanted is None:
            raise Http404
        rows = entries_found(version, wanted).order_by("entry_code").values(*COLUMNS).iterator(chunk_size=2_000)
        name = f"{version.catalog.code}-{version.label}.{form}"
        return download(xlsx_file(rows), name, XLSX) if form == "xlsx" else download(csv_lines(rows), name, "text/csv")

    def _head(self, version: CatalogVersion) -> dict[str, Any]:
        catalog = version.catalog
        return {
            "version": version,
            "catalog": catalog,
            "page_title": f"{catalog.name} {version.label}",
            "badges": [version_badge(version, for_office=False), provenance_badge(catalog.provenance)],
        }

    def _below(self, version: CatalogVersion, page: str, *more: str) -> str:
        return reverse(f"admin:catalog_catalog_{page}", args=[version.catalog_id, version.pk, *more])

    def _shown(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """Return a page that is about no row of the office's: it has no history."""
        return self._admin.page(request, template, None, {**context, "history_href": ""})


def _text(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:100]


def _query(data: QueryDict) -> str:
    """Return the filters of an address as a query with its question mark."""
    kept = QueryDict(mutable=True)
    for name in ReaderForm.base_fields:
        if data.get(name):
            kept[name] = data[name]
    return f"?{kept.urlencode()}" if kept else ""
