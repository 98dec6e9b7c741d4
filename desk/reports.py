"""Reports: figures by list, by product, by drug class and by week, as pictures with their numbers, printable, and as a workbook.

Who sees which: lists and classes whoever may read lists (an insurer's user those that are published for it), products whoever may see them, imports
the office, claims whoever may see claims. An insurer's figures are its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog import clock
from catalog.importing.export import workbook_file
from catalog.models import CatalogVersion
from common.dates import parse_day
from common.downloads import XLSX, download
from common.pictures import Picture, bars
from curation.reports import lists, products, weeks
from desk import figures
from desk.own_rows import may_own
from desk.published import MAY_READ
from insurers.persons import insurer_of

MAY_SEE_LISTS = "catalog.view_catalogversion"
MAY_SEE_PRODUCTS = "insurers.view_productversion"
MAY_SEE_IMPORTS = "catalog.view_importrun"
MAY_SEE_CLAIMS = "claims.view_claimcheck"
MAY_SEE_BATCHES = "claims.view_claimbatch"
# Lists that stand for themselves: of reference lists there may be thousands, they are told together.
_SINGLE: Final = ("base", "commercial")
SHEET_NAME: Final = 31
# Days outside these are somebody's slip.
FIRST_YEAR, LAST_YEAR = 2000, 2200


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about: who asks, for which day, which lists, and what is known now."""

    request: HttpRequest
    insurer_id: int | None
    day: date
    seen: clock.Observation
    chosen: tuple[str, ...]

    def may(self, right: str) -> bool:
        return bool(self.request.user.has_perm(right))

    def lists(self) -> list[lists.InForce]:
        """Return the lists in force that are seen; one statement each time."""
        return lists.lists_in_force(self.day, self.seen.known_at, self.insurer_id)


@dataclass(frozen=True, slots=True)
class Report:
    """A tab's pictures, and the lists one may choose among there: (code, name, chosen); `several` may be chosen, or one."""

    pictures: Sequence[Picture]
    choices: Sequence[tuple[str, str, bool]] = ()
    several: bool = False


def _may_see_lists(request: HttpRequest) -> bool:
    return request.user.has_perm(MAY_SEE_LISTS) or may_own(request, MAY_READ)


def _may_see_weeks(request: HttpRequest) -> bool:
    return any(request.user.has_perm(right) for right in (MAY_SEE_IMPORTS, MAY_SEE_CLAIMS, MAY_SEE_BATCHES))


def by_list(asked: Asked) -> Report:
    """Return how large lists are and were, what of which disease area they hold, and how some of them overlap."""
    there = asked.lists()
    single = [one for one in there if one.kind in _SINGLE]
    chosen = _chosen(single, asked.chosen)[: lists.MOST_OVERLAPPING]
    composed = lists.composition(there)
    groups = {name: [composed[place] for place in places] for name, places in figures.grouped(there).items()}
    editions = lists.sizes([one.catalog_id for one in chosen], asked.seen.known_at, asked.insurer_id)
    totals, overlaps = lists.overlaps(chosen)
    pictures = [
        *figures.disease_heats(groups),
        figures.overlap_picture(chosen, totals, overlaps),
        figures.sizes_lines(
            _("Size of the lists over their editions"), {one.catalog_id: one.name for one in chosen}, editions
        ),
        figures.sizes_bars(there),
    ]
    return Report(pictures, _choices(single, chosen), several=True)


def by_product(asked: Asked) -> Report:
    """Return what products rest on, and what was checked and is payable of them."""
    found = products.reach(asked.day, asked.seen.known_at, asked.insurer_id, asked.lists())
    pictures = [figures.reach_bars(found, with_insurer=asked.insurer_id is None)]
    if asked.may(MAY_SEE_CLAIMS):
        rows = weeks.checks_by_product(weeks.weeks_until(asked.day), asked.insurer_id, figures.DRAWN)
        names = [product if asked.insurer_id else f"{insurer} · {product}" for insurer, product, _n, _yuan in rows]
        since = _("Single checks of the last %(count)d weeks, by product.") % {"count": weeks.WEEKS}
        pictures += [
            bars(
                _("Checks by product"), since, names, [(_("Claim checks"), [one[2] for one in rows])],
                corner=_("Product"), nothing=figures.nothing(),
            ),
            bars(
                _("Payable by product (CNY)"), since, names, [(_("Payable"), [one[3] for one in rows])],
                corner=_("Product"), say=figures.money, nothing=figures.nothing(),
            ),
        ]  # fmt: skip
    return Report(pictures)


def by_class(asked: Asked) -> Report:
    """Return what of which drug class lists hold, and what the edition in force of one list changed by class."""
    there = [one for one in asked.lists() if one.kind in _SINGLE]
    chosen = _chosen(there, asked.chosen)[:1]
    shown = sorted(there, key=lambda one: (one not in chosen, -one.entry_count))[: figures.LINES]
    composed = lists.composition(shown)
    names = figures.class_names()
    columns = {one.name: [made] for one, made in zip(shown, composed, strict=True)}
    pictures = [figures.class_heat(_("Drug classes and lists"), columns, names)]
    for one in chosen:
        version = CatalogVersion.objects.select_related("parent").get(pk=one.pk)
        title = _("Changes by class: %(list)s") % {"list": f"{one.name} {one.label}"}
        pictures.append(figures.class_changes(title, lists.changes_by_class(version), names))
    return Report(pictures, _choices(there, chosen))


def by_week(asked: Asked) -> Report:
    """Return imports and their problems, and the outcomes and money of checks and batches, by week."""
    mondays = weeks.weeks_until(asked.day)
    pictures: list[Picture] = []
    if asked.may(MAY_SEE_IMPORTS):
        pictures.append(figures.imports_bars(weeks.imports_by_week(mondays)))
        pictures.append(figures.problems_bars(weeks.problems_by_code(mondays)))
    if asked.may(MAY_SEE_CLAIMS):
        pictures += figures.claims_pictures(weeks.checks_by_week(mondays, asked.insurer_id), batches=False)
    if asked.may(MAY_SEE_BATCHES):
        pictures += figures.claims_pictures(weeks.batches_by_week(mondays, asked.insurer_id), batches=True)
    return Report(pictures)


# Name in the address → (who may see it, what makes it).
TABS: Final[Mapping[str, tuple[Callable[[HttpRequest], bool], Callable[[Asked], Report]]]] = {
    "lists": (_may_see_lists, by_list),
    "products": (lambda request: request.user.has_perm(MAY_SEE_PRODUCTS), by_product),
    "classes": (_may_see_lists, by_class),
    "weeks": (_may_see_weeks, by_week),
}


def may_see_reports(request: HttpRequest) -> bool:
    """Tell whether there is any report for this person."""
    return any(may(request) for may, _make in TABS.values())


def reports_view(request: HttpRequest) -> HttpResponseBase:
    """Show one tab of the reports, or send it as a workbook with `format=xlsx`: a sheet a picture."""
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    open_to = [name for name, (may, _make) in TABS.items() if may(request)]
    if not open_to:
        raise PermissionDenied
    tab = request.GET.get("tab", open_to[0])
    if tab not in open_to:
        raise PermissionDenied
    seen = clock.observe()
    today = clock.china_today(seen.known_at)
    insurer = insurer_of(request.user)
    asked = Asked(
        request, insurer.pk if insurer else None, _day(request, today), seen, tuple(request.GET.getlist("list"))
    )
    report = TABS[tab][1](asked)
    titles = _titles()
    if request.GET.get("format") == "xlsx":
        return _workbook(report, f"{titles[tab]}-{asked.day.isoformat()}.xlsx")
    shared = {"date": asked.day.isoformat()} if asked.day != today else {}
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Reports"),
        "tab": tab,
        "tabs": [(name, titles[name], f"?{urlencode({'tab': name, **shared})}", "") for name in open_to],
        "report": report,
        "day": asked.day,
        "most": lists.MOST_OVERLAPPING,
        "xlsx_href": f"?{_query(request, format='xlsx', tab=tab)}",
    }
    return TemplateResponse(request, "desk/reports/report.html", context)


def _titles() -> dict[str, str]:
    return {"lists": _("By list"), "products": _("By product"), "classes": _("By drug class"), "weeks": _("By week")}


def _day(request: HttpRequest, today: date) -> date:
    """Return the day that is asked for; what is no day is today."""
    try:
        day = parse_day(request.GET.get("date", ""))
    except ValueError:
        return today
    return day if FIRST_YEAR <= day.year < LAST_YEAR else today


def _query(request: HttpRequest, **given: str) -> str:
    query = request.GET.copy()
    for name, value in given.items():
        query[name] = value
    return query.urlencode()


def _chosen(there: Sequence[lists.InForce], codes: Sequence[str]) -> list[lists.InForce]:
    """Return the lists that are asked for, or, without any, the largest of each kind in turn."""
    asked = [one for one in there if one.code in codes]
    if asked:
        return asked
    return sorted(there, key=lambda one: (-one.entry_count, one.code))


def _choices(there: Sequence[lists.InForce], chosen: Sequence[lists.InForce]) -> list[tuple[str, str, bool]]:
    return [(one.code, one.name, one in chosen) for one in there]


def _workbook(report: Report, name: str) -> HttpResponse | HttpResponseBase:
    sheets: dict[str, list[Sequence[str]]] = {}
    for place, picture in enumerate(report.pictures, 1):
        # A sheet's name is short, without some characters, and its own.
        title = f"{place} " + "".join(one for one in picture.title if one not in "[]:*?/\\'")
        sheets[title[:SHEET_NAME]] = [
            [picture.title], [picture.description], [], list(picture.header), *map(list, picture.told)
        ]  # fmt: skip
    return download(workbook_file(sheets), name, XLSX)


urls = [path("reports/", admin.site.admin_view(reports_view), name="reports")]
