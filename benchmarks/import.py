"""Imports beside raw COPY of the same rows into the same table with its indexes and triggers; beside bulk_create and django-import-export.

`BENCH_ROWS` (default 100,000) sets the size; the slow libraries are timed at 10,000 rows. Every row is checked in ours; raw COPY checks nothing.
"""

import os
import resource
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import _lists
from benchmarks._report import django_up, in_turns, median, peak_mib, report

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
FEW = 10_000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


class Bench:
    """One catalog, and each way to bring the same rows into a draft of it; every draft is thrown away untimed."""

    def __init__(self, rows: int) -> None:
        from catalog.models import Catalog

        self.rows = rows
        self.content = _lists.as_csv(_lists.rows(rows, max(100, rows // 8)))
        self.catalog = Catalog.objects.get_or_create(code="BENCH-IMPORT", defaults={"name": "b", "kind": "commercial"})[
            0
        ]
        self.count = 0
        self.copied: Path | None = None

    def upload(self, content: bytes | None = None) -> Any:
        """Upload and do the job, as the service does; returns the run."""
        from catalog import services
        from catalog.models import ImportRun
        from common.jobs import services as jobs

        self.count += 1
        # A line break at the end makes other bytes of the same rows: the same bytes again would be answered with the earlier import.
        run, _new = services.upload_catalog(
            catalog=self.catalog,
            label=f"b{self.rows}-{self.count}-{os.getpid()}",
            effective_from=date(2026, 1, 1),
            effective_to=None,
            chunks=[content or self.content + b"\n" * self.count],
            file_name="bench.csv",
            by="bench",
        )
        assert run.job is not None
        jobs.run(run.job.pk)
        run = ImportRun.objects.get(pk=run.pk)
        assert run.outcome == "ready", list(run.problems.values_list("row", "code")[:3])
        return run

    def prepare_copy(self, run: Any) -> None:
        """Keep the loaded rows as COPY text, and throw the draft away."""
        from django.db import connection

        from catalog.importing.load import ENTRY_COPY_COLUMNS, delete_draft

        self.columns = ", ".join(ENTRY_COPY_COLUMNS)
        handle, name = tempfile.mkstemp()
        with (
            os.fdopen(handle, "wb") as file,
            connection.cursor() as cursor,
            cursor.copy(
                f"COPY (SELECT {self.columns} FROM catalog_catalogentry WHERE version_id = {run.version_id}) TO STDOUT"
            ) as out,
        ):
            for block in out:
                file.write(block)
        self.copied = Path(name)
        delete_draft(run.version)

    def draft(self) -> Any:
        """Make an empty draft."""
        from catalog.models import CatalogVersion

        self.count += 1
        return CatalogVersion.objects.create(
            catalog=self.catalog, label=f"d{self.count}-{os.getpid()}", effective_from="2026-01-01", created_by="bench"
        )

    def raw_copy(self) -> None:
        """COPY the ready-made rows into a draft: what cannot be beaten, checking nothing."""
        from django.db import connection, transaction

        assert self.copied is not None
        with transaction.atomic(), connection.cursor() as cursor:
            version = self.draft()
            prefix = f"{version.pk}\t".encode()
            statement = f"COPY catalog_catalogentry (version_id, {self.columns}) FROM STDIN"
            with cursor.copy(statement) as copy, self.copied.open("rb") as file:
                while lines := file.readlines(1 << 20):
                    copy.write(b"".join(prefix + line for line in lines))

    def bulk_create(self) -> None:
        """Read with csv and write with bulk_create, checking nothing."""
        from django.db import transaction

        from catalog.models import CatalogEntry

        with transaction.atomic():
            version = self.draft()
            made = [_entry(CatalogEntry, version, row) for row in _lists.rows(self.rows, max(100, self.rows // 8))]
            CatalogEntry.objects.bulk_create(made, batch_size=1000)

    def import_export(self) -> None:
        """django-import-export at its fastest settings: bulk, no diff, no validation, no report."""
        import tablib
        from import_export import resources

        from catalog.models import CatalogEntry

        version = self.draft()

        class Resource(resources.ModelResource):
            class Meta:
                model = CatalogEntry
                fields = (
                    "version",
                    "entry_code",
                    "generic_name",
                    "brand_name",
                    "strength",
                    "manufacturer",
                    "class_code",
                    "indication",
                )
                import_id_fields = ()
                use_bulk = True
                batch_size = 1000
                skip_diff = True
                skip_html_diff = True
                clean_model_instances = False
                force_init_instance = True

            def before_import_row(self, row: Any, **kwargs: Any) -> None:
                row["version"] = version.pk

            def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
                instance.row_hash = b""

        data = tablib.Dataset().load(self.content.decode(), format="csv")
        result = Resource().import_data(data, raise_errors=True, use_transactions=True)
        assert result.total_rows == self.rows

    def clean(self) -> None:
        """Throw away every draft of the bench."""
        from django.db import connection

        from catalog.importing.load import delete_draft

        for version in self.catalog.versions.filter(published_at=None):
            delete_draft(version)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM catalog_catalogentry")


def _entry(model: Any, version: Any, row: dict[str, Any]) -> Any:
    made = _lists.typed(row)
    made["age_min"] = int(row["age_min"]) if row["age_min"] else None
    return model(version=version, row_hash=b"", **made)


def xlsx_of(rows: int) -> bytes:
    """Return the rows as XLSX."""
    import io

    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(_lists.COLUMNS)
    for row in _lists.rows(rows, rows // 8):
        sheet.append([row[column] for column in _lists.COLUMNS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def timed(bench: Bench, ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each way, cleaning up between rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, way in ways.items():
            seconds[name] += in_turns({name: way}, rounds=1)[name]
            bench.clean()
    return {name: median(taken) for name, taken in seconds.items()}


def main() -> None:
    """Measure and report."""
    django_up(as_owner=True)
    bench = Bench(ROWS)
    bench.prepare_copy(bench.upload())
    bench.clean()
    large = timed(bench, {"raw COPY": bench.raw_copy, "ours: checked, draft reviewable": bench.upload}, ROUNDS)
    child_mib, own_mib = peak_mib(resource.RUSAGE_CHILDREN), peak_mib()
    few = Bench(FEW)
    few.prepare_copy(few.upload())
    few.clean()
    ways = {
        "raw COPY": few.raw_copy,
        "ours: checked, draft reviewable": few.upload,
        "bulk_create": few.bulk_create,
        "django-import-export, bulk": few.import_export,
    }
    small = timed(few, ways, ROUNDS)
    book = xlsx_of(FEW)
    workbook = timed(few, {"ours, XLSX": lambda: few.upload(book)}, 1)
    tiny = Bench(3_000)
    reviewable = timed(tiny, {"ours: upload to reviewable": tiny.upload}, ROUNDS)
    rows = [
        {"rows": f"{size:,}", "way": way, "seconds": seconds, "x COPY": round(seconds / taken["raw COPY"], 2)}
        for size, taken in ((ROWS, large), (FEW, small))
        for way, seconds in taken.items()
    ]
    rows += [{"rows": f"{FEW:,}", "way": way, "seconds": seconds} for way, seconds in workbook.items()]
    rows += [{"rows": "3,000", "way": way, "seconds": seconds} for way, seconds in reviewable.items()]
    rows.append({"rows": f"{ROWS:,}", "way": "peak memory, MiB: checking process", "seconds": float(round(child_mib))})
    rows.append({"rows": f"{ROWS:,}", "way": "peak memory, MiB: loading process", "seconds": float(round(own_mib))})
    report("import", rows)


if __name__ == "__main__":
    main()
