"""The tab 问题: what has to be mended or known before a version is published, and what its file's reader warned of."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import moves
from catalog.entry_filter import Wanted, entries_found
from catalog.lifecycle import count_is_the_expected, mass_change_is_confirmed
from catalog.models import CatalogVersion, ImportProblem
from common.labels import reader_language
from desk.coding_waiting import MAY_CODE, coding_href
from desk.frame import paged
from desk.versions.tabs import VersionTabs, day_of

# What stands in the way: (sentence, address of where it is mended, what the link says).
Point = tuple[str, str, Any]


class ProblemsTab(VersionTabs):
    """What is wrong with a version, as it stands now and as its file was read."""

    def problems_routes(self) -> list[URLPattern]:
        return [self.route("<int:pk>/problems/", self.problems_view, "problems")]

    def problems_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self.found(request, pk)
        frame = self.tab_context(request, version, "problems")
        warnings = ImportProblem.objects.filter(run__version=version, severity="warning").order_by("id")
        zh = reader_language() == "zh"
        page = paged(request, warnings)
        for one in page:
            one.told = one.message_zh if zh else one.message_en
        context = {**frame, "points": self._points(request, version, frame), "warnings": page}
        return self.page(request, "desk/versions/problems.html", version, context)

    def _points(self, request: HttpRequest, version: CatalogVersion, frame: dict[str, Any]) -> list[Point]:
        points: list[Point] = []
        uncoded = entries_found(version, Wanted(uncoded=True)).count()
        if uncoded:
            told = ngettext(
                "%(count)d entry has text that is not coded: claims for it go to a person.",
                "%(count)d entries have text that is not coded: claims for them go to a person.",
                uncoded,
            )
            points.append((told % {"count": uncoded}, self.to_grid(version, "uncoded=on"), _("Show them")))
        if uncoded and version.state == CatalogVersion.State.DRAFT and request.user.has_perm(MAY_CODE):
            told = _("The coding desk suggests what such texts mean; you decide.")
            points.append((told, coding_href(version), _("Coding desk")))
        if version.published_at is not None:
            return points
        standing = moves.held_against(version, day_of(request))
        if frame["behind"]:
            told = _("It was compared with %(base)s; now it follows %(follows)s.")
            sides = {"base": standing.base or _("nothing"), "follows": standing.follows or _("nothing")}
            points.append((told % sides, frame["merge_href"], _("Merge")))
        if frame["unanswered"]:
            told = ngettext(
                "%(count)d comment is not answered.", "%(count)d comments are not answered.", frame["unanswered"]
            )
            href = self.url("comments", version.pk) + "?state=open"
            points.append((told % {"count": frame["unanswered"]}, href, _("Answer")))
        if mass_change_is_confirmed(standing, {}):
            told = _("%(lost)d of %(before)d entries in force go or get narrower: whoever publishes must confirm it.")
            href = self.url("changes", version.pk) + "?narrower=1"
            points.append((told % {"lost": standing.lost, "before": standing.in_force}, href, _("Show them")))
        if count_is_the_expected(standing, {}):
            for name, wanted in standing.expected.items():
                if (have := standing.counted.get(name, 0)) != wanted:
                    told = _("%(name)s: %(found)d rows, expected %(wanted)d.")
                    query = "" if name == "drugs" else f"class_code={name}"
                    counted = {"name": name, "found": have, "wanted": wanted}
                    points.append((told % counted, self.to_grid(version, query), _("Show them")))
        return points
