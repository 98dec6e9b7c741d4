"""A report for a day: how many drugs of each list carry which mark, are approved where and by which regulator; each number leads to its drugs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog.drug_aliases import aliases_at
from catalog.marks_and_approvals import APPROVAL, APPROVALS, EVERYTHING, MARK, REGULATOR, SAID, Asked, Said, counts_of
from catalog.models import Catalog, CatalogVersion
from catalog.vocabularies import REGULATORS
from common.labels import reader_language
from curation.comparing.matrix_query import MOST_LISTS
from desk.as_of import Clocks, clocks_of
from desk.chosen_lists import Chosen, chosen_lists
from desk.downloads import sent
from desk.frame import Button


@dataclass(frozen=True, slots=True)
class MarksRow:
    """One thing that is said of drugs, in words, and for each list how many drugs it is said of, where these are shown, the list's code."""

    name: str
    numbers: Sequence[tuple[int, str, str]]


@dataclass(frozen=True, slots=True)
class MarksReport:
    """The lists in force on the day, and the rows by what they are about: marks, approvals, regulators."""

    versions: Sequence[CatalogVersion]
    parts: Sequence[tuple[str, Sequence[MarksRow]]]
    chosen: Chosen
    clocks: Clocks


def report_of(request: HttpRequest) -> MarksReport:
    """Return the report that an address asks for; 403 for whoever may not see the office's drugs."""
    if not request.user.has_perm("catalog.view_drug"):
        raise PermissionDenied
    clocks = clocks_of(request)
    chosen = chosen_lists(request, insurer_id=None, day=clocks.day, known_at=clocks.known_at, paying_only=True)
    meant = Catalog.objects.meant_by(chosen.codes[:MOST_LISTS], None)
    found = CatalogVersion.objects.filter(catalog__in=[one.pk for one in meant.values()])
    there = {
        one.catalog_id: one for one in found.select_related("catalog__owner").in_force(clocks.day, clocks.known_at)
    }
    versions = [there[one.pk] for one in meant.values() if one.pk in there]
    asked = Asked(
        tuple(sorted(one.pk for one in versions)),
        clocks.day,
        clocks.known_at,
        clocks.revision if clocks.is_now else None,
        aliases_at(clocks.known_at),
    )
    counts = counts_of(asked)
    language = reader_language()
    names = {MARK: SAID.names(language), APPROVAL: APPROVALS.names(language), REGULATOR: REGULATORS.names(language)}
    titles = {MARK: _("Marks"), APPROVAL: _("Approval"), REGULATOR: _("Regulators")}

    def row(what: Said) -> MarksRow:
        numbers = [(counts.get((one.pk, what), 0), _href(what, one, clocks), one.catalog.code) for one in versions]
        return MarksRow(names[what.kind][what.code], numbers)

    parts = [(title, [row(what) for what in EVERYTHING if what.kind == kind]) for kind, title in titles.items()]
    return MarksReport(versions, parts, chosen, clocks)


def _href(what: Said, version: CatalogVersion, clocks: Clocks) -> str:
    asked = urlencode({what.kind: what.code, "catalog": version.catalog.office_code})
    return f"{reverse('admin:catalog_drug_changelist')}?{asked}&{urlencode(clocks.asked)}"


def marks_view(request: HttpRequest) -> HttpResponse:
    """Show the report."""
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    report = report_of(request)
    asked = request.GET.urlencode()
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Drugs by mark and approval"),
        "report": report,
        "chosen": report.chosen,
        "clocks": report.clocks,
        "buttons": [
            Button(_("Download XLSX"), reverse("desk:marks_file") + (f"?{asked}" if asked else ""), "download")
        ],
    }
    return TemplateResponse(request, "desk/comparing/marks.html", context)


def file_view(request: HttpRequest) -> HttpResponseBase:
    """Answer the report as a workbook."""
    report = report_of(request)
    header = [_("What"), "", *(f"{one.catalog.code} {one.label}" for one in report.versions)]
    rows = (
        [title, row.name, *(str(count) for count, _where, _list in row.numbers)]
        for title, part in report.parts
        for row in part
    )
    return sent(header, rows, f"{_('Drugs by mark and approval')}-{report.clocks.day}", "xlsx")  # type: ignore[arg-type]


urls = [
    path("marks/", admin.site.admin_view(require_safe(marks_view)), name="marks"),
    path("marks.xlsx", admin.site.admin_view(require_safe(file_view)), name="marks_file"),
]
