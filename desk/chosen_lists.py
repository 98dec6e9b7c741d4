"""Which lists a page is about, chosen by ticks: those that are there to be ticked, and further ones by their codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpRequest

from catalog.models import Catalog, CatalogVersion
from catalog.vocabularies import EXCLUDING_KINDS, KINDS
from common.labels import reader_language

# Of a market's thousands of reference lists only those named by their codes are shown.
OFFERED = 60
USUAL = 6
_KINDS = ("base", "commercial", "base_exclusion", "negative")


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of lists and those of it that may be ticked, each with whether it is."""

    kind: str
    lists: Sequence[tuple[Catalog, bool]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The codes chosen, in their order; what is offered; further codes as text; codes that name no list the person may see."""

    codes: Sequence[str]
    offers: Sequence[Offer]
    others: str
    unknown: Sequence[str]


def chosen_lists(
    request: HttpRequest, *, insurer_id: int | None, day: date, known_at: datetime, paying_only: bool = False
) -> Chosen:
    """Return the lists an address names (`catalogs`, repeated or between commas; `others`); without any, the usual ones in force on the day."""
    readable, address = Catalog.objects.readable_by(insurer_id), Catalog.objects.addresses(insurer_id)
    kinds = [kind for kind in _KINDS if not (paying_only and kind in EXCLUDING_KINDS)]
    offered = sorted(
        readable.filter(kind__in=kinds).select_related("owner")[:OFFERED],
        key=lambda one: (kinds.index(one.kind), one.code, one.pk),
    )
    typed = ",".join([*request.GET.getlist("catalogs"), request.GET.get("others", "")])
    asked = list(dict.fromkeys(code for code in (part.strip() for part in typed.replace("，", ",").split(",")) if code))
    there = Catalog.objects.meant_by(asked, insurer_id)
    codes = [code for code in asked if code in there]
    if not asked:
        versions = CatalogVersion.objects.filter(catalog__in=[one.pk for one in offered]).in_force(day, known_at)
        in_force = {version.catalog_id for version in versions}
        codes = [address(one) for one in offered if one.pk in in_force][:USUAL]
    # In the order of the ticks, which is that of the kinds; what was typed comes behind.
    pks = {address(one): one.pk for one in offered} | {code: one.pk for code, one in there.items()}
    order = {one.pk: place for place, one in enumerate(offered)}
    places = {code: order[pks[code]] for code in codes if pks[code] in order}
    ticked = {pks[code] for code in codes}
    codes.sort(key=lambda code: places.get(code, len(places)))
    names = KINDS.names(reader_language())
    offers = [
        Offer(names[kind], [(address(one), one, one.pk in ticked) for one in offered if one.kind == kind])
        for kind in kinds
        if any(one.kind == kind for one in offered)
    ]
    others = ", ".join(code for code in codes if code not in places)
    return Chosen(codes, offers, others, [code for code in asked if code not in there])
