"""Catalogs: the list with the version in force today, each catalog's page, making one, uploading a file for one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from catalog import clock, services
from catalog.models import CODE_PATTERN, Catalog, CatalogVersion, Provenance, Series
from catalog.vocabularies import KINDS
from common.labels import choices
from desk.badges import provenance_badge
from desk.forms import note_field, posted, text_field
from desk.frame import Action, Button, PageAdmin
from desk.markup import badge, link
from desk.upload_steps import UploadSteps


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
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "—"), *((series.code, str(series)) for series in Series.objects.all())]
        self.fields["series"].choices = choices  # type: ignore[attr-defined]


@admin.register(Catalog)
class CatalogAdmin(UploadSteps, PageAdmin):
    page_template = "desk/catalogs/catalog.html"
    list_display = ["code", "name", "kind", "series_shown", "provenance_shown", "in_force_today", "entries_today"]
    list_filter = ["kind", "series", "provenance"]
    list_select_related = ["series"]
    search_fields = ["code", "name", "publisher", "province"]
    ordering = ["code"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Catalog]:
        seen = clock.observe()
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
                words = _("%(label)s from %(day)s") % {
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
        return [*self.upload_routes(), *super().get_urls()]

    def page_context(self, request: HttpRequest, catalog: Any) -> dict[str, Any]:
        upload = Button(_("Upload a version"), self.url("upload", catalog.pk), "upload_file", "primary")
        seen = clock.observe()
        day = clock.china_today(seen.known_at)
        return {
            "catalog": catalog,
            "versions": catalog.versions.told_on(day, seen.known_at).order_by("-effective_from", "-id"),
            "runs": catalog.imports.select_related("job").defer("normalised").order_by("-created_at")[:10],
            "buttons": [upload] if request.user.has_perm("catalog.add_importrun") else [],
        }

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        self.require(request, "catalog.add_catalog")

        def do(given: dict[str, Any]) -> tuple[str, str]:
            catalog = services.create_catalog(by=request.user.get_username(), **given)
            return self.url("change", catalog.pk), _("The catalog is there; upload its first version.")

        action = Action(
            title=_("New catalog"),
            form=CatalogForm(posted(request)),
            do=do,
            submit=_("Make the catalog"),
            back=self.url("changelist"),
        )
        return self.act(request, None, action)
