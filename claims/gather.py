"""Rows → facts: what a claim is judged against, in a fixed number of queries whatever its number of lines.

What never changes is compiled once and kept in the process: entries of published versions by (version, drug), bounded. What may change (which
versions exist, what is known about drugs) is kept only for one revision of the database (catalog.clock): the next publication, withdrawal or
master row raises it, and everything is read anew. An instant in the past is always read anew.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from catalog.clock import Observation
from catalog.drugs.knowledge import Closure, Identity, Knowledge, KnownRow
from catalog.drugs.resolve import recognise
from catalog.entries import COLUMNS
from catalog.known import KnownRows, complete, dosage_forms, masters_named
from catalog.models import CatalogEntry, CatalogVersion
from catalog.vocabularies import EXCLUDING_KINDS
from claims.eligibility.compiled import CLASS_LENGTH, CompiledVersion, Selectors
from claims.eligibility.compiling import compile_entry, index_selectors
from claims.eligibility.coverage import classes_of
from claims.eligibility.diseases import DiseaseCodes
from claims.eligibility.entry import Entry
from claims.eligibility.world import ProductVersion, World, entry_names, needs
from common.cache import LruCache
from common.errors import Refused
from common.text import norm
from insurers import models as insurers
from insurers.terms import parse_terms

# Entries of one drug in one version are a handful; a list without drugs may be some thousands.
DRUGS_KEPT = 50_000
SELECTORS_KEPT = 64
PRODUCTS_KEPT = 500
CLASSES_KEPT = 2_000
WORLDS_KEPT = 2_000
# A request that names more drugs than this (a batch) is gathered for itself and not kept.
KEPT_WITH_AT_MOST = 64
NO_SELECTORS = Selectors()


class UnknownProduct(Refused):
    code = "unknown_product"
    status = 404


@dataclass(frozen=True, slots=True)
class Reference:
    """A published version of a catalog without its entries: enough to tell whether it is in force."""

    pk: int
    catalog: str
    kind: str
    series: str | None
    provenance: str
    label: str
    checksum: str
    effective_from: date
    effective_to: date | None
    published_at: datetime
    withdrawn_at: datetime | None
    complete_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product with its published versions and, by catalog code, every published version of the catalogs that these name."""

    pk: int
    code: str
    insurer_id: int
    is_demonstration: bool
    versions: tuple[ProductVersion, ...]
    catalogs: dict[str, tuple[Reference, ...]]


# What may change carries the revision in its key: after the next publication nobody asks for it any more, and it ages out.
_products: LruCache[tuple[int, str, int], ProductFacts] = LruCache(PRODUCTS_KEPT)
_known: LruCache[tuple[int, int, Identity], tuple[KnownRow, ...]] = LruCache(DRUGS_KEPT)
# (revision, base name of a drug offered as an alternative) → the master's rows that tell which drug it is.
_masters: LruCache[tuple[int, str], tuple[KnownRow, ...]] = LruCache(DRUGS_KEPT)
_worlds: LruCache[Any, World] = LruCache(WORLDS_KEPT)
# (product id, revision, days) → the versions in force.
_references_on: LruCache[tuple[int, int | None, frozenset[date]], frozenset[Reference]] = LruCache(WORLDS_KEPT)
# Published entries never change: (version id, base name) → its entries in the order of eligibility 4.3.
_entries: LruCache[tuple[int, str], tuple[Entry, ...]] = LruCache(DRUGS_KEPT)
# Alternatives: (version id, class, first three characters of a disease, '' without one) → the entries of the class that may treat it.
_by_class: LruCache[tuple[int, str, str], tuple[Entry, ...]] = LruCache(DRUGS_KEPT)
_selectors: LruCache[int, Selectors] = LruCache(SELECTORS_KEPT)
# (version id, class) → by first three characters of a disease ('' no disease at all, '-' a range) the ids of the entries of the class.
_diseases: LruCache[tuple[int, str], dict[str, "array[int]"]] = LruCache(CLASSES_KEPT)


def product_facts(*, insurer_id: int, code: str, seen: Observation) -> ProductFacts:
    """Return the insurer's product with its versions and the versions of its catalogs; raises UnknownProduct."""
    kept = _products.get((insurer_id, code, seen.revision))
    if kept:
        return kept
    own = insurers.ProductVersion.objects.filter(product__insurer=insurer_id, product__code=code)
    published = list(own.filter(published_at__lte=seen.known_at).select_related("product").order_by("id"))
    product = published[0].product if published else _product(insurer_id, code)
    versions = tuple(
        ProductVersion(parse_terms(version.terms), version.published_at, version.withdrawn_at) for version in published
    )
    codes = {reference.catalog for version in versions for reference in version.terms.references()}
    facts = ProductFacts(
        product.pk, code, insurer_id, product.is_demonstration, versions, _references(codes, insurer_id)
    )
    _products.put((insurer_id, code, seen.revision), facts)
    return facts


def _product(insurer_id: int, code: str) -> insurers.Product:
    product = insurers.Product.objects.filter(insurer=insurer_id, code=code).first()
    if product is None:
        raise UnknownProduct(_("There is no product %(code)s.") % {"code": code})
    return product


def _references(codes: set[str], insurer_id: int) -> dict[str, tuple[Reference, ...]]:
    rows = (
        CatalogVersion.objects.filter(catalog__code__in=codes, published_at__isnull=False)
        .filter(catalog__in=_visible(insurer_id))
        .order_by("catalog__code", "id")
        .values_list(
            "id",
            "catalog__code",
            "catalog__kind",
            "catalog__series_id",
            "catalog__provenance",
            "label",
            "checksum",
            "effective_from",
            "effective_to",
            "published_at",
            "withdrawn_at",
            "complete_for",
        )
    )
    found: dict[str, list[Reference]] = {}
    for *facts, complete_for in rows:
        reference = Reference(*facts, tuple(map(norm, complete_for)))
        found.setdefault(reference.catalog, []).append(reference)
    return {code: tuple(listed) for code, listed in found.items()}


def _visible(insurer_id: int) -> Any:
    return CatalogVersion._meta.get_field("catalog").related_model.objects.visible_to(insurer_id)


def gather(
    product: ProductFacts,
    *,
    identities: Sequence[Identity],
    days: Iterable[date],
    known_at: datetime,
    seen: Observation,
    treating: Iterable[tuple[Identity, tuple[str, ...]]] = (),
) -> World:
    """Return what lines with these identities on these days are judged against, as known at `known_at`.

    `seen` is the caller's observation: where `known_at` is not before it, what was gathered earlier at the same revision serves again.
    `treating` names, for a coverage query, each drug with the diagnoses for which alternatives are wanted.
    """
    wanted = frozenset(identities)
    keep = known_at >= seen.known_at and len(wanted) <= KEPT_WITH_AT_MOST
    heads = frozenset((identity, frozenset(code[:3] for code in diagnoses)) for identity, diagnoses in treating)
    references = _in_force(product, frozenset(days), known_at, seen.revision if keep else None)
    # Days on which the same versions are in force share a world.
    key = (product.pk, seen.revision, wanted, references, heads)
    if keep and (kept := _worlds.get(key)):
        return kept.seen_at(known_at)
    who = _Asker(product.insurer_id, known_at, seen.revision if keep else None)
    rows = _known_of(wanted, who)
    knowledge = Knowledge.build(rows, dosage_forms())
    names = entry_names(wanted, knowledge)
    compiled = _compile(references, names, _classes(heads, knowledge))
    offered = {entry.base_name for made in compiled.values() for listed in made.by_class.values() for entry in listed}
    if masters := _masters_of(offered, who):
        knowledge = Knowledge.build({**rows, **masters}, dosage_forms())
    world = World(
        product=product.code,
        product_versions=product.versions,
        catalogs={
            code: tuple(compiled[one] for one in listed if one in compiled) for code, listed in product.catalogs.items()
        },
        knowledge=knowledge,
        known_at=known_at,
    )
    if keep:
        _worlds.put(key, world)
    return world


def _in_force(
    product: ProductFacts, days: frozenset[date], known_at: datetime, revision: int | None
) -> frozenset[Reference]:
    """Return the versions that judging on these days will consult; what is known at one revision is kept."""
    key = (product.pk, revision, days)
    references = _references_on.get(key) if revision is not None else None
    if references is None:
        found = needs(days, product.versions, product.catalogs, known_at).values()
        references = frozenset(reference for listed in found for reference in listed)
        if revision is not None:
            _references_on.put(key, references)
    return references


def _classes(treating: Iterable[tuple[Identity, frozenset[str]]], knowledge: Knowledge) -> frozenset[tuple[str, str]]:
    """Return the classes in which alternatives are sought, each with the head of a disease they must treat ('' where none is given)."""
    return frozenset(
        (cls, head)
        for identity, heads in treating
        for cls in classes_of(recognise(identity, knowledge).class_codes)
        for head in heads or {""}
    )


@dataclass(frozen=True, slots=True)
class _Asker:
    """For whom and as known when; `revision` None where nothing is to be kept."""

    insurer_id: int
    known_at: datetime
    revision: int | None


def _known_of(identities: Iterable[Identity], who: _Asker) -> dict[KnownRow, None]:
    """Return the closure of the identities (see catalog.drugs.knowledge): from what is kept, the rest in a few queries for all."""
    if who.revision is None:
        closure = Closure(list(identities), dosage_forms())
        complete(closure, insurer_id=who.insurer_id, known_at=who.known_at)
        return dict.fromkeys(closure.rows)
    rows: dict[KnownRow, None] = {}
    missing = []
    for identity in identities:
        known = _known.get((who.insurer_id, who.revision, identity))
        if known is None:
            missing.append(identity)
        else:
            rows.update(dict.fromkeys(known))
    if missing:
        closure = Closure(missing, dosage_forms())
        complete(closure, insurer_id=who.insurer_id, known_at=who.known_at)
        fetched = KnownRows(closure.rows, dosage_forms())
        for identity in missing:
            # Each identity keeps its own rows only, so that they can be put together anew with others'.
            own = Closure([identity], dosage_forms())
            while keys := own.missing_keys():
                own.add(fetched.with_keys(keys))
            _known.put((who.insurer_id, who.revision, identity), tuple(own.rows))
        rows.update(dict.fromkeys(closure.rows))
    return rows


def _masters_of(names: Iterable[str], who: _Asker) -> dict[KnownRow, None]:
    """Return the master's rows that tell which drugs the entries of these names are; from what is kept, the rest in one query."""
    if who.revision is None:
        return dict.fromkeys(masters_named(names, known_at=who.known_at)) if names else {}
    rows: dict[KnownRow, None] = {}
    missing: dict[str, list[KnownRow]] = {}
    for name in names:
        known = _masters.get((who.revision, name))
        if known is None:
            missing[name] = []
        else:
            rows.update(dict.fromkeys(known))
    if missing:
        forms = dosage_forms()
        for row in masters_named(missing, known_at=who.known_at):
            rows[row] = None
            for name in {forms.base_name(written).name for written in (row.generic_name, *row.aliases)}:
                if name in missing:
                    missing[name].append(row)
        for name, found in missing.items():
            _masters.put((who.revision, name), tuple(found))
    return rows


def _compile(
    references: frozenset[Reference], names: frozenset[str], classes: frozenset[tuple[str, str]]
) -> dict[Reference, CompiledVersion]:
    """Return the versions with the entries of these names, their drugless entries, and those of these classes that may treat a disease."""
    by_name = _entries_of(references, names)
    paying = {reference for reference in references if reference.kind not in EXCLUDING_KINDS}
    by_class = _classes_of(paying, classes) if classes else {}
    selectors = _selectors_of(references - paying)
    return {
        reference: CompiledVersion(
            catalog=reference.catalog,
            kind=reference.kind,
            series=reference.series,
            label=reference.label,
            checksum=reference.checksum,
            effective_from=reference.effective_from,
            effective_to=reference.effective_to,
            published_at=reference.published_at,
            withdrawn_at=reference.withdrawn_at,
            complete_for=reference.complete_for,
            by_name=by_name.get(reference.pk, {}),
            selectors=selectors.get(reference.pk, NO_SELECTORS),
            by_class=by_class.get(reference.pk, {}),
        )
        for reference in references
    }


def _entries_of(references: frozenset[Reference], names: frozenset[str]) -> dict[int, dict[str, tuple[Entry, ...]]]:
    """Return by version id and base name the entries in the order of eligibility 4.3: from what is kept, the rest in one query."""
    found: dict[int, dict[str, tuple[Entry, ...]]] = {reference.pk: {} for reference in references}
    fresh: dict[tuple[int, str], list[Entry]] = {}
    for reference in references:
        for name in names:
            listed = _entries.get((reference.pk, name))
            if listed is None:
                fresh[reference.pk, name] = []
            elif listed:
                found[reference.pk][name] = listed
    if not fresh:
        return found
    kinds = {reference.pk: reference.kind for reference in references}
    asked = CatalogEntry.objects.filter(
        version__in={pk for pk, _name in fresh}, base_name__in={name for _pk, name in fresh}
    )
    for row in asked.order_by().values("version_id", "base_name", *COLUMNS):
        key = row.pop("version_id"), row.pop("base_name")
        if key in fresh:
            fresh[key].append(compile_entry(row, dosage_forms(), kinds[key[0]]))
    for (pk, name), unsorted in fresh.items():
        entries = tuple(sorted(unsorted, key=_sort_key))
        _entries.put((pk, name), entries)
        if entries:
            found[pk][name] = entries
    return found


def _classes_of(
    references: frozenset[Reference], classes: frozenset[tuple[str, str]]
) -> dict[int, dict[str, tuple[Entry, ...]]]:
    """Return by version id and class the entries that may treat the diseases asked with it: from what is kept, the rest in one query."""
    gathered: dict[tuple[int, str], dict[Entry, None]] = {}
    fresh: dict[tuple[int, str, str], list[Entry]] = {}
    for reference in references:
        for cls, head in classes:
            listed = _by_class.get((reference.pk, cls, head))
            if listed is None:
                fresh[reference.pk, cls, head] = []
            else:
                gathered.setdefault((reference.pk, cls), {}).update(dict.fromkeys(listed))
    if fresh:
        kinds = {reference.pk: reference.kind for reference in references}
        diseases = _diseases_of({(pk, cls) for pk, cls, _head in fresh})
        # An entry may treat a disease when it names none, or one with the same first three characters, or a range (tested when it is judged).
        ids = {entry for pk, cls, head in fresh for key in {"", "-", head} for entry in diseases[pk, cls].get(key, ())}
        heads = {head for _pk, _cls, head in fresh}
        for row in CatalogEntry.objects.filter(pk__in=ids).order_by().values("version_id", *COLUMNS) if ids else ():
            pk = row.pop("version_id")
            entry = compile_entry(row, dosage_forms(), kinds[pk])
            for head in heads:
                key = (pk, entry.class_code[:CLASS_LENGTH], head)
                if key in fresh and entry.icd10.may_hold(head):
                    fresh[key].append(entry)
        for key, unsorted in fresh.items():
            entries = tuple(sorted(unsorted, key=_sort_key))
            _by_class.put(key, entries)
            gathered.setdefault(key[:2], {}).update(dict.fromkeys(entries))
    found: dict[int, dict[str, tuple[Entry, ...]]] = {}
    for (pk, cls), together in gathered.items():
        if together:
            found.setdefault(pk, {})[cls] = tuple(sorted(together, key=_sort_key))
    return found


# A class of a large list holds thousands of entries, of which a disease concerns a handful: which, is asked once a class.
_DISEASES = """
SELECT version_id, left(class_code, %s) AS class, icd10, array_agg(id) FROM catalog_catalogentry
WHERE version_id = ANY(%s) AND left(class_code, %s) = ANY(%s) AND base_name <> '' GROUP BY 1, 2, 3
"""


def _diseases_of(wanted: set[tuple[int, str]]) -> dict[tuple[int, str], dict[str, "array[int]"]]:
    """Return by version id and class the ids of its entries by disease: from what is kept, the rest in one query."""
    found = {key: kept for key in wanted if (kept := _diseases.get(key)) is not None}
    fresh: dict[tuple[int, str], dict[str, array[int]]] = {key: {} for key in wanted if key not in found}
    if fresh:
        versions, classes = {pk for pk, _cls in fresh}, {cls.upper() for _pk, cls in fresh}
        with connection.cursor() as cursor:
            cursor.execute(_DISEASES, [CLASS_LENGTH, [*versions], CLASS_LENGTH, [*classes]])
            for pk, cls, codes, ids in cursor.fetchall():
                by_disease = fresh.get((pk, cls.lower()))
                if by_disease is not None:
                    for disease in DiseaseCodes.of(codes).heads() or {""}:
                        by_disease.setdefault(disease, array("q")).extend(ids)
        for key, made in fresh.items():
            _diseases.put(key, made)
    return found | fresh


def _sort_key(entry: Entry) -> tuple[bool, bool, str]:
    return entry.sort_key


def _selectors_of(references: frozenset[Reference]) -> dict[int, Selectors]:
    """Return by version id the entries that select without a drug, from what is kept, the rest in one query."""
    found = {reference.pk: kept for reference in references if (kept := _selectors.get(reference.pk)) is not None}
    absent = {reference.pk: reference.kind for reference in references if reference.pk not in found}
    if absent:
        rows = CatalogEntry.objects.filter(version__in=absent, base_name="").order_by().values("version_id", *COLUMNS)
        fresh: dict[int, list[Entry]] = {pk: [] for pk in absent}
        for row in rows:
            pk = row.pop("version_id")
            fresh[pk].append(compile_entry(row, dosage_forms(), absent[pk]))
        for pk, listed in fresh.items():
            found[pk] = index_selectors(listed)
            _selectors.put(pk, found[pk])
    return found
