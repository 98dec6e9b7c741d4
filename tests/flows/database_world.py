"""A world written as JSON (spec vectors.md) put into real tables, as it was recorded and published then."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from catalog.checksum import checksum_of
from catalog.drugs.base_names import drug_id
from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug, DrugProduct, ImportRun
from common.dates import parse_instant
from common.text import approval_key, norm
from insurers.models import Insurer, Product, ProductVersion
from insurers.terms import parse_terms, terms_document
from tests.worlds import SINCE_EVER

TEXTS = "generic_name brand_name dosage_form strength manufacturer class_code indication sex restriction".split()
OPEN_AGE = datetime(2000, 1, 1, tzinfo=UTC)


def forms_of(world: Mapping[str, Any]) -> DosageForms:
    """The world's own dosage-form table."""
    return DosageForms(FormRow(r["form"], r.get("group") or "", r.get("same_as") or "") for r in world["dosage_forms"])


def build(world: Mapping[str, Any], draft: tuple[str, str] | None = None) -> Insurer:
    """Write the world's rows and return the insurer of its product; `draft` is the catalog and label of a version to leave unpublished."""
    forms = forms_of(world)
    _master(world, forms)
    for catalog in world["catalogs"]:
        _catalog(catalog, forms, draft)
    insurer = None
    for product in world["products"]:
        insurer = _insurer(product["insurer"])
        made = Product.objects.create(insurer=insurer, code=product["code"], name=product["code"])
        for version in product["versions"]:
            _product_version(made, version)
    assert insurer is not None
    return insurer


def _insurer(code: str) -> Insurer:
    return Insurer.objects.get_or_create(code=code, defaults={"name": code})[0]


def _code(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().upper()


def _master(world: Mapping[str, Any], forms: DosageForms) -> None:
    run = ImportRun.objects.create(
        kind="drugs", file_name="world", file_path="", file_size=0, sha256="", created_by="w"
    )
    products, drugs = [], {}
    for position, row in enumerate(world["master"]):
        base = forms.base_name(row["generic_name"]).name
        drug = drugs.setdefault(base, Drug(id=drug_id(base), base_name=base, generic_name=base))
        recorded = row.get("recorded_at")
        products.append(
            DrugProduct(
                drug=drug,
                national_code=_code(row.get("national_code") or ""),
                approval_no=row.get("approval_no") or "",
                generic_name=row["generic_name"],
                aliases=row.get("aliases") or [],
                dosage_form=row.get("dosage_form") or "",
                strength=row.get("strength") or "",
                brand_name=row.get("brand_name") or "",
                manufacturer=row.get("manufacturer") or "",
                class_code=row.get("class_code") or "",
                base_name=base,
                alias_keys=[forms.base_name(alias).name for alias in row.get("aliases") or []],
                brand_key=norm(row.get("brand_name") or ""),
                approval_key=approval_key(row.get("approval_no") or ""),
                position=position,
                recorded_from=parse_instant(recorded) if recorded else SINCE_EVER.replace(year=1900),
                recorded_by=run,
            )
        )
    Drug.objects.bulk_create(drugs.values(), ignore_conflicts=True)
    DrugProduct.objects.bulk_create(products)


def _catalog(catalog: Mapping[str, Any], forms: DosageForms, draft: tuple[str, str] | None) -> None:
    made = Catalog.objects.create(
        code=catalog["code"],
        name=catalog["code"],
        kind=catalog["kind"],
        series_id=catalog.get("series") or None,
        owner=_insurer(catalog["owner"]) if catalog.get("owner") else None,
    )
    for version in catalog["versions"]:
        kept = CatalogVersion.objects.create(
            catalog=made,
            label=version["label"],
            effective_from=version["effective_from"],
            effective_to=version.get("effective_to") or None,
            complete_for=sorted(code.upper() for code in version.get("complete_for") or ()),
            created_by="alice",
            entry_count=len(version["entries"]),
        )
        CatalogEntry.objects.bulk_create([_entry(kept, row, forms) for row in version["entries"]])
        stored = CatalogVersion.objects.filter(pk=kept.pk)
        stored.update(checksum=checksum_of(kept.pk))
        if (catalog["code"], version["label"]) == draft:
            continue
        stored.update(published_at=parse_instant(version["published_at"]), published_by="bob", state="published")
        if withdrawn := version.get("withdrawn_at"):
            stored.update(withdrawal_asked_by="erin")
            stored.update(withdrawn_at=parse_instant(withdrawn), withdrawn_by="bob", state="withdrawn")


def _entry(version: CatalogVersion, row: Mapping[str, Any], forms: DosageForms) -> CatalogEntry:
    texts = {name: row.get(name) or "" for name in TEXTS}
    return CatalogEntry(
        version=version,
        entry_code=row["entry_code"],
        **texts,
        national_code=_code(row.get("national_code") or ""),
        approval_no=row.get("approval_no") or "",
        icd10=row.get("icd10") or [],
        age_min=_whole(row.get("age_min")),
        age_max=_whole(row.get("age_max")),
        settings=row.get("settings") or [],
        min_institution_level=_whole(row.get("min_institution_level")),
        payment_standard=Decimal(row["payment_standard"]) if row.get("payment_standard") else None,
        max_quantity=Decimal(row["max_quantity"]) if row.get("max_quantity") else None,
        criteria=row.get("criteria") or [],
        prior_auth=row.get("prior_auth") in (True, "Y"),
        effective_from=row.get("effective_from") or None,
        effective_to=row.get("effective_to") or None,
        base_name=forms.base_name(texts["generic_name"]).name,
        brand_key=norm(texts["brand_name"]),
        approval_key=approval_key(row.get("approval_no") or ""),
        row_hash=hashlib.sha256(json.dumps(row, sort_keys=True).encode()).digest(),
    )


def _whole(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


def _product_version(product: Product, version: Mapping[str, Any]) -> None:
    terms = {name: value for name, value in version.items() if name not in ("published_at", "withdrawn_at")}
    groups = {benefit["deductible_group"] for benefit in terms.get("benefits") or [] if benefit.get("deductible_group")}
    terms["deductibles"] = dict.fromkeys(groups, "0.00") | (terms.get("deductibles") or {})
    read = parse_terms(terms)
    withdrawn = version.get("withdrawn_at")
    ProductVersion.objects.create(
        insurer=product.insurer,
        product=product,
        label=read.label,
        effective_from=read.effective_from,
        effective_to=read.effective_to,
        terms=terms_document(read),
        checksum="0" * 64,
        created_by="w",
        published_by="w",
        published_at=parse_instant(version["published_at"]),
        withdrawn_at=parse_instant(withdrawn) if withdrawn else None,
    )


def raise_revision() -> None:
    """Tell whoever keeps facts that something was recorded."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT declare_instant()")
