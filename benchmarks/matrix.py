"""A page of the matrix over two lists of `BENCH_ROWS` (100,000) entries and a list of what is not paid, beside reading every entry of both.

script/bench matrix
"""

import os
from datetime import date
from typing import Any

from benchmarks import _lists
from benchmarks._report import django_up, in_turns, median, peak_mib, report

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
DAY = date(2026, 3, 1)
EXCLUDED = "entry_code,generic_name,class_code,icd10\nN1,,XL01AA,\nN2,奥希替尼片,,C34\nN3,,XL01B,C10-C20\n"


def listed(code: str, kind: str, content: bytes) -> str:
    """Publish a list once, and return its code."""
    from catalog import services
    from catalog.models import Catalog, ImportRun
    from common.jobs import services as jobs

    catalog = Catalog.objects.filter(code=code).first() or services.create_catalog(
        code=code, name=code, kind=kind, by="bench"
    )
    if not catalog.versions.filter(published_at__isnull=False).exists():
        run, _new = services.upload_catalog(
            catalog=catalog,
            label="1",
            effective_from=date(2026, 1, 1),
            effective_to=None,
            chunks=[content],
            file_name="bench.csv",
            by="bench",
        )
        assert run.job is not None
        jobs.run(run.job.pk)
        version = ImportRun.objects.get(pk=run.pk).version
        assert version is not None
        services.publish_version(version=version, by="bench-2")
    return code


def main() -> None:
    """Measure and report."""
    django_up()
    from django.db import connection

    from catalog.clock import observe
    from catalog.drug_aliases import aliases_at
    from catalog.entries import rows_of
    from catalog.marks_and_approvals import Asked, counts_of
    from curation.comparing import matrix_query
    from curation.comparing.matrix_query import Wanted, matrix_of

    codes = [
        listed(f"MATRIX-A-{ROWS}", "commercial", _lists.as_csv(_lists.rows(ROWS, ROWS // 8))),
        # As many drugs as entries: the most rows a matrix of such a list may have.
        listed(f"MATRIX-B-{ROWS}", "commercial", _lists.as_csv(_lists.rows(ROWS, ROWS, seed=2, prefix="F"))),
        listed("MATRIX-NEG", "negative", EXCLUDED.encode()),
    ]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_catalogentry")

    def page(start: int, wanted: Wanted = Wanted(), *, anew: bool = False) -> Any:  # noqa: B008
        if anew:
            matrix_query._names.clear()
            matrix_query._drugs.clear()
        seen = observe()
        found = matrix_of(
            codes, insurer_id=None, day=DAY, known_at=seen.known_at, revision=seen.revision, wanted=wanted
        )
        rows = found.rows(found[start : start + 50])
        assert len(rows) == 50
        return found

    found = page(0)
    versions = tuple(one.version.pk for one in found.lists if one.version)

    def marks() -> None:
        seen = observe()
        counts_of(Asked(versions, DAY, seen.known_at, None, aliases_at(seen.known_at)))

    narrowed = Wanted(class_code="XL01A", icd10="C34.1")
    ways: dict[str, Any] = {
        "the first page, nothing kept": lambda: page(0, anew=True),
        "the first page": lambda: page(0),
        "a page in the middle": lambda: page(len(found) // 2),
        "filtered, nothing kept": lambda: page(0, narrowed, anew=True),
        "filtered": lambda: page(0, narrowed),
        "found by name": lambda: page(0, Wanted(text="替尼")),
        "drugs by mark, nothing kept": marks,
        "every entry of both, read": lambda: [sum(1 for _ in rows_of(pk)) for pk in versions],
    }
    page(0, Wanted(text="替尼"))
    rows = [
        {"drugs": f"{len(found):,}", "way": way, "seconds": median(seconds), "peak MiB": peak_mib()}
        for way, seconds in in_turns(ways, ROUNDS).items()
    ]
    report("matrix", rows)


if __name__ == "__main__":
    main()
