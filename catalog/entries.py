"""Reading the entries of a version: its rows for export, one row as the API shows it."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from catalog.agreement_period import on_day
from catalog.models import CatalogEntry, EntryEvidence
from common.cache import LruCache

# Every column of spec csv.md, in its order.
COLUMNS = (
    "entry_code generic_name brand_name dosage_form strength manufacturer authorized_company national_code approval_no class_code "
    "reimbursement_class indication icd10 sex age_min age_max settings min_institution_level restriction payment_standard "
    "payment_standard_text max_quantity criteria prior_auth effective_from effective_to regulators rare_disease marks note source"
).split()


# What an entry that was drafted from the market rests on: none of its columns, and no other entry has it.
EVIDENCE = "evidence"
# What `GET` shows of an entry.
SHOWN = [*COLUMNS, EVIDENCE]
_EVIDENCE = """(SELECT jsonb_build_object('products', v.products, 'provinces', v.provinces, 'premium_share', v.premium_share::text,
  'key_provinces_hit', v.key_provinces_hit, 'lists', v.lists, 'pinned', v.pinned)
FROM catalog_entryevidence v WHERE v.version_id = e.version_id AND v.entry_code = e.entry_code)"""


def of_version(version_id: int) -> QuerySet[CatalogEntry]:
    """Return the entries of a version.

    The version stands in a subselect, so that the planner takes it for an average one: of one just loaded its statistics know nothing yet,
    and it would sort the whole of it for every page.
    """
    return CatalogEntry.objects.filter(version_id=RawSQL("SELECT %s", [version_id]))  # noqa: S611


def count_on_day(version_id: int, day: date) -> int:
    """Return how many entries of a version have no agreement, or one that runs on a day."""
    return CatalogEntry.objects.filter(on_day(day), version=version_id).count()


# (version id, columns, entry_code) → the entry as JSON: those of a published version never change.
_written: LruCache[tuple[int, str, str], bytes] = LruCache(32 * 2**20, weight=len)


def written(version_id: int, codes: Sequence[str], columns: Sequence[str], *, keep: bool) -> list[msgspec.Raw]:
    """Return the entries of a version that have these codes, in their order, as the API shows them, in JSON.

    `keep`: the version is published; what is not kept from earlier is read in one query.
    """
    named = ",".join(columns)
    found = {code: _written.get((version_id, named, code)) for code in codes} if keep else dict.fromkeys(codes)
    missing = [code for code, entry in found.items() if entry is None]
    if missing:
        with connection.cursor() as cursor:
            # By hand: for a page of 31 columns the ORM takes as long as the database.
            stored = ", ".join(_EVIDENCE if column == EVIDENCE else f"e.{column}" for column in columns)
            sql = f"SELECT e.entry_code, {stored} FROM catalog_catalogentry e WHERE e.version_id = %s AND e.entry_code = ANY(%s)"  # noqa: S608
            cursor.execute(sql, [version_id, missing])
            for code, *values in cursor.fetchall():
                found[code] = entry = msgspec.json.encode(shown(dict(zip(columns, values, strict=True))))
                if keep:
                    _written.put((version_id, named, code), entry)
    return [msgspec.Raw(entry) for entry in found.values() if entry is not None]


def rows_of(version_id: int, entries: QuerySet[CatalogEntry] | None = None) -> Iterator[dict[str, Any]]:
    """Yield the version's entries (or those of them that are given) as CSV columns, by entry_code, a few thousand at a time."""
    kept = CatalogEntry.objects.filter(version_id=version_id) if entries is None else entries
    yield from kept.order_by("entry_code").values(*COLUMNS).iterator(chunk_size=2000)


def shown_number(value: Decimal | None) -> str | None:
    """Return a price or quantity without idle zeros but with at least two decimals for money-like values: 5.7000 → 5.70."""
    if value is None:
        return None
    text = format(value, "f")
    whole, _point, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def shown_quantity(value: Decimal | None) -> str | None:
    """Return a quantity without idle zeros: 30.000 → 30."""
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_criteria(criteria: list[str]) -> list[dict[str, str]]:
    """Return criteria `CODE=text` as code and text."""
    pairs = (item.partition("=") for item in criteria)
    return [{"code": code, "text": text} for code, _equals, text in pairs]


def evidence_of(version_id: int, entry_code: str) -> dict[str, Any] | None:
    """Return what a drafted entry rests on, as the API shows it; None where nothing is known of it."""
    held = EntryEvidence.objects.filter(version_id=version_id, entry_code=entry_code).first()
    if held is None:
        return None
    names = ("products", "provinces", "key_provinces_hit", "lists", "pinned")
    return {name: getattr(held, name) for name in names} | {"premium_share": f"{held.premium_share:.4f}"}


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return an entry's columns as the API shows them: numbers as strings, days as ISO, criteria as code and text."""
    made = dict(row)
    if "payment_standard" in made:
        made["payment_standard"] = shown_number(made["payment_standard"])
    if "max_quantity" in made:
        made["max_quantity"] = shown_quantity(made["max_quantity"])
    if evidence := made.pop(EVIDENCE, None):
        made[EVIDENCE] = msgspec.Raw(evidence.encode()) if isinstance(evidence, str) else evidence
    if "criteria" in made:
        made["criteria"] = shown_criteria(made["criteria"])
    return made
