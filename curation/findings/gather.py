"""Rows → the world that the rules look at, in a fixed number of statements whatever the number of lists."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from catalog import known_drugs
from catalog.clock import Observation, china_today
from catalog.drugs.knowledge import DrugNames
from catalog.in_force import spans
from catalog.models import Catalog, CatalogEntry, CatalogVersion, DrugProduct, ListedDrug
from claims.eligibility import compile_entry
from claims.eligibility.compiling import COLUMNS_READ
from common.text import norm
from curation.findings.rules_between_lists import MOVED_DAYS, TOLD_DAYS
from curation.findings.world import NOT_LOOKED_AT, DrugList, Edition, Listed, Presence, ProductInForce, World
from insurers.models import ProductVersion
from insurers.terms import InvalidTerms, parse_terms

# More than the rules look at: a few rows of an edition that is over are enough to see where its drugs went.
_LISTED = ("row_no", "reimbursement_class", "base_name")


def world_at(seen: Observation, day: date | None = None) -> World:
    """Return everything that the rules look at on a day (None: China's of the instant), as known at an instant."""
    day, known_at = day or china_today(seen.known_at), seen.known_at
    master = _master(known_at)
    catalogs = list(Catalog.objects.select_related("owner").order_by("code", "id"))
    own_of: dict[str, set[int]] = {}
    for one in catalogs:
        if one.owner_id is not None:
            own_of.setdefault(one.code, set()).add(one.owner_id)
    versions: dict[int, list[CatalogVersion]] = {}
    for version in CatalogVersion.objects.filter(published_at__isnull=False).order_by("pk"):
        versions.setdefault(version.catalog_id, []).append(version)
    looked_at = [catalog for catalog in catalogs if catalog.kind not in NOT_LOOKED_AT]
    standing, over = _needed([versions.get(one.pk, []) for one in looked_at], day, known_at)
    kinds = {version: one.kind for one in looked_at for version in (v.pk for v in versions.get(one.pk, []))}
    listed = _listed(standing, kinds, master)
    presences = _presences(over, master)
    for pk, entries in listed.items():
        presences[pk] = tuple(
            {
                Presence(one.drug, one.entry.class_code, one.entry.effective_from, one.entry.effective_to)
                for one in entries
                if one.drug
            }
        )
    lists = tuple(
        DrugList(
            one.code,
            one.kind,  # type: ignore[arg-type]
            one.publisher,
            one.owner_id,
            tuple(_edition(version, listed, presences) for version in versions.get(one.pk, [])),
            one.owner.code if one.owner else None,
            frozenset() if one.owner else frozenset(own_of.get(one.code, ())),
        )
        for one in catalogs
    )
    return World(
        day,
        known_at,
        lists,
        known_drugs.dosage_forms(),
        tuple(_products(day, known_at)),
        master,
        _classes(listed, kinds, master, known_at),
    )


def _needed(catalogs: Iterable[list[CatalogVersion]], day: date, known_at: datetime) -> tuple[set[int], set[int]]:
    """Return the versions whose entries are looked at (in force today or later), and those that are over and whose drugs may have moved."""
    standing: set[int] = set()
    before: set[int] = set()
    begin = day - timedelta(days=TOLD_DAYS + MOVED_DAYS)
    for versions in catalogs:
        standing |= {span.version.pk for span in spans(versions, known_at, day, None) if span.version}
        before |= {span.version.pk for span in spans(versions, known_at, begin, day) if span.version}
    return standing, before - standing


def _edition(
    version: CatalogVersion, listed: dict[int, tuple[Listed, ...]], presences: dict[int, tuple[Presence, ...]]
) -> Edition:
    return Edition(
        version.label,
        version.effective_from,
        version.effective_to,
        version.published_at,
        version.withdrawn_at,
        tuple(map(norm, version.complete_for)),
        listed.get(version.pk, ()),
        presences.get(version.pk, ()),
    )


def _listed(versions: set[int], kinds: dict[int, str], master: DrugNames) -> dict[int, tuple[Listed, ...]]:
    """Return version → its entries, compiled, in the order of their codes."""
    forms = known_drugs.dosage_forms()
    found: dict[int, list[Listed]] = {pk: [] for pk in versions}
    rows = CatalogEntry.objects.filter(version__in=versions).order_by()
    for row in rows.values("version_id", *_LISTED, *COLUMNS_READ).iterator(chunk_size=5000):
        entry = compile_entry(row, forms, kinds[row["version_id"]])  # type: ignore[arg-type]
        drug = master.drug_of(entry.base_name) if entry.base_name else ""
        one = Listed(entry, drug, row["generic_name"], row["row_no"], row["reimbursement_class"])
        found[row["version_id"]].append(one)
    return {pk: tuple(sorted(entries, key=lambda one: one.entry.entry_code)) for pk, entries in found.items()}


def _presences(versions: set[int], master: DrugNames) -> dict[int, tuple[Presence, ...]]:
    found: dict[int, set[Presence]] = {pk: set() for pk in versions}
    rows = CatalogEntry.objects.filter(version__in=versions).exclude(base_name="").order_by()
    columns = "version_id", "base_name", "class_code", "effective_from", "effective_to"
    for pk, name, class_code, *days in rows.values_list(*columns).iterator(chunk_size=5000):
        found[pk].add(Presence(master.drug_of(name), norm(class_code), *days))
    return {pk: tuple(every) for pk, every in found.items()}


def _master(known_at: datetime) -> DrugNames:
    return DrugNames(DrugProduct.objects.known_at(known_at).order_by().values_list("base_name", "alias_keys"))


def _classes(
    listed: dict[int, tuple[Listed, ...]], kinds: dict[int, str], master: DrugNames, known_at: datetime
) -> dict[str, frozenset[str]]:
    """Return drug → the class codes that any entry published by then, or the master, gives it; asked only where a list selects by class."""
    selecting = (
        one.entry.class_code and not one.drug
        for pk, entries in listed.items()
        if kinds[pk] in ("negative", "base_exclusion")
        for one in entries
    )
    if not any(selecting):
        return {}
    drugs = {one.drug for pk, entries in listed.items() if kinds[pk] == "commercial" for one in entries}
    found: dict[str, set[str]] = {}
    entries = ListedDrug.objects.filter(version__published_at__lte=known_at).exclude(Q(base_name="") | Q(class_code=""))
    products = DrugProduct.objects.known_at(known_at)
    rows: list[Any] = [
        *entries.order_by().values_list("base_name", "class_code").distinct(),
        *products.exclude(class_code="").order_by().values_list("base_name", "class_code").distinct(),
    ]
    for name, code in rows:
        drug = master.drug_of(name)
        if drug in drugs:
            found.setdefault(drug, set()).add(code)
    return {drug: frozenset(codes) for drug, codes in found.items()}


def _products(day: date, known_at: datetime) -> Iterable[ProductInForce]:
    for version in ProductVersion.objects.in_force(day, known_at).select_related("product"):
        try:
            terms = parse_terms(version.terms)
        except InvalidTerms:  # terms kept by an older release
            continue
        yield ProductInForce(version.insurer_id, version.product.code, version.label, terms.references())
