"""What grows with the tables: 10,000,000 entries and 100,000,000 lines of batches at a thousandth, a hundredth and a tenth.

    script/bench scale                    (BENCH_SCALE=hundredth stops at a hundredth; thirtieth at a thirtieth)

What is asked for stays the same at every size — a list of 3,000 entries, a draft of 10,000, a batch of 10,000 lines, five old batches — and came
in by the front door. What grows is all beside it: editions of ten thousand entries that name the same drugs, one of 300,000, batches and checks
of eight other insurers and more of the same insurer's. These are copies in SQL of what the front door wrote, column for column, so a row
takes the same room. Each operation is told by its best time (other work on the machine only adds) and by the pages of tables and indexes its
connection touched, which no other work changes: an operation may grow with its answer, never with the table.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks import _lists, batch
from benchmarks._report import django_up, report

# name → entries, lines of batches, checks
SIZES = {
    "thousandth": (10_000, 100_000, 1_000),
    "hundredth": (100_000, 1_000_000, 10_000),
    "thirtieth": (333_000, 3_333_000, 33_000),
    "tenth": (1_000_000, 10_000_000, 100_000),
}
CHOSEN = os.environ.get("BENCH_SCALE", "tenth")
EDITION, DRUGS, EDITIONS_A_LIST, LARGE = 10_000, 1_250, 10, 300_000
INSURERS, OLD_BATCHES = 8, 5
ROUNDS = 5
MIB = 1024 * 1024


@dataclass
class Figures:
    """What was measured: operation → size → (milliseconds, pages)."""

    of: dict[str, dict[str, tuple[float, int]]] = field(default_factory=dict)

    def take(self, size: str, name: str, way: Callable[[], Any], rounds: int = ROUNDS) -> Any:
        """Do a way some times and keep the best time and the fewest pages; returns what the last gave."""
        best, fewest, found = float("inf"), sys.maxsize, None
        for _round in range(rounds):
            pages, start = _pages(), time.perf_counter()
            found = way()
            best, fewest = min(best, time.perf_counter() - start), min(fewest, _pages() - pages)
        self.of.setdefault(name, {})[size] = (best * 1e3, fewest)
        print(f"  {size:10} {name:60} {best * 1e3:10.1f} ms {fewest:9} pages", flush=True)
        return found

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each operation, and how much it grew from the first size to the last."""
        made = []
        for name, sizes in self.of.items():
            row: dict[str, Any] = {"operation": name}
            for size, (milliseconds, pages) in sizes.items():
                row |= {f"{size} ms": round(milliseconds, 1), f"{size} pages": pages}
            taken = list(sizes.values())
            row["time grew ×"] = round(taken[-1][0] / taken[0][0], 1)
            row["pages grew ×"] = round(taken[-1][1] / max(1, taken[0][1]), 1)
            made.append(row)
        return made


def _pages() -> int:
    """Return how many pages of tables and indexes this connection has touched so far."""
    _asked("SELECT pg_stat_force_next_flush()")  # told when that statement has ended
    [[pages]] = _asked(
        "SELECT sum(coalesce(hits, 0) + coalesce(reads, 0))::bigint FROM pg_stat_get_backend_io(pg_backend_pid())"
    )
    return int(pages)


def _asked(sql: str, values: Any = None) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


# --- Filling


class Filler:
    """Copies what the front door wrote, as the owner of the tables and for everybody."""

    def __init__(self) -> None:
        import psycopg

        self.connection = psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True)
        self.run("SET app.insurer = 'everybody'")
        self.run("SET synchronous_commit = off")
        self.numbers = count(1)

    def run(self, sql: Any, values: Any = None) -> Any:
        """Execute a statement."""
        return self.connection.execute(sql, values)

    def copy(self, model: Any, of: str, values: Mapping[str, str], more: str = "") -> None:
        """Copy rows `t` of a model that meet `of`, with other values where these are given."""
        names = [
            str(one.column)
            for one in model._meta.concrete_fields
            if not one.generated and (str(one.column) in values or not _numbered(one))
        ]
        told = ", ".join(values.get(name, f't."{name}"') for name in names)
        listed = ", ".join(f'"{name}"' for name in names)
        table = model._meta.db_table
        self.run(f"INSERT INTO {table} ({listed}) SELECT {told} FROM {table} t {more} WHERE {of}")

    def editions(self, template: Any, wanted: int, *, large: bool) -> None:
        """Publish copies of an edition until there are so many entries."""
        [missing] = self.run("SELECT %s - count(*) FROM catalog_catalogentry", [wanted]).fetchone()
        if large:
            self._edition(template, copies=LARGE // EDITION)
            missing -= LARGE
        for _number in range(max(0, round(missing / EDITION))):
            self._edition(template)

    def _edition(self, template: Any, copies: int = 1) -> None:
        from catalog.models import Catalog, CatalogEntry, CatalogVersion
        from catalog.moves import _remember_drugs

        number = next(self.numbers)
        code = f"FILL-{number // EDITIONS_A_LIST}" if copies == 1 else f"LARGE-{number}"
        catalog, _new = Catalog.objects.get_or_create(code=code, defaults={"name": code, "kind": "commercial"})
        at = datetime.now(tz=UTC) - timedelta(days=400, minutes=-number)
        version = CatalogVersion.objects.create(
            catalog=catalog,
            label=f"v{number}",
            effective_from=date(2020, 1, 1) + timedelta(days=number),
            created_by="bench",
            checksum=f"{number:064d}",
            entry_count=EDITION * copies,
        )
        apart = "CASE WHEN i = 1 THEN t.{0} ELSE t.{0} || '-' || i END"
        values = {name: apart.format(name) for name in ("entry_code", "generic_name", "base_name")}
        values |= {
            "version_id": str(version.pk),
            "payment_standard": f"t.payment_standard + {number}",
            "row_hash": f"sha256(t.row_hash || '{number}-'::bytea || i::text::bytea)",
        }
        self.copy(CatalogEntry, f"t.version_id = {template.pk}", values, f"CROSS JOIN generate_series(1, {copies}) i")
        _remember_drugs(version)
        version.published_at, version.published_by, version.state = at, "bench-2", "published"
        version.save(update_fields=["published_at", "published_by", "state"])

    def batches(self, template: Any, owners: Sequence[Any], number: int, *, old: bool = False) -> None:
        """Copy a batch that is done so many times, for these products in turn, over the last three years, or four years ago."""
        for place in range(number):
            product, one = owners[place % len(owners)], next(self.numbers)
            days = 1500 if old else random.Random(one).randrange(1, 1000)
            self._batch(template, product, one, datetime.now(tz=UTC) - timedelta(days=days, minutes=one))

    def _batch(self, template: Any, product: Any, number: int, at: datetime) -> None:
        from uuid import uuid4

        from claims.models import BatchChunk, BatchClaim, BatchDecision, ClaimBatch
        from common.jobs.models import Job

        new = uuid4()
        whose = {"insurer_id": str(product.insurer_id)}
        of = f"t.batch_id = '{template.pk}'"
        self.run("BEGIN")
        self.copy(Job, f"t.subject LIKE '{template.pk}%'", {"subject": f"replace(t.subject, '{template.pk}', '{new}')"})
        moved = {
            **whose,
            "id": f"'{new}'::uuid",
            "product_id": str(product.pk),
            "created_at": f"'{at.isoformat()}'::timestamptz",
            "finished_at": f"'{at.isoformat()}'::timestamptz",
            "job_id": f"(SELECT id FROM {Job._meta.db_table} WHERE subject = '{new}')",
        }
        self.copy(ClaimBatch, f"t.id = '{template.pk}'", moved)
        job = f"(SELECT id FROM {Job._meta.db_table} WHERE subject = '{new}/' || t.number)"
        self.copy(BatchChunk, of, {**whose, "batch_id": f"'{new}'::uuid", "job_id": job})
        of_batch = {**whose, "batch_id": f"'{new}'::uuid"}
        # The same forty thousand members again and again, none of them one of the template's.
        member = {"member_key": f"hashint8extended(t.member_key, {1 + number % 40})"}
        self.copy(BatchClaim, f"{of} ORDER BY t.seq", {**of_batch, **member})
        chunk = "(SELECT n.id FROM claims_batchchunk n JOIN claims_batchchunk o ON o.number = n.number"
        chunk += f" WHERE n.batch_id = '{new}' AND o.id = t.chunk_id)"
        self.copy(BatchDecision, f"{of} ORDER BY t.seq", {**of_batch, "chunk_id": chunk})
        self.run("COMMIT")

    def checks(self, template: Any, owners: Sequence[Any], wanted: int) -> None:
        """Copy a check until there are so many, over the last three years."""
        from claims.models import ClaimCheck

        [there] = self.run("SELECT count(*) FROM claims_claimcheck").fetchone()
        each = max(0, wanted - there) // len(owners)
        for product in owners:
            values = {
                "id": "gen_random_uuid()",
                "insurer_id": str(product.insurer_id),
                "product_id": str(product.pk),
                "claim_no": f"'F' || i || '-{next(self.numbers)}'",
                "decided_at": "t.decided_at - i * interval '1 minute'",
            }
            self.copy(ClaimCheck, f"t.id = '{template.pk}'", values, f"CROSS JOIN generate_series(1, {each}) i")

    def settle(self) -> None:
        """Let the planner know the tables as they are, as autovacuum does in the end."""
        self.run("VACUUM ANALYZE")


def _numbered(column: Any) -> bool:
    """Tell whether the database numbers the rows by this column."""
    from django.db.models import AutoField, BigAutoField

    return isinstance(column, AutoField | BigAutoField)


# --- What is asked


class World:
    """What is asked for at every size, brought in by the front door."""

    def __init__(self) -> None:
        from catalog.clock import observe
        from catalog.models import CatalogVersion
        from claims.models import ClaimCheck
        from claims.services import decide_claim
        from insurers import key_issuing
        from insurers.models import Insurer

        self.product = batch.make_world()
        self.insurer = Insurer.objects.get(pk=self.product.insurer_id)
        self.others = [self._product(f"FILL-{number}") for number in range(INSURERS)]
        self.old = self._product("OLD")
        listed = CatalogVersion.objects.get(catalog__code="BATCH-COM")
        self.before, self.after = listed, self._edition("BATCH-COM", "2027", date(2027, 1, 1), changed=20)
        self.edition = self._edition("EDITION", "1", date(2026, 1, 1), entries=EDITION, drugs=DRUGS)
        self.large = self._batch(10_000)
        self.small = self._batch(2_000)
        self.member = "m-7"
        claim = {
            "product": "BATCH",
            "claim_no": "C-1",
            "member": {"member_ref": "m-check", "age": 50, "sex": "F"},
            "diagnoses": ["C50.1"],
            "service_date": "2026-03-14",
            "lines": [
                {"line_no": number, "generic_name": _lists.name(number), "quantity": "1", "amount": "100.00"}
                for number in range(1, 6)
            ],
        }
        decided = decide_claim(insurer_id=self.insurer.pk, data=claim, by="bench", seen=observe(), language="zh")
        assert decided.check is not None
        self.check = ClaimCheck.objects.get(pk=decided.check.pk)
        scopes = ["coverage:read", "catalog:read", "claims:check"]
        _row, self.key = key_issuing.issue_insurer_key(insurer=self.insurer, scopes=scopes, by="root")
        self.drafts = count(1)
        self.ages = count()

    def _product(self, code: str) -> Any:
        from insurers import services as insurers
        from insurers.models import Insurer

        insurer, _made = Insurer.objects.get_or_create(code=code, defaults={"name": code})
        product = insurers.create_product(insurer_id=insurer.pk, code=code, name=code, by="key:a")
        version = insurers.create_product_version(product=product, data=batch.TERMS, by="maker")
        insurers.publish_product_version(version=version, by="checker")
        return product

    def _edition(
        self,
        code: str,
        label: str,
        day: date,
        *,
        entries: int = batch.ENTRIES,
        drugs: int = batch.DRUGS,
        changed: int = 0,
    ) -> Any:
        from catalog import services as catalogs
        from catalog.models import Catalog, ImportRun
        from common.jobs import services as jobs

        catalog = Catalog.objects.filter(code=code).first() or catalogs.create_catalog(
            code=code, name=code, kind="commercial", by="maker"
        )
        rows = _lists.rows(entries, drugs, 2)
        if changed:
            rows = (
                row | {"payment_standard": "1.00"} if place % changed == 0 else row for place, row in enumerate(rows)
            )
        run, _new = catalogs.upload_catalog(
            catalog=catalog,
            label=label,
            effective_from=day,
            effective_to=None,
            chunks=[_lists.as_csv(rows)],
            file_name="bench.csv",
            by="maker",
        )
        jobs.run(run.job.pk)  # type: ignore[union-attr]
        run = ImportRun.objects.get(pk=run.pk)
        assert run.version, list(run.problems.values_list("row", "column", "code")[:5])
        return catalogs.publish_version(version=run.version, by="checker", confirm=True)

    def _batch(self, lines: int) -> Any:
        from catalog.clock import observe
        from claims.batches import services
        from claims.models import ClaimBatch
        from common.jobs import services as jobs

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "claims.csv"
            batch.write_claims(file, lines, random.Random(lines))
            made, _new = services.accept_batch(
                product=self.product, chunks=[file.read_bytes()], file_name="c.csv", by="bench", seen=observe()
            )
        jobs.run(made.job.pk)  # type: ignore[union-attr]
        for chunk in made.chunks.order_by("number"):
            jobs.run(chunk.job_id)
        made = ClaimBatch.objects.get(pk=made.pk)
        assert made.state == "done", (made.state, made.errors)
        return made


class Asking:
    """Requests through the whole service in this process, and the same tables by its services."""

    def __init__(self, world: World) -> None:
        from django.conf import settings
        from django.test import Client

        settings.ALLOWED_HOSTS = ["*"]
        self.world = world
        self.client = Client(headers={"Authorization": f"Api-Key {world.key}"})

    def get(self, path: str) -> Any:
        """Return what a path is answered with, read to its end."""
        from common.tenancy import OFFICE, act_for

        answer = self.client.get(f"/api/v1/{path}")
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        act_for(OFFICE)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code} {body[:300]!r}")
        return body

    def of_a_new_process(self, path: str) -> Any:
        """Ask as a process does that has just started, or the first time after a publication: nothing is kept."""
        from common import cache

        cache.clear_all()
        return self.get(path)


def measure(world: World, asking: Asking, figures: Figures, filler: Filler, size: str) -> None:
    """Measure every operation at this size."""
    from catalog import services as catalogs
    from catalog.changes import differing
    from claims.retention import purge_batches
    from common import cache
    from common.operations.doctor import examine

    def take(name: str, way: Callable[[], Any], rounds: int = ROUNDS) -> Any:
        return figures.take(size, name, way, rounds)

    name = quote(_lists.name(3))
    cover = f"products/BATCH/coverage/?generic_name={name}&icd10=C50&date=2026-03-14"
    get, anew = asking.get, asking.of_a_new_process
    take("coverage, nothing kept", lambda: anew(cover))
    take("coverage, asked before", lambda: get(cover))
    take("coverage, new question about a drug met before", lambda: get(f"{cover}&age={next(world.ages) % 150}"))
    entries = "catalogs/EDITION/versions/1/entries/"
    take("entries of a version, first page", lambda: get(entries))
    far = _cursor("E-0009000")
    take("entries of a version, far page", lambda: get(f"{entries}?cursor={far}"))
    take("entries by the start of a code", lambda: get(f"{entries}?q=E-0005"))
    part = quote(_lists.name(3)[:2])
    take("entries by a part of a name, first in the process", lambda: anew(f"{entries}?q={part}"), 3)
    take("entries by a part of a name", lambda: get(f"{entries}?q={part}"))
    take("drugs by a part of a name, first after a publication", lambda: anew(f"drugs/?q={part}"), 2)
    take("drugs by a part of a name", lambda: get(f"drugs/?q={part}"))
    take("drugs, first page", lambda: get("drugs/"), 3)
    drug = _drug_id(world)
    take("a drug", lambda: get(f"drugs/{drug}/"), 3)
    take("a drug's history (one step an edition)", lambda: get(f"drugs/{drug}/history/"), 3)
    take("a drug's listings (one a list in force)", lambda: get(f"drugs/{drug}/listings/"), 3)
    take("how two versions of 3,000 differ", lambda: sum(1 for _ in differing(world.before.pk, world.after.pk)))
    take("diff over REST", lambda: get("catalogs/BATCH-COM/diff/?from=2026&to=2027"), 3)
    take("change feed of a list", lambda: get("catalogs/BATCH-COM/changes/"))
    take("change feed of all, first page", lambda: get("changes/?deltas=false"), 3)
    label = f"d{next(world.drafts)}"
    draft = take(
        "a draft copied from 10,000 entries",
        lambda: catalogs.create_draft(
            catalog=world.edition.catalog,
            label=label,
            effective_from=date(2027, 1, 1),
            by="maker",
            copy_of=world.edition,
        ),
        1,
    )
    take(
        "publication of 10,000 entries", lambda: catalogs.publish_version(version=draft, by="checker", confirm=True), 1
    )

    take("batches, first page", lambda: get("claims/batches/"))
    take("a batch", lambda: get(f"claims/batches/{world.large.pk}/"))
    take("batches with a claim of a member", lambda: get(f"claims/batches/?member_ref={world.member}"))
    of_batch = f"claims/batches/{world.large.pk}/claims/"
    [[seq]] = _asked("SELECT max(seq) FROM claims_batchclaim WHERE batch_id = %s", [world.large.pk])
    take("claims of a batch, a page", lambda: get(of_batch))
    take("claims of a batch, of a member", lambda: get(f"{of_batch}?member_ref={world.member}"))
    take("claims of a batch, by number", lambda: get(f"{of_batch}?claim_no=C-0000500"))
    take("a claim of a batch", lambda: get(f"{of_batch}{seq}/"))
    take("results of 10,000 lines, CSV", lambda: get(f"claims/batches/{world.large.pk}/results.csv"), 2)
    take("checks, first page", lambda: get("claims/checks/"))
    take("checks, one by number", lambda: get("claims/checks/?claim_no=C-1"))
    take("a batch of 2,000 lines, accepted and decided", lambda: world._batch(2_000), 1)

    filler.batches(world.large, [world.old], OLD_BATCHES, old=True)
    at = datetime.now(tz=UTC)
    take(
        "retention of 50,000 lines of an insurer",
        lambda: purge_batches(insurer_id=world.old.insurer_id, older_than=at - timedelta(days=1400), by="bench", at=at),
        1,
    )
    take("vacuum of batch claims after it", lambda: filler.run("VACUUM claims_batchclaim"), 1)
    take("vacuum of batch decisions after it", lambda: filler.run("VACUUM claims_batchdecision"), 1)
    take("doctor", lambda: list(examine()), 2)
    cache.clear_all()


def _cursor(code: str) -> str:
    import base64
    import json

    place = json.dumps(["entry_code", False, code], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _drug_id(world: World) -> str:
    [[found]] = _asked(
        "SELECT d.id FROM catalog_drug d JOIN catalog_catalogentry e ON e.base_name = d.base_name WHERE e.version_id = %s ORDER BY 1 LIMIT 1",
        [world.edition.pk],
    )
    return str(found)


def room(filler: Filler, size: str, unpurged: int) -> list[dict[str, Any]]:
    """Return the room a row takes in each table, and what all of them would take at the whole size."""
    made = []
    for table, rows_at_whole, per in (
        ("catalog_catalogentry", 10_000_000, "entry"),
        ("claims_batchclaim", 100_000_000, "line"),
        ("claims_batchdecision", 100_000_000, "line"),
        ("claims_batchchunk", 100_000_000, "line"),
        ("claims_claimcheck", 1_000_000, "check"),
    ):
        heap, indexes, whole = filler.run(
            "SELECT pg_table_size(%s::regclass), pg_indexes_size(%s::regclass), pg_total_relation_size(%s::regclass)",
            [table] * 3,
        ).fetchone()
        [rows] = filler.run(f"SELECT count(*) FROM {table}").fetchone()
        rows = unpurged if per == "line" else rows
        made.append(
            {
                "operation": f"room: {table}",
                "at": size,
                "rows": rows,
                "table bytes": round(heap / rows),
                "index bytes": round(indexes / rows),
                "per": per,
                "whole GiB": round(whole / rows * rows_at_whole / 1024**3, 1),
            }
        )
    return made


def main() -> None:
    """Fill, measure, fill more; print and keep."""
    django_up()
    figures, filler = Figures(), Filler()
    world = World()
    asking = Asking(world)
    rows: list[dict[str, Any]] = []
    owners = [*world.others, world.product]
    for size, (entries, lines, checks) in SIZES.items():
        if size == "thirtieth" and CHOSEN != "thirtieth":
            continue
        started = time.monotonic()
        filler.run("ALTER TABLE catalog_catalogentry DISABLE TRIGGER USER")
        filler.editions(world.edition, entries, large=size == "tenth")
        filler.run("ALTER TABLE catalog_catalogentry ENABLE TRIGGER USER")
        [there] = filler.run("SELECT sum(lines) FROM claims_claimbatch WHERE purged_at IS NULL").fetchone()
        missing = max(0, lines - there)
        filler.batches(world.large, owners, round(missing / 2 / world.large.lines))
        filler.batches(world.small, owners, round(missing / 2 / world.small.lines))
        filler.checks(world.check, owners, checks)
        filler.settle()
        print(f"{size}: filled in {time.monotonic() - started:.0f} s", flush=True)
        [kept] = filler.run("SELECT sum(lines) FROM claims_claimbatch WHERE purged_at IS NULL").fetchone()
        rows = room(filler, size, int(kept))
        measure(world, asking, figures, filler, size)
        report("scale", [*figures.rows(), *rows])
        if size == CHOSEN:
            break


if __name__ == "__main__":
    main()
