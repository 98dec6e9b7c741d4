"""Drafting a series from the market (spec api.md "Draft by frequency", curation.md 3): what it would be, and asking for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from catalog import clock
from catalog.clock import Observation
from catalog.models import Catalog, ImportRun
from catalog.provinces import PROVINCES, province_of
from catalog.services import queue_made_draft
from common.dates import instant_text
from common.errors import FieldError, InvalidInput, pointer
from curation.market import reading
from curation.market.frequency import Counted, Cut, Pin, Ranked, cut, largest_provinces
from curation.market.reading import Market

DRAFT_JOB = "curation.draft"


@dataclass(frozen=True, slots=True)
class PinAsked:
    """A pin as a person writes it: a drug by any name of it, a disease by its name or code.

    '' is what is not coded, as the curve has it; None, and '' of a drug that has nothing of that kind, is every disease of the drug.
    """

    drug: str
    keep: bool
    reason: str
    indication: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a draft is asked by: lists (None: all), the day, the thresholds, key provinces (None: the five largest by premium), pins."""

    day: date
    lists: tuple[str, ...] | None = None
    min_products: int = 1
    min_key_provinces: int = 0
    key_provinces: tuple[str, ...] | None = None
    pins: tuple[PinAsked, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """What a market comes to: its lists, the key provinces, every drug and disease at its rank, and what was asked, made exact."""

    market: Market
    key_provinces: tuple[str, ...]
    ranked: tuple[Ranked, ...]
    cut: Cut

    @property
    def kept(self) -> list[Ranked]:
        """What goes into the draft, in its order."""
        return [one for one in self.ranked if one.kept]

    def counts(self) -> dict[str, int]:
        """Return what was counted: lists, of these those that say no premium or no province, groups, and what is kept."""
        return {
            "lists": len(self.market.lists),
            "left_out": len(self.market.left_out),
            "without_premium": sum(not one.premium for one in self.market.lists),
            "without_province": sum(not one.province for one in self.market.lists),
            "groups": len(self.ranked),
            "kept": len(self.kept),
            "pinned": sum(one.pin is not None for one in self.ranked),
        }


def select(*, catalog: Catalog, asked: Asked, insurer_id: int | None, seen: Observation) -> Selection:
    """Return what a draft by frequency would hold; writes nothing. Raises InvalidInput, each problem with its pointer."""
    return select_in(market=_market(catalog, asked, insurer_id, seen.known_at), asked=asked, seen=seen)


def select_in(*, market: Market, asked: Asked, seen: Observation) -> Selection:
    """Return the same of a market that has been read: its lists are those that are asked for."""
    key = _key_provinces(market, asked)
    found = reading.counted_in(market, seen)
    wanted = Cut(asked.min_products, asked.min_key_provinces, _pins(asked.pins, found, market))
    return Selection(market, key, tuple(cut(found, key, wanted)), wanted)


def draft_by_frequency(
    *,
    catalog: Catalog,
    asked: Asked,
    insurer_id: int | None,
    label: str,
    effective_from: date,
    by: str,
    effective_to: date | None = None,
    note: str = "",
    replace: bool = False,
) -> ImportRun:
    """Queue the draft of what is asked, from the lists as they are known now; it is followed like an import.

    Raises InvalidInput as `select`, and where no list counts; LabelTaken, DraftEdited.
    """
    seen = clock.observe()
    market = _market(catalog, asked, insurer_id, seen.known_at)
    if not market.lists:
        detail = _("None of these lists is in force on the day and open to this catalog.")
        raise _refused([FieldError("/lists", "nothing_in_force", detail)])
    key = _key_provinces(market, asked)
    # What pins mean is found in what the lists hold; without pins that is for the job to count.
    found = reading.counted_in(market, seen) if asked.pins else []
    pins = _pins(asked.pins, found, market)
    return queue_made_draft(
        catalog=catalog,
        label=label,
        effective_from=effective_from,
        effective_to=effective_to,
        asked={
            "lists": "all" if asked.lists is None else [one.code for one in market.lists],
            "insurer": insurer_id,
            "date": asked.day.isoformat(),
            "known_at": instant_text(seen.known_at),
            "min_products": asked.min_products,
            "min_key_provinces": asked.min_key_provinces,
            "key_provinces": list(key),
            "pins": [
                {"drug": pin.drug, "indication": pin.disease, "keep": pin.keep, "reason": pin.reason} for pin in pins
            ],
        },
        job=DRAFT_JOB,
        by=by,
        note=note,
        replace=replace,
    )


def _refused(errors: Sequence[FieldError]) -> InvalidInput:
    return InvalidInput(_("The request is invalid; see `errors`."), errors=errors)


def _market(catalog: Catalog, asked: Asked, insurer_id: int | None, known_at: datetime) -> Market:
    """Return the asked lists; raises InvalidInput for a code of no list that is seen."""
    if asked.lists is not None:
        _check_lists(asked.lists, insurer_id)
    return reading.market_of(catalog, insurer_id=insurer_id, day=asked.day, known_at=known_at, codes=asked.lists)


def _check_lists(codes: Sequence[str], insurer_id: int | None) -> None:
    kinds = {name: catalog.kind for name, catalog in Catalog.objects.meant_by(codes, insurer_id).items()}
    errors = []
    for place, code in enumerate(codes):
        if code not in kinds:
            errors.append(FieldError(pointer("lists", place), "unknown_catalog", _("No such catalog.")))
        elif kinds[code] != reading.REFERENCE:
            detail = _("This is no reference list; only those are counted.")
            errors.append(FieldError(pointer("lists", place), "not_a_reference_list", detail))
    if errors:
        raise _refused(errors)


def _key_provinces(market: Market, asked: Asked) -> tuple[str, ...]:
    """Return the key provinces by the names they are counted by; raises InvalidInput for what is none of the 31 and no list's."""
    if asked.key_provinces is None:
        return largest_provinces(market.lists)
    known = {*PROVINCES.codes, *(one.province for one in market.lists)} - {""}
    named = [province_of(text) or text.strip() for text in asked.key_provinces]
    detail = _("No such province.")
    errors = [
        FieldError(pointer("key_provinces", place), "unknown_province", detail)
        for place, name in enumerate(named)
        if name not in known
    ]
    if errors:
        raise _refused(errors)
    return tuple(dict.fromkeys(named))


def _pins(asked: Sequence[PinAsked], found: Sequence[Counted], market: Market) -> tuple[Pin, ...]:
    """Return pins by drug and disease group; raises InvalidInput for one that meets nothing, or that another one is on the same thing.

    A pin that meets nothing would do nothing, and nobody would see that a drug's name was misspelt.
    """
    if not asked:
        return ()
    drugs = reading.Drugs({reading.base_of(pin.drug) for pin in asked}, market.known_at)
    diseases: dict[str, dict[str, str]] = {}
    for one in found:
        diseases.setdefault(one.drug, {})[one.disease.key] = one.disease.name
    made: dict[tuple[str, str | None], Pin] = {}
    errors = []
    for place, pin in enumerate(asked):
        drug, written = drugs.named(pin.drug), (pin.indication or "").strip()
        meant = [key for key, name in diseases.get(drug, {}).items() if written in (key, name, *key.split("/"))]
        disease = meant[0] if pin.indication is not None and meant else None
        if drug not in diseases:
            errors.append(
                FieldError(pointer("pins", place, "drug"), "unknown_drug", _("None of the lists holds this drug."))
            )
        elif written and not meant:
            known = "；".join(name or "—" for name in diseases[drug].values())
            detail = _("The lists do not hold the drug for this; they do for: %(known)s.") % {"known": known}
            errors.append(FieldError(pointer("pins", place, "indication"), "unknown_indication", detail))
        elif (drug, disease) in made:
            detail = _("Another pin is on the same drug and disease already.")
            errors.append(FieldError(pointer("pins", place), "pinned_twice", detail))
        else:
            made[drug, disease] = Pin(drug, pin.keep, pin.reason, disease)
    if errors:
        raise _refused(errors)
    return tuple(made.values())
