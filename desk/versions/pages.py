"""Catalog versions: the list, and what each holds and how it differs from the one it follows."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import clock, moves, reviewing
from catalog.changes import compared_anew
from catalog.entries import COLUMNS
from catalog.lifecycle import mass_change_is_confirmed
from catalog.models import CatalogEntry, CatalogVersion
from catalog.search import entries_matching
from desk.badges import provenance_badge, version_badge
from desk.changes import changes_context
from desk.frame import paged
from desk.versions.moves import today
from desk.versions.review import ReviewPages
from desk.versions.withdrawal import WithdrawalPages
from desk.words import Words


def search_entries(version: CatalogVersion, wanted: str) -> QuerySet[CatalogEntry]:
    """Return the entries that a text names: those the search finds (catalog.search), and those that have it in their indication."""
    named = Q(entry_code__in=entries_matching(version, wanted)[:])
    return version.entries.filter(named | Q(indication__icontains=wanted))


@admin.register(CatalogVersion)
class CatalogVersionAdmin(ReviewPages, WithdrawalPages):
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

    def badges(self, version: CatalogVersion) -> list[SafeString]:
        return [version_badge(version), provenance_badge(version.catalog.provenance)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogVersion]:
        seen = clock.observe()
        versions = super().get_queryset(request).select_related("catalog", "catalog__series", "parent", "base")
        return versions.told_on(clock.china_today(seen.known_at), seen.known_at)

    def seen(self, request: HttpRequest, object_id: object) -> CatalogVersion | None:
        """Return the version, a draft compared with the edition it follows now; refuses (403) who may not see it."""
        version = super().seen(request, object_id)
        return compared_anew(version) if version else None

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/entries/", self.entries_view, "entries"),
            self.route("<int:pk>/entries/<int:entry_pk>/", self.entry_view, "entry"),
            self.route("<int:pk>/changes/", self.changes_view, "changes"),
            *self.review_routes(),
            *self.move_routes(),
            *super().get_urls(),
        ]

    def _frame(
        self, request: HttpRequest, version: CatalogVersion, tab: str, *, buttons: bool = True
    ) -> dict[str, Any]:
        tabs = [
            ("overview", _("Overview"), self.url("change", version.pk), ""),
            ("entries", _("Entries"), self.url("entries", version.pk), version.entry_count),
            ("changes", _("Changes"), self.url("changes", version.pk), ""),
        ]
        return {
            "version": version,
            "catalog": version.catalog,
            "tabs": tabs,
            "tab": tab,
            "buttons": self.move_buttons(request, version) if buttons else [],
        }

    def page_context(self, request: HttpRequest, version: CatalogVersion) -> dict[str, Any]:
        # A replaced draft's imports lose their version; the file that made this one is the latest.
        run = version.imports.order_by("-created_at").first()
        standing = moves.held_against(version, today()) if version.published_at is None else None
        return {
            **self._frame(request, version, "overview"),
            "run": run,
            "remarks": reviewing.remarks_on(version),
            "sheet_href": self.url("sheet", version.pk) if version.published_at else "",
            "mass_change": bool(standing and mass_change_is_confirmed(standing, {})),
            "base_changed": bool(standing and standing.base != standing.follows),
        }

    def entries_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        wanted = request.GET.get("q", "").strip()[:100]
        entries = search_entries(version, wanted) if wanted else version.entries.all()
        page = paged(request, entries.order_by("entry_code"))
        words = Words()
        for entry in page:
            entry.class_shown = words.of("reimbursement_class", entry.reimbursement_class)
            entry.marks_shown = words.of("marks", entry.marks) if entry.marks else ""
            entry.icd10_shown = words.of("icd10", entry.icd10) if entry.icd10 else ""
            entry.rare_shown = words.rare_diseases(
                icd10=entry.icd10, criteria=entry.criteria, text=f"{entry.indication}\n{entry.restriction}"
            )
        context = {**self._frame(request, version, "entries"), "entries": page, "q": wanted}
        return self.page(request, "desk/versions/entries.html", version, context)

    def entry_view(self, request: HttpRequest, pk: int, entry_pk: int) -> HttpResponse:
        version = self.found(request, pk)
        entry = version.entries.filter(pk=entry_pk).first()
        if entry is None:
            raise Http404
        words = Words()
        facts = words.facts(entry, [name for name in COLUMNS if name != "criteria"])
        rare = words.rare_diseases(
            icd10=entry.icd10, criteria=entry.criteria, text=f"{entry.indication}\n{entry.restriction}"
        )
        if rare:
            facts.append((_("Listed rare disease"), rare))
        criteria = [(code, text) for code, _equals, text in (item.partition("=") for item in entry.criteria)]
        context = {**self._frame(request, version, "entries"), "entry": entry, "facts": facts, "criteria": criteria}
        return self.page(request, "desk/versions/entry.html", version, context)

    def changes_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        context = {**self._frame(request, version, "changes"), **changes_context(request, version)}
        return self.page(request, "desk/versions/changes_tab.html", version, context)
