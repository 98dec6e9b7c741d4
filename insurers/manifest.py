"""Drift: whether what a client holds is still what applies, and how far it is from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from catalog.changes import count_changes
from catalog.in_force import in_force, pinned
from catalog.models import Catalog, CatalogVersion
from insurers.models import Product, ProductVersion
from insurers.terms import parse_terms

CURRENT, SUPERSEDED, WITHDRAWN = "current", "superseded", "withdrawn"
UPCOMING, ALTERED, NOT_REFERRED_TO, UNKNOWN = "upcoming", "altered", "not_referred_to", "unknown"


@dataclass(frozen=True, slots=True)
class _World:
    """What the caller may see of everything that is named, as known at an instant."""

    catalogs: Mapping[str, list[CatalogVersion]]
    products: Mapping[str, list[ProductVersion]]
    day: date
    known_at: datetime


def check_manifest(
    held: Iterable[Mapping[str, Any]], *, insurer_id: int | None, day: date, known_at: datetime
) -> list[dict[str, Any]]:
    """Return, for each {product?, catalog?, version, checksum} in order, whether it is what applies on the day.

    `status`: current, superseded (by `current`; none where nothing is in force), withdrawn, upcoming (its first day is still to come), altered (the
    checksum is not that of the version), not_referred_to (the product does not use the catalog), unknown (also what the caller may not see). A
    catalog with a product is held against what the product refers to: its pinned label, or what is in force.
    """
    items = list(held)
    world = _seen(items, insurer_id=insurer_id, day=day, known_at=known_at)
    counted: dict[tuple[int, int], dict[str, int]] = {}
    return [_checked(item, world, counted) for item in items]


def _seen(items: list[Mapping[str, Any]], *, insurer_id: int | None, day: date, known_at: datetime) -> _World:
    codes = {item["catalog"] for item in items if item.get("catalog")}
    names = {item["product"] for item in items if item.get("product")}
    meant = Catalog.objects.meant_by(codes, insurer_id)
    published = CatalogVersion.objects.filter(
        catalog__in=[one.pk for one in meant.values()], published_at__lte=known_at
    )
    versions: dict[int, list[CatalogVersion]] = {}
    for version in published:
        versions.setdefault(version.catalog_id, []).append(version)
    catalogs = {name: versions[one.pk] for name, one in meant.items() if one.pk in versions}
    products: dict[str, list[ProductVersion]] = {}
    own = Product.objects.filter(insurer=insurer_id, code__in=names)
    for terms in ProductVersion.objects.filter(product__in=own, published_at__lte=known_at).select_related("product"):
        products.setdefault(terms.product.code, []).append(terms)
    return _World(catalogs, products, day, known_at)


def _checked(item: Mapping[str, Any], world: _World, counted: dict[tuple[int, int], dict[str, int]]) -> dict[str, Any]:
    product, catalog = item.get("product") or None, item.get("catalog") or None
    answer = {
        "product": product,
        "catalog": catalog,
        "version": item["version"],
        "status": UNKNOWN,
        "checksum": None,
        "current": None,
        "withdrawn_at": None,
        "affected": None,
        "affected_entries": None,
        "differs": [],
        "diff": None,
        "changes": None,
        "export": None,
    }
    if catalog is None:
        return answer | _product_item(world.products.get(product or "", []), item, world)
    versions = world.catalogs.get(catalog, [])
    if product is None:
        applies = in_force(versions, world.day, world.known_at)
        return answer | _catalog_item(versions, [applies] if applies else [], item, world, counted)
    terms = in_force(world.products.get(product, []), world.day, world.known_at)
    if terms is None:
        return answer
    labels = [one.label for one in parse_terms(terms.terms).references() if one.catalog == catalog]
    if not labels:
        return answer | {"status": NOT_REFERRED_TO if versions else UNKNOWN}
    found = [
        pinned(versions, label, world.known_at) if label else in_force(versions, world.day, world.known_at)
        for label in labels
    ]
    return answer | _catalog_item(versions, [one for one in found if one], item, world, counted)


def _status(held: Any, applies: list[Any], checksum: str, world: _World) -> str:
    if checksum.lower() != held.checksum:
        return ALTERED
    if held.withdrawn_at and held.withdrawn_at <= world.known_at:
        return WITHDRAWN
    if held in applies:
        return CURRENT
    return UPCOMING if held.effective_from > world.day else SUPERSEDED


def _named(version: Any) -> dict[str, Any]:
    return {
        "label": version.label,
        "checksum": version.checksum,
        "effective_from": version.effective_from,
        "effective_to": version.effective_to,
        "complete_for": getattr(version, "complete_for", []),  # a product version has none
    }


def _common(held: Any, applies: list[Any], item: Mapping[str, Any], world: _World) -> dict[str, Any]:
    status = _status(held, applies, item["checksum"], world)
    current = held if held in applies else applies[0] if applies else None
    withdrawn_at = held.withdrawn_at if held.withdrawn_at and held.withdrawn_at <= world.known_at else None
    return {
        "status": status,
        "checksum": held.checksum,
        "current": _named(current) if current else None,
        "withdrawn_at": withdrawn_at,
    }


def _catalog_item(
    versions: list[CatalogVersion],
    applies: list[CatalogVersion],
    item: Mapping[str, Any],
    world: _World,
    counted: dict[tuple[int, int], dict[str, int]],
) -> dict[str, Any]:
    held = next((version for version in versions if version.label == item["version"]), None)
    if held is None:
        return {"current": _named(applies[0]) if applies else None}
    answer = _common(held, applies, item, world)
    code = item["catalog"]
    if answer["status"] == ALTERED:
        answer["export"] = reverse("version-export-ndjson", args=[code, held.label])
    elif answer["status"] in {SUPERSEDED, WITHDRAWN} and applies:
        current = applies[0]
        pair = (held.pk, current.pk)
        if pair not in counted:
            counted[pair] = count_changes(held, current)
        answer["affected"] = counted[pair]
        answer["affected_entries"] = sum(counted[pair].values())
        answer["diff"] = _link("catalog-diff", code, {"from": held.label, "to": current.label})
        answer["changes"] = _link("catalog-changes", code, {"from": held.label})
    return answer


def _link(name: str, code: str, query: Mapping[str, str]) -> str:
    return f"{reverse(name, args=[code])}?{urlencode(query)}"


def _product_item(versions: list[ProductVersion], item: Mapping[str, Any], world: _World) -> dict[str, Any]:
    applies = in_force(versions, world.day, world.known_at)
    held = next((version for version in versions if version.label == item["version"]), None)
    if held is None:
        return {"current": _named(applies) if applies else None}
    answer = _common(held, [applies] if applies else [], item, world)
    if applies is not None and answer["status"] in {SUPERSEDED, WITHDRAWN}:
        old, new = held.terms, applies.terms
        answer["differs"] = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return answer
