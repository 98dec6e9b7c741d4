"""What a claim is judged against: product versions, catalog versions, knowledge, and the instant it is all seen from.

`needs` tells, before anything is loaded, which catalog versions are in force for a claim; `entry_names` which drugs' entries
of them. `Snapshot` holds what was loaded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Generic, TypeVar

from catalog.drugs.knowledge import Identity, Knowledge
from catalog.drugs.recognise import recognise
from catalog.in_force import Dated, in_force, pinned
from claims.eligibility.authorisations import Authorisation
from claims.eligibility.compiled import CompiledVersion
from claims.eligibility.decision import Offer
from insurers.terms import CatalogReference, ProductTerms

# More than a file of claims has; a hostile caller could ask about any number.
DAYS_KEPT = 5_000
AnyVersion = TypeVar("AnyVersion", bound=Dated)


@dataclass(frozen=True, slots=True)
class ProductVersion:
    """A published product version."""

    terms: ProductTerms
    published_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def label(self) -> str:
        """Its label."""
        return self.terms.label

    @property
    def effective_from(self) -> date:
        """Its first day."""
        return self.terms.effective_from

    @property
    def effective_to(self) -> date | None:
        """Its last day, or None."""
        return self.terms.effective_to


@dataclass(frozen=True, slots=True)
class Sources(Generic[AnyVersion]):
    """What applies on one day: the product version, and the versions in force of the catalogs it names.

    `benefit_catalogs` stands beside the benefits: of each, the versions in force of its catalogs, in listed order.
    """

    terms: ProductTerms
    base: AnyVersion | None
    exclusions: tuple[AnyVersion, ...]
    negatives: tuple[AnyVersion, ...]
    benefit_catalogs: tuple[tuple[AnyVersion, ...], ...]

    def versions(self) -> list[AnyVersion]:
        """Return every version in force, in the order of the terms; one may come twice."""
        found = [self.base] if self.base is not None else []
        found += [*self.exclusions, *self.negatives]
        found += [version for versions in self.benefit_catalogs for version in versions]
        return found


def sources_on(
    day: date,
    product_versions: Iterable[ProductVersion],
    catalogs: Mapping[str, Sequence[AnyVersion]],
    known_at: datetime,
) -> Sources[AnyVersion] | None:
    """Return what applies on a day, or None when no product version is in force (eligibility 2)."""
    version = in_force(product_versions, day, known_at)
    if version is None:
        return None
    terms = version.terms

    def find(reference: CatalogReference) -> AnyVersion | None:
        versions = catalogs.get(reference.catalog, ())
        if reference.label is not None:
            return pinned(versions, reference.label, known_at)
        return in_force(versions, day, known_at)

    def find_all(references: Iterable[CatalogReference]) -> tuple[AnyVersion, ...]:
        return tuple(found for reference in references if (found := find(reference)) is not None)

    return Sources(
        terms,
        find(terms.base) if terms.base else None,
        find_all(terms.base_exclusions),
        find_all(terms.negative_lists),
        tuple(find_all(benefit.catalogs) for benefit in terms.benefits),
    )


def needs(
    days: Iterable[date],
    product_versions: Sequence[ProductVersion],
    catalogs: Mapping[str, Sequence[AnyVersion]],
    known_at: datetime,
) -> dict[date, tuple[AnyVersion, ...]]:
    """Tell, for each service date of a claim, the catalog versions in force that judging will consult.

    `catalogs` gives, by catalog code, every version's label, days and instants: nothing of its entries is needed. A catalog
    that is not there has nothing in force.
    """
    found = {}
    for day in set(days):
        sources = sources_on(day, product_versions, catalogs, known_at)
        found[day] = tuple({id(version): version for version in sources.versions()}.values()) if sources else ()
    return found


def entry_names(identities: Iterable[Identity], knowledge: Knowledge) -> frozenset[str]:
    """Return the base names whose entries must be loaded to judge lines with these identities."""
    return frozenset(name for identity in identities for name in recognise(identity, knowledge).names)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """Everything a product's claims are judged against, as seen at `known_at`.

    `catalogs` holds by catalog code the versions loaded; those not in force may be missing, and each may be partly loaded
    (see compiled.py). `authorisations` holds by number the approved prior authorisations that the lines name, where a product version
    checks them. `knowledge` holds at least the closure of the lines (see catalog/drugs/knowledge.py).
    """

    product: str
    product_versions: Sequence[ProductVersion]
    catalogs: Mapping[str, Sequence[CompiledVersion]]
    knowledge: Knowledge
    known_at: datetime
    _by_day: dict[date, Sources[CompiledVersion] | None] = field(default_factory=dict, repr=False)
    # By version, classes and diagnoses what may be offered in place of a drug: coverage.py works it out for the next question about the drug.
    offers: dict[tuple[CompiledVersion, frozenset[str], tuple[str, ...]], tuple[Offer, ...]] = field(
        default_factory=dict, repr=False
    )
    authorisations: Mapping[str, Authorisation] = field(default_factory=dict)

    def sources(self, day: date) -> Sources[CompiledVersion] | None:
        """Return what applies on a day; the same day is worked out once."""
        try:
            return self._by_day[day]
        except KeyError:
            found = sources_on(day, self.product_versions, self.catalogs, self.known_at)
            if len(self._by_day) >= DAYS_KEPT:
                self._by_day.clear()
            self._by_day[day] = found
            return found

    def seen_at(self, instant: datetime) -> "Snapshot":
        """Return the same snapshot as seen at another instant, at which the same is known."""
        return Snapshot(
            self.product, self.product_versions, self.catalogs, self.knowledge, instant, self._by_day, self.offers
        )

    def with_authorisations(self, found: Mapping[str, Authorisation]) -> "Snapshot":
        """Return the same snapshot with these prior authorisations."""
        return replace(self, authorisations=found)
