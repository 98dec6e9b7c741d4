"""Catalogs: the list with the version in force today, each catalog's page, making one, correcting its facts."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from catalog import clock, services
from catalog.entries import count_on_day
from catalog.in_force import in_force
from catalog.models import CODE_PATTERN, Catalog, CatalogVersion, Provenance, Series
from catalog.vocabularies import KINDS
from common.audit.deeds import Deed
from common.audit.models import Record
from common.labels import choices
from curation.comparing.queries import timeline_of
from desk.addresses import comparison
from desk.as_of import clocks_of, picture_of, told_segments
from desk.badges import provenance_badge, version_words
from desk.band import Band, Edition, band_of
from desk.downloads import Downloads
from desk.figures import catalog_pictures
from desk.forms import note_field, posted, text_field
from desk.frame import Action, Button, PageAdmin, paged
from desk.market_steps import COMMERCIAL, MAY_DRAFT, MarketSteps, observed
from desk.markup import badge, link
from desk.own_rows import may_own
from desk.published import MAY_READ, Published
from desk.upload_steps import UploadSteps
from insurers.models import Insurer
from insurers.persons import insurer_of
from insurers.products_reached import latest_naming

# Whoever may make a catalog may correct its facts.
MAY_KEEP = "catalog.add_catalog"
# As many versions are drawn on the band; the table below it has them all.
BAND = 12


class CatalogForm(forms.Form):
    """A new catalog."""

    code = text_field(
        label=gettext_lazy("Code"),
        max_length=64,
        validators=[CODE_PATTERN],
        help_text=gettext_lazy("short and lasting; letters, digits, dot, dash and underscore"),
    )
    name = text_field(label=gettext_lazy("Name"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=choices(KINDS.terms), widget=UnfoldAdminSelectWidget())
    series = forms.ChoiceField(
        label=gettext_lazy("Series"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("only for commercial catalogs"),
    )
    provenance = forms.ChoiceField(
        label=gettext_lazy("Provenance"),
        choices=[(value, name) for value, name in Provenance.choices if value],
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("shown wherever its entries are shown"),
    )
    publisher = text_field(label=gettext_lazy("Publisher"), required=False, max_length=200)
    province = text_field(label=gettext_lazy("Province"), required=False, max_length=50)
    premium_cny = forms.DecimalField(
        label=gettext_lazy("Premium (CNY)"),
        required=False,
        min_value=0,
        max_digits=16,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
        help_text=gettext_lazy("of the products that the list stands for, in a year"),
    )
    insured_count = forms.IntegerField(
        label=gettext_lazy("Insured persons"),
        required=False,
        min_value=0,
        max_value=10**12,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    owner = forms.ChoiceField(
        label=gettext_lazy("Owner"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text=gettext_lazy("an insurer whose own it is; empty: everybody's"),
    )
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)

    def __init__(self, *args: Any, fixed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        series = [("", "—"), *((series.code, str(series)) for series in Series.objects.all())]
        self.fields["series"].choices = series  # type: ignore[attr-defined]
        owners = [("", "—"), *((str(insurer.pk), str(insurer)) for insurer in Insurer.objects.order_by("code"))]
        self.fields["owner"].choices = owners  # type: ignore[attr-defined]
        if fixed:  # answers were given by it
            for name in FIXED_ONCE_PUBLISHED:
                del self.fields[name]

    def facts(self) -> dict[str, Any]:
        """Return what was filled in, as the services take it."""
        given = dict(self.cleaned_data)
        if "owner" in given:
            owner = given.pop("owner")
            given["owner_id"] = int(owner) if owner else None
        return given


FIXED_ONCE_PUBLISHED = ("code", "kind", "series", "owner")


@admin.register(Catalog)
class CatalogAdmin(UploadSteps, MarketSteps, Downloads, PageAdmin):
    page_template = "desk/catalogs/catalog.html"
    list_display = ["code", "name", "kind", "series_shown", "provenance_shown", "in_force_today", "entries_today"]
    list_filter = ["kind", "series", "provenance"]
    list_select_related = ["series"]
    search_fields = ["code", "name", "publisher", "province"]
    ordering = ["code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Catalog]:
        seen = observed(request)
        day = clock.china_today(seen.known_at)
        in_force = CatalogVersion.objects.filter(catalog=OuterRef("pk")).in_force(day, seen.known_at)
        to_come = CatalogVersion.objects.filter(catalog=OuterRef("pk"), effective_from__gt=day).known_at(seen.known_at)
        to_come = to_come.order_by("effective_from", "-published_at")
        return (
            super()
            .get_queryset(request)
            .annotate(
                label_today=Subquery(in_force.values("label")[:1]),
                version_today=Subquery(in_force.values("pk")[:1]),
                count_today=Subquery(in_force.values("entry_count")[:1]),
                label_next=Subquery(to_come.values("label")[:1]),
                version_next=Subquery(to_come.values("pk")[:1]),
                from_next=Subquery(to_come.values("effective_from")[:1]),
            )
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if may_own(request, MAY_READ):  # above each of the published lists stands a way to here
            return redirect(self.url("published"))
        return super().changelist_view(request, extra_context)

    @admin.display(description=gettext_lazy("provenance"), ordering="provenance")
    def provenance_shown(self, catalog: Catalog) -> SafeString:
        return provenance_badge(catalog.provenance)

    @admin.display(description=gettext_lazy("series"), ordering="series")
    def series_shown(self, catalog: Catalog) -> str:
        return catalog.series.name_zh if catalog.series else ""

    @admin.display(description=gettext_lazy("in force today"))
    def in_force_today(self, catalog: Any) -> SafeString:
        if not catalog.version_today:
            if catalog.version_next:
                words = _("%(label)s, not yet in force: from %(day)s") % {
                    "label": catalog.label_next,
                    "day": catalog.from_next.isoformat(),
                }
                return link(reverse("admin:catalog_catalogversion_change", args=[catalog.version_next]), words)
            return badge(_("nothing in force"))
        return link(reverse("admin:catalog_catalogversion_change", args=[catalog.version_today]), catalog.label_today)

    @admin.display(description=gettext_lazy("entries"))
    def entries_today(self, catalog: Any) -> str:
        return "" if catalog.count_today is None else str(catalog.count_today)

    def badges(self, catalog: Catalog) -> list[SafeString]:
        return [provenance_badge(catalog.provenance)]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("catalog.add_catalog")

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("<int:pk>/edit/", self.edit_view, "edit"),
            self.route("<int:pk>/time/", self.time_view, "time"),
            *self.upload_routes(),
            *self.market_routes(),
            *self.download_routes(),
            *Published(self).routes(),
            *super().get_urls(),
        ]

    def page_context(self, request: HttpRequest, catalog: Any) -> dict[str, Any]:
        may = request.user.has_perm
        buttons = []
        if may(MAY_KEEP):
            buttons.append(Button(_("Correct the facts"), self.url("edit", catalog.pk), "edit"))
        buttons.append(Button(_("Template"), self.url("template", catalog.kind, "xlsx"), "description"))
        if may("catalog.view_catalogversion"):
            buttons.append(self._compare(left=catalog.office_code))
        if may(MAY_DRAFT) and catalog.kind == COMMERCIAL:
            buttons.append(Button(_("Draft by frequency"), self.url("market", catalog.pk), "bar_chart"))
        if may("catalog.add_importrun"):
            buttons.append(Button(_("Upload a version"), self.url("upload", catalog.pk), "upload_file", "primary"))
        insurer = insurer_of(request.user)
        seen = clock.observe()
        day = clock.china_today(seen.known_at)
        versions = catalog.versions.told_on(day, seen.known_at).order_by("-effective_from", "-id")
        page = paged(request, versions, "versions")
        changed = Record.objects.filter(kind="catalog", object_id=str(catalog.pk), deed=Deed.CATALOG_CHANGED)
        return {
            **self._tabs(catalog, "overview"),
            "catalog": catalog,
            "versions": page,
            "band": self._band(page[:BAND] if page.number == 1 else versions[:BAND], day),
            "products": latest_naming(catalog, day, most=50) if may("insurers.view_productversion") else None,
            "runs": catalog.imports.select_related("job").defer("normalised", "sample").order_by("-created_at")[:10],
            "corrections": [_told(one) for one in changed.order_by("-id")[:5]],
            "pictures": catalog_pictures(catalog, seen, insurer.pk if insurer else None),
            "buttons": buttons,
        }

    def _tabs(self, catalog: Any, tab: str) -> dict[str, Any]:
        tabs = [
            ("overview", _("Overview"), self.url("change", catalog.pk), ""),
            ("time", _("Time"), self.url("time", catalog.pk), ""),
        ]
        return {"tabs": tabs, "tab": tab}

    def _compare(self, **sides: str) -> Button:
        return Button(_("Compare with"), comparison(**sides), "compare_arrows")

    def time_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show which version is in force on a day, as known at an instant."""
        catalog = self.found(request, pk)
        self.require(request, "catalog.view_catalogversion")
        clocks = clocks_of(request)
        versions, found = timeline_of(catalog, clocks.now)
        here = in_force(versions, clocks.day, clocks.known_at)
        clocks = clocks.over(versions)
        told = told_segments(
            found, clocks, lambda version: reverse("admin:catalog_catalogversion_change", args=[version.pk])
        )
        sides = {"left": catalog.office_code, "right": catalog.office_code}
        asked = {f"left_{name}": value for name, value in clocks.asked.items()}
        context = {
            **self._tabs(catalog, "time"),
            "catalog": catalog,
            "clocks": clocks,
            "here": here,
            "entries_on_day": count_on_day(here.pk, clocks.day) if here else 0,
            "segments": told,
            "picture": picture_of(told, clocks),
            "buttons": [self._compare(**sides, **asked)],
        }
        return self.page(request, "desk/catalogs/time.html", catalog, context)

    def _band(self, versions: Any, day: date) -> Band | None:
        """Return the versions that are or were to be in force, on a band of days."""
        words = version_words()
        editions = []
        for version in reversed(versions):
            told = version.told_as(version.told_day, version.told_in_force)
            href = reverse("admin:catalog_catalogversion_change", args=[version.pk])
            days = version.effective_from, version.effective_to
            editions.append(Edition(version.label, *days, told, words[told], href))
        return band_of(editions, day)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        catalog = self.found(request, pk)
        self.require(request, MAY_KEEP)
        facts = {name: getattr(catalog, name) for name in CatalogForm.base_fields if name not in {"series", "owner"}}
        facts |= {"series": catalog.series_id or "", "owner": str(catalog.owner_id or "")}
        fixed = catalog.versions.exclude(published_at=None).exists()
        form = CatalogForm(posted(request), initial=facts, fixed=fixed)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            services.change_catalog(catalog=catalog, by=request.user.get_username(), **form.facts())
            return self.url("change", catalog.pk), _("The facts are corrected.")

        action = Action(
            title=_("Correct the facts of %(catalog)s") % {"catalog": catalog.name},
            form=form,
            do=do,
            submit=_("Save"),
            back=self.url("change", catalog.pk),
            intro=_("Code, kind, series and owner stay as they are once a version is published.") if fixed else "",
        )
        return self.act(request, catalog, action)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.require(request, MAY_KEEP)

        form = CatalogForm(posted(request))

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            catalog = services.create_catalog(by=request.user.get_username(), **form.facts())
            return self.url("change", catalog.pk), _("The catalog is there; upload its first version.")

        action = Action(
            title=_("New catalog"),
            form=form,
            do=do,
            submit=_("Make the catalog"),
            back=self.url("changelist"),
        )
        return self.act(request, None, action)


def _told(correction: Record) -> tuple[Record, list[tuple[str, Any, Any]]]:
    """Return a correction with its facts as (name, old, new)."""
    before, after = correction.before or {}, correction.after or {}
    names = {name: str(Catalog._meta.get_field(name.removesuffix("_id")).verbose_name) for name in after}
    return correction, [(names[name], before.get(name), after[name]) for name in after]
