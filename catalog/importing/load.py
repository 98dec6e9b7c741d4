"""Bringing a checked file into the database: the only part of importing that touches it.

One transaction holds the draft, its entries, its changes and the run's final state. A file with one error leaves nothing but its problems.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from catalog import clock, reference, uploads
from catalog.entries import COLUMNS, checksum_of
from catalog.importing.child import check_in_child
from catalog.importing.columns import DRUGS, ENTRY_COPY_COLUMNS, MASTER_COPY_COLUMNS
from catalog.importing.diff import compare
from catalog.importing.problems import Problem
from catalog.importing.result import Block, CheckOptions, CheckResult, Progress
from catalog.models import Catalog, CatalogEntry, CatalogVersion, ImportProblem, ImportRun, VersionChange
from common.jobs.services import Lease

CHUNK = 2000


class _Wrong(Exception):
    """The file has errors: everything that was loaded is rolled back."""


def load(run: ImportRun, lease: Lease) -> None:
    """Check the run's file and load it as a draft, or into the drug master; all of it, or nothing but its problems. Ends the lease."""
    lease.progress("check", 0, run.file_size)
    result: list[CheckResult] = []
    try:
        with transaction.atomic():
            if run.kind == ImportRun.Kind.DRUGS:
                _load_drugs(run, lease, result)
            else:
                _load_draft(run, lease, result)
            _finish(run, result[0], ImportRun.Outcome.READY)
            lease.finish()
    except _Wrong:
        with transaction.atomic():
            run.version = None
            run.counts = {}
            _finish(run, result[0], ImportRun.Outcome.FAILED)
            lease.finish()
        return  # the file is kept for a while: its rows are shown with their problems
    uploads.discard(run.file_path)


def _checked(run: ImportRun, kind: str, lease: Lease, result: list[CheckResult], table: str, prefix: bytes) -> None:
    """Stream the file's rows from the checking process into `table`; raises _Wrong where it has errors."""
    columns = MASTER_COPY_COLUMNS if kind == DRUGS else ("version_id", *ENTRY_COPY_COLUMNS)
    options = CheckOptions(dosage_forms=reference.dosage_form_rows())
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    messages = check_in_child(uploads.full_path(run.file_path), kind, options)
    with connection.cursor() as cursor, closing(messages), cursor.copy(statement) as copy:
        for message in messages:
            match message:
                case Block():
                    # In COPY's text format a line break inside a value is escaped, so each one here ends a row.
                    copy.write(
                        prefix + message.data[:-1].replace(b"\n", b"\n" + prefix) + b"\n" if prefix else message.data
                    )
                    lease.check()
                case Progress():
                    lease.progress(message.phase, message.done, message.total)
                case CheckResult():
                    result.append(message)
    if not result[0].ok:
        raise _Wrong


def _load_draft(run: ImportRun, lease: Lease, result: list[CheckResult]) -> None:
    catalog = run.catalog
    assert catalog is not None
    replaced = CatalogVersion.objects.filter(catalog=catalog, label=run.label).first()
    if replaced and replaced.state != CatalogVersion.State.DRAFT:
        result.append(
            _refused(
                run,
                "LABEL_TAKEN",
                f"版本 {run.label} 已存在且不是草稿。请换一个版本号。",
                f"Version {run.label} exists and is no draft. Use another label.",
            )
        )
        raise _Wrong
    if replaced:
        delete_draft(replaced)
    version = CatalogVersion.objects.create(
        catalog=catalog,
        label=run.label,
        effective_from=run.effective_from,
        effective_to=run.effective_to,
        note=run.note,
        created_by=run.created_by,
    )
    _checked(run, catalog.kind, lease, result, "catalog_catalogentry", f"{version.pk}\t".encode())
    lease.progress("checksum", 0, 0)
    version.checksum = checksum_of(version.pk)
    version.entry_count = result[0].kept
    version.save(update_fields=["checksum", "entry_count"])
    lease.progress("diff", 0, 0)
    # Whoever publishes or withdraws meanwhile waits here, so the comparison is with what is in force when the draft appears.
    Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
    in_force = catalog.versions.in_force(version.effective_from, clock.observe().known_at).first()
    counts = store_changes(version, in_force)
    run.version = version
    run.counts = counts
    run.no_difference = in_force is not None and not (counts["added"] or counts["removed"] or counts["changed"])


def delete_draft(version: CatalogVersion) -> None:
    """Delete a draft with its entries and changes, without reading them."""
    ImportRun.objects.filter(version=version).update(version=None)
    for rows in (CatalogEntry.objects.filter(version=version), VersionChange.objects.filter(version=version)):
        rows._raw_delete(rows.db)
    version.delete()


def _refused(run: ImportRun, code: str, zh: str, en: str) -> CheckResult:
    found = Problem(code=code, row=None, column="", value=run.label, zh=zh, en=en)
    return CheckResult(kind=run.kind, sha256=run.sha256, size=run.file_size, error_count=1, errors=(found,))


def _finish(run: ImportRun, result: CheckResult, outcome: str) -> None:
    """Write the run's end and its problems."""
    run.outcome = outcome
    run.error_count = result.error_count
    run.warning_count = result.warning_count
    run.counts |= {
        "rows": result.rows,
        "kept": result.kept,
        "normalised": result.normalised_count,
        "format": result.file_format,
        "encoding": result.encoding,
    }
    run.finished_at = timezone.now()
    run.save(
        update_fields=["outcome", "error_count", "warning_count", "counts", "finished_at", "version", "no_difference"]
    )
    ImportProblem.objects.filter(run=run).delete()
    ImportProblem.objects.bulk_create(
        [
            ImportProblem(
                run=run,
                severity=problem.severity,
                row=problem.row,
                column=problem.column[:200],
                value=problem.value[:250],
                code=problem.code,
                message_zh=problem.zh,
                message_en=problem.en,
            )
            for problem in (*result.errors, *result.warnings)
        ],
        batch_size=CHUNK,
    )


# --- Differences between two versions


def differing(old_id: int | None, new_id: int) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield (entry_code, id in the old version, id in the new one) of each entry that is not alike in both, by entry_code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(n.entry_code, o.entry_code), o.id, n.id"
            " FROM (SELECT id, entry_code, row_hash FROM catalog_catalogentry WHERE version_id = %s) o"
            " FULL JOIN (SELECT id, entry_code, row_hash FROM catalog_catalogentry WHERE version_id = %s) n"
            " USING (entry_code) WHERE o.row_hash IS DISTINCT FROM n.row_hash ORDER BY 1",
            [old_id, new_id],
        )
        while rows := cursor.fetchmany(CHUNK):
            yield from rows


def changes_between(old_id: int | None, new_id: int) -> Iterator[dict[str, Any]]:
    """Yield each change from the old version's entries to the new one's: change, entry_code, generic_name, fields, major, narrower."""
    pending: list[tuple[str, int | None, int | None]] = []
    for pair in differing(old_id, new_id):
        pending.append(pair)
        if len(pending) == CHUNK:
            yield from _described(pending)
            pending = []
    yield from _described(pending)


def _described(pairs: list[tuple[str, int | None, int | None]]) -> Iterator[dict[str, Any]]:
    ids = [one for _code, old, new in pairs for one in (old, new) if one is not None]
    rows = {row.pop("id"): row for row in CatalogEntry.objects.filter(pk__in=ids).values("id", *COLUMNS)}
    for code, old_id, new_id in pairs:
        old = rows.get(old_id) if old_id is not None else None
        new = rows.get(new_id) if new_id is not None else None
        change = compare(old, new)
        yield {
            "change": change.kind,
            "entry_code": code,
            "generic_name": (new or old or {})["generic_name"],
            "fields": change.fields,
            "major": change.major,
            "narrower": change.narrower,
        }


def store_changes(version: CatalogVersion, parent: CatalogVersion | None) -> dict[str, int]:
    """Write the draft's changes against the version it follows and return how many of each; without one every entry is new and none is written."""
    VersionChange.objects.filter(version=version).delete()
    counts = {"added": 0, "removed": 0, "changed": 0, "major": 0, "narrower": 0}
    if parent is None:
        counts["added"] = version.entry_count
    else:
        _copy_changes(version, changes_between(parent.pk, version.pk), counts)
    counts["unchanged"] = version.entry_count - counts["added"] - counts["changed"]
    version.parent = parent
    version.change_counts = counts
    version.save(update_fields=["parent", "change_counts"])
    return counts


def _copy_changes(version: CatalogVersion, changes: Iterable[dict[str, Any]], counts: dict[str, int]) -> None:
    columns = "version_id, change, major, narrower, entry_code, generic_name, fields"
    waiting: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for one in changes:
            counts[one["change"]] += 1
            counts["major"] += one["major"]
            counts["narrower"] += one["narrower"]
            waiting.append(
                (
                    version.pk,
                    one["change"],
                    one["major"],
                    one["narrower"],
                    one["entry_code"],
                    one["generic_name"],
                    json.dumps(one["fields"], ensure_ascii=False),
                )
            )
            if len(waiting) == CHUNK:
                _copy_rows(cursor, columns, waiting)
                waiting = []
        _copy_rows(cursor, columns, waiting)


def _copy_rows(cursor: Any, columns: str, rows: list[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY catalog_versionchange ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


# --- The drug master

_STAGED = """
DROP TABLE IF EXISTS incoming, current_products, arriving;
CREATE TEMP TABLE incoming (
  aliases text[], alias_keys text[], approval_no text, approval_key text, brand_name text, brand_key text, class_code text,
  dosage_form text, generic_name text, base_name text, name_form text, manufacturer text, national_code text, pack text,
  regulators text[], strength text, unit text, pinyin text, initials text, row_hash bytea, row_no int
) ON COMMIT DROP
"""
# A row is the product it was before by its national code, else by approval number, strength and pack, else by all that describes it.
_KEY = """
CASE WHEN {t}.national_code <> '' THEN 'c' || {t}.national_code
     WHEN {t}.approval_key <> '' THEN 'a' || concat_ws(E'\\x1f', {t}.approval_key, {t}.strength, {t}.pack)
     ELSE 'n' || concat_ws(E'\\x1f', {t}.base_name, {t}.dosage_form, {t}.strength, {t}.pack, {t}.brand_name, {t}.manufacturer) END
"""
_FACTS = "generic_name aliases dosage_form strength brand_name manufacturer class_code unit pack national_code approval_no".split()


def _load_drugs(run: ImportRun, lease: Lease, result: list[CheckResult]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STAGED)
        _checked(run, DRUGS, lease, result, "incoming", b"")
        lease.progress("merge", 0, 0)
        cursor.execute(
            "INSERT INTO catalog_drug (id, base_name, generic_name, pinyin, initials)"
            " SELECT DISTINCT ON (base_name) 'drug_' || left(encode(sha256(convert_to(base_name, 'UTF8')), 'hex'), 16),"
            " base_name, generic_name, pinyin, initials FROM incoming i"
            " WHERE NOT EXISTS (SELECT FROM catalog_drug d WHERE d.base_name = i.base_name)"
            " ORDER BY base_name, row_no ON CONFLICT DO NOTHING"
        )
        cursor.execute(f"ALTER TABLE incoming ADD key text; UPDATE incoming i SET key = {_KEY.format(t='i')}")  # noqa: S608
        cursor.execute(
            f"CREATE TEMP TABLE current_products ON COMMIT DROP AS SELECT p.*, {_KEY.format(t='p')} AS key,"  # noqa: S608
            " coalesce((SELECT array_agg(regulator || coalesce(':' || approved_on, '') ORDER BY regulator)"
            " FROM catalog_approval a WHERE a.product_id = p.id), '{}')::text[] AS regulators"
            " FROM catalog_drugproduct p WHERE recorded_to IS NULL"
        )
        cursor.execute("CREATE INDEX ON current_products (key); ANALYZE current_products; ANALYZE incoming")
        same = " AND ".join(f"c.{name}::text = i.{name}::text" for name in _FACTS)
        cursor.execute(
            "CREATE TEMP TABLE arriving ON COMMIT DROP AS"
            " SELECT i.*, c.id AS old_id, c.position AS old_position, NULL::bigint AS position FROM incoming i"
            " LEFT JOIN LATERAL (SELECT * FROM current_products c WHERE c.key = i.key ORDER BY position LIMIT 1) c ON true"
            f" WHERE NOT (c.id IS NOT NULL AND {same}"  # noqa: S608
            " AND c.regulators = (SELECT coalesce(array_agg(r ORDER BY r), '{}') FROM unnest(i.regulators) r))"
        )
        cursor.execute(
            "UPDATE arriving SET position = coalesce(old_position, row_no + (SELECT coalesce(max(position), 0) FROM catalog_drugproduct))"
        )
        instant = clock.declare()
        cursor.execute(
            "UPDATE catalog_drugproduct SET recorded_to = %s WHERE id IN (SELECT old_id FROM arriving)", [instant]
        )
        changed = cursor.rowcount
        facts = ", ".join(_FACTS)
        cursor.execute(
            "INSERT INTO catalog_drugproduct (drug_id, base_name, alias_keys, brand_key, approval_key, position,"
            f" recorded_from, recorded_by_id, {facts})"  # noqa: S608
            " SELECT d.id, a.base_name, a.alias_keys, a.brand_key, a.approval_key, a.position, %s, %s,"
            f" {', '.join('a.' + name for name in _FACTS)}"
            " FROM arriving a JOIN catalog_drug d ON d.base_name = a.base_name ORDER BY a.row_no",
            [instant, run.pk],
        )
        written = cursor.rowcount
        cursor.execute(
            "INSERT INTO catalog_approval (product_id, regulator, approved_on)"
            " SELECT p.id, split_part(r, ':', 1), nullif(split_part(r, ':', 2), '')::date"
            " FROM arriving a JOIN catalog_drugproduct p ON p.recorded_by_id = %s AND p.position = a.position"
            " CROSS JOIN unnest(a.regulators) r ON CONFLICT DO NOTHING",
            [run.pk],
        )
    run.counts = {"added": written - changed, "changed": changed, "unchanged": result[0].kept - written}
