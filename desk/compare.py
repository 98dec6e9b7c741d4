"""Comparing any two versions or lists on any days: chosen on a form whose address can be sent on, told in words, printed, taken away as a file."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalog import clock
from catalog.change_weight import Entry
from catalog.drugs.base_names import drug_id
from catalog.entries import COLUMNS
from catalog.models import Catalog, CatalogVersion, Drug
from common.errors import Refused
from curation.comparing.compare import KINDS, Pair
from curation.comparing.grouping import BYS
from curation.comparing.named_side import Named
from curation.comparing.queries import Comparison, Shown, Side, compare_sides, find_side, show, show_all
from curation.comparing.table import TableWords, table_rows
from desk.as_of import read_day, read_instant
from desk.downloads import PRINTED_ROWS, sent
from desk.frame import paged
from desk.words import NOT_GIVEN, Words, field_label
from insurers.persons import insurer_of

MAY_SEE = "catalog.view_catalogversion"
SIDES = ("left", "right")
# So many versions, and their catalogs, are offered while typing; any other can be written.
OFFERED = 400
REMARKS = ("note", "source")
DIFFERING = tuple(kind for kind in KINDS if kind != "same")


class Unreadable(Refused):
    """What the form says cannot be read."""

    code = "invalid"
    status = 400


def by_words() -> dict[str, str]:
    """Return by what two sides are compared, in words."""
    return {
        "drug": _("drug: whatever salt, form or name"),
        "drug_indication": _("drug and disease"),
        "entry": _("entry by entry"),
    }


def kind_words() -> dict[str, str]:
    """Return what became of a drug or entry, in words."""
    return {
        "different": _("different"),
        "left": _("only on the left"),
        "right": _("only on the right"),
        "same": _("the same"),
    }


def _seen(request: HttpRequest) -> Comparison | None:
    """Return what the address asks to compare, or None where a side is missing; raises what is refused, 403 for who may not see versions."""
    if not request.user.has_perm(MAY_SEE):
        raise PermissionDenied
    asked = request.GET
    if not all(asked.get(side, "").strip() for side in SIDES):
        return None
    seen = clock.observe()
    by = asked.get("by", "drug")
    left, right = (_side(request, side, seen) for side in SIDES)
    return compare_sides(left, right, by=by if by in BYS else "drug", seen=seen)


def _side(request: HttpRequest, side: str, seen: clock.Observation) -> Side:
    written = request.GET[side].strip()
    try:
        named = Named.read(written)
    except ValueError:
        raise Unreadable(_("Write a side as CODE or CODE@LABEL.")) from None
    insurer = insurer_of(request.user)
    return find_side(
        named,
        insurer_id=insurer.pk if insurer else None,
        seen=seen,
        day=_read(request, f"{side}_date", read_day),
        known_at=_read(request, f"{side}_known_at", lambda text: read_instant(text, seen.known_at)),
    )


def _read(request: HttpRequest, name: str, reader: Any) -> Any:
    text = request.GET.get(name, "").strip()
    found = reader(text) if text else None
    if text and found is None:
        raise Unreadable(_("%(text)s is no day.") % {"text": text[:40]})
    return found


def compare_view(request: HttpRequest) -> HttpResponse:
    """Show the form, and where both sides are chosen what differs between them."""
    status, problem, comparison = 200, "", None
    try:
        comparison = _seen(request)
    except Refused as refusal:
        status, problem = refusal.status, refusal.detail
    context = {**_form(request), "problem": problem}
    if comparison:
        context |= _told(request, comparison)
    return _page(request, "desk/compare/compare.html", _("Compare"), context, status)


def _page(
    request: HttpRequest, template: str, title: str, context: dict[str, Any], status: int = 200
) -> TemplateResponse:
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    shared = {**admin.site.each_context(request), "title": title, "page_title": title}
    return TemplateResponse(request, template, {**shared, **context}, status=status)


def _form(request: HttpRequest) -> dict[str, Any]:
    """Return what the form shows: each side as it was written, and what is offered while typing."""
    insurer = insurer_of(request.user)
    reader = insurer.pk if insurer else None
    catalogs, called = Catalog.objects.readable_by(reader), Catalog.objects.addresses(reader)
    versions = CatalogVersion.objects.filter(catalog__in=catalogs).select_related("catalog__owner").order_by("-id")
    versions = versions[:OFFERED]

    offered = {called(one.catalog): one.catalog.name for one in versions}
    for one in versions:
        offered[f"{called(one.catalog)}@{one.label}"] = f"{one.catalog.name} {one.label} · {one.get_state_display()}"
    asked = request.GET
    names = {"left": _("Left (old)"), "right": _("Right (new)")}
    return {
        "sides": [
            {
                "name": side,
                "title": names[side],
                "written": asked.get(side, ""),
                "date": asked.get(f"{side}_date", ""),
                # The field is of days; an instant in the address stays in it until another day is chosen.
                "known_at": asked.get(f"{side}_known_at", "")[:10],
            }
            for side in SIDES
        ],
        "by": asked.get("by", "drug"),
        "bys": by_words().items(),
        "offered": sorted(offered.items()),
    }


def _told(request: HttpRequest, comparison: Comparison) -> dict[str, Any]:
    counts = comparison.counts
    asked_kind = request.GET.get("kind", "")
    # What differs comes first; where nothing does, what there is.
    kind = asked_kind if asked_kind in KINDS else next((one for one in kind_words() if counts[one]), "different")
    wanted = request.GET.get("q", "").strip()[:100]
    page = paged(request, comparison.of_kind(kind, wanted))
    lines = _lines(comparison, page)
    asked = {name: value for name, value in request.GET.items() if name not in {"kind", "page", "q"} and value}
    here = reverse("desk:compare")
    tabs = [
        (name, words, f"{here}?{urlencode({**asked, 'kind': name, **({'q': wanted} if wanted else {})})}", counts[name])
        for name, words in kind_words().items()
    ]
    turned = {_other(name): value for name, value in asked.items()}
    query = urlencode({**asked, **({"kind": kind} if asked_kind else {})})
    left, right = comparison.left.version, comparison.right.version
    follows = right.parent_id == left.pk and insurer_of(request.user) is None
    return {
        "comparison": comparison,
        "changes_href": reverse("admin:catalog_catalogversion_changes", args=[right.pk]) if follows else "",
        "told_sides": [_told_side(name, side) for name, side in zip(SIDES, comparison[:2], strict=True)],
        "counts": counts,
        "tabs": tabs,
        "tab": kind,
        "q": wanted,
        "asked": asked.items(),
        "page": page,
        "lines": lines,
        "files": [(form.upper(), f"{reverse(f'desk:compare_{form}')}?{query}") for form in ("xlsx", "csv")],
        "print_href": f"{reverse('desk:compare_print')}?{query}",
        "turned_href": f"{here}?{urlencode(turned)}",
    }


def _other(name: str) -> str:
    """Return the name of the other side's parameter."""
    for one, other in (SIDES, SIDES[::-1]):
        if name == one or name.startswith(f"{one}_"):
            return other + name.removeprefix(one)
    return name


def _told_side(name: str, side: Side) -> dict[str, Any]:
    version = side.version
    return {
        "name": name,
        "side": side,
        "version": version,
        "catalog": version.catalog,
        "href": reverse("admin:catalog_catalogversion_change", args=[version.pk]),
        "time_href": reverse("admin:catalog_catalog_time", args=[version.catalog_id]),
    }


def _lines(comparison: Comparison, page: Page[Any]) -> list[dict[str, Any]]:
    """Return the results of a page in words: the drug with its page, and each pair of entries."""
    words = Words()
    shown = show(comparison, page)
    names = {one.result.drug for one in shown if not one.result.drug.startswith(" ")}
    ids = {drug_id(name): name for name in names}
    hrefs = {
        ids[pk]: reverse("admin:catalog_drug_change", args=[quote(pk)])
        for pk in Drug.objects.filter(pk__in=ids).values_list("pk", flat=True)
    }
    return [
        {
            "result": one.result,
            "weight": one.weight,
            "name": _name(one),
            "href": hrefs.get(one.result.drug, ""),
            "pairs": [_pair(pair, comparison, words) for pair in one.pairs],
        }
        for one in shown
    ]


def _name(shown: Shown) -> str:
    """Return what a result is about, for people: the drug, or what an entry that names none selects by."""
    if not shown.result.drug.startswith(" "):
        return shown.result.drug
    entry = (*shown.right, *shown.left)[0]
    return next((str(entry[name]) for name in ("brand_name", "approval_no", "class_code") if entry[name]), NOT_GIVEN)


def _pair(pair: Pair, comparison: Comparison, words: Words) -> dict[str, Any]:
    alone = pair.left or pair.right if pair.left is None or pair.right is None else None
    return {
        "left": _entry(pair.left, comparison.left),
        "right": _entry(pair.right, comparison.right),
        "weight": pair.weight,
        "told": words.changes({name: value for name, value in pair.fields.items() if name not in REMARKS}),
        "remarks": words.changes({name: value for name, value in pair.fields.items() if name in REMARKS}),
        "facts": _facts(alone, words) if alone else [],
    }


def _entry(entry: Entry | None, side: Side) -> dict[str, Any] | None:
    if entry is None:
        return None
    href = reverse("admin:catalog_catalogversion_entry", args=[side.version.pk, entry["id"]])
    return {"code": entry["entry_code"], "name": entry["generic_name"], "form": entry["dosage_form"], "href": href}


def _facts(entry: Entry, words: Words) -> list[tuple[str, str]]:
    told = ((name, words.of(name, entry[name])) for name in COLUMNS if name != "entry_code")
    return [(field_label(name), value) for name, value in told if value != NOT_GIVEN]


# --- 修订对照表: on paper and as a file


def _table_words() -> TableWords:
    return TableWords(
        header=(_("New"), _("Old"), _("What changed")),
        came=_("Came in"),
        gone=_("Went out"),
        not_spoken_of=_("Not spoken of: the newer list is not complete for its class"),
        same=_("Says the same"),
        titles={name: field_label(name) for name in COLUMNS},
        of=Words().of,
    )


def _wanted(request: HttpRequest, comparison: Comparison) -> tuple[Sequence[Any], bool]:
    """Return the results that a document of the address holds, and whether it holds what is alike: only where that is asked for."""
    kind = request.GET.get("kind", "")
    kinds = (kind,) if kind in KINDS else DIFFERING
    return [one for one in comparison.results if one.kind in kinds], kind == "same"


def _rows(comparison: Comparison, results: Sequence[Any], with_same: bool) -> Iterator[list[str]]:
    shown = ((one.pairs, one.result.spoken_of) for one in show_all(comparison, results))
    return table_rows(shown, _table_words(), with_same=with_same)


def file_view(request: HttpRequest, form: str) -> HttpResponseBase:
    """Answer what differs as 修订对照表; without both sides the form."""
    try:
        comparison = _seen(request)
    except Refused:
        comparison = None
    if comparison is None:
        return redirect(f"{reverse('desk:compare')}?{request.GET.urlencode()}")
    left, right = (f"{side.version.catalog.code}-{side.version.label}" for side in comparison[:2])
    rows = _rows(comparison, *_wanted(request, comparison))
    return sent(list(_table_words().header), rows, f"{_('Table of revisions')}-{left}-{right}", form)


def print_view(request: HttpRequest) -> HttpResponse:
    """Answer 修订对照表 as a document for A4, a thousand results a page."""
    try:
        comparison = _seen(request)
    except Refused:
        comparison = None
    if comparison is None:
        return redirect(f"{reverse('desk:compare')}?{request.GET.urlencode()}")
    results, with_same = _wanted(request, comparison)
    page = Paginator(results, PRINTED_ROWS).get_page(request.GET.get("page"))
    left, right = (_told_side(name, side) for name, side in zip(SIDES, comparison[:2], strict=True))
    context = {
        "left": left,
        "right": right,
        "counts": comparison.counts,
        "kinds": kind_words(),
        "by": by_words()[comparison.by],
        "page": page,
        "rows": list(_rows(comparison, list(page), with_same)),
        "back": f"{reverse('desk:compare')}?{request.GET.urlencode()}",
        "printed_at": clock.observe().known_at,
    }
    return _page(request, "desk/compare/print.html", _("Table of revisions"), context)


urls = [
    path("compare/", admin.site.admin_view(compare_view), name="compare"),
    path("compare/print/", admin.site.admin_view(print_view), name="compare_print"),
    path("compare/table.xlsx", admin.site.admin_view(file_view), {"form": "xlsx"}, name="compare_xlsx"),
    path("compare/table.csv", admin.site.admin_view(file_view), {"form": "csv"}, name="compare_csv"),
]
