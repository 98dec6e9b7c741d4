"""更正: an insurer's recorded checks that would be answered otherwise now, settled ones apart; to the office their number alone."""

from datetime import datetime, time
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog import clock
from claims.models import ClaimCheck
from common.audit.deeds import Deed
from common.audit.services import record
from common.dates import CHINA
from common.labels import reader_language
from curation.corrections.judging import Correction, Judged, judge
from curation.corrections.places import beyond, place_of
from curation.corrections.queries import checks_resting
from curation.corrections.services import settle_check
from desk.as_of import read_day
from desk.claim_checks import worst_badge
from desk.frame import PAGE_SIZE
from desk.own_rows import own_insurer, told_person
from insurers.persons import insurer_of

# Of the office whoever sees the sums of impact runs.
MAY_SEE_SUMS = "curation.view_impactrun"
MAY_SEE = "claims.view_claimcheck"
MAY_SETTLE = "curation.add_settledcheck"
_SETTLED = {"yes": True, "no": False}


def corrections_view(request: HttpRequest) -> HttpResponse:
    """Show an insurer's user the checks of one page, decided again; the office how many rest on what has changed."""
    if not request.user.has_perm(MAY_SEE_SUMS):
        raise PermissionDenied
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    seen = clock.observe()
    since = read_day(request.GET.get("since", ""))
    at = datetime.combine(since, time.min, CHINA) if since else None
    insurer = insurer_of(request.user)
    if insurer is not None and not request.user.has_perm(MAY_SEE):
        raise PermissionDenied
    resting = checks_resting(insurer_id=insurer.pk if insurer else None, since=at, seen=seen)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Corrections"),
        "page_title": _("Corrections"),
        "since": since,
        "resting": resting.count(),
        "settled_count": resting.filter(settled__isnull=False).count(),
        "for_office": insurer is None,
    }
    if insurer is not None:
        asked = request.GET.get("settled", "")
        wanted = _SETTLED.get(asked)
        checks = resting if wanted is None else resting.filter(settled__isnull=not wanted)
        context |= _page(request, checks, seen)
        day = {"since": since.isoformat()} if since else {}
        context["states"] = [
            (name, f"?{urlencode({**day, **({'settled': value} if value else {})})}", value == asked)
            for value, name in (("", _("All")), ("no", _("not settled")), ("yes", _("settled")))
        ]
        context["asked_settled"] = asked
    return TemplateResponse(request, "desk/corrections/list.html", context)


def _page(request: HttpRequest, checks: Any, seen: clock.Observation) -> dict[str, Any]:
    place = request.GET.get("after", "")
    try:
        asked = beyond(checks, place) if place else checks
    except ValueError:
        asked = checks
    found = list(asked.select_related("product", "settled")[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    judged: Judged = judge(found, seen, reader_language())
    record(
        Deed.CHECKS_LISTED,
        by=request.user.get_username(),
        what=ClaimCheck,
        after={"found": len(judged.corrections)},
    )
    query = request.GET.copy()
    if more:
        query["after"] = place_of(found[-1])
    return {
        "rows": [_row(request, one) for one in judged.corrections],
        "looked_at": len(found),
        "judged": judged,
        "next_href": f"?{query.urlencode()}" if more else "",
        "query": request.GET.urlencode(),
        "may_settle": request.user.has_perm(MAY_SETTLE),
    }


def _row(request: HttpRequest, one: Correction) -> dict[str, Any]:
    new = {line["line_no"]: line for line in one.new["lines"]}
    return {
        "check": one.check,
        "old": worst_badge(one.old),
        "new": worst_badge(one.new),
        "old_payable": one.old["totals"]["payable"],
        "new_payable": one.new["totals"]["payable"],
        "lines": [
            (line, [reason["message"] for reason in new[line.line_no]["reasons"] if reason["effect"] != "N"])
            for line in one.lines
        ],
        "settled": one.settled,
        "settled_by": told_person(request, one.settled.settled_by) if one.settled else "",
    }


def settle_view(request: HttpRequest, pk: str) -> HttpResponse:
    """Mark one of the insurer's checks as settled, and go back to the page it was on."""
    insurer = own_insurer(request, MAY_SETTLE)
    check = get_object_or_404(ClaimCheck, pk=pk, insurer=insurer)
    settle_check(check=check, by=request.user.get_username(), at=clock.observe().known_at)
    messages.success(request, _("%(check)s is settled.") % {"check": check})
    query = QueryDict(request.POST.get("query", ""))
    return redirect(f"{reverse('desk:corrections')}?{query.urlencode()}" if query else reverse("desk:corrections"))


urls = [
    path("corrections/", admin.site.admin_view(require_safe(corrections_view)), name="corrections"),
    path("corrections/<uuid:pk>/settle/", admin.site.admin_view(require_POST(settle_view)), name="settle_claimcheck"),
]
