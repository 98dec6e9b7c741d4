"""Finding: one page that asks for anything by name, pinyin, initials or code, and the same for the theme's palette (Ctrl+K)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from catalog import clock
from catalog.find_anything import LONGEST, find
from catalog.models import Drug
from catalog.search import drugs_near
from desk.words import period_words
from insurers.persons import insurer_of

MAY_SEE = {
    "drugs": "catalog.view_drug",
    "catalogs": "catalog.view_catalog",
    "versions": "catalog.view_catalogversion",
    "entries": "catalog.view_catalogversion",
}


def results(request: HttpRequest, wanted: str) -> list[tuple[str, str, list[SearchResult]]]:
    """Return what a text finds of what this person may see: (kind, its title, results), kinds without any left out."""
    if not any(request.user.has_perm(right) for right in MAY_SEE.values()):
        return []
    insurer = insurer_of(request.user)
    seen = clock.observe()
    day = clock.china_today(seen.known_at)
    found = find(wanted, insurer_id=insurer.pk if insurer else None, day=day, seen=seen)
    kinds = [
        (
            "drugs",
            _("Drugs"),
            [
                SearchResult(
                    one.generic_name, _("drug"), reverse("admin:catalog_drug_change", args=[one.pk]), "medication"
                )
                for one in found.drugs
            ],
        ),
        (
            "catalogs",
            _("Lists"),
            [
                SearchResult(
                    one.name,
                    f"{one.code} · {one.get_kind_display()}",
                    reverse("admin:catalog_catalog_change", args=[one.pk]),
                    "menu_book",
                )
                for one in found.catalogs
            ],
        ),
        (
            "versions",
            _("Versions"),
            [
                SearchResult(
                    f"{one.catalog.name} {one.label}",
                    f"{one.get_state_display()} · {period_words(one.effective_from, one.effective_to)}",
                    reverse("admin:catalog_catalogversion_change", args=[one.pk]),
                    "layers",
                )
                for one in found.versions
            ],
        ),
        (
            "entries",
            _("Entries in force"),
            [
                SearchResult(
                    one.generic_name or one.entry_code,
                    f"{one.version.catalog.name} {one.version.label} · {one.entry_code}",
                    reverse("admin:catalog_catalogversion_entry", args=[one.version_id, one.pk]),
                    "list_alt",
                )
                for one in found.entries
            ],
        ),
    ]
    return [one for one in kinds if one[2] and request.user.has_perm(MAY_SEE[one[0]])]


def near(request: HttpRequest, wanted: str) -> list[SearchResult]:
    """Return the drugs whose names lie near to a text that finds nothing, where this person may see drugs."""
    if not request.user.has_perm(MAY_SEE["drugs"]):
        return []
    insurer = insurer_of(request.user)
    keys = drugs_near(wanted, insurer_id=insurer.pk if insurer else None, revision=clock.observe().revision)
    drugs = Drug.objects.in_bulk(keys)
    return [
        SearchResult(drugs[key].generic_name, _("drug"), reverse("admin:catalog_drug_change", args=[key]), "medication")
        for key in keys
        if key in drugs
    ]


def palette(request: HttpRequest, wanted: str) -> list[SearchResult]:
    """Return the same for the theme's palette, in one row."""
    return [one for _kind, _title, found in results(request, wanted) for one in found]


def find_view(request: HttpRequest) -> HttpResponse:
    """Show the page that finds; works without any script."""
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    wanted = request.GET.get("q", "").strip()[:LONGEST]
    kinds = results(request, wanted) if wanted else []
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Find"),
        "q": wanted,
        "kinds": kinds,
        "near": near(request, wanted) if wanted and not kinds else [],
    }
    return TemplateResponse(request, "desk/find.html", context)


urls = [path("find/", admin.site.admin_view(find_view), name="find")]
