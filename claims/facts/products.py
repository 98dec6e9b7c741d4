"""A product with its versions, and the versions of every catalog that these name: enough to tell what is in force."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.catalog_codes import SHARED_ONLY, address_of, parted
from catalog.clock import Observation
from catalog.models import Catalog, CatalogVersion
from catalog.vocabularies import Kind
from claims.eligibility import ProductVersion
from common.cache import LruCache
from common.errors import Refused
from common.text import norm
from insurers import models as insurers
from insurers.terms import parse_terms

PRODUCTS_KEPT = 500


class UnknownProduct(Refused):
    code = "unknown_product"
    status = 404


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A version of a catalog without its entries, of which it has `entries`: enough to tell whether it is in force.

    `catalog` is what the product's terms call it: its code, or `:CODE` for one of the office's beside an insurer's own of that code.
    """

    pk: int
    catalog: str
    kind: Kind
    series: str | None
    provenance: str
    label: str
    checksum: str
    entries: int
    effective_from: date
    effective_to: date | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    catalog_name: str
    # The code of the insurer whose list it is; None for a shared one.
    owner: str | None
    complete_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product with its published versions and, by the name that these give it, every published version of each catalog they name."""

    pk: int
    code: str
    insurer_id: int
    is_demonstration: bool
    versions: tuple[ProductVersion, ...]
    catalogs: dict[str, tuple[Reference, ...]]
    name: str = ""

    def told_to_strangers(self) -> dict[str, str]:
        """Return text by which the terms name a list → what tells it from all others: its code as the publication log has it, or `OWNER:CODE`."""
        return {name: _office_code(listed[0]) for name, listed in self.catalogs.items()}


def _office_code(reference: Reference) -> str:
    code = parted(reference.catalog)[1]
    return address_of(code, reference.owner) if reference.owner else code


# The revision is in the key: after the next publication nobody asks for it any more, and it ages out.
_products: LruCache[tuple[int, str, int], ProductFacts] = LruCache(PRODUCTS_KEPT)
# (product, revision) → it with its shared lists alone, and the names of the others.
_shared: LruCache[tuple[int, int], tuple[ProductFacts, frozenset[str]]] = LruCache(PRODUCTS_KEPT)


def product_facts(*, insurer_id: int, code: str, seen: Observation) -> ProductFacts:
    """Return the insurer's product with its versions and the versions of its catalogs; raises UnknownProduct."""
    kept = _products.get((insurer_id, code, seen.revision))
    if kept:
        return kept
    own = insurers.ProductVersion.objects.filter(product__insurer=insurer_id, product__code=code)
    published = list(own.filter(published_at__lte=seen.known_at).select_related("product").order_by("id"))
    product = published[0].product if published else _product(insurer_id, code)
    versions = tuple(
        ProductVersion(parse_terms(version.terms), version.published_at, version.withdrawn_at)
        for version in published
        if version.published_at
    )
    published_lists = CatalogVersion.objects.filter(published_at__isnull=False)
    catalogs = by_catalog(references(published_lists, insurer_id, names_in(versions)))
    facts = ProductFacts(product.pk, code, insurer_id, product.is_demonstration, versions, catalogs, product.name)
    _products.put((insurer_id, code, seen.revision), facts)
    return facts


def as_anybody_sees(product: ProductFacts, seen: Observation) -> tuple[ProductFacts, frozenset[str]]:
    """Return a product with its shared lists alone, as whoever has none of their own sees it, and the names of the others in its terms."""
    kept = _shared.get((product.pk, seen.revision))
    if kept is None:
        named = names_in(product.versions)
        # As the insurer means them: of one code its own list comes before the office's.
        meant = Catalog.objects.meant_by(named, product.insurer_id)
        shared = {name for name, catalog in meant.items() if catalog.owner_id is None}
        catalogs = {name: listed for name, listed in product.catalogs.items() if name in shared}
        kept = replace(product, insurer_id=SHARED_ONLY, catalogs=catalogs), frozenset(named - shared)
        _shared.put((product.pk, seen.revision), kept)
    return kept


def _product(insurer_id: int, code: str) -> insurers.Product:
    product = insurers.Product.objects.filter(insurer=insurer_id, code=code).first()
    if product is None:
        raise UnknownProduct(_("There is no product %(code)s.") % {"code": code})
    return product


def names_in(versions: Iterable[ProductVersion]) -> frozenset[str]:
    """Return the texts by which terms name catalogs."""
    return frozenset(reference.catalog for version in versions for reference in version.terms.references())


def references(
    versions: QuerySet[CatalogVersion],
    insurer_id: int,
    names: Collection[str] | None = None,
    also: Collection[str] = (),
) -> list[Reference]:
    """Return those of the versions whose catalogs an insurer means by the names (catalog.catalog_codes), each under its name, by code and age.

    Without names those of every catalog that its plain codes mean, under its code; `also` are names beside. One statement; more where a name
    says whose it is.
    """
    saying = sorted(name for name in {*(names or ()), *also} if parted(name)[0] is not None)
    plain = versions.filter(catalog__in=Catalog.objects.visible_to(insurer_id))
    found = _references(plain if names is None else plain.filter(catalog__code__in=set(names).difference(saying)))
    if not saying:
        return found
    catalogs = Catalog.objects.meant_by(saying, insurer_id)
    for name in saying:
        if name in catalogs:
            found += [replace(one, catalog=name) for one in _references(versions.filter(catalog=catalogs[name]))]
    return found


def _references(versions: QuerySet[CatalogVersion]) -> list[Reference]:
    rows: Any = versions.order_by("catalog__code", "id").values_list(
        "id",
        "catalog__code",
        "catalog__kind",
        "catalog__series_id",
        "catalog__provenance",
        "label",
        "checksum",
        "entry_count",
        "effective_from",
        "effective_to",
        "published_at",
        "withdrawn_at",
        "catalog__name",
        "catalog__owner__code",
        "complete_for",
    )
    return [replace(Reference(*facts), complete_for=tuple(map(norm, facts[-1]))) for facts in rows]


def by_catalog(listed: Iterable[Reference]) -> dict[str, tuple[Reference, ...]]:
    """Return the versions by the name of their catalog, in their order."""
    found: dict[str, list[Reference]] = {}
    for reference in listed:
        found.setdefault(reference.catalog, []).append(reference)
    return {code: tuple(versions) for code, versions in found.items()}
