"""Files and print pages of lists: any version, what a search found in it, what it changes; with where they come from and their checksum."""

from collections.abc import Iterable, Iterator

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern
from django.utils.translation import gettext as _

from catalog import clock
from catalog.change_weight import WEIGHTS
from catalog.changes import compared_anew
from catalog.entries import COLUMNS, of_version
from catalog.importing.columns import DRUGS
from catalog.importing.export import EXPORTED, TITLES, table_csv, table_xlsx, written
from catalog.importing.templates import template_columns, template_csv, template_xlsx
from catalog.models import Catalog, CatalogVersion, VersionChange
from catalog.search import entries_matching
from catalog.vocabularies import KINDS
from claims.batches.columns import CLAIM_LINES, CLAIMS
from common.downloads import XLSX, download
from common.labels import reader_language
from desk.badges import change_words
from desk.frame import PageAdmin
from desk.words import Words

PRINTED_ROWS = 1000
FORMS = ("csv", "xlsx")


def sent(header: list[str], rows: Iterable[list[str]], name: str, form: str) -> HttpResponseBase:
    """Return a table as a file of one of FORMS; nothing in it runs in a spreadsheet."""
    if form == "xlsx":
        return download(table_xlsx(header, rows), f"{name}.xlsx", XLSX)
    return download(table_csv(header, rows), f"{name}.csv", "text/csv")


class Downloads(PageAdmin):
    """What of a catalog can be taken away, below its page; for everybody who may see it."""

    def download_routes(self) -> list[URLPattern]:
        """Return the routes of the files and print pages."""
        below = "<int:pk>/versions/<int:version_pk>/"
        return [
            self.route("templates/<str:kind>.<str:form>", self.template_view, "template"),
            self.route(f"{below}entries.<str:form>", self.entries_file_view, "entries_file"),
            self.route(f"{below}changes.<str:form>", self.changes_file_view, "changes_file"),
            self.route(f"{below}print/", self.print_view, "print"),
        ]

    def _version(self, request: HttpRequest, pk: int, version_pk: int) -> CatalogVersion:
        catalog: Catalog = self.found(request, pk)
        seen = clock.observe()
        versions = catalog.versions.select_related("catalog", "catalog__series", "parent")
        version = versions.told_on(clock.china_today(seen.known_at), seen.known_at).filter(pk=version_pk).first()
        if version is None:
            raise Http404(_("The catalog has no such version."))
        return version

    def template_view(self, request: HttpRequest, kind: str, form: str) -> HttpResponseBase:
        """Answer an empty table of a kind of list, of the drug master or of claims, to be filled in."""
        may = request.user.has_perm
        if not (may("catalog.view_catalog") or (kind == CLAIMS and may("claims.add_claimbatch"))):
            raise PermissionDenied
        if kind not in {*KINDS.codes, DRUGS, CLAIMS} or form not in FORMS:
            raise Http404
        columns = CLAIM_LINES if kind == CLAIMS else template_columns(kind)
        words = {DRUGS: _("drug master"), CLAIMS: _("claims")}
        name = _("template") + "-" + (words.get(kind) or KINDS.names(reader_language())[kind])
        if form == "xlsx":
            return download(template_xlsx(columns, kind), f"{name}.xlsx", XLSX)
        return download(template_csv(columns), f"{name}.csv", "text/csv")

    def entries_file_view(self, request: HttpRequest, pk: int, version_pk: int, form: str) -> HttpResponseBase:
        """Answer the entries of a version, or those that `q` finds, as a file that can be imported again."""
        version = self._version(request, pk, version_pk)
        if form not in FORMS:
            raise Http404
        wanted = request.GET.get("q", "").strip()[:100]
        entries = of_version(version.pk).order_by("entry_code")
        if wanted:
            entries = entries.filter(entry_code__in=entries_matching(version, wanted)[:])
        rows = (written(entry) for entry in entries.values(*COLUMNS).iterator(chunk_size=2000))
        name = f"{version.catalog.code}-{version.label}" + (f"-{wanted}" if wanted else "")
        # Either way they are headers that an import knows.
        header = list(EXPORTED) if reader_language() == "en" else [TITLES[column] for column in EXPORTED]
        return sent(header, rows, name, form)

    def changes_file_view(self, request: HttpRequest, pk: int, version_pk: int, form: str) -> HttpResponseBase:
        """Answer what a version changes against the one it follows, old beside new, one row a column."""
        version = compared_anew(self._version(request, pk, version_pk))
        if form not in FORMS:
            raise Http404
        kind, weight = request.GET.get("change", ""), request.GET.get("weight", "")
        wanted = {
            "change": kind if kind in VersionChange.Kind.values else "",
            "weight": weight if weight in WEIGHTS else "",
        }
        changes = VersionChange.objects.told(version, **wanted).order_by("-major", "entry_code")
        header = [_("Kind of change"), _("Weight"), _("Entry code"), _("Entry code before"), _("Generic name")]
        header += [_("Column"), _("Old"), _("New")]
        name = f"{version.catalog.code}-{version.label}-" + _("changes")
        return sent(header, change_rows(changes.iterator(chunk_size=2000)), name, form)

    def print_view(self, request: HttpRequest, pk: int, version_pk: int) -> HttpResponse:
        """Answer a version as a document for A4: what it is, where it comes from, its checksum, its entries, a thousand a page."""
        version = self._version(request, pk, version_pk)
        words = Words()
        entries = Paginator(of_version(version.pk).order_by("entry_code"), PRINTED_ROWS).get_page(
            request.GET.get("page")
        )
        for entry in entries:
            entry.class_shown = words.of("reimbursement_class", entry.reimbursement_class)
        context = {
            "version": version,
            "catalog": version.catalog,
            "entries": entries,
            "page_title": f"{version.catalog.name} {version.label}",
            "badges": [*self.badges(version.catalog)],
            "printed_at": clock.observe().known_at,
            "history_href": "",
        }
        return self.page(request, "desk/catalogs/print.html", version.catalog, context)


def change_rows(changes: Iterable[VersionChange]) -> Iterator[list[str]]:
    """Yield changes as rows of words: a row for each column that differs, one for an entry that came or went."""
    words, kinds = Words(), change_words()
    weights = {"major": _("major"), "minor": _("minor"), "typographic": _("typographic"), "remark": _("remark")}
    for one in changes:
        start = [kinds[one.change], weights[one.weight], one.entry_code, one.old_entry_code, one.generic_name]
        told = words.changes(one.fields) if one.change == "changed" else []
        for name, old, new in told or [("", "", "")]:
            yield [*start, name, old, new]
