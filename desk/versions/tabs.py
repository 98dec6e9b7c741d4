"""What stands around every page of a version: its state, who waits for whom, the tabs with their counts, the buttons of its moves."""

from datetime import date
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog import clock, lifecycle
from catalog.changes import compared_anew
from catalog.models import CatalogVersion, Comment, EntryEdit, ImportProblem
from desk.addresses import comparison_with_followed
from desk.badges import provenance_badge, version_badge
from desk.frame import Button
from desk.golden_words import MAY_SEE as MAY_SEE_CASES
from desk.impact_words import ask_button
from desk.versions.moves import MAY_EDIT, MAY_PUBLISH, VersionMoves
from insurers.persons import insurer_of

MAY_SEE_COMMENTS = "catalog.view_comment"


def observed(request: HttpRequest) -> clock.Observation:
    """Return what is known at this request: read once, so that a page is of one moment."""
    seen: clock.Observation | None = getattr(request, "observed", None)
    if seen is None:
        seen = clock.observe()
        request.observed = seen  # type: ignore[attr-defined]
    return seen


def day_of(request: HttpRequest) -> date:
    """Return the day it is in China at this request."""
    return clock.china_today(observed(request).known_at)


class VersionTabs(VersionMoves):
    """A version's pages: found with what it follows now, shown under its tabs."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[CatalogVersion]:
        seen = observed(request)
        versions = super().get_queryset(request).select_related("catalog", "catalog__series", "parent", "base")
        return versions.told_on(clock.china_today(seen.known_at), seen.known_at)

    def seen(self, request: HttpRequest, object_id: object) -> CatalogVersion | None:
        """Return the version, a draft compared with the edition it follows now; refuses (403) who may not see it."""
        version = super().seen(request, object_id)
        return compared_anew(version, observed(request).known_at) if version else None

    def badges(self, version: CatalogVersion) -> list[SafeString]:
        return [version_badge(version), provenance_badge(version.catalog.provenance)]

    def sees_comments(self, request: HttpRequest) -> bool:
        """Tell whether this is a person of the office who may read what insurers wrote."""
        return request.user.has_perm(MAY_SEE_COMMENTS) and insurer_of(request.user) is None

    def may_edit_now(self, request: HttpRequest, version: CatalogVersion) -> bool:
        """Tell whether this person may edit entries of this version today; the service asks the table again."""
        return request.user.has_perm(MAY_EDIT) and version.state_on(day_of(request)) == lifecycle.DRAFT

    def may_answer_now(self, request: HttpRequest, version: CatalogVersion) -> bool:
        """Tell whether this person may answer the comments on this version."""
        user = request.user
        allowed = user.has_perm(MAY_EDIT) or user.has_perm(MAY_PUBLISH)
        return allowed and self.sees_comments(request) and version.published_at is None

    def tab_context(
        self, request: HttpRequest, version: CatalogVersion, tab: str, *, with_buttons: bool = True
    ) -> dict[str, Any]:
        """Return what a page under one of the tabs shows around it."""
        counts = _counts(version)
        day = day_of(request)
        changed = sum(version.change_counts.get(name, 0) for name in ("added", "removed", "changed"))
        tabs: list[tuple[str, Any, str, Any]] = [
            ("overview", _("Overview"), self.url("change", version.pk), ""),
            ("entries", _("Entries"), self.url("entries", version.pk), version.entry_count),
            ("levels", _("By level"), self.url("levels", version.pk), ""),
            ("changes", _("Changes"), self.url("changes", version.pk), changed),
            ("problems", _("Problems"), self.url("problems", version.pk), counts["problems"]),
        ]
        if version.submitted_at and self.sees_comments(request):
            tabs.append(("comments", _("Consultation"), self.url("comments", version.pk), counts["comments"]))
        if request.user.has_perm(MAY_SEE_CASES):
            tabs.append(("golden", _("Golden cases"), self.url("golden", version.pk), ""))
        tabs.append(("record", _("Record"), self.url("record", version.pk), counts["edits"]))
        behind = behind_by(version)
        return {
            "version": version,
            "catalog": version.catalog,
            "day": day,
            "tabs": tabs,
            "tab": tab,
            "buttons": [
                *self.move_buttons(request, version, day),
                *ask_button(request.user, version),
                _compare(version),
            ]
            if with_buttons
            else [],
            "waiting": waiting_for(version, day, counts["unanswered"]),
            "behind": behind,
            "merge_href": self.url("merge", version.pk) if behind and self.may_edit_now(request, version) else "",
            "unanswered": counts["unanswered"],
        }

    def to_entry(self, page: str, version: CatalogVersion, code: str, **query: str) -> str:
        """Return the address of a page about an entry, by its code: its id is another one after every edit."""
        return f"{self.url(page, version.pk)}?{urlencode({'entry': code, **query})}"

    def to_grid(self, version: CatalogVersion, query: str) -> str:
        """Return the address of the grid as it was filtered."""
        return self.url("entries", version.pk) + (f"?{query}" if query else "")

    def back_to_grid(self, version: CatalogVersion, query: str = "") -> HttpResponseRedirect:
        """Lead to the grid as it was filtered."""
        return redirect(self.to_grid(version, query))


def _compare(version: CatalogVersion) -> Button:
    """Return the way to compare a version with another: the one it follows is proposed."""
    return Button(_("Compare with"), comparison_with_followed(version), "compare_arrows")


def _counts(version: CatalogVersion) -> dict[str, int]:
    """Return what the tabs count, in one statement."""

    def of(rows: QuerySet[Any], by: str = "version") -> Coalesce:
        counted = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

    told = CatalogVersion.objects.values(
        of_edits=of(EntryEdit.objects.all()),
        of_problems=of(ImportProblem.objects.filter(severity="warning"), "run__version"),
        of_comments=of(Comment.objects.all()),
        of_unanswered=of(Comment.objects.filter(answered_at=None)),
    ).get(pk=version.pk)
    return {name.removeprefix("of_"): count for name, count in told.items()}


def behind_by(version: CatalogVersion) -> int:
    """Return how many editions were published since a draft was made or merged last, the one it follows now among them; 0: it is up to date."""
    if version.published_at is not None or version.parent is None or version.parent_id == version.base_id:
        return 0
    later = version.catalog.versions.filter(published_at__lte=version.parent.published_at)
    if version.base is not None and version.base.published_at is not None:
        later = later.filter(published_at__gt=version.base.published_at)
    return max(later.count(), 1)


def waiting_for(version: CatalogVersion, day: date, unanswered: int) -> str:
    """Return in one sentence who waits for whom; nothing where nobody does."""
    state = version.state_on(day)
    if state == lifecycle.DRAFT:
        told = _("Its editors work on it: %(editors)s. Another person publishes it.")
        if unanswered:
            told += _(" %(count)d comments wait for an answer.") % {"count": unanswered}
        return told % {"editors": _(", ").join(version.editors)}
    if state == lifecycle.CONSULTATION:
        until = version.comments_until.isoformat() if version.comments_until else _("somebody ends it")
        told = _("Insurers comment until %(until)s; %(count)d comments wait for an answer.")
        return told % {"until": until, "count": unanswered}
    if state == lifecycle.REVIEW:
        told = _("%(person)s waits for a reviewer, who may be none of its editors: %(editors)s.")
        return told % {"person": version.review_requested_by, "editors": _(", ").join(version.editors)}
    if version.withdrawal_asked_by and version.withdrawn_at is None:
        return _("%(person)s waits for another reviewer to withdraw it.") % {"person": version.withdrawal_asked_by}
    return ""
