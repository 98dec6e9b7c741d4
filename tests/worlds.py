"""A small world written as JSON (spec vectors.md) made into what the pure core judges against: an adapter, and no more."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.knowledge import Knowledge, KnownRow
from claims.eligibility import (
    CompiledVersion,
    ProductVersion,
    Snapshot,
    compile_entry,
    index_by_class,
    index_by_name,
    index_selectors,
)
from common.dates import parse_day, parse_instant
from common.text import norm
from insurers.terms import parse_terms

SINCE_EVER = datetime(1, 1, 1, tzinfo=UTC)
WHEN_ASKED = parse_instant("2099-01-01T00:00:00Z")

IDENTITY = ("national_code", "approval_no", "dosage_form", "brand_name", "manufacturer", "strength", "class_code")


def forms_of(world: Mapping[str, Any]) -> DosageForms:
    """The world's own dosage-form table."""
    return DosageForms.from_rows(world["dosage_forms"])


def known_rows(world: Mapping[str, Any], insurer: str, known_at: datetime) -> list[KnownRow]:
    """Every row that is known at an instant and that the insurer may see (eligibility 3, "What is known")."""
    rows = []
    for position, row in enumerate(world["master"]):
        recorded = parse_instant(row["recorded_at"]) if row.get("recorded_at") else SINCE_EVER
        if recorded <= known_at:
            facts = {name: row.get(name) or "" for name in IDENTITY}
            aliases = tuple(row.get("aliases") or ())
            rows.append(KnownRow("master", (position,), row["generic_name"], aliases=aliases, **facts))
    for catalog in world["catalogs"]:
        if catalog.get("owner") and catalog["owner"] != insurer:
            continue
        for version in catalog["versions"]:
            published_at = parse_instant(version["published_at"])
            if published_at > known_at:
                continue
            for entry in version["entries"]:
                if entry.get("generic_name"):
                    order = (published_at, catalog["code"], version["label"], entry["entry_code"])
                    facts = {name: entry.get(name) or "" for name in IDENTITY}
                    rows.append(KnownRow("entry", order, entry["generic_name"], **facts))
    return rows


def compiled(catalog: Mapping[str, Any], version: Mapping[str, Any], forms: DosageForms) -> CompiledVersion:
    """A catalog version with all its entries loaded."""
    entries = [compile_entry(columns, forms, catalog["kind"]) for columns in version["entries"]]
    return CompiledVersion(
        catalog=catalog["code"],
        kind=catalog["kind"],
        series=catalog.get("series"),
        label=version["label"],
        checksum=version.get("checksum") or "",
        effective_from=parse_day(version["effective_from"]),
        effective_to=parse_day(version["effective_to"]) if version.get("effective_to") else None,
        published_at=parse_instant(version["published_at"]),
        withdrawn_at=parse_instant(version["withdrawn_at"]) if version.get("withdrawn_at") else None,
        complete_for=tuple(norm(prefix) for prefix in version.get("complete_for") or ()),
        by_name=index_by_name(entries),
        selectors=index_selectors(entries),
        by_class=index_by_class(entries),
    )


def product_version(version: Mapping[str, Any]) -> ProductVersion:
    """A published product version."""
    terms = {name: value for name, value in version.items() if name not in ("published_at", "withdrawn_at")}
    # Four vectors were cut down to a deductible group without its amount, which api.md refuses; it then counts as none.
    groups = {benefit["deductible_group"] for benefit in terms.get("benefits") or [] if benefit.get("deductible_group")}
    terms["deductibles"] = dict.fromkeys(groups, "0.00") | (terms.get("deductibles") or {})
    return ProductVersion(
        parse_terms(terms, "en"),
        parse_instant(version["published_at"]),
        parse_instant(version["withdrawn_at"]) if version.get("withdrawn_at") else None,
    )


def snapshot_of(
    world: Mapping[str, Any],
    product: str,
    known_at: datetime | None = None,
    knowledge: Knowledge | None = None,
) -> Snapshot:
    """Everything a product's claims are judged against, as seen at an instant (when not given: when vectors are asked)."""
    asked = known_at or WHEN_ASKED
    forms = knowledge.forms if knowledge else forms_of(world)
    sold = next(item for item in world["products"] if item["code"] == product)
    return Snapshot(
        product=product,
        product_versions=[product_version(version) for version in sold["versions"]],
        catalogs={
            catalog["code"]: [compiled(catalog, version, forms) for version in catalog["versions"]]
            for catalog in world["catalogs"]
        },
        knowledge=knowledge or Knowledge.build(known_rows(world, sold["insurer"], asked), forms),
        known_at=asked,
    )
