"""Versions laid over the published ones: what would be answered if they were published, and nobody else ever sees it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from catalog.models import CatalogVersion
from claims.facts.products import ProductFacts, Reference, by_catalog, names_in, references


class OwnStore(dict[Any, Any]):
    """What an overlay compiles is kept by itself alone, and goes with it."""

    put = dict.__setitem__


@dataclass(frozen=True, slots=True)
class Overlay:
    """Versions, drafts mostly, that are judged by as if published and known at the instant that is asked about, and not withdrawn.

    In force by their own days, as they will be once they are published (impact); or, with `every_day`, on every day in place of the other
    versions of their catalogs, of which a product then finds only what it names by label (golden cases). One overlay may serve many
    claims: its versions are compiled once.
    """

    versions: tuple[int, ...]
    every_day: bool = False
    store: OwnStore = field(default_factory=OwnStore, compare=False, repr=False)

    def over(self, product: ProductFacts, known_at: datetime) -> tuple[ProductFacts, tuple[Reference, ...]]:
        """Return the product with the versions laid over those of its catalogs, and the versions: those that its insurer may see."""
        versions, names = CatalogVersion.objects.filter(pk__in=self.versions), names_in(product.versions)
        found = references(versions, product.insurer_id, also=names)
        laid = by_catalog(self._as_if_published(reference, known_at) for reference in found)
        catalogs = {code: (*self._under(product.catalogs.get(code, ())), *over) for code, over in laid.items()}
        return replace(product, catalogs=product.catalogs | catalogs), tuple(
            one for over in laid.values() for one in over
        )

    def _as_if_published(self, reference: Reference, known_at: datetime) -> Reference:
        published_at = min(reference.published_at or known_at, known_at)
        made = replace(reference, published_at=published_at, withdrawn_at=None)
        return replace(made, effective_from=date.min, effective_to=None) if self.every_day else made

    def _under(self, published: Iterable[Reference]) -> tuple[Reference, ...]:
        """Return the other versions of a catalog; with `every_day` they begin on no day that anybody asks about."""
        others = [reference for reference in published if reference.pk not in self.versions]
        if self.every_day:
            others = [replace(reference, effective_from=date.max, effective_to=None) for reference in others]
        return tuple(others)
