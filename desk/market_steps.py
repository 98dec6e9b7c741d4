"""按频次起草, a series drafted from the market: which lists; the cut and pins; label and days. What is chosen stands in the session."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldBooleanWidget

from catalog import clock
from catalog.clock import Observation
from catalog.models import CODE_PATTERN, Catalog
from catalog.provinces import PROVINCES
from common.errors import InvalidInput, Refused
from common.pictures import Picture, curve, province_map
from curation.market import reading, services
from curation.market.frequency import Ranked, last_above
from curation.market.services import Asked, PinAsked, Selection
from desk.forms import day_field, note_field, posted, text_field
from desk.frame import PageAdmin, paged, sentences, tell_on

MAY_DRAFT = "catalog.add_importrun"
COMMERCIAL = "commercial"
# Lists on a page of step one, ticked or not; what is ticked on the others stays.
LISTS_PAGE = 200
# Rows on each side of the cut.
NEAR = 10
SHOWS = ("", "kept", "left", "pinned", "all")
_REASON_LENGTH = 2_000


class CutForm(forms.Form):
    """Step two: how often a drug must be listed. It is sent by GET, so that a cut has an address."""

    min_products = forms.IntegerField(min_value=1, max_value=100_000)
    min_key = forms.IntegerField(min_value=0, max_value=100)


class DaysForm(forms.Form):
    """Step three: which draft it becomes."""

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
    note = note_field(label=gettext_lazy("Note"), required=False, max_length=2000)
    replace = forms.BooleanField(
        label=gettext_lazy("Replace the draft of this label, edited by hand"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )


@dataclass(slots=True)
class Chosen:
    """What somebody has chosen so far for a catalog: the day, which lists not, and the pins."""

    day: date
    without: tuple[str, ...] = ()
    pins: tuple[PinAsked, ...] = ()

    def asked(self, market: reading.Market) -> Asked:
        """Return what is asked of the market that is left, without a cut yet."""
        return Asked(
            day=self.day, lists=tuple(one.code for one in market.lists) if self.without else None, pins=self.pins
        )


def _key(catalog: Catalog) -> str:
    return f"market-{catalog.pk}"


def _chosen(request: HttpRequest, catalog: Catalog, today: date) -> Chosen:
    kept = request.session.get(_key(catalog), {})
    pins = tuple(PinAsked(**pin) for pin in kept.get("pins", ()))
    return Chosen(date.fromisoformat(kept.get("day", today.isoformat())), tuple(kept.get("without", ())), pins)


def _keep(request: HttpRequest, catalog: Catalog, chosen: Chosen) -> None:
    request.session[_key(catalog)] = {
        "day": chosen.day.isoformat(),
        "without": list(chosen.without),
        "pins": [
            {"drug": pin.drug, "indication": pin.indication, "keep": pin.keep, "reason": pin.reason}
            for pin in chosen.pins
        ],
    }


def observed(request: Any) -> Observation:
    """Return the instant at which a page's facts are read: one for all that it reads."""
    if not hasattr(request, "desk_seen"):
        request.desk_seen = clock.observe()
    seen: Observation = request.desk_seen
    return seen


class MarketSteps(PageAdmin):
    """The pages of drafting by frequency, below a catalog's."""

    def market_routes(self) -> list[URLPattern]:
        """Return the routes of the steps."""
        return [
            self.route("market/", self.market_choose_view, "market_choose"),
            self.route("<int:pk>/market/", self.market_lists_view, "market"),
            self.route("<int:pk>/market/cut/", self.market_cut_view, "market_cut"),
        ]

    def market_choose_view(self, request: HttpRequest) -> HttpResponse:
        """Answer the commercial catalogs, of which one is drafted."""
        self.require(request, MAY_DRAFT, "catalog.view_catalog")
        wanted = request.GET.get("q", "").strip()[:100]
        catalogs = self.get_queryset(request).filter(kind=COMMERCIAL).select_related("series").order_by("code")
        if wanted:
            catalogs = catalogs.filter(Q(code__icontains=wanted) | Q(name__icontains=wanted))
        context = {
            "page_title": _("Draft by frequency"),
            "catalogs": paged(request, catalogs),
            "q": wanted,
            "history_href": "",
        }
        return self.page(request, "desk/market/choose.html", None, context)

    # --- Step one: which lists

    def market_lists_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer the lists of the day, ticked or not, and keep the ticks."""
        catalog = self.found(request, pk)
        self.require(request, MAY_DRAFT)
        seen = observed(request)
        chosen = _chosen(request, catalog, clock.china_today(seen.known_at))
        if request.method == "POST":
            return self._lists_posted(request, catalog, chosen, seen)
        market = _market(catalog, chosen.day, seen)
        facts = reading.facts_of(market)
        page = paged_by(request, facts, LISTS_PAGE)
        without = set(chosen.without)
        ticked = [one for one in market.lists if one.code not in without]
        context = {
            **self._around(catalog, "lists"),
            "day": chosen.day,
            "lists": page,
            "without": without,
            "ticked": len(ticked),
            "all": len(market.lists),
            "left_out": _left_out(market.left_out),
            "covered": len({one.province for one in ticked} & set(PROVINCES.codes)),
            "provinces": len(PROVINCES.codes),
            "picture": _map(ticked),
        }
        return self.page(request, "desk/market/lists.html", catalog, context)

    def _lists_posted(self, request: HttpRequest, catalog: Catalog, chosen: Chosen, seen: Observation) -> HttpResponse:
        codes = {one.code for one in _market(catalog, chosen.day, seen).lists}
        shown, ticked = set(request.POST.getlist("shown")) & codes, set(request.POST.getlist("list"))
        without = (set(chosen.without) - shown) | (shown - ticked)
        if "all" in request.POST:
            without = set()
        elif "none" in request.POST:
            without = codes
        day = _day(request.POST.get("day", "")) or chosen.day
        _keep(request, catalog, replace(chosen, day=day, without=tuple(sorted(without & codes))))
        if "next" in request.POST and day == chosen.day:
            if codes - without:
                return redirect(self.url("market_cut", catalog.pk))
            messages.error(request, _("Tick one list at least."))
        page = request.POST.get("page", "")
        return redirect(self.url("market", catalog.pk) + (f"?page={page}" if page.isdigit() else ""))

    # --- Steps two and three: the cut, pins, label and days

    def market_cut_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer the curve with the cut; keep a pin; queue the draft."""
        catalog = self.found(request, pk)
        self.require(request, MAY_DRAFT)
        seen = observed(request)
        chosen = _chosen(request, catalog, clock.china_today(seen.known_at))
        market = _market(catalog, chosen.day, seen).without(set(chosen.without))
        asked, cut_form = _cut(request, chosen.asked(market), market)
        if request.method == "POST" and "pin" in request.POST:
            return self._pinned(request, catalog, chosen)
        days = DaysForm(posted(request), initial={"label": "", "effective_from": chosen.day})
        status = 200
        if request.method == "POST" and days.is_valid():
            try:
                run = services.draft_by_frequency(
                    catalog=catalog,
                    asked=asked,
                    insurer_id=None,
                    by=request.user.get_username(),
                    **days.cleaned_data,
                )
            except Refused as refusal:
                status = refusal.status
                tell_on(days, refusal)
            else:
                request.session.pop(_key(catalog), None)
                messages.success(request, _("The draft is being made."))
                return redirect(reverse("admin:catalog_importrun_change", args=[run.pk]))
        context = self._cut_context(request, catalog, chosen, asked, market, seen)
        context |= {"cut_form": cut_form, "days": days}
        return self.page(request, "desk/market/cut.html", catalog, context, status=status)

    def _pinned(self, request: HttpRequest, catalog: Catalog, chosen: Chosen) -> HttpResponse:
        """Keep or take back a pin, and show the same cut again."""
        drug, indication = (request.POST.get(name, "")[:400] for name in ("drug", "indication"))
        reason = request.POST.get("reason", "").strip()[:_REASON_LENGTH]
        pins = [pin for pin in chosen.pins if (_base(pin.drug), pin.indication) != (_base(drug), indication)]
        wanted = request.POST["pin"]
        if wanted in {"keep", "leave"}:
            if reason:
                pins.append(PinAsked(drug, wanted == "keep", reason, indication))
            else:
                messages.error(request, _("Say why: the reason is kept with the draft."))
        _keep(request, catalog, replace(chosen, pins=tuple(pins)))
        query = request.GET.urlencode()
        return redirect(self.url("market_cut", catalog.pk) + (f"?{query}" if query else "") + "#rows")

    def _cut_context(
        self,
        request: HttpRequest,
        catalog: Catalog,
        chosen: Chosen,
        asked: Asked,
        market: reading.Market,
        seen: Observation,
    ) -> dict[str, Any]:
        refusals: list[str] = []
        try:
            found = services.select_in(market=market, asked=asked, seen=seen)
        except InvalidInput as refusal:
            # A pin that other lists have left without anything to be on, or a province that no list is of any more.
            refusals = sentences(refusal)
            asked = replace(asked, pins=(), key_provinces=None)
            found = services.select_in(market=market, asked=asked, seen=seen)
        above = last_above(found.ranked, asked.min_products)
        show = request.GET.get("show", "")
        show = show if show in SHOWS else ""
        rows = paged(request, _rows(found.ranked, show, above))
        return {
            **self._around(catalog, "cut"),
            "found": found,
            "counts": found.counts(),
            "refusals": refusals,
            "covered": len(found.market.provinces),
            "provinces": len(PROVINCES.codes),
            "left_out": _left_out(found.market.left_out),
            "picture": _curve(found, asked.min_products),
            "market_provinces": _provinces(found, asked),
            "show": show,
            "shows": _shows(request),
            "rows": rows,
            "lost_pins": chosen.pins if refusals else (),
            "query": request.GET.urlencode(),
            "day": chosen.day,
        }

    def _around(self, catalog: Catalog, step: str) -> dict[str, Any]:
        return {
            "page_title": _("Draft %(catalog)s by frequency") % {"catalog": catalog.name},
            "catalog": catalog,
            "step": step,
            "badges": self.badges(catalog),
            "history_href": "",
        }


def _market(catalog: Catalog, day: date, seen: Observation) -> reading.Market:
    return reading.market_of(catalog, insurer_id=None, day=day, known_at=seen.known_at)


def paged_by(request: HttpRequest, rows: Sequence[Any], size: int) -> Any:
    """Return the page of so many rows that the query asks for."""
    page = paged(request, rows)
    page.paginator.per_page = size
    return page.paginator.get_page(request.GET.get("page"))


def _base(drug: str) -> str:
    return reading.base_of(drug)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cut(request: HttpRequest, asked: Asked, market: reading.Market) -> tuple[Asked, CutForm]:
    """Return what is asked with the cut of the address; without one, of half the lists and two key provinces."""
    begin = {
        "min_products": max(1, ceil(len(market.lists) / 2)),
        "min_key": min(2, len({one.province for one in market.lists})),
    }
    form = CutForm({**begin, **{name: request.GET[name] for name in begin if name in request.GET}})
    given = begin | (form.cleaned_data if form.is_valid() else {})
    key = tuple(dict.fromkeys(request.GET.getlist("key")))[:100] or None
    asked = replace(asked, min_products=given["min_products"], min_key_provinces=given["min_key"], key_provinces=key)
    return asked, form


def _rows(ranked: Sequence[Ranked], show: str, above: int) -> list[Ranked]:
    match show:
        case "kept":
            return [one for one in ranked if one.kept]
        case "left":
            return [one for one in ranked if not one.kept]
        case "pinned":
            return [one for one in ranked if one.pin]
        case "all":
            return list(ranked)
        case _:
            return list(ranked[max(above - NEAR, 0) : above + NEAR])


def _shows(request: HttpRequest) -> list[tuple[str, str, str]]:
    titles = [_("near the cut"), _("kept"), _("not kept"), _("with a pin"), _("all")]
    made = []
    for name, title in zip(SHOWS, titles, strict=True):
        query = request.GET.copy()
        for gone in ("page", "show"):
            query.pop(gone, None)
        if name:
            query["show"] = name
        made.append((name, title, "?" + query.urlencode()))
    return made


def _provinces(found: Selection, asked: Asked) -> list[tuple[str, bool, bool]]:
    """Return the provinces of the lists: name, whether it is a key province, whether somebody named it."""
    names = sorted({one.province for one in found.market.lists} - {""}, key=_usual_order)
    return [(name, name in found.key_provinces, asked.key_provinces is not None) for name in names]


def _usual_order(name: str) -> tuple[int, str]:
    return (PROVINCES.codes.index(name) if name in PROVINCES.codes else len(PROVINCES.codes), name)


def _left_out(left_out: Sequence[reading.LeftOut]) -> list[tuple[str, list[reading.LeftOut]]]:
    """Return the lists that do not count, by why."""
    words = {
        reading.NOT_IN_FORCE: _("not in force on the day"),
        reading.ANOTHER_OWNER: _("of another owner"),
    }
    return [(words[why], found) for why in words if (found := [one for one in left_out if one.why == why])]


def _map(lists: Sequence[reading.MarketList]) -> Picture:
    counts = dict.fromkeys(PROVINCES.codes, 0)
    for one in lists:
        if one.province in counts:
            counts[one.province] += 1
    covered = sum(count > 0 for count in counts.values())
    return province_map(
        _("Lists by province"),
        _("%(covered)d of %(all)d provinces have a list that is ticked.")
        % {"covered": covered, "all": len(PROVINCES.codes)},
        {name: (count, True) for name, count in counts.items() if count},
        header=(_("Province"), _("Lists"), _("Covered")),
        answers=(_("yes"), _("no")),
    )


def _curve(found: Selection, min_products: int) -> Picture:
    words = {"kept": len(found.kept), "all": len(found.ranked), "lists": min_products}
    return curve(
        _("How many lists hold each drug"),
        _("%(kept)d of %(all)d drugs and diseases are kept; the line is drawn at %(lists)d lists.") % words,
        [(_called(one), one.counted.products, one.kept) for one in found.ranked],
        cut=min_products,
        cut_words=_("lists ≥"),
        header=(_("Rank"), _("Drug and disease"), _("Lists"), _("Kept")),
        answers=(_("kept"), _("not kept")),
    )


def _called(one: Ranked) -> str:
    name = one.counted.disease.name
    return f"{one.counted.name} · {name}" if name else one.counted.name


def market_href(catalog_pk: int, asked: dict[str, Any]) -> str:
    """Return where a draft that was asked for can be asked for again, with its thresholds."""
    query = {
        "min_products": asked["min_products"],
        "min_key": asked["min_key_provinces"],
        "key": asked["key_provinces"],
    }
    return f"{reverse('admin:catalog_catalog_market_cut', args=[catalog_pk])}?{urlencode(query, doseq=True)}"
