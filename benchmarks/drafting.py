"""A series drafted from a market of 2,619 lists of 50 rows in 31 provinces (curation.md 3): the whole job, from reading the lists to the draft that
can be reviewed, beside a naive count of the same figures that writes nothing. Each in a process of its own, so that its peak memory is its own.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from benchmarks import _lists
from benchmarks._report import django_up, peak_mib, report

LISTS = int(os.environ.get("BENCH_LISTS", "2619"))
ROWS, DRUGS = 50, 600
DAY = date(2026, 1, 1)
SERIES = "BENCH-SERIES"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


def make_market() -> None:
    """Make the lists, published, each of rows about drugs of which some are in most lists and most in few."""
    from django.db import connection

    from catalog.clock import declare
    from catalog.known_drugs import dosage_forms
    from catalog.models import Catalog, CatalogEntry, CatalogVersion
    from catalog.provinces import PROVINCES

    if Catalog.objects.filter(code=SERIES).exists():
        return
    chance = random.Random(20)
    Catalog.objects.create(code=SERIES, name="按频次起草", kind="commercial")
    premiums = [None if chance.random() < 0.1 else Decimal(chance.randrange(10**8, 10**11)) / 100 for _ in range(LISTS)]
    catalogs = Catalog.objects.bulk_create(
        [
            Catalog(
                code=f"BENCH-REF-{number:05d}",
                name=f"特药清单{number}",
                kind="reference",
                province=PROVINCES.codes[number % len(PROVINCES.codes)],
                premium_cny=premiums[number],
            )
            for number in range(LISTS)
        ]
    )
    versions = CatalogVersion.objects.bulk_create(
        [
            CatalogVersion(
                catalog=one, label="1", effective_from=date(2025, 7, 1), created_by="bench-a", editors=["bench-a"]
            )
            for one in catalogs
        ]
    )
    forms = dosage_forms()
    popular = [1 / (place + 3) for place in range(DRUGS)]
    entries = []
    for version in versions:
        drugs = sorted(set(chance.choices(range(DRUGS), popular, k=ROWS * 3)), key=lambda _drug: chance.random())[:ROWS]
        for number, drug in enumerate(drugs):
            name = _lists.name(drug)
            disease = _lists.DISEASES[(drug * 7 + (chance.random() < 0.2)) % len(_lists.DISEASES)]
            entries.append(
                CatalogEntry(
                    version=version,
                    entry_code=f"{number:03d}",
                    generic_name=name,
                    base_name=forms.base_name(name).name,
                    indication=f"适应症{drug}（{chance.randrange(4)}）",
                    icd10=[disease if chance.random() < 0.8 else f"{disease}.1"],
                    age_min=18 if chance.random() < 0.3 else None,
                    criteria=[f"CRIT_{drug}=要点"] if chance.random() < 0.6 else [],
                    class_code="XL01EX",
                    row_hash=b"",
                )
            )
        if len(entries) > 20_000:
            CatalogEntry.objects.bulk_create(entries)
            entries = []
    CatalogEntry.objects.bulk_create(entries)
    CatalogVersion.objects.filter(pk__in=[one.pk for one in versions]).update(
        state="published", published_at=declare(), published_by="bench-b", checksum="0" * 64, entry_count=ROWS
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE catalog_catalogentry")


def cpu_seconds() -> float:
    """Return the CPU time of this process and of the readers it started, its own start included."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def ours() -> dict[str, Any]:
    """Ask for the draft and do its job, as a worker would; a step above, the preview is counted."""
    from catalog.clock import observe
    from catalog.models import Catalog, CatalogVersion, ImportRun
    from common.jobs import services as jobs
    from curation.market import services

    catalog = Catalog.objects.get(code=SERIES)
    asked = services.Asked(day=DAY, min_products=LISTS // 20, min_key_provinces=2)
    start = time.perf_counter()
    run = services.draft_by_frequency(
        catalog=catalog, asked=asked, insurer_id=None, label="bench", effective_from=DAY, by="bench-a", replace=True
    )
    assert run.job is not None
    jobs.run(run.job.pk)
    seconds, cpu = time.perf_counter() - start, cpu_seconds()
    memory = peak_mib()
    run = ImportRun.objects.get(pk=run.pk)
    version = CatalogVersion.objects.get(pk=run.version_id)
    seen, start = observe(), time.perf_counter()
    found = services.select(catalog=catalog, asked=asked, insurer_id=None, seen=seen)
    preview = time.perf_counter() - start
    start = time.perf_counter()
    services.select(catalog=catalog, asked=asked, insurer_id=None, seen=seen)
    figures = {
        one.counted.disease.key + one.counted.drug: [one.counted.products, one.counted.premium_share]
        for one in found.ranked
    }
    return {
        "seconds": seconds,
        "CPU seconds": cpu,
        "peak MiB": memory,
        "preview": preview,
        "preview again": time.perf_counter() - start,
        "kept": version.entry_count,
        "groups": len(found.ranked),
        "figures": figures,
    }


def naive() -> dict[str, Any]:
    """Count as one writes it first: a query a list, rows as objects, the groups compared for every row."""
    from catalog.models import Catalog
    from curation.market.reading import disease_groups

    start = time.perf_counter()
    lists = list(Catalog.objects.filter(kind="reference"))
    rows = [(one, entry) for one in lists for entry in one.versions.get(label="1").entries.all()]
    held: dict[str, set[int]] = defaultdict(set)
    for one, entry in rows:
        for disease, _part in disease_groups().of(tuple(entry.icd10)):
            held[disease.key + entry.base_name].add(one.pk)
    total = sum((one.premium_cny or Decimal(0) for one in lists), Decimal(0))
    figures = {}
    for key, pks in held.items():
        premium = sum((one.premium_cny or Decimal(0) for one in lists if one.pk in pks), Decimal(0))
        figures[key] = [len(pks), int((premium / total).quantize(Decimal("0.0001"), ROUND_HALF_UP) * 10_000)]
    return {
        "seconds": time.perf_counter() - start,
        "CPU seconds": cpu_seconds(),
        "peak MiB": peak_mib(),
        "groups": len(figures),
        "figures": figures,
    }


WAYS = {"ours: the whole job, to the draft": "ours", "naive: figures only, nothing written": "naive"}


def main() -> None:
    """Measure each way in processes of its own, in turns, and report; both must count the same."""
    django_up(as_owner=True)
    make_market()
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in WAYS}
    for _round in range(ROUNDS):
        for name, way in WAYS.items():
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.drafting", way], check=True, stdout=subprocess.PIPE
            )
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    first, second = (runs[0] for runs in found.values())
    assert first["figures"] == second["figures"], "the two count differently"
    rows = []
    for name, runs in found.items():
        best = sorted(runs, key=lambda one: one["seconds"])[len(runs) // 2]
        told = {key: value for key, value in best.items() if key != "figures"}
        rows.append({"lists": f"{LISTS:,}", "way": name, **told})
    report("drafting", rows)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        django_up()
        print(json.dumps({"ours": ours, "naive": naive}[sys.argv[1]]()))
    else:
        main()
