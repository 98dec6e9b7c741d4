"""How often the market's lists hold a drug for a disease, and which of it a draft keeps (spec api.md, "Draft by frequency"). Pure.

A drug is known by its base name, as everywhere in the house; the caller hands in which drug a row is of. Provinces are the short names where a
list names one of the 31, else what it says; a list that says none is of no province, but is counted as a list. A premium that is not known counts
as nothing. Premiums are summed in fen; a share is rounded once, half up, to ten-thousandths, and what is shown is what is ordered by.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from common.money import BasisPoints, half_up
from curation.market.diseases import Disease, DiseaseGroups

MOST_KEY_PROVINCES: Final = 5


class MarketList(NamedTuple):
    """A list that is counted: its catalog's code, its province ('' where it says none), its yearly premium in fen (0: not known)."""

    code: str
    province: str
    premium: int


class Listing(NamedTuple):
    """One row of a list: the place of its list in the market, its drug, the name it is written by, its ICD-10 codes."""

    place: int
    drug: str
    name: str
    icd10: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pin:
    """A person's word on a drug, whatever its figures: kept or not, for a reason; `disease` the key of one group, None for all of the drug's."""

    drug: str
    keep: bool
    reason: str
    disease: str | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """What is kept: in at least so many lists, in at least so many of the key provinces; pins come first."""

    min_products: int
    min_key_provinces: int
    pins: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """A drug for a disease with its figures: the lists by their places, in the market's order, its provinces, its share of all premiums."""

    drug: str
    name: str
    disease: Disease
    lists: tuple[int, ...]
    provinces: frozenset[str]
    premium_share: BasisPoints

    @property
    def products(self) -> int:
        """In how many lists it stands."""
        return len(self.lists)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A counted drug at its rank (from 1): how many key provinces it hits, whether it is kept, and the pin that says so (None: the figures do)."""

    rank: int
    counted: Counted
    key_provinces_hit: int
    kept: bool
    pin: Pin | None


@dataclass(slots=True)
class _Tally:
    """What was met of a drug for a disease; a list counts once for a name however often it writes it."""

    lists: set[int] = field(default_factory=set)
    names: Counter[str] = field(default_factory=Counter)
    met: set[tuple[int, str]] = field(default_factory=set)


def counted(lists: Sequence[MarketList], listings: Iterable[Listing], diseases: DiseaseGroups) -> list[Counted]:
    """Return every drug for every disease that the lists hold, in the order of the draft: most lists, most provinces, greatest share, name."""
    found: dict[tuple[str, Disease], _Tally] = {}
    for place, drug, name, codes in listings:
        for disease, _part in diseases.of(codes):
            tally = found.get((drug, disease))
            if tally is None:
                tally = found[drug, disease] = _Tally()
            tally.lists.add(place)
            if (place, name) not in tally.met:
                tally.met.add((place, name))
                tally.names[name] += 1
    total = sum(one.premium for one in lists)
    return sorted((_counted(lists, total, *key, tally) for key, tally in found.items()), key=_order)


def _counted(lists: Sequence[MarketList], total: int, drug: str, disease: Disease, tally: _Tally) -> Counted:
    places = tuple(sorted(tally.lists))
    premium = sum(lists[place].premium for place in places)
    return Counted(
        drug=drug,
        name=min(tally.names, key=lambda name: (-tally.names[name], name)),
        disease=disease,
        lists=places,
        provinces=frozenset(lists[place].province for place in places) - {""},
        premium_share=BasisPoints(half_up(premium * 10_000, total) if total else 0),
    )


def _order(one: Counted) -> tuple[int, int, int, str, str, str]:
    return (-one.products, -len(one.provinces), -one.premium_share, one.name, one.disease.name, one.drug)


def largest_provinces(lists: Iterable[MarketList]) -> tuple[str, ...]:
    """Return the five provinces with the largest premium of all their lists; of equal ones the first by name."""
    premiums: Counter[str] = Counter()
    for one in lists:
        if one.province:
            premiums[one.province] += one.premium
    return tuple(sorted(premiums, key=lambda name: (-premiums[name], name))[:MOST_KEY_PROVINCES])


def cut(market: Sequence[Counted], key_provinces: Iterable[str], wanted: Cut) -> list[Ranked]:
    """Return what was counted at its rank, kept or not. A pin on one disease of a drug comes before one on the drug."""
    key = frozenset(key_provinces)
    pins = {(pin.drug, pin.disease): pin for pin in wanted.pins}
    ranked = []
    for rank, one in enumerate(market, 1):
        hit = len(one.provinces & key)
        pin = pins.get((one.drug, one.disease.key)) or pins.get((one.drug, None))
        enough = one.products >= wanted.min_products and hit >= wanted.min_key_provinces
        ranked.append(Ranked(rank, one, hit, pin.keep if pin else enough, pin))
    return ranked


def last_above(ranked: Sequence[Ranked], min_products: int) -> int:
    """Return the last rank that stands in enough lists: where the cut is drawn; 0 where none does."""
    return sum(one.counted.products >= min_products for one in ranked)


def entry_codes(
    kept: Sequence[Ranked], prefix: str, known: Mapping[tuple[str, str], str], taken: Iterable[str] = ()
) -> list[str]:
    """Return the entry codes of what is kept, in its order.

    What the followed edition lists already (`known`: drug and disease's key → code) keeps its code, so that a comparison shows what changed and
    not a shift of ranks. The rest is numbered on, `<prefix>-001`, beyond every number in `taken`.
    """
    numbers = [int(code.rpartition("-")[2]) for code in taken if _is_numbered(code, prefix)]
    number, codes = max(numbers, default=0), []
    width = max(3, len(str(number + len(kept))))
    used: set[str] = set()
    for one in kept:
        code = known.get((one.counted.drug, one.counted.disease.key))
        if code is None or code in used:  # the edition may have one entry for two diseases
            number += 1
            code = f"{prefix}-{number:0{width}d}"
        used.add(code)
        codes.append(code)
    return codes


def _is_numbered(code: str, prefix: str) -> bool:
    head, dash, number = code.rpartition("-")
    return bool(dash) and head == prefix and number.isascii() and number.isdigit() and len(number) < 10
