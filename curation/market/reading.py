"""Reading the market: which lists count on a day and which are left out, what they hold, and the rows that a draft is worded from."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import QuerySet

from catalog import reference
from catalog.agreement_period import on_day
from catalog.clock import Observation
from catalog.drugs.knowledge import Knowledge
from catalog.known_drugs import dosage_forms, masters_named
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from catalog.provinces import PROVINCES, province_of
from common.cache import LruCache
from curation.market.diseases import DiseaseGroups
from curation.market.drafted_entry import TAKEN, Row, values_of
from curation.market.frequency import Counted, Listing, MarketList, counted

REFERENCE = "reference"
NOT_IN_FORCE, ANOTHER_OWNER = "not_in_force", "another_owner"
CHUNK = 5_000
# Rows of the drugs whose entries are worded at a time.
_AT_A_TIME = 20_000
_ICD10 = TAKEN.index("icd10")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A list that does not count, and why: NOT_IN_FORCE on the day, or of ANOTHER_OWNER than the catalog that is drafted."""

    code: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Market:
    """The lists that count, each with its version in force, by their codes; what is left out; the day, and the instant by which it is known."""

    day: date
    known_at: datetime
    lists: tuple[MarketList, ...]
    versions: tuple[int, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def provinces(self) -> tuple[str, ...]:
        """Which of the 31 provinces have a list that counts, in their usual order."""
        there = {one.province for one in self.lists}
        return tuple(name for name in PROVINCES.codes if name in there)

    def without(self, codes: Collection[str]) -> "Market":
        """Return the market without the lists of these codes."""
        kept = [place for place, one in enumerate(self.lists) if one.code not in codes]
        return replace(
            self,
            lists=tuple(self.lists[place] for place in kept),
            versions=tuple(self.versions[place] for place in kept),
        )

    def premium_of(self, place: int) -> int:
        """Return the premium of a list by its place, in fen."""
        return self.lists[place].premium


@cache
def disease_groups() -> DiseaseGroups:
    """Return the disease groups of the vocabulary that ships with the software."""
    rows = ((row["code"], row["name_zh"], row["icd10"].split(";")) for row in reference.rows_of("indications"))
    return DiseaseGroups(rows, reference.disease_names().of)


def seen_lists(insurer_id: int | None) -> QuerySet[Catalog]:
    """Return the reference lists that an insurer (None: the office) sees."""
    return Catalog.objects.readable_by(insurer_id).filter(kind=REFERENCE).order_by("code", "id")


def market_of(
    catalog: Catalog, *, insurer_id: int | None, day: date, known_at: datetime, codes: Sequence[str] | None = None
) -> Market:
    """Return the market for a draft of a catalog: the lists of these codes (None: all that are seen).

    A list counts that is in force on the day and is everybody's or of the catalog's own owner: of a private list nothing shows in another's draft.
    """
    wanted = seen_lists(insurer_id)
    if codes is not None:
        wanted = wanted.filter(pk__in=[one.pk for one in Catalog.objects.meant_by(codes, insurer_id).values()])
    versions = CatalogVersion.objects.filter(catalog__in=wanted).in_force(day, known_at).values_list("catalog_id", "pk")
    in_force: dict[int, int] = dict(versions)
    address = Catalog.objects.addresses(insurer_id)
    lists, places, left_out = [], [], []
    facts = ("code", "name", "owner__code", "province", "premium_cny")
    for one in wanted.select_related("owner").only(*facts):
        code, province = address(one), one.province
        if one.owner_id not in (None, catalog.owner_id):
            left_out.append(LeftOut(code, one.name, ANOTHER_OWNER))
        elif one.pk not in in_force:
            left_out.append(LeftOut(code, one.name, NOT_IN_FORCE))
        else:
            lists.append(MarketList(code, province_of(province) or province.strip(), int((one.premium_cny or 0) * 100)))
            places.append(in_force[one.pk])
    return Market(day, known_at, tuple(lists), tuple(places), tuple(left_out))


@dataclass(frozen=True, slots=True)
class ListFacts:
    """A list that counts, as people know it: its version in force, what its catalog says of it."""

    code: str
    name: str
    province: str
    premium: Any
    insured: int | None
    version: int
    label: str
    since: date
    entries: int


def facts_of(market: Market) -> list[ListFacts]:
    """Return the facts of the lists that count, by their codes."""
    codes = {version: one.code for version, one in zip(market.versions, market.lists, strict=True)}
    named = ("catalog__name", "catalog__province", "catalog__premium_cny", "catalog__insured_count")
    versions = CatalogVersion.objects.filter(pk__in=market.versions).order_by("catalog__code", "catalog_id")
    rows = versions.values_list("pk", *named, "pk", "label", "effective_from", "entry_count")
    return [ListFacts(codes[version], *facts) for version, *facts in rows]


class Drugs:
    """Which drug a base name is, by the drug master: an alias is the drug it is an alias of."""

    def __init__(self, names: Iterable[str], known_at: datetime) -> None:
        self._knowledge = Knowledge.build(masters_named(names, known_at=known_at), dosage_forms())
        self._drugs: dict[str, str] = {}

    def of(self, base_name: str) -> str:
        """Return the drug of a base name."""
        drug = self._drugs.get(base_name)
        if drug is None:
            drug = self._drugs[base_name] = self._knowledge.drug_of(base_name)
        return drug

    def named(self, generic_name: str) -> str:
        """Return the drug of a name as people write it."""
        return self.of(base_of(generic_name))


def base_of(generic_name: str) -> str:
    """Return the base name of a name as people write it."""
    return dosage_forms().base_name(generic_name).name


def _entries(market: Market) -> QuerySet[CatalogEntry]:
    """Return the entries of the market's lists that name a drug and whose own agreement covers the day."""
    return CatalogEntry.objects.filter(on_day(market.day), version__in=market.versions).exclude(base_name="")


def drugs_of(market: Market, *also: str) -> Drugs:
    """Return how the market's names, and these base names, are recognised."""
    names = set(_entries(market).order_by().values_list("base_name", flat=True).distinct())
    return Drugs(names | set(also), market.known_at)


def listings(market: Market, drugs: Drugs) -> Iterator[Listing]:
    """Yield every row of the market's lists."""
    place_of = {version: place for place, version in enumerate(market.versions)}
    known: dict[Any, Any] = {}
    rows = _entries(market).values_list("version_id", "base_name", "generic_name", "icd10")
    for version, base, name, codes in rows.order_by().iterator(CHUNK):
        # The same few texts come in every list: each is kept once.
        written = (drugs.of(base), name, tuple(codes))
        yield Listing(place_of[version], *known.setdefault(written, written))


# (day, revision, lists, their versions) → what was counted: published lists never change.
_counted: LruCache[tuple[Any, ...], list[Counted]] = LruCache(8)


def counted_in(market: Market, seen: Observation | None = None) -> list[Counted]:
    """Return what the market holds, counted and in order; kept from before where it is `seen` as it is known now."""
    key = (market.day, seen.revision, market.lists, market.versions) if seen else ()
    found = _counted.get(key) if seen else None
    if found is None:
        found = counted(market.lists, listings(market, drugs_of(market)), disease_groups())
        if seen:
            _counted.put(key, found)
    return found


def rows_of(market: Market, wanted: Sequence[Counted]) -> Iterator[tuple[Counted, list[Row]]]:
    """Yield what is wanted with the rows it was counted from, drug by drug; a few thousand rows at a time are in memory."""
    by_drug: dict[str, list[Counted]] = {}
    for one in wanted:
        by_drug.setdefault(one.drug, []).append(one)
    drugs = drugs_of(market)
    names: dict[str, list[str]] = {}
    for base in _entries(market).order_by().values_list("base_name", flat=True).distinct():
        names.setdefault(drugs.of(base), []).append(base)
    for part in _parts(by_drug):
        asked = [name for drug in part for name in names[drug]]
        # What is said in the same words is one row of several lists.
        found: dict[tuple[str, str], dict[tuple[Any, ...], list[int]]] = {}
        for place, drug, stored in _stored(market, asked, drugs):
            for disease, codes in disease_groups().of(tuple(stored[_ICD10])):
                rows = found.setdefault((drug, disease.key), {})
                rows.setdefault(values_of(stored, codes), []).append(place)
        for drug in part:
            for one in by_drug[drug]:
                yield one, [(places, values) for values, places in found[drug, one.disease.key].items()]


def _parts(by_drug: Mapping[str, list[Counted]]) -> Iterator[list[str]]:
    part: list[str] = []
    rows = 0
    for drug, several in by_drug.items():
        part.append(drug)
        rows += sum(one.products for one in several)
        if rows >= _AT_A_TIME:
            yield part
            part, rows = [], 0
    if part:
        yield part


def _stored(market: Market, names: list[str], drugs: Drugs) -> Iterator[tuple[int, str, tuple[Any, ...]]]:
    place_of = {version: place for place, version in enumerate(market.versions)}
    found = _entries(market).filter(base_name__in=names).order_by("version_id", "entry_code")
    for version, base, *stored in found.values_list("version_id", "base_name", *TAKEN).iterator(CHUNK):
        yield place_of[version], drugs.of(base), tuple(stored)


def codes_followed(
    catalog: Catalog, first_day: date, known_at: datetime
) -> tuple[dict[tuple[str, str], str], list[str]]:
    """Return the entry codes of the edition that a draft would follow: by drug and disease, and all of them."""
    followed = catalog.versions.followed_from(first_day, known_at).first()
    if followed is None:
        return {}, []
    rows = list(followed.entries.order_by("entry_code").values_list("entry_code", "base_name", "icd10"))
    drugs = Drugs({base for _code, base, _icd10 in rows if base}, known_at)
    known: dict[tuple[str, str], str] = {}
    for code, base, icd10 in rows:
        for disease, _part in disease_groups().of(tuple(icd10)) if base else ():
            known.setdefault((drugs.of(base), disease.key), code)
    return known, [code for code, _base, _icd10 in rows]
