"""Trying a version on golden cases: as if it were in force on every day and known now (claims.facts.Overlay), the other lists by their days.

Nothing is recorded of it. Which cases a version is tried on: those whose product's terms on a day of the claim name its catalog, following it or
pinned to this very edition, and those over catalogs that name it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from catalog.catalog_codes import SHARED_ONLY
from catalog.clock import Observation
from catalog.in_force import in_force
from catalog.models import Catalog, CatalogVersion
from claims.eligibility import Claim, InvalidClaim, ProductVersion, assess_claim, parse_claim
from claims.facts import Overlay, ProductFacts, UnknownProduct, load, product_facts
from claims.facts.products import by_catalog, references
from common import tenancy
from curation.golden.bare import KINDS, bare_terms
from curation.golden.expecting import differences, found_in
from curation.models import GoldenCase
from insurers import models as insurers
from insurers.products_reached import naming

# A product that a case makes up has no row; it is judged by this code, which no real one has.
_BARE: Final = "-"
_ALWAYS: Final = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Tried:
    """A case held against an answer: `found` is that answer (None: today's rules refuse the claim), `differs` where it is another one."""

    case: GoldenCase
    found: dict[str, Any] | None
    differs: list[dict[str, Any]]

    @property
    def passes(self) -> bool:
        """Whether the answer is the expected one."""
        return not self.differs

    def document(self) -> dict[str, Any]:
        """Return it as everybody who publishes the version may see it: nothing of the claim."""
        case = self.case
        return {
            "case": str(case.pk),
            "name": case.name,
            "insurer": case.insurer.code if case.insurer else None,
            "expected": case.expect,
            "found": self.found,
            "differs": self.differs,
            "passes": self.passes,
        }


@dataclass(slots=True)
class Judge:
    """Judges cases at one observation, with versions laid over or none; what it has loaded of a product serves its other cases."""

    seen: Observation
    overlay: Overlay = field(default_factory=lambda: Overlay(()))
    _products: dict[Any, ProductFacts | None] = field(default_factory=dict)

    def product_of(self, case: GoldenCase) -> ProductFacts | None:
        """Return what a case is judged by: its product, or one made of its catalogs; None where the product is gone."""
        key = case.product_id or (case.insurer_id, *case.catalogs)
        if key not in self._products:
            self._products[key] = self._of_lists(case) if case.product is None else self._of_product(case.product)
        return self._products[key]

    def _of_product(self, product: Any) -> ProductFacts | None:
        try:
            return _any_number(product_facts(insurer_id=product.insurer_id, code=product.code, seen=self.seen))
        except UnknownProduct:
            return None

    def _of_lists(self, case: GoldenCase) -> ProductFacts:
        insurer_id = case.insurer_id or SHARED_ONLY  # the office's cases are over shared lists
        meant = Catalog.objects.meant_by(case.catalogs, insurer_id)
        kinds = {name: catalog.kind for name, catalog in meant.items()}
        terms = bare_terms((code, kinds[code]) for code in case.catalogs if kinds.get(code) in KINDS)
        listed = CatalogVersion.objects.filter(published_at__isnull=False)
        catalogs = by_catalog(references(listed, insurer_id, case.catalogs))
        return ProductFacts(0, _BARE, insurer_id, False, (ProductVersion(terms, _ALWAYS),), catalogs)

    def tried(self, cases: Iterable[GoldenCase]) -> list[Tried]:
        """Judge cases, in their order; those of one product are loaded for together."""
        found: dict[Any, dict[str, Any]] = {}
        alike: dict[Any, list[tuple[GoldenCase, Claim]]] = defaultdict(list)
        listed = list(cases)
        for case in listed:
            claim = claim_of(case)
            if claim is not None and self.product_of(case) is not None:
                alike[case.product_id or (case.insurer_id, *case.catalogs)].append((case, claim))
        for together in alike.values():
            found |= self._judged(together)
        return [Tried(case, found.get(case.pk), differences(case.expect, found.get(case.pk))) for case in listed]

    def _judged(self, together: Sequence[tuple[GoldenCase, Claim]]) -> dict[Any, dict[str, Any]]:
        product = self.product_of(together[0][0])
        assert product is not None, "cases without one are left out"
        snapshot = load(
            product,
            identities=[line.identity for _case, claim in together for line in claim.lines],
            days={day for _case, claim in together for day in days_of(claim)},
            known_at=self.seen.known_at,
            seen=self.seen,
            overlay=self.overlay,
        )
        return {case.pk: found_in(assess_claim(claim, snapshot)) for case, claim in together}


def _any_number(product: ProductFacts) -> ProductFacts:
    """Return the product as if any number of a prior authorisation were enough: a case keeps whether there is one, never whose."""
    versions = [
        replace(version, terms=replace(version.terms, prior_auth="any"))
        if version.terms.prior_auth != "any"
        else version
        for version in product.versions
    ]
    return replace(product, versions=tuple(versions))


def claim_of(case: GoldenCase) -> Claim | None:
    """Return a case's claim; None where it was kept under earlier rules, which took what today's refuse."""
    try:
        return parse_claim({**case.claim, "product": case.product.code if case.product else _BARE})
    except InvalidClaim:
        return None


def days_of(claim: Claim) -> set[date]:
    """Return the days that a claim asks about."""
    days = {line.service_date for line in claim.lines}
    return days | {claim.service_date} if claim.service_date else days


def cases_of(version: CatalogVersion, seen: Observation) -> list[GoldenCase]:
    """Return the cases that a version is tried on, by name, of everybody: whoever calls shows no more of them than may be seen."""
    judge = Judge(seen)
    with tenancy.acting_for(tenancy.OFFICE):
        names = version.catalog.names_by_insurer()
        return [case for case in _naming(version.catalog) if _consults(judge, case, version, names(case.insurer_id))]


def _naming(catalog: Catalog) -> QuerySet[GoldenCase]:
    """Return the cases that may consult a catalog: they name it, or some terms of their product do."""
    published = insurers.ProductVersion.objects.filter(product=OuterRef("product"), published_at__isnull=False)
    cases = GoldenCase.objects.annotate(by_terms=Exists(naming([catalog], published)))
    found = cases.filter(Q(catalogs__overlap=[catalog.code, catalog.address]) | Q(by_terms=True))
    return found.select_related("product", "insurer").order_by("name", "pk")


def _consults(judge: Judge, case: GoldenCase, version: CatalogVersion, names: frozenset[str]) -> bool:
    """Tell whether a case may consult a version, whose catalog the case's insurer means by the names."""
    if case.product is None:
        owner = version.catalog.owner_id
        return (owner is None or owner == case.insurer_id) and not names.isdisjoint(case.catalogs)
    product, claim = judge.product_of(case), claim_of(case)
    if product is None or claim is None:
        return product is not None
    terms = (in_force(product.versions, day, judge.seen.known_at) for day in days_of(claim))
    return any(
        reference.catalog in names and reference.label in (None, version.label)
        for one in terms
        if one is not None
        for reference in one.terms.references()
    )


def tried_with(version: CatalogVersion, cases: Iterable[GoldenCase], seen: Observation) -> list[Tried]:
    """Hold cases against what a version would answer."""
    with tenancy.acting_for(tenancy.OFFICE):
        return Judge(seen, Overlay((version.pk,), every_day=True)).tried(cases)


def answered_now(case: GoldenCase, seen: Observation) -> Tried:
    """Hold a case against what is answered by what is published now."""
    with tenancy.acting_for(tenancy.OFFICE):
        return Judge(seen).tried([case])[0]
