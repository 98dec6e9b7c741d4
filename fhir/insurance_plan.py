"""InsurancePlan: the published versions of the caller's insurance products, with their benefits, costs and lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from catalog.models import Catalog
from fhir import searching, systems
from fhir.elements import Element, coding, concept, identifier, money, own_trees, period, tidy
from fhir.searching import TEXT_MODIFIERS, Parameter
from fhir.views import ResourceViewSet
from insurers.api.authentication import insurer_of
from insurers.models import ProductVersion

_FREE_NAMES = ("deductibles", "deductibles_pre_existing")
_RATIOS = ("ratio", "ratio_pre_existing", "ratio_unsettled", "ratio_unsettled_pre_existing")
_SHOWN_ELSEWHERE = frozenset({"label", "effective_from", "effective_to"})


Identify = Callable[[str], str]


def plan(version: ProductVersion, identify: Identify) -> Element:
    """Return the InsurancePlan of a published product version. Pure, but for the product and insurer of the row.

    `identify`: how its terms name a list → how everybody knows that list from others.
    """
    product, terms = version.product, version.terms
    insurer = {"identifier": identifier(systems.INSURER, product.insurer.code), "display": product.insurer.name}
    return tidy(
        {
            "resourceType": "InsurancePlan",
            "id": str(version.pk),
            "language": systems.LANGUAGE,
            "extension": own_trees("product-version", _told(version)),
            "identifier": [
                identifier(systems.PRODUCT_VERSION, f"{product.code}@{version.label}"),
                identifier(systems.PRODUCT, product.code),
            ],
            "status": "retired" if version.withdrawn_at else "active",
            "name": product.name,
            "alias": [f"{product.name} {version.label}"],
            "period": period(version.effective_from, version.effective_to),
            "ownedBy": insurer,
            "administeredBy": insurer,
            "coverage": [_coverage(benefit, identify) for benefit in terms.get("benefits", ())],
            "plan": [
                tidy(
                    {
                        "identifier": [identifier(systems.PRODUCT_VERSION, f"{product.code}@{version.label}")],
                        "generalCost": list(_general_costs(terms)),
                        "specificCost": [_specific_cost(benefit) for benefit in terms.get("benefits", ())],
                    }
                )
            ],
        }
    )


def _told(version: ProductVersion) -> dict[str, Any]:
    """Return what a product version says, in the API's names; free names (groups of deductibles) are values, not names."""
    terms = {name: value for name, value in version.terms.items() if name not in _SHOWN_ELSEWHERE}
    for name in _FREE_NAMES:
        terms[name] = [{"group": group, "amount": amount} for group, amount in terms.get(name, {}).items()]
    return {
        "product": version.product.code,
        "version": version.label,
        "checksum": version.checksum,
        "is_demonstration": version.product.is_demonstration,
        "published_at": version.published_at,
        "withdrawn_at": version.withdrawn_at,
        "terms": terms,
    }


def formulary(reference: Mapping[str, str], identify: Identify) -> Element:
    """Return the extension that names a list: one of its versions where the product is pinned to it, else the one that is in force."""
    code, label = identify(reference["catalog"]), reference.get("label")
    named = identifier(systems.CATALOG_VERSION, f"{code}@{label}") if label else identifier(systems.CATALOG, code)
    return {"url": systems.formulary_extension("FormularyReference"), "valueReference": {"identifier": named}}


def _coverage(benefit: Mapping[str, Any], identify: Identify) -> Element:
    kind = concept(coding(systems.BENEFIT, benefit["code"]), text=benefit.get("name") or benefit["code"])
    limit = benefit.get("annual_limit")
    limits = (
        [{"value": _quantity(limit, "CNY"), "code": concept(coding(systems.COST, "annual-limit"))}] if limit else []
    )
    return tidy(
        {
            "extension": [formulary(reference, identify) for reference in benefit.get("catalogs", ())],
            "type": kind,
            "benefit": [tidy({"type": kind, "limit": limits})],
        }
    )


def _general_costs(terms: Mapping[str, Any]) -> Iterator[Element]:
    for name, code in (("deductibles", "deductible"), ("deductibles_pre_existing", "deductible-pre-existing")):
        for group, amount in terms.get(name, {}).items():
            yield {"type": concept(coding(systems.COST, code), text=group), "cost": money(amount)}
    if terms.get("annual_limit"):
        yield {"type": concept(coding(systems.COST, "annual-limit")), "cost": money(terms["annual_limit"])}


def _specific_cost(benefit: Mapping[str, Any]) -> Element:
    kind = concept(coding(systems.BENEFIT, benefit["code"]), text=benefit.get("name") or benefit["code"])
    costs = [
        {"type": concept(coding(systems.COST, name.replace("_", "-"))), "value": _quantity(benefit[name], "1")}
        for name in _RATIOS
        if benefit.get(name) is not None
    ]
    return tidy({"category": kind, "benefit": [tidy({"type": kind, "cost": costs})]})


def _quantity(amount: str, unit: str) -> Element:
    if unit == "CNY":
        return {"value": Decimal(amount), "unit": unit, "system": "urn:iso:std:iso:4217", "code": unit}
    return {"value": Decimal(amount), "system": "http://unitsofmeasure.org", "code": unit}


def _version(value: str) -> Q:
    if not value:
        return searching.EVERYTHING
    code, _at, label = value.partition("@")
    return Q(product__code=code, label=label)


CODES: Final = {systems.PRODUCT: searching.codes_in("product__code"), systems.PRODUCT_VERSION: _version}


class PlanViewSet(ResourceViewSet):
    """Published versions of the insurer's products; a withdrawn one is retired."""

    queryset = ProductVersion.objects.none()
    scopes = {"GET": ("coverage:read", "products:write")}
    resource = "InsurancePlan"
    about = "the published versions of your insurance products"

    def parameters(self) -> tuple[Parameter, ...]:
        return (
            Parameter(
                "identifier", "token", "the product's code, or `code@label` of the version", searching.token(CODES)
            ),
            Parameter("code", "token", "the same as identifier", searching.token(CODES)),
            Parameter("name", "string", "name of the product", searching.text("product__name"), TEXT_MODIFIERS),
            Parameter("status", "token", "active, or retired where it was withdrawn", searching.status("withdrawn_at")),
        )

    def rows(self) -> QuerySet[ProductVersion]:
        own = ProductVersion.objects.filter(product__insurer=insurer_of(self.request.user), published_at__isnull=False)
        return own.select_related("product__insurer").annotate(updated=Coalesce("withdrawn_at", "published_at"))

    def written(self, rows: Sequence[ProductVersion]) -> list[Element]:
        named = {
            one["catalog"] for row in rows for part in row.terms.get("benefits", ()) for one in part.get("catalogs", ())
        }
        meant = Catalog.objects.meant_by(sorted(named), insurer_of(self.request.user))

        def identify(text: str) -> str:
            # What is not there yet stays as it is written.
            found = meant.get(text)
            return text if found is None else found.office_code

        return [plan(row, identify) for row in rows]
