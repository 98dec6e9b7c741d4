"""The product that a case over catalogs is judged by: nothing but the lists. Pure.

Commercial lists are one benefit, base lists another after it, each at 100 % of what can be claimed, without deductible, limit or waiting days,
whatever the base status; the first base list is also the product's base list. Base exclusions are honoured, negative lists hold. Where only such
are named, everything else is paid: the case is about what they take away.
"""

from collections.abc import Iterable
from datetime import date

from common.money import RATIO_ONE, BasisPoints
from insurers.terms import Benefit, CatalogReference, ProductTerms

KINDS = ("commercial", "base", "base_exclusion", "negative")


def bare_terms(catalogs: Iterable[tuple[str, str]]) -> ProductTerms:
    """Return the terms of a product that refers to these catalogs, given as (code, kind) in their order."""
    by_kind: dict[str, list[CatalogReference]] = {kind: [] for kind in KINDS}
    for code, kind in catalogs:
        by_kind[kind].append(CatalogReference(code))
    listed = [kind for kind in ("commercial", "base") if by_kind[kind]]
    return ProductTerms(
        label="golden",
        effective_from=date.min,
        effective_to=None,
        base=by_kind["base"][0] if by_kind["base"] else None,
        base_exclusions=tuple(by_kind["base_exclusion"]),
        negative_lists=tuple(by_kind["negative"]),
        honours_base_exclusions=bool(by_kind["base_exclusion"]),
        requires_base_settlement=False,
        waiting_days=0,
        covered_circumstances=(),
        annual_limit=None,
        deductibles={},
        deductibles_pre_existing={},
        benefits=tuple(_paid_whole(kind, by_kind[kind]) for kind in listed) or (_paid_whole("any", ()),),
    )


def _paid_whole(code: str, catalogs: Iterable[CatalogReference]) -> Benefit:
    return Benefit(code=code, name=code, catalogs=tuple(catalogs), ratio=BasisPoints(RATIO_ONE))
