"""The entries of a version: searched, filtered, sorted and paged, one entry's page, and what is found as a file."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.urls import URLPattern
from django.utils.translation import gettext as _

from catalog.entries import COLUMNS
from catalog.entry_filter import entries_found
from catalog.importing.export import csv_lines, xlsx_file
from catalog.models import CatalogEntry, CatalogVersion, EntryEvidence, VersionChange
from common.downloads import XLSX, download
from desk.entry_filters import FilterForm
from desk.frame import Button, paged
from desk.questionnaires import form_page
from desk.versions.tabs import VersionTabs
from desk.words import Words

# Column → what is sorted by; the entry code settles what is left open.
SORTED = ("entry_code", "generic_name", "dosage_form", "manufacturer", "class_code", "indication")
_SHOWN_FILTERS = ("class_code", "reimbursement_class", "icd10", "mark", "institution_level")


def filter_query(data: QueryDict) -> str:
    """Return the filters of an address, without its page, as a query."""
    kept = QueryDict(mutable=True)
    for name in (*FilterForm.base_fields, "sort"):
        if data.get(name):
            kept[name] = data[name]
    return kept.urlencode()


class EntryGrid(VersionTabs):
    """The tab 条目."""

    def grid_routes(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/entries/", self.entries_view, "entries"),
            self.route("<int:pk>/entries/found.csv", self.found_csv_view, "found_csv"),
            self.route("<int:pk>/entries/found.xlsx", self.found_xlsx_view, "found_xlsx"),
            self.route("<int:pk>/entries/one/", self.entry_by_code_view, "entry_of"),
            self.route("<int:pk>/entries/one/form/", self.entry_form_view, "entry_form"),
            self.route("<int:pk>/entries/<int:entry_pk>/", self.entry_view, "entry"),
        ]

    def entries_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        frame = self.tab_context(request, version, "entries")
        form = FilterForm(request.GET)
        wanted = form.wanted()
        found = entries_found(version, wanted) if wanted else CatalogEntry.objects.none()
        sort = request.GET.get("sort", "")
        ids: Any = found.order_by(*_order(sort)).values_list("pk", flat=True)
        everything = bool(wanted and wanted.is_everything)
        # What a filter keeps is looked for once: all ids are soon read, looking twice is not.
        page = paged(request, ids, count=version.entry_count) if everything else paged(request, list(ids))
        editable = self.may_edit_now(request, version)
        context = {
            **frame,
            "filters": form,
            "shown_filters": [form[name] for name in _SHOWN_FILTERS],
            "ticks": [form[name] for name in ("uncoded", "changed", "commented")],
            "filtered": not everything,
            "pages": page,
            "entries": _rows(version, list(page), editable),
            "columns": _columns(request.GET, sort),
            "editable": editable,
            "query": filter_query(request.GET),
            "add_href": self.url("entry_add", version.pk),
            "bulk_href": self.url("entries_bulk", version.pk),
            "csv_href": self.url("found_csv", version.pk),
            "xlsx_href": self.url("found_xlsx", version.pk),
        }
        for entry in context["entries"]:
            entry.href = self.to_entry("entry_of", version, entry.entry_code)
            if editable:
                entry.edit_href = self.to_entry("entry_edit", version, entry.entry_code, back=context["query"])
                entry.remove_href = self.to_entry("entry_remove", version, entry.entry_code, back=context["query"])
        return self.page(request, "desk/versions/entries.html", version, context)

    def _found_rows(self, request: HttpRequest, version: CatalogVersion) -> Any:
        wanted = FilterForm(request.GET).wanted()
        if wanted is None:
            raise Http404
        found = entries_found(version, wanted).order_by(*_order(request.GET.get("sort", "")))
        return found.values(*COLUMNS).iterator(chunk_size=2_000)

    def found_csv_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        version = self.found(request, pk)
        return download(csv_lines(self._found_rows(request, version)), _file_name(version, "csv"), "text/csv")

    def found_xlsx_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        version = self.found(request, pk)
        return download(xlsx_file(self._found_rows(request, version)), _file_name(version, "xlsx"), XLSX)

    def entry_view(self, request: HttpRequest, pk: int, entry_pk: int) -> HttpResponse:
        version = self.found(request, pk)
        return self._entry_page(request, version, version.entries.filter(pk=entry_pk).first())

    def entry_by_code_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        code = request.GET.get("entry", "")
        return self._entry_page(request, version, version.entries.filter(entry_code=code).first())

    def entry_form_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        entry = version.entries.filter(entry_code=request.GET.get("entry", "")).first()
        if entry is None:
            raise Http404
        return form_page(request, version, entry, self.to_entry("entry_of", version, entry.entry_code))

    def _entry_page(self, request: HttpRequest, version: CatalogVersion, entry: CatalogEntry | None) -> HttpResponse:
        if entry is None:
            raise Http404
        words = Words()
        facts = words.facts(entry, [name for name in COLUMNS if name != "criteria"])
        rare = _rare(words, entry)
        if rare:
            facts.append((_("Listed rare disease"), rare))
        criteria = [(code, text) for code, _equals, text in (item.partition("=") for item in entry.criteria)]
        frame = self.tab_context(request, version, "entries", with_buttons=False)
        buttons = [Button(_("Questionnaire to print"), self.to_entry("entry_form", version, entry.entry_code), "print")]
        if self.may_edit_now(request, version):
            edit, remove = (self.to_entry(name, version, entry.entry_code) for name in ("entry_edit", "entry_remove"))
            buttons += [Button(_("Edit"), edit, "edit", "primary"), Button(_("Remove"), remove, "delete", "danger")]
        evidence = EntryEvidence.objects.filter(version=version, entry_code=entry.entry_code).first()
        context = {
            **frame,
            "buttons": buttons,
            "entry": entry,
            "facts": facts,
            "criteria": criteria,
            "evidence": evidence,
        }
        return self.page(request, "desk/versions/entry.html", version, context)


def _file_name(version: CatalogVersion, form: str) -> str:
    return f"{version.catalog.code}-{version.label}-条目.{form}"


def _order(sort: str) -> list[str]:
    name = sort.removeprefix("-")
    return (
        [sort, "entry_code"] if name in SORTED and name != "entry_code" else [sort if name in SORTED else "entry_code"]
    )


def _columns(query: QueryDict, sort: str) -> list[dict[str, Any]]:
    """Return the heads of the grid: title, the address that sorts by it, and how it is sorted now."""
    titles: Mapping[str, Any] = {
        "generic_name": _("Entry"),
        "dosage_form": _("Form and strength"),
        "manufacturer": _("Manufacturer"),
        "class_code": _("Class"),
        "indication": _("Indication"),
    }
    heads = []
    for name, title in titles.items():
        kept = QueryDict(filter_query(query), mutable=True)
        kept["sort"] = f"-{name}" if sort == name else name
        told = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
        heads.append({"title": title, "href": f"?{kept.urlencode()}", "sorted": told})
    return heads


def _rare(words: Words, entry: CatalogEntry) -> str:
    text = f"{entry.indication}\n{entry.restriction}"
    return words.rare_diseases(icd10=entry.icd10, criteria=entry.criteria, text=text)


def _rows(version: CatalogVersion, ids: list[int], editable: bool) -> list[Any]:
    """Return the entries of a page in its order, each with what the grid says of it."""
    by_id = CatalogEntry.objects.in_bulk(ids)
    entries: list[Any] = [by_id[one] for one in ids if one in by_id]
    codes = [entry.entry_code for entry in entries]
    changed: dict[str, str] = {}
    if version.parent_id:
        changed = dict(
            VersionChange.objects.filter(version=version, entry_code__in=codes).values_list("entry_code", "change")
        )
    comments: Counter[str] = Counter()
    if version.submitted_at:
        comments.update(version.comments.filter(entry_code__in=codes).values_list("entry_code", flat=True))
    words = Words()
    for entry in entries:
        entry.class_shown = words.of("reimbursement_class", entry.reimbursement_class)
        entry.marks_shown = words.of("marks", entry.marks) if entry.marks else ""
        entry.icd10_shown = words.of("icd10", entry.icd10) if entry.icd10 else ""
        entry.rare_shown = _rare(words, entry)
        entry.change = changed.get(entry.entry_code, "")
        entry.comment_count = comments[entry.entry_code]
    return entries
