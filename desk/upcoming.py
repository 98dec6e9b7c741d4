"""某日变化: what changes on a day over all lists, which drugs move between them, which products follow; for the office and for insurers' users."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalog import clock
from catalog.drugs.base_names import drug_id
from catalog.models import Catalog
from curation.upcoming.days import DayOfChange, ListOnTheDay, day_of_change, days_of_change, names_of, products_reached
from curation.upcoming.queries import Change, changes_on, shown_changes
from desk.as_of import read_day
from desk.frame import paged
from desk.own_rows import may_compare
from desk.words import NOT_GIVEN, Words
from insurers.persons import insurer_of

_TONES = {"begins": "good", "ends": "bad", "changes": "warn"}


def what_words() -> dict[str, str]:
    """Return what becomes of a drug on a list, in words."""
    return {"begins": _("comes in"), "ends": _("goes out"), "changes": _("listed otherwise")}


def upcoming_view(request: HttpRequest) -> HttpResponse:
    """Show what changes on the day of the address: without one, the next day on which an edition or agreement begins or is over."""
    if not may_compare(request):
        raise PermissionDenied
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    insurer = insurer_of(request.user)
    own = insurer.pk if insurer else None
    seen = clock.observe()
    today = clock.china_today(seen.known_at)
    coming = days_of_change(today, insurer_id=own, seen=seen)
    day = read_day(request.GET.get("date", "")) or (coming[0] if coming else today)
    found = day_of_change(day, insurer_id=own, seen=seen)
    chosen = next((one for one in found.lists if one.address == request.GET.get("list")), None)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("What changes on a day"),
        "page_title": _("What changes on a day"),
        "day": day,
        "today": today,
        "coming": coming,
        "lists": [(one, _list_href(request, one.catalog), _here(found, one)) for one in found.lists],
        "chosen": chosen,
        "for_office": own is None,
        "whole_href": f"?{urlencode({'date': day.isoformat()})}",
    }
    if chosen:
        context |= _of_list(request, changes_on(chosen.step, seen))
    else:
        context |= _of_all(request, found)
        context["products"], context["more_products"] = products_reached(found, insurer_id=own, seen=seen)
        context["may_open_products"] = request.user.has_perm("insurers.view_productversion")
    return TemplateResponse(request, "desk/upcoming/day.html", context)


def _here(found: DayOfChange, one: ListOnTheDay) -> str:
    return f"?{urlencode({'date': found.day.isoformat(), 'list': one.address})}"


def _list_href(request: HttpRequest, catalog: Catalog) -> str:
    page = "catalog_change" if insurer_of(request.user) is None else "catalog_published_list"
    return reverse(f"admin:catalog_{page}", args=[catalog.pk])


def _drug_href(drug: str) -> str:
    return reverse("admin:catalog_drug_change", args=[quote(drug_id(drug))])


def _of_all(request: HttpRequest, found: DayOfChange) -> dict[str, Any]:
    page = paged(request, found.moves)
    names = names_of([one.drug for one in page])
    return {
        "pages": page,
        "moves": [(names[one.drug], _drug_href(one.drug), one) for one in page],
        "move_count": len(found.moves),
    }


def _of_list(request: HttpRequest, changes: list[Change]) -> dict[str, Any]:
    page = paged(request, changes)
    words, told = Words(), what_words()
    rows = []
    for change, shown in shown_changes(page):
        names_a_drug = not change.result.drug.startswith(" ")
        entries = [*shown.right, *shown.left]
        rows.append(
            {
                "what": told[change.what],
                "tone": _TONES[change.what],
                "agreement": change.by == "agreement",
                "spoken_of": change.result.spoken_of,
                "name": change.result.drug if names_a_drug else _selector(entries[0]),
                "href": _drug_href(change.result.drug) if names_a_drug else "",
                "old": _(", ").join(one["entry_code"] for one in shown.left) or NOT_GIVEN,
                "new": _(", ").join(one["entry_code"] for one in shown.right) or NOT_GIVEN,
                "told": [
                    line for pair in shown.pairs if pair.left and pair.right for line in words.changes(pair.fields)
                ],
            }
        )
    return {"pages": page, "changes": rows}


def _selector(entry: Any) -> str:
    """Return what an entry that names no drug selects by."""
    return next((str(entry[name]) for name in ("brand_name", "approval_no", "class_code") if entry[name]), NOT_GIVEN)


urls = [path("upcoming/", admin.site.admin_view(require_safe(upcoming_view)), name="upcoming")]
