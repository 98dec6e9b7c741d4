"""Findings after a publication, beside reading and compiling the same entries once: lists of `BENCH_ROWS` (default 100,000) entries.

Two editions of a base list, a commercial list of the same drugs for the same diseases, a negative list of a tenth of them: whatever can be found is.
"""

import os
import time
from datetime import date
from typing import Any

from benchmarks import _lists
from benchmarks._report import django_up, report

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
DRUGS = 5000


def _catalog(code: str, kind: str) -> Any:
    from catalog.models import Catalog

    return Catalog.objects.create(code=code, name=code, kind=kind, publisher="国家医疗保障局")


def _published(catalog: Any, label: str, day: date, listed: Any, forms: Any) -> Any:
    """Write a published version straight into the tables: how files come in is measured elsewhere."""
    from itertools import islice

    from catalog.models import CatalogEntry, CatalogVersion

    version = CatalogVersion.objects.create(catalog=catalog, label=label, effective_from=day, created_by="bench-1")
    rows = (
        CatalogEntry(
            version=version,
            **_lists.typed({**row, "age_min": int(row["age_min"]) if row["age_min"] else None}),
            base_name=forms.base_name(row["generic_name"]).name,
            row_hash=b"\0" * 32,
            row_no=number,
        )
        for number, row in enumerate(listed, 1)
    )
    count = 0
    while batch := list(islice(rows, 5000)):
        CatalogEntry.objects.bulk_create(batch)
        count += len(batch)
    _publish(version, count)
    return version


def _publish(version: Any, count: int) -> None:
    from django.utils import timezone

    from catalog.models import CatalogVersion

    CatalogVersion.objects.filter(pk=version.pk).update(
        state="published",
        published_at=timezone.now(),
        published_by="bench-2",
        checksum=f"{version.label}-{version.catalog.code}",
        entry_count=count,
    )


def _copied(other: Any, catalog: Any, label: str, day: date, count: int) -> Any:
    """Publish a version of the first entries of another one: every drug of the one is on the other for the same diseases."""
    from django.db import connection

    from catalog.models import CatalogEntry, CatalogVersion

    version = CatalogVersion.objects.create(catalog=catalog, label=label, effective_from=day, created_by="bench-1")
    columns = [field.column for field in CatalogEntry._meta.concrete_fields if field.name not in ("id", "version")]
    listed = ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO catalog_catalogentry (version_id, {listed})"
            f" SELECT %s, {listed} FROM catalog_catalogentry WHERE version_id = %s ORDER BY entry_code LIMIT %s",
            [version.pk, other.pk, count],
        )
    _publish(version, count)
    return version


def main() -> None:
    """Measure and report."""
    django_up(as_owner=True)
    from catalog import clock, known_drugs
    from catalog.models import CatalogEntry
    from claims.eligibility import compile_entry
    from claims.eligibility.compiling import COLUMNS_READ
    from curation.findings import services
    from curation.findings.gather import world_at
    from curation.findings.rules import RULES
    from curation.models import Finding

    forms = known_drugs.dosage_forms()
    base, commercial, negative = (_catalog(f"BENCH-{kind}", kind) for kind in ("base", "commercial", "negative"))
    first = _published(base, "1", date(2025, 1, 1), _lists.rows(ROWS, DRUGS, seed=1, prefix="B"), forms)
    _copied(first, base, "2", date(2026, 1, 1), ROWS - ROWS // 20)
    third = _copied(first, commercial, "1", date(2026, 1, 1), ROWS)
    _copied(first, negative, "1", date(2026, 1, 1), ROWS // 10)

    rows = []

    def timed(way: str, done: Any) -> Any:
        began, worked = time.perf_counter(), time.process_time()
        answer = done()
        spent = {"seconds": time.perf_counter() - began, "of its own": time.process_time() - worked}
        rows.append({"rows": f"{ROWS:,}", "way": way, **spent})
        return answer

    def read_once() -> int:
        entries = CatalogEntry.objects.filter(version=third).order_by().values(*COLUMNS_READ)
        return sum(1 for row in entries.iterator() if compile_entry(row, forms, "commercial"))

    timed("one list read and compiled, nothing more", read_once)
    world = timed("ours: everything gathered", lambda: world_at(clock.observe()))
    for kind, rule in RULES.items():
        timed(f"ours: {kind}", lambda rule=rule: len(list(rule(world))))
    timed("ours: after a publication, all in all", services.work_out)
    timed("ours: again, nothing changed", services.work_out)
    print(f"{Finding.objects.count():,} findings")
    report("findings", rows)


if __name__ == "__main__":
    main()
