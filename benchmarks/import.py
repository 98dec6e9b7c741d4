"""Imports beside raw COPY of the same rows into the same table with its indexes and triggers; beside bulk_create and django-import-export.

`BENCH_ROWS` (default 100,000) sets the size; the slow libraries are timed at 10,000 rows. Every row is checked in ours; raw COPY checks nothing.
The table holds a version of as many rows in force, which the next one is compared with.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import _lists
from benchmarks._processes import watched
from benchmarks._report import django_up, in_turns, median, report

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
FEW = 10_000
WORKBOOK = 50_000
MASTER = 30_000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
CHANGED = 20  # one entry in so many differs from the version in force
PIECE = 1 << 20


class Bench:
    """One catalog with a version in force, and each way to bring the next one, alike but for 5 %, into it; all thrown away untimed."""

    def __init__(self, rows: int) -> None:
        from catalog import services
        from catalog.models import Catalog

        self.rows = rows
        self.folder = Path(tempfile.mkdtemp(prefix="bench-import-"))
        self.catalog = Catalog.objects.create(code=f"BENCH-{rows}-{os.getpid()}", name="b", kind="commercial")
        self.count = 0
        base = self.written("base.csv", _lists.rows(rows, max(100, rows // 8)))
        self.file = self.written("next.csv", self.next_rows())
        self.in_force = services.publish_version(
            version=self.uploaded(base, date(2026, 1, 1)).version, by="bob", confirm=True
        )
        self.prepare_copy()

    def next_rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of the next version."""
        for number, row in enumerate(_lists.rows(self.rows, max(100, self.rows // 8))):
            yield row | {"payment_standard": "1.00"} if number % CHANGED == 0 else row

    def written(self, name: str, listed: Iterator[dict[str, Any]]) -> Path:
        """Write rows as CSV, a few at a time."""
        path = self.folder / name
        with path.open("wb") as file:
            _lists.write_csv(file, listed)
        return path

    def uploaded(self, path: Path, day: date) -> Any:
        """Upload and do the job, as the service does; returns the run."""
        from catalog import services
        from catalog.models import ImportRun
        from common.jobs import services as jobs

        self.count += 1
        run, _new = services.upload_catalog(
            catalog=self.catalog,
            label=f"v{self.count}",
            effective_from=day,
            effective_to=None,
            chunks=self.pieces(path),
            file_name=path.name,
            by="bench",
        )
        assert run.job is not None
        jobs.run(run.job.pk)
        run = ImportRun.objects.get(pk=run.pk)
        assert run.outcome == "ready", list(run.problems.values_list("row", "code")[:3])
        return run

    def pieces(self, path: Path) -> Iterator[bytes]:
        """Yield a file's bytes, and at a CSV's end as many line breaks as it was uploaded before: the same bytes again would be answered with the
        earlier import."""
        with path.open("rb") as file:
            yield from iter(lambda: file.read(PIECE), b"")
        if path.suffix == ".csv":
            yield b"\n" * self.count

    def upload(self) -> Any:
        """From the upload to a draft that can be reviewed."""
        return self.uploaded(self.file, date(2026, 7, 1))

    def publish(self) -> None:
        """From the upload to the version in force: checks, sounds, hashes, checksum, differences, publication."""
        from catalog import services

        services.publish_version(version=self.upload().version, by="bob", confirm=True)

    def checked(self) -> None:
        """Check every row and load it; neither checksum nor differences nor publication."""
        from django.db import connection, transaction

        from catalog import reference
        from catalog.importing.child import check_in_child
        from catalog.importing.columns import ENTRY_COPY_COLUMNS
        from catalog.importing.result import Block, CheckOptions

        with transaction.atomic(), connection.cursor() as cursor:
            options = CheckOptions(dosage_forms=reference.dosage_form_rows(), before_each=f"{self.draft().pk}\t")
            statement = f"COPY catalog_catalogentry (version_id, {', '.join(ENTRY_COPY_COLUMNS)}) FROM STDIN"
            messages = check_in_child(self.file, "commercial", options)
            with closing(messages), cursor.copy(statement) as copy:
                for message in messages:
                    if isinstance(message, Block):
                        copy.write(message.data)

    def prepare_copy(self) -> None:
        """Keep the loaded rows as COPY text."""
        from django.db import connection

        from catalog.importing.columns import ENTRY_COPY_COLUMNS

        self.columns = ", ".join(ENTRY_COPY_COLUMNS)
        self.copied = self.folder / "copied"
        statement = f"COPY (SELECT {self.columns} FROM catalog_catalogentry WHERE version_id = {self.in_force.pk} ORDER BY id) TO STDOUT"
        with self.copied.open("wb") as file, connection.cursor() as cursor, cursor.copy(statement) as out:
            for block in out:
                file.write(block)

    def draft(self) -> Any:
        """Make an empty draft."""
        from catalog.models import CatalogVersion

        self.count += 1
        return CatalogVersion.objects.create(
            catalog=self.catalog, label=f"d{self.count}", effective_from="2026-07-01", created_by="bench"
        )

    def raw_copy(self) -> None:
        """COPY the ready-made rows into a draft: what cannot be beaten, checking nothing."""
        from django.db import connection, transaction

        with transaction.atomic(), connection.cursor() as cursor:
            version = self.draft()
            prefix = f"{version.pk}\t".encode()
            statement = f"COPY catalog_catalogentry (version_id, {self.columns}) FROM STDIN"
            with cursor.copy(statement) as copy, self.copied.open("rb") as file:
                while lines := file.readlines(PIECE):
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

        data = tablib.Dataset().load(self.file.read_text(encoding="utf-8"), format="csv")
        result = Resource().import_data(data, raise_errors=True, use_transactions=True)
        assert result.total_rows == self.rows

    def clean(self, keep: Sequence[Any] = ()) -> None:
        """Throw away every version but the one in force and those to keep, as only the tables' owner can."""
        from django.db import connection

        from catalog.importing.load import delete_draft

        tables = ("catalog_catalogentry", "catalog_catalogversion", "catalog_versionchange")
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for version in self.catalog.versions.exclude(pk__in=[one.pk for one in (self.in_force, *keep)]):
                delete_draft(version)
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            cursor.execute("VACUUM ANALYZE catalog_catalogentry")


def _entry(model: Any, version: Any, row: dict[str, Any]) -> Any:
    made = _lists.typed(row)
    made["age_min"] = int(row["age_min"]) if row["age_min"] else None
    return model(version=version, row_hash=b"", **made)


def workbook_of(bench: Bench) -> Path:
    """Write the same rows as XLSX."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(_lists.COLUMNS)
    for row in bench.next_rows():
        sheet.append([row[column] for column in _lists.COLUMNS])
    path = bench.folder / "next.xlsx"
    book.save(path)
    return path


def master_twice() -> list[dict[str, Any]]:
    """Import a drug master, then as many products of other makers in their place; return the seconds of each, the second beside the first."""
    from catalog import services
    from catalog.models import ImportRun
    from common.jobs import services as jobs

    def load(maker: str) -> None:
        lines = (f",H{20000000 + n},{_lists.name(n)},{n % 500 + 1}mg,{maker},{n // 500 + 1}片\n" for n in range(MASTER))
        head = "national_code,approval_no,generic_name,strength,manufacturer,pack\n"
        run, _new = services.upload_drugs(chunks=[(head + "".join(lines)).encode()], file_name="master.csv", by="bench")
        assert run.job is not None
        jobs.run(run.job.pk)
        run = ImportRun.objects.get(pk=run.pk)
        assert run.outcome == "ready", list(run.problems.values_list("row", "code")[:3])

    ways = {
        "drug master, the first time": lambda: load(f"甲厂{os.getpid()}"),
        "drug master again, every product changed": lambda: load(f"乙厂{os.getpid()}"),
    }
    seconds = in_turns(ways, rounds=1)
    first = next(iter(seconds))
    return [
        {
            "rows": f"{MASTER:,}",
            "way": way,
            "seconds": median(taken),
            f"x {first}": round(median(taken) / median(seconds[first]), 2),
        }
        for way, taken in seconds.items()
    ]


def timed(
    bench: Bench, ways: dict[str, Callable[[], Any]], rounds: int = ROUNDS, keep: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """Return the median seconds of each way beside the first one, cleaning up between rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, way in ways.items():
            seconds[name] += in_turns({name: way}, rounds=1)[name]
            bench.clean(keep)
    first = next(iter(ways))
    against = f"x {first}"
    return [
        {
            "rows": f"{bench.rows:,}",
            "way": way,
            "seconds": median(taken),
            # Paired round by round: a slow minute slows both.
            against: round(median([mine / its for mine, its in zip(taken, seconds[first], strict=True)]), 2),
        }
        for way, taken in seconds.items()
    ]


def main() -> None:
    """Measure and report."""
    django_up(as_owner=True)
    large = Bench(ROWS)
    rows = timed(
        large,
        {
            "raw COPY": large.raw_copy,
            "ours: every row checked": large.checked,
            "ours: draft that can be reviewed": large.upload,
            "ours: whole, published": large.publish,
        },
    )
    with watched(os.getpid()) as tree:
        large.upload()
    large.clean()
    way = "peak memory, MiB: reading and loading process together, shared pages once"
    rows.append({"rows": f"{ROWS:,}", "way": way, "seconds": round(tree.peak, 1)})
    few = Bench(FEW)
    rows += timed(
        few,
        {
            "raw COPY": few.raw_copy,
            "ours: draft that can be reviewed": few.upload,
            "bulk_create": few.bulk_create,
            "django-import-export, bulk": few.import_export,
        },
    )
    some = Bench(WORKBOOK)
    book = workbook_of(some)
    rows += timed(some, {"CSV": some.upload, "XLSX": lambda: some.uploaded(book, date(2026, 7, 1))}, 1)
    tiny = Bench(3_000)
    rows += timed(tiny, {"raw COPY": tiny.raw_copy, "ours: draft that can be reviewed": tiny.upload})
    rows += master_twice()
    report("import", rows)


if __name__ == "__main__":
    main()
