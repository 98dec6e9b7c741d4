"""Many lists at once: the packages, each one's page (how far it is, which lists are in and which are not), and publishing them together."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldBooleanWidget

from catalog.importing.export import table_xlsx
from catalog.models import CODE_PATTERN, Catalog
from common.downloads import XLSX, download
from common.errors import Refused
from common.jobs.models import Job
from common.labels import reader_language
from curation.market import collections
from curation.models import STATES, CollectedList, Collection
from desk.badges import run_badge, run_words
from desk.forms import FileInput, NothingToFillIn, day_field, note_field, posted, text_field
from desk.frame import Action, Button, PageAdmin, paged
from desk.markup import badge
from desk.words import phase_words
from tables.csv_output import csv_table

MAY_COLLECT = "curation.add_collection"
MAY_PUBLISH = "catalog.publish_catalogversion"
_TONES = {
    **{"waiting": "info", "importing": "info", "ready": "warn", "published": "good"},
    **{"refused": "bad", "failed": "bad", "gone": "quiet"},
}
_COVER = (
    "目录编码",
    "产品名称",
    "省份",
    "承保公司",
    "保费（元）",
    "参保人数",
    "文件",
    "版本",
    "生效日期",
    "失效日期",
    "条目数",
    "备注",
)


def _counted(where: Q) -> Coalesce:
    """Count the lists of a package that stand so, in the statement that reads the package."""
    lists = CollectedList.objects.order_by().told().filter(where, collection=OuterRef("pk")).values("collection")
    return Coalesce(Subquery(lists.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def stand_words() -> dict[str, str]:
    """Return how a list of a package stands, in words."""
    return {
        "waiting": _("Waiting"),
        "importing": _("Being read"),
        "ready": _("Draft, waits for a reviewer"),
        "published": _("Published"),
        "refused": _("Not brought in"),
        "failed": _("Has errors"),
        "gone": _("Draft deleted or replaced"),
    }


class CollectionForm(forms.Form):
    """A package of lists."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=FileInput(attrs={"accept": ".zip,.xlsx"}),
        help_text=gettext_lazy(
            "A ZIP of CSV and XLSX files, or a workbook with a list a sheet; one of them, called 清单目录, is the cover: a row for each list."
        ),
    )
    label = text_field(
        label=gettext_lazy("Version label"),
        required=False,
        max_length=64,
        validators=[CODE_PATTERN],
        help_text=gettext_lazy("e.g. 2026; of every list whose row in the cover does not say it"),
    )
    effective_from = day_field(
        label=gettext_lazy("Effective from"),
        required=False,
        help_text=gettext_lazy("of every list whose row in the cover does not say it"),
    )
    effective_to = day_field(
        label=gettext_lazy("Effective to (inclusive)"),
        required=False,
        help_text=gettext_lazy("empty: until another version follows"),
    )
    change_facts = forms.BooleanField(
        label=gettext_lazy("Change the facts of catalogs that are there already to what the cover says"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=gettext_lazy("else they are only shown where they differ, and can be changed afterwards"),
    )
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)


class PublishListsForm(forms.Form):
    """Publishing together."""

    with_warnings = forms.BooleanField(
        label=gettext_lazy("Also lists whose import told warnings"), required=False, widget=UnfoldBooleanWidget()
    )
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)


def progress_of(collection: Collection) -> dict[str, Any]:
    """Return how far a package is, or its publication, as its page polls it."""
    is_publishing = collection.publishing in {"queued", "running"}
    job: Job | None = collection.publish_job if is_publishing else collection.job
    state = collection.publishing if is_publishing else collection.state
    phase = job.phase if job and state == "running" else ""
    told = phase_words().get(phase, phase) if state in {"queued", "running"} else run_words()[state]
    if job and job.total:
        told = f"{told} {job.done} / {job.total}"
    return {
        "state": state,
        "told": told,
        "percent": min(100, job.done * 100 // job.total) if job and job.total else None,
        "final": state not in {"queued", "running"},
    }


@admin.register(Collection)
class CollectionAdmin(PageAdmin):
    page_template = "desk/collections/collection.html"
    list_display = ["file_name", "state_shown", "lists_shown", "label", "effective_from", "created_by", "created_at"]
    list_select_related = ["job", "publish_job"]
    search_fields = ["file_name", "label", "created_by", "lists__name", "lists__code"]
    ordering = ["-created_at", "-id"]
    list_per_page = 20
    list_before_template = "desk/frame/list_buttons.html"

    @admin.display(description=gettext_lazy("state"))
    def state_shown(self, collection: Collection) -> SafeString:
        return run_badge(collection.state)

    @admin.display(description=gettext_lazy("lists"))
    def lists_shown(self, collection: Collection) -> str:
        counted: Any = collection
        if not counted.lists_all:
            return ""
        told = _("%(total)d lists, %(published)d published, %(wrong)d not brought in")
        counts = {"total": counted.lists_all, "published": counted.lists_published, "wrong": counted.lists_wrong}
        return told % counts

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                lists_all=_counted(Q()),
                lists_published=_counted(Q(stands="published")),
                lists_wrong=_counted(Q(stands__in=["refused", "failed"])),
            )
        )

    def badges(self, collection: Collection) -> list[SafeString]:
        return [run_badge(collection.state)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        buttons = []
        if request.user.has_perm(MAY_COLLECT):
            buttons.append(Button(_("Upload many lists"), self.url("upload"), "drive_folder_upload", "primary"))
        answer: HttpResponse = super().changelist_view(request, {**(extra_context or {}), "buttons": buttons})
        return answer

    def get_urls(self) -> list[URLPattern]:
        return [
            self.route("upload/", self.upload_view, "upload"),
            self.route("cover.xlsx", self.cover_view, "cover"),
            self.route("<uuid:pk>/progress/", self.progress_view, "progress"),
            self.route("<uuid:pk>/results.csv", self.results_view, "results"),
            self.route("<uuid:pk>/facts/", self.facts_view, "facts"),
            self.route("<uuid:pk>/publish/", self.publish_view, "publish"),
            *super().get_urls(),
        ]

    def _lists(self, collection: Collection) -> Any:
        lists = collection.lists.told().select_related("catalog", "run", "run__version").order_by("row")
        return lists.defer("run__normalised", "run__sample", "run__columns_read")

    def page_context(self, request: HttpRequest, collection: Collection) -> dict[str, Any]:
        collections.follow_mended(collection)
        counts = collection.lists.counted()
        wanted = request.GET.get("state", "")
        lists = self._lists(collection)
        if wanted in STATES:
            lists = lists.filter(stands=wanted)
        page = paged(request, lists)
        for one in page:
            _tell(one)
        words = stand_words()
        here = self.url("change", collection.pk)
        total = sum(counts.values())
        chips = [("", _("All"), total, here)]
        chips += [(state, words[state], counts[state], f"{here}?state={state}") for state in STATES if counts[state]]
        return {
            "collection": collection,
            "progress": progress_of(collection),
            "lists": page,
            "chips": chips,
            "chosen": wanted if wanted in STATES else "",
            "total": total,
            "brought_in": counts["ready"] + counts["published"] + counts["gone"],
            "not_brought_in": counts["refused"] + counts["failed"],
            "problems": [_worded(found) for found in collection.problems],
            "results_href": self.url("results", collection.pk) if total else "",
            "buttons": self._buttons(request, collection, counts),
        }

    def _buttons(self, request: HttpRequest, collection: Collection, counts: dict[str, int]) -> list[Button]:
        buttons = []
        may = request.user.has_perm
        if may(MAY_COLLECT) and collection.lists.exclude(differences={}).filter(facts_taken=False).exists():
            buttons.append(Button(_("Change the catalogs' facts"), self.url("facts", collection.pk), "edit"))
        if may(MAY_PUBLISH) and counts["ready"] and collection.state == "ready":
            why = _why_not_publish(request, collection)
            href = self.url("publish", collection.pk)
            buttons.append(Button(_("Publish all without problems"), href, "verified", "primary", why))
        return buttons

    def progress_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        return JsonResponse(progress_of(self.found(request, pk)))

    def cover_view(self, request: HttpRequest) -> HttpResponseBase:
        """Answer an empty cover table."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return download(table_xlsx(list(_COVER), []), "清单目录.xlsx", XLSX)

    def results_view(self, request: HttpRequest, pk: object) -> HttpResponseBase:
        """Answer which list was brought in and which was not, as a file."""
        collection = self.found(request, pk)
        head = [
            _("row"),
            _("file or sheet"),
            _("name"),
            _("province"),
            _("code"),
            _("state"),
            _("entries"),
            _("errors"),
            _("warnings"),
        ]
        head += [_("what is wrong")]
        rows = (_result_row(_tell(one)) for one in self._lists(collection).iterator(500))
        return download(csv_table([head], rows), f"{_('lists')}-{collection.file_name}.csv", "text/csv")

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        self.require(request, MAY_COLLECT)
        form = CollectionForm(posted(request), request.FILES or None)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            file = given.pop("file")
            made, new = collections.upload_collection(
                chunks=file.chunks(), file_name=file.name, by=request.user.get_username(), **given
            )
            told = (
                _("The file is kept; its lists are being brought in.")
                if new
                else _("These very bytes are here already.")
            )
            return self.url("change", made.pk), told

        action = Action(
            title=_("Upload many lists"),
            form=form,
            do=do,
            submit=_("Upload"),
            back=self.url("changelist"),
            intro=_(
                "Each list becomes a reference list with the facts of its row, and a draft that a second person publishes."
            ),
            points=[
                _(
                    "The cover has columns 产品名称, 省份, 承保公司, 保费（元 or 万元）, 参保人数 and 文件 (file or sheet); also 目录编码 and 版本."
                ),
                _(
                    "A list that is there already gets a new version. What cannot be read is told, and all else is brought in."
                ),
            ],
            links=[(_("Empty cover table (XLSX)"), self.url("cover"))],
        )
        return self.act(request, None, action)

    def facts_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        self.require(request, MAY_COLLECT)
        collection = self.found(request, pk)

        def do(_given: dict[str, Any]) -> tuple[str, str]:
            changed = collections.take_facts(collection=collection, by=request.user.get_username())
            return self.url("change", collection.pk), _("The facts of %(count)d catalogs are changed.") % {
                "count": changed
            }

        waiting = collection.lists.exclude(differences={}).filter(facts_taken=False).order_by("row")
        points = [
            f"{one.name}: " + "; ".join(f"{name} {old or '—'} → {new}" for name, old, new in differences_told(one))
            for one in waiting[:50]
        ]
        more = waiting.count() - len(points)
        if more > 0:
            points.append(_("and %(count)d more") % {"count": more})
        action = Action(
            title=_("Change the catalogs' facts to what the cover says"),
            form=NothingToFillIn(posted(request)),
            do=do,
            submit=_("Change the facts"),
            back=self.url("change", collection.pk),
            points=points,
        )
        return self.act(request, collection, action)

    def publish_view(self, request: HttpRequest, pk: object) -> HttpResponse:
        self.require(request, MAY_PUBLISH)
        collection = self.found(request, pk)

        def do(given: dict[str, Any]) -> tuple[str, str]:
            collections.ask_publication(collection=collection, by=request.user.get_username(), **given)
            return self.url("change", collection.pk), _("The lists are being published, one after another.")

        clean = collections.publishable(collection, with_warnings=False).count()
        warned = collections.publishable(collection, with_warnings=True).count() - clean
        action = Action(
            title=_("Publish the lists of %(file)s") % {"file": collection.file_name},
            form=PublishListsForm(posted(request)),
            do=do,
            submit=_("Publish all without problems"),
            back=self.url("change", collection.pk),
            intro=_("A published version never changes. It is known to every insurer from this moment."),
            points=[
                _("%(count)d drafts are without any problem.") % {"count": clean},
                _("%(count)d drafts have warnings.") % {"count": warned},
                _(
                    "Each is published as by itself: a draft that you edited, a mass change or a wrong total stays a draft, and its row says why."
                ),
            ],
            why_not=_why_not_publish(request, collection),
        )
        return self.act(request, collection, action)


def _why_not_publish(request: HttpRequest, collection: Collection) -> str:
    try:
        collections.check_publisher(collection, request.user.get_username())
    except Refused as refusal:
        return refusal.detail
    return ""


def _worded(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "told": found["message_zh" if reader_language() == "zh" else "message_en"]}


def differences_told(one: CollectedList) -> list[tuple[str, Any, Any]]:
    """Return the facts that a catalog has otherwise than the cover, by their names for people."""
    return [(str(Catalog._meta.get_field(name).verbose_name), *pair) for name, pair in one.differences.items()]


def _tell(one: Any) -> Any:
    """Add to a list what its row on the page says."""
    version = one.run.version if one.run else None
    one.stand = badge(stand_words()[one.stands], _TONES[one.stands])
    one.told = [_worded(found) for found in one.problems]
    if one.not_published and one.stands == "ready":
        one.told.append({**_worded(one.not_published), "column": "", "value": "", "severity": "warning"})
    one.entry_count = version.entry_count if version else None
    one.version_href = reverse("admin:catalog_catalogversion_change", args=[version.pk]) if version else ""
    one.run_href = reverse("admin:catalog_importrun_change", args=[one.run.pk]) if one.run else ""
    one.errors = one.run.error_count if one.run else 0
    one.warnings = one.run.warning_count if one.run else 0
    one.facts = [] if one.facts_taken else differences_told(one)
    return one


def _result_row(one: Any) -> list[str]:
    told = " ".join(found["told"] for found in one.told)
    counts = [one.entry_count, one.errors, one.warnings]
    said = ["" if value is None else str(value) for value in counts]
    return [str(one.row), one.file, one.name, one.province, one.code, stand_words()[one.stands], *said, told]
