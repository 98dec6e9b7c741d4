"""Catalog versions: the list, and what each holds and how it differs from the one it follows."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from catalog import moves, reviewing
from catalog.lifecycle import mass_change_is_confirmed
from catalog.log.services import leaves_of
from catalog.models import CatalogVersion
from desk.badges import provenance_badge, version_badge
from desk.changes import changes_context, counts_told
from desk.downloads import FORMS
from desk.figures import version_pictures
from desk.impact_words import latest_of
from desk.versions.comments import CommentsTab
from desk.versions.editing import EntryEditing
from desk.versions.golden import GoldenTab
from desk.versions.grid import EntryGrid
from desk.versions.levels import LevelsTab
from desk.versions.merging import Merging
from desk.versions.problems import ProblemsTab
from desk.versions.record import RecordTab
from desk.versions.review import ReviewPages
from desk.versions.tabs import day_of
from desk.versions.withdrawal import WithdrawalPages


@admin.register(CatalogVersion)
class CatalogVersionAdmin(
    ReviewPages,
    WithdrawalPages,
    EntryGrid,
    EntryEditing,
    LevelsTab,
    Merging,
    CommentsTab,
    ProblemsTab,
    GoldenTab,
    RecordTab,
):
    page_template = "desk/versions/overview.html"
    list_display = [
        "__str__",
        "name_shown",
        "provenance_shown",
        "state_shown",
        "effective_from",
        "effective_to",
        "entry_count",
        "created_by",
        "published_by",
    ]
    list_filter = ["state", "catalog__kind", "catalog__provenance"]
    list_select_related = ["catalog"]
    search_fields = ["catalog__code", "catalog__name", "label"]
    ordering = ["catalog__code", "-effective_from", "-id"]

    @admin.display(description=gettext_lazy("catalog"), ordering="catalog__name")
    def name_shown(self, version: CatalogVersion) -> str:
        return version.catalog.name

    @admin.display(description=gettext_lazy("provenance"), ordering="catalog__provenance")
    def provenance_shown(self, version: CatalogVersion) -> SafeString:
        return provenance_badge(version.catalog.provenance)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, version: CatalogVersion) -> SafeString:
        return version_badge(version)

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/changes/", self.changes_view, "changes"),
            *self.grid_routes(),
            *self.editing_routes(),
            *self.levels_routes(),
            *self.merging_routes(),
            *self.comments_routes(),
            *self.problems_routes(),
            *self.golden_routes(),
            *self.record_routes(),
            *self.review_routes(),
            *self.move_routes(),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, version: CatalogVersion) -> dict[str, Any]:
        # A replaced draft's imports lose their version; the file that made this one is the latest.
        run = version.imports.order_by("-created_at").first()
        standing = moves.held_against(version, day_of(request)) if version.published_at is None else None
        return {
            **self.tab_context(request, version, "overview"),
            "run": run,
            "change_counts": counts_told(version),
            "remarks": reviewing.remarks_on(version),
            "latest": latest_of(version),
            "leaves": [(one.seq, CatalogVersion.State(one.deed).label, one.at) for one in leaves_of(version)],
            "sheet_href": self.url("sheet", version.pk) if version.published_at else "",
            "pictures": version_pictures(version),
            "mass_change": bool(standing and mass_change_is_confirmed(standing, {})),
        }

    def _changes_file(self, version: CatalogVersion, form: str, asked: str) -> str:
        file = reverse("admin:catalog_catalog_changes_file", args=[version.catalog_id, version.pk, form])
        return f"{file}?{asked}" if asked else file

    def changes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        context = {**self.tab_context(request, version, "changes"), **changes_context(request, version)}
        if context["parent"]:
            asked = urlencode(
                {name: context[key] for name, key in (("change", "kind"), ("weight", "weight")) if context[key]}
            )
            context["files"] = [(form.upper(), self._changes_file(version, form, asked)) for form in FORMS]
        return self.page(request, "desk/versions/changes_tab.html", version, context)
