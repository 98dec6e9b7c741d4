"""The review of a version: checks, changes to tick one by one, what it reaches; sending it back, or publishing it, and the sheet afterwards."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.translation import gettext as _

from catalog import moves, reviewing, services
from catalog.changelog import changelog
from catalog.checklist import checks
from catalog.lifecycle import MOVE, WAITING, Standing
from catalog.models import CatalogVersion, VersionChange
from catalog.reviewing import Mark, Progress
from common.downloads import download
from common.errors import Refused
from curation.golden.trying import Tried
from desk.changes import tell
from desk.forms import posted
from desk.frame import paged, sentences
from desk.golden_words import shown, tried_for
from desk.impact_words import ask_href, latest_of
from desk.versions.checklist import lines
from desk.versions.forms import PublishForm
from desk.versions.moves import MAY_PUBLISH
from desk.versions.tabs import VersionTabs, day_of, observed
from insurers.products_reached import products_naming

MAY_SEE_PRODUCTS = "insurers.view_productversion"
SHOWS = ("", "unseen", "major", "remarked")


class ReviewPages(VersionTabs):
    """The pages around publishing a version."""

    def review_routes(self) -> list[URLPattern]:
        """Return the routes of these pages; the review itself is the page of the move `publish`."""
        return [
            self.route("<int:pk>/marks/", self.marks_view, "marks"),
            self.route("<int:pk>/sheet/", self.sheet_view, "sheet"),
            self.route("<int:pk>/changelog.md", self.changelog_view, "changelog"),
        ]

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the review and, on POST, publish."""
        self.require(request, MAY_PUBLISH)
        version = self.found(request, pk)
        if request.method != "POST" and version.published_at is not None:
            return redirect(self.url("sheet", pk))
        standing = moves.held_against(version, day_of(request))
        cases = [shown(one, request.user) for one in self._tried(request, version)]
        form = PublishForm(
            posted(request),
            standing=standing,
            differing=[one for one in cases if not one.tried.passes],
            initial={"against": standing.follows or ""},
        )
        status = 200
        if request.method == "POST" and form.is_valid():
            try:
                services.publish_version(version=version, by=request.user.get_username(), **form.moved())
            except Refused as refusal:
                status = refusal.status
                if isinstance(refusal, services.BaseChanged):
                    # What the page was shown against is followed no more; it is shown anew, against what is.
                    form.data = form.data.copy()
                    form.data["against"] = standing.follows or ""
                for sentence in sentences(refusal):
                    form.add_error(None, sentence)
            else:
                told = _("%(version)s is published: in force from %(day)s.")
                messages.success(request, told % {"version": version, "day": version.effective_from.isoformat()})
                return redirect(self.url("sheet", pk))
        context = self._review(request, version, standing, form) | {"cases": cases}
        return self.page(request, "desk/versions/review.html", version, context, status=status)

    def _tried(self, request: HttpRequest, version: CatalogVersion) -> list[Tried]:
        """Return the golden cases that the version is tried on, unless it is published already."""
        return [] if version.published_at is not None else tried_for(request.user, version, observed(request))

    def _review(
        self, request: HttpRequest, version: CatalogVersion, standing: Standing, form: PublishForm
    ) -> dict[str, Any]:
        person = request.user.get_username()
        refusal = moves.refusal_of_standing(version, "publish", person, standing)
        progress = reviewing.progress_of(version, person)
        reached = None
        if request.user.has_perm(MAY_SEE_PRODUCTS):
            reached = products_naming(version.catalog, version.effective_from, version.effective_to)
        return {
            **self.tab_context(request, version, "review", with_buttons=False),
            **_changes(request, version, progress),
            "parent": version.parent,
            "counts": version.change_counts,
            "checks": lines(checks(reviewing.facts_of(version), standing, person)),
            "form": form,
            "why_not": refusal.detail if refusal else "",
            "may_mark": version.state in WAITING and person not in version.editors,
            "may_send_back": standing.state in MOVE["send-back"].before,
            "send_back_href": self.url("send_back", version.pk),
            "marks_href": self.url("marks", version.pk),
            "back": self.url("change", version.pk),
            "progress": progress,
            "unseen": progress.total - len(progress.seen),
            "reached": reached,
            "latest": latest_of(version),
            "ask_href": ask_href(request.user, version),
            "remarks": [one for one in reviewing.remarks_on(version) if one.mark.by != person],
            "history_href": "",
        }

    def marks_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Keep the ticks and remarks of one page of changes, and go on reading."""
        self.require(request, MAY_PUBLISH)
        version = self.found(request, pk)
        if request.method == "POST":
            try:
                reviewing.mark_changes(
                    version=version, by=request.user.get_username(), marks=list(_marks(request.POST))
                )
            except Refused as refusal:
                for sentence in sentences(refusal):
                    messages.error(request, sentence)
        asked = {"show": request.POST.get("show", ""), "page": request.POST.get("page", "")}
        if request.POST.get("next", "").isdigit():
            asked["page"] = request.POST["next"]
        query = urlencode({name: value for name, value in asked.items() if value})
        return redirect(f"{self.url('publish', pk)}{'?' if query else ''}{query}#changes")

    def sheet_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the sheet of a published version, to be printed."""
        version = self.found(request, pk)
        if version.published_at is None:
            raise Http404
        context = {
            **self.tab_context(request, version, "sheet", with_buttons=False),
            "page_title": _("Publication sheet"),
            "counts": version.change_counts,
            "parent": version.parent,
            "remarks": [one for one in reviewing.remarks_on(version) if one.is_open],
            "changelog_href": self.url("changelog", pk),
            "history_href": "",
        }
        return self.page(request, "desk/versions/sheet.html", version, context)

    def changelog_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send what a version changes as Markdown."""
        version = self.found(request, pk)
        name = f"{version.catalog.code}-{version.label}.md"
        return download((line.encode() for line in changelog(version)), name, "text/markdown; charset=utf-8")


def _changes(request: HttpRequest, version: CatalogVersion, progress: Progress) -> dict[str, Any]:
    """Return the page of changes that the query asks for, drug by drug, each with this person's tick and remark."""
    show = request.GET.get("show", "")
    show = show if show in SHOWS else ""
    remarked = [code for code, mark in progress.marks.items() if mark.remark]
    first = version.parent_id is None
    rows: Any = (
        reviewing.entries_to_read(version) if first else reviewing.in_reading_order(reviewing.changes_to_read(version))
    )
    if show == "unseen":
        rows = rows.exclude(entry_code__in=progress.seen)
    elif show == "remarked":
        rows = rows.filter(entry_code__in=remarked)
    elif show == "major" and not first:
        rows = rows.filter(major=True)
    page = paged(request, rows.values_list("pk", flat=True))
    shown = {one.pk: one for one in reviewing.with_digests(version).filter(pk__in=list(page.object_list))}
    page.object_list = [_as_change(shown[pk]) if first else shown[pk] for pk in page.object_list if pk in shown]
    tell(page.object_list, version)
    for position, change in enumerate(page.object_list):
        mark = progress.marks.get(change.entry_code)
        change.position = position
        change.seen = change.entry_code in progress.seen
        change.seen_otherwise = bool(mark and mark.seen and not change.seen)
        change.remark = mark.remark if mark else ""
    shows = [("", _("All")), ("unseen", _("Not seen yet")), ("major", _("Major")), ("remarked", _("With my remark"))]
    return {
        "drugs": [(name, list(those)) for name, those in groupby(page.object_list, key=lambda one: one.generic_name)],
        "page": page,
        "show": show,
        "shows": [one for one in shows if not (first and one[0] == "major")],
        "slight": 0 if first else sum(version.change_counts.get(name, 0) for name in ("typographic", "remark")),
    }


def _as_change(entry: Any) -> VersionChange:
    change = VersionChange(change="added", major=True, entry_code=entry.entry_code, generic_name=entry.generic_name)
    change.digest = entry.digest  # type: ignore[attr-defined]
    return change


def _marks(sent: Any) -> Iterator[Mark]:
    """Yield the marks of a sent page; `all` ticks every one of them."""
    codes: Iterable[str] = sent.getlist("code")
    saw = dict(zip(codes, sent.getlist("saw"), strict=False))
    remarks = dict(zip(codes, sent.getlist("remark"), strict=False))
    ticked = set(saw) if "all" in sent else set(sent.getlist("seen"))
    for code, digest in saw.items():
        yield Mark(code, digest[:32], code in ticked, remarks.get(code, "").strip())
