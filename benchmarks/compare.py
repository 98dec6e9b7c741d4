"""Comparing two lists of `BENCH_ROWS` (100,000) entries, beside reading every column of both: two editions that differ in 5 %, and two lists of one
market whose rows all differ."""

import os
from datetime import date
from importlib import import_module
from typing import Any

from benchmarks import _lists
from benchmarks._report import django_up, in_turns, median, peak_mib, report

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


def main() -> None:
    """Measure and report."""
    django_up(as_owner=True)
    imports = import_module("benchmarks.import")
    from catalog import clock
    from catalog.entries import rows_of
    from curation.comparing import queries

    bench = imports.Bench(ROWS)
    edition = bench.uploaded(bench.file, date(2026, 7, 1)).version
    # Other prices, diseases and codes throughout, of the same drugs.
    other = bench.written("other.csv", _lists.rows(ROWS, max(100, ROWS // 8), seed=2, prefix="F"))
    another = bench.uploaded(other, date(2027, 1, 1)).version
    seen = clock.observe()
    here, edition, another = (queries.Side(one, None, seen.known_at) for one in (bench.in_force, edition, another))

    def compared(right: Any, by: Any) -> Any:
        queries._kept.clear()
        return queries.compare_sides(here, right, by=by, seen=seen)

    def page_of(right: Any, by: Any) -> None:
        comparison = queries.compare_sides(here, right, by=by, seen=seen)
        queries.show(comparison, comparison.of_kind("different")[:50])

    bys = ("drug", "drug_indication", "entry")
    ways: dict[str, Any] = {f"5 % differ, by {by}": lambda by=by: compared(edition, by) for by in bys}
    ways |= {f"all differ, by {by}": lambda by=by: compared(another, by) for by in bys}
    ways["the next page of what was compared"] = lambda: page_of(another, "entry")
    ways["every column of both, read"] = lambda: [sum(1 for _ in rows_of(one.version.pk)) for one in (here, another)]
    rows = [
        {"rows": f"{ROWS:,}", "way": way, "seconds": median(seconds), "peak MiB": peak_mib()}
        for way, seconds in in_turns(ways, ROUNDS).items()
    ]
    bench.clean()
    report("compare", rows)


if __name__ == "__main__":
    main()
