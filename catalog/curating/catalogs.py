"""Catalogs: the list with the version in force today, each catalog's page, making one, uploading a file for one."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanWidget

from catalog import clock, services
from catalog.curating.badges import provenance_badge
from catalog.models import CODE_PATTERN, Catalog, CatalogVersion, ImportRun, Provenance, Series
from catalog.vocabularies import KINDS
from common.admin import Button, FileInput, PageAdmin, day_field, note_field, posted, text_field
from common.labels import choices
from common.markup import badge, link


class UploadForm(forms.Form):
    """A file that becomes a draft."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=FileInput(attrs={"accept": ".csv,.xlsx,.txt,.tsv"}),
        help_text=gettext_lazy("CSV (UTF-8, GB18030 or UTF-16) or XLSX: the first sheet that has a known header row."),
    )
    label = text_field(
        label=gettext_lazy("Version label"),
        max_length=64,
        validators=[CODE_PATTERN],
        help_text=gettext_lazy("e.g. 2026"),
    )
    effective_from = day_field(label=gettext_lazy("Effective from"))
    effective_to = day_field(
        label=gettext_lazy("Effective to (inclusive)"),
        required=False,
        help_text=gettext_lazy("empty: until another version follows"),
    )
    names = forms.ChoiceField(
        label=gettext_lazy("Drug names"),
        choices=[
            (
                "printed",
                gettext_lazy("as a list prints them: a cell may hold several names and forms, each becomes an entry"),
            ),
            ("plain", gettext_lazy("plain: a cell is one name")),
        ],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    complete_for = text_field(
        label=gettext_lazy("Complete for classes"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("class-code prefixes such as X;Z of which this list is complete; empty: altogether"),
    )
    sheet = text_field(
        label=gettext_lazy("Sheet"),
        required=False,
        max_length=100,
        help_text=gettext_lazy("the name of the sheet to read; empty: the first that holds a table"),
    )
    header_row = forms.IntegerField(
        label=gettext_lazy("Header row"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=gettext_lazy("the row that names the columns; empty: it is looked for"),
    )
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)
    replace = forms.BooleanField(
        label=gettext_lazy("Replace the draft of this label"), required=False, widget=UnfoldBooleanWidget()
    )

    def __init__(self, *args: Any, drafts: QuerySet[CatalogVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.drafts = drafts
        if "replace" not in self.data and not self._draft():
            del self.fields["replace"]

    def _draft(self) -> CatalogVersion | None:
        return self.drafts.filter(label=str(self.data.get("label", ""))).first()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        draft = self._draft()
        if draft and not given.pop("replace", False):
            told = _(
                "There is a draft %(label)s of %(person)s with %(count)d entries; say that it is to be replaced, or use another label."
            )
            self.add_error(
                "replace", told % {"label": draft.label, "person": draft.created_by, "count": draft.entry_count}
            )
        given.pop("replace", None)
        return given

    def clean_complete_for(self) -> list[str]:
        return services.class_list(self.cleaned_data["complete_for"])


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


def uploaded(run: ImportRun, new: bool) -> str:
    """Return what to say of an upload."""
    if new:
        return _("The file is kept and its import is queued.")
    return _("These very bytes were uploaded before; this is the earlier import.")


@admin.register(Catalog)
class CatalogAdmin(PageAdmin):
    page_template = "catalog/admin/catalog.html"
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
        return [self.route("<int:pk>/upload/", self.upload_view, "upload"), *super().get_urls()]

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

        return self.deed(
            request,
            obj=None,
            title=_("New catalog"),
            form=CatalogForm(posted(request)),
            do=do,
            submit=_("Make the catalog"),
            back=self.url("changelist"),
        )

    def upload_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        catalog = self.seen(request, pk)
        if catalog is None:
            raise Http404
        self.require(request, "catalog.add_importrun")

        def do(given: dict[str, Any]) -> tuple[str, str]:
            file = given.pop("file")
            run, new = services.upload_catalog(
                catalog=catalog,
                chunks=file.chunks(),
                file_name=file.name,
                by=request.user.get_username(),
                **given,
            )
            return reverse("admin:catalog_importrun_change", args=[run.pk]), uploaded(run, new)

        return self.deed(
            request,
            obj=catalog,
            title=_("Upload a version of %(catalog)s") % {"catalog": catalog.code},
            form=UploadForm(
                posted(request),
                request.FILES or None,
                drafts=catalog.versions.filter(state=CatalogVersion.State.DRAFT),
                initial={"names": services.usual_names(catalog.kind)},
            ),
            do=do,
            submit=_("Upload and check"),
            back=self.url("change", catalog.pk),
            intro=_(
                "The whole file is checked first; one error and nothing is written. What is accepted becomes a draft."
            ),
        )
