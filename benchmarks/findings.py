"""Findings after a publication, beside reading and compiling the same entries once: lists of `BENCH_ROWS` (default 100,000) entries.

Two editions of a base list, a commercial list that names the same drugs, a negative list; every commercial text uncoded in the worst case.
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

    from django.utils import timezone

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
    CatalogVersion.objects.filter(pk=version.pk).update(
        state="published",
        published_at=timezone.now(),
        published_by="bench-2",
        checksum=f"{label}-{catalog.code}",
        entry_count=count,
    )
    return version


def main() -> None:
    """Measure and report."""
    django_up(as_owner=True)
    from catalog import clock, known
    from catalog.models import CatalogEntry
    from claims.eligibility import compile_entry
    from claims.eligibility.compiling import COLUMNS_READ
    from curation.findings import services
    from curation.findings.gather import world_at
    from curation.findings.rules import RULES
    from curation.models import Finding

    forms = known.dosage_forms()
    base, commercial, negative = (_catalog(f"BENCH-{kind}", kind) for kind in ("base", "commercial", "negative"))
    _published(base, "1", date(2025, 1, 1), _lists.rows(ROWS, DRUGS, seed=1, prefix="B"), forms)
    _published(base, "2", date(2026, 1, 1), _lists.rows(ROWS, DRUGS, seed=2, prefix="B", first=50), forms)
    third = _published(commercial, "1", date(2026, 1, 1), _lists.rows(ROWS, DRUGS, seed=3, prefix="C"), forms)
    _published(negative, "1", date(2026, 1, 1), _lists.rows(ROWS // 10, DRUGS, seed=4, prefix="N"), forms)

    rows = []

    def timed(way: str, done: Any) -> Any:
        began = time.perf_counter()
        answer = done()
        rows.append({"rows": f"{ROWS:,}", "way": way, "seconds": time.perf_counter() - began})
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
