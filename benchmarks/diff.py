"""What differs between two neighbouring versions, beside raw COPY of one and the plain full join of every column; and how much room versions take.

`BENCH_ROWS` (default 100,000) entries a version, 5 % of which change from one to the next.
"""

import os
from datetime import date
from importlib import import_module
from typing import Any

from benchmarks._report import django_up, report

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
VERSIONS = 50
LOADED = 5  # versions of which the size is taken; the rest are as large
MIB = 1024 * 1024


def plain_join(old_id: int, new_id: int) -> int:
    """Count the entries in which some column differs, comparing every column of every entry."""
    from django.db import connection

    from catalog.entries import COLUMNS

    columns = ", ".join(COLUMNS)
    every = " OR ".join(f"o.{column} IS DISTINCT FROM n.{column}" for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT {columns} FROM catalog_catalogentry WHERE version_id = %s) o"
            f" FULL JOIN (SELECT {columns} FROM catalog_catalogentry WHERE version_id = %s) n"
            f" ON o.entry_code = n.entry_code WHERE {every}",
            [old_id, new_id],
        )
        return int(cursor.fetchone()[0])


def size_of_entries() -> int:
    """Return the bytes of all entries with their indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('catalog_catalogentry')")
        return int(cursor.fetchone()[0])


def main() -> None:
    """Measure and report."""
    django_up(as_owner=True)
    imports = import_module("benchmarks.import")
    from catalog.changes import differing, store_changes

    empty = size_of_entries()
    bench = imports.Bench(ROWS)
    after = bench.uploaded(bench.file, date(2026, 7, 1)).version
    before = bench.in_force
    assert len(list(differing(before.pk, after.pk))) == plain_join(before.pk, after.pk)
    kept = [before, after]

    ways: dict[str, Any] = {
        "raw COPY of one version": bench.raw_copy,
        "ours: which entries differ": lambda: sum(1 for _ in differing(before.pk, after.pk)),
        "ours: each difference told, weighed and stored": lambda: store_changes(after, before),
        "plain full join of every column": lambda: plain_join(before.pk, after.pk),
    }
    rows = imports.timed(bench, ways, ROUNDS, keep=kept)
    for _more in range(LOADED - len(kept)):
        bench.raw_copy()
    taken = (size_of_entries() - empty) / LOADED
    rows.append(
        {"rows": f"{ROWS:,}", "way": f"one version, MiB (mean of {LOADED}, indexes included)", "seconds": taken / MIB}
    )
    rows.append(
        {"rows": f"{ROWS:,}", "way": f"{VERSIONS} versions, MiB (extrapolated)", "seconds": VERSIONS * taken / MIB}
    )
    bench.clean()
    report("diff", rows)


if __name__ == "__main__":
    main()
