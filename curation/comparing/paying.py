"""Which insurance products pay for a drug on a day: the benefits that name a list which lists it then, and the lists that exclude it all the same.

A benefit that names no list pays by the base list (`base_listed`), or pays any drug: then no list of it says so, and it is left out here.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from catalog.drug_aliases import aliases_at
from catalog.in_force import in_force, pinned
from catalog.known_drugs import dosage_forms
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug
from catalog.vocabularies import EXCLUDING_KINDS
from claims.eligibility.compiling import COLUMNS_READ
from curation.comparing.matrix import NOT_LISTED, Cell, ListedEntry, cell_of
from insurers.models import ProductVersion
from insurers.products_reached import catalog_named, versions_naming
from insurers.terms import Benefit, CatalogReference, InvalidTerms, ProductTerms, parse_terms

# So many product versions that name a list of the drug are looked into; who reads is told where there are more.
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Through:
    """A list by which something is paid or excluded: its code, the version's label, whether the product is pinned to it, how it takes the drug."""

    catalog: str
    label: str
    pinned: bool
    cell: Cell


@dataclass(frozen=True, slots=True)
class PayingBenefit:
    """A benefit and the lists of it that list the drug, in its own order."""

    benefit: Benefit
    lists: Sequence[Through]


@dataclass(frozen=True, slots=True)
class PayingProduct:
    """A product version in force, its benefits that pay for the drug by a list, and the lists of what is not paid that take it."""

    version: ProductVersion
    benefits: Sequence[PayingBenefit]
    excluded_by: Sequence[Through]


@dataclass(frozen=True, slots=True)
class Paying:
    """The products that pay for a drug; `more`: others name its lists too and were not looked into."""

    products: Sequence[PayingProduct]
    more: bool


def products_paying(
    drug: Drug, *, insurer_id: int | None, day: date, known_at: datetime, names: Collection[str] = ()
) -> Paying:
    """Return the products that pay for a drug on a day as known at an instant: an insurer's own (None: the office, all); three statements.

    A reference follows the version in force, or is pinned to one (eligibility 2); agreement periods hold either way. `names` are the base
    names by which entries name the drug, where they are known already.
    """
    if not names:
        aliases = aliases_at(known_at)
        names = aliases.names_of([aliases.drug_of(drug.base_name)])
    lists = _lists_with(names, insurer_id, known_at)
    if not lists:
        return Paying([], more=False)
    catalogs = [versions[0].catalog for versions in lists.values()]
    found = list(versions_naming(catalogs, day, known_at, insurer_id)[: MOST + 1])
    terms = [(version, read) for version in found[:MOST] if (read := _terms(version)) is not None]
    pins = {
        (pk, one.label)
        for version, read in terms
        for one in read.references()
        if (pk := catalog_named(version, one)) is not None
    }
    meant = {pin: version for pin in pins if (version := _meant(*pin, lists, day, known_at)) is not None}
    cells = _cells(meant.values(), names, day)
    products = [_paying(version, read, meant, cells) for version, read in terms]
    return Paying([one for one in products if one.benefits], more=len(found) > MOST)


def _lists_with(names: Collection[str], insurer_id: int | None, known_at: datetime) -> dict[int, list[CatalogVersion]]:
    """Return the lists that an insurer may see and that ever named the drug, by id, each with its versions as known at the instant."""
    catalogs = Catalog.objects.readable_by(insurer_id).exclude(kind="reference")  # which no product names
    named = CatalogEntry.objects.filter(base_name__in=list(names), version__catalog__in=catalogs)
    known = CatalogVersion.objects.known_at(known_at).filter(catalog__in=named.values("version__catalog"))
    lists: dict[int, list[CatalogVersion]] = {}
    for version in known.select_related("catalog__owner"):
        lists.setdefault(version.catalog_id, []).append(version)
    return lists


def _meant(
    catalog: int, label: str | None, lists: Mapping[int, list[CatalogVersion]], day: date, known_at: datetime
) -> CatalogVersion | None:
    """Return the version of a list that a reference to it means on the day, by its label or (None) as it follows; None where it means none."""
    versions = lists[catalog]
    return pinned(versions, label, known_at) if label else in_force(versions, day, known_at)


def _terms(version: ProductVersion) -> ProductTerms | None:
    try:
        return parse_terms(version.terms)
    except InvalidTerms:  # terms kept by an older release
        return None


def _cells(versions: Iterable[CatalogVersion], names: Collection[str], day: date) -> dict[int, Cell]:
    """Return how each version takes the drug on the day."""
    kinds = {version.pk: version.catalog.kind for version in versions}
    rows = CatalogEntry.objects.filter(version__in=list(kinds), base_name__in=list(names)).order_by()
    entries: dict[int, list[ListedEntry]] = {}
    for row in rows.values("version_id", "reimbursement_class", *COLUMNS_READ):
        pk = row.pop("version_id")
        entries.setdefault(pk, []).append(ListedEntry.of(row, dosage_forms(), kinds[pk]))  # type: ignore[arg-type]
    return {pk: cell_of(listed, kinds[pk], day) for pk, listed in entries.items()}  # type: ignore[arg-type]


def _paying(
    version: ProductVersion,
    terms: ProductTerms,
    meant: Mapping[tuple[int | None, str | None], CatalogVersion],
    cells: Mapping[int, Cell],
) -> PayingProduct:
    def listing(references: Iterable[CatalogReference], *, excluding: bool) -> list[Through]:
        found = []
        for one in dict.fromkeys(references):
            listed = meant.get((catalog_named(version, one), one.label))
            if listed is None or (listed.catalog.kind in EXCLUDING_KINDS) != excluding:
                continue
            cell = cells.get(listed.pk, NOT_LISTED)
            if cell.listed != "no":
                found.append(Through(one.catalog, listed.label, one.label is not None, cell))
        return found

    benefits = []
    for benefit in terms.benefits:
        named = benefit.catalogs
        if not named and benefit.scope == "base_listed" and terms.base:
            named = (terms.base,)
        if lists := listing(named, excluding=False):
            benefits.append(PayingBenefit(benefit, lists))
    return PayingProduct(version, benefits, listing((*terms.negative_lists, *terms.base_exclusions), excluding=True))
