"""Bringing a checked file into the database: the only part of importing that touches it.

One transaction holds the draft, its entries, its changes and the run's final state. A file with one error leaves nothing but its problems.
"""

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from catalog import clock, reference, uploads
from catalog.changes import follow, says_the_same
from catalog.checksum import checksum_of
from catalog.importing.check import check
from catalog.importing.child import Checked, check_in_child
from catalog.importing.columns import DRUGS, ENTRY_COPY_COLUMNS, MASTER_COPY_COLUMNS
from catalog.importing.load_master import compare, merge, stage
from catalog.importing.reread import Mended, mended_in_child
from catalog.importing.result import Block, CheckOptions, CheckResult
from catalog.lifecycle import MOVE, Standing
from catalog.models import (
    Catalog,
    CatalogEntry,
    CatalogVersion,
    Comment,
    EntryEdit,
    EntryEvidence,
    ImportProblem,
    ImportRun,
    ReviewMark,
    VersionChange,
)
from common.audit.deeds import Deed
from common.audit.services import record
from common.jobs.services import Lease
from common.lifecycle import NEW, why_not
from tables.limits import Progress
from tables.problems import Problem
from tables.refusal import Refusal, not_a_table
from tables.workbook import column_letters

log = logging.getLogger(__name__)
CHUNK = 2000
_CONSULTED = ("submitted_by", "submitted_at", "comments_until", "consultation_closed_at")
# A list from which on the planner is told at once.
LARGE = 20_000


Checking = Generator[Block | Progress | CheckResult]
# Checks a kept upload by its path.
Checker = Callable[[str, str, CheckOptions], Checking]
_checker: ContextVar[Checker | None] = ContextVar("checker", default=None)


@contextmanager
def checked_by(checker: Checker) -> Iterator[None]:
    """Have files checked by another function while the block runs."""
    token = _checker.set(checker)
    try:
        yield
    finally:
        _checker.reset(token)


def files_of_our_own() -> AbstractContextManager[None]:
    """Read files in this process while the block runs: those that ship with the software need no process that can be killed, and starting
    one for each takes longer than reading it. What is checked stays the same."""
    return checked_by(_kept_and_read_by(check))


def _kept_and_read_by(reader: Callable[[Path, str, CheckOptions], Checking]) -> Checker:
    def checker(path: str, kind: str, options: CheckOptions) -> Checking:
        with uploads.reading(path) as file:
            yield from reader(file, kind, options)

    return checker


def checked_already(found: Mapping[str, Checked]) -> AbstractContextManager[None]:
    """Take what a process has found in these uploads (check_many_in_child) for the check, while the block runs; other files have a process each."""

    def checker(path: str, kind: str, options: CheckOptions) -> Checking:
        checked = found.get(path)
        if checked is None:
            yield from _kept_and_read_by(check_in_child)(path, kind, options)
            return
        before_each = options.before_each.encode()
        for block in checked.blocks:
            # What stands inside a row has no line break: COPY writes it as \\n.
            rows = block.data[:-1].replace(b"\n", b"\n" + before_each)
            yield Block(before_each + rows + b"\n", block.rows)
        yield checked.result

    return checked_by(checker)


class _Wrong(Exception):
    """The file has errors: everything that was loaded is rolled back."""


def load(run: ImportRun, lease: Lease, evidence: Sequence[EntryEvidence] = ()) -> None:
    """Check the run's file and load it as a draft, or into the drug master; all of it, or nothing but its problems. Ends the lease.

    `evidence` is what the entries of a file rest on that a job drafted itself, without a version yet. A file that a second person merges is only
    compared with the master, until that person has asked for it; then all of it is done anew.
    """
    outcome = ImportRun.Outcome.STAGED if run.waits_for_a_second else ImportRun.Outcome.READY
    lease.progress("check", 0, run.file_size)
    result: list[CheckResult] = []
    try:
        if run.mending and not run.file_path:
            _write_mended(run, result)
        with transaction.atomic():
            if run.kind == ImportRun.Kind.DRUGS:
                stage()
                _checked(run, DRUGS, lease, result, "incoming")
                lease.progress("merge" if outcome == ImportRun.Outcome.READY else "compare", 0, 0)
                run.counts, run.sample = compare()
                if outcome == ImportRun.Outcome.READY:
                    merge(run)
            else:
                _load_draft(run, lease, result, evidence)
            _finish(run, result[0], outcome)
            lease.finish()
            if outcome == ImportRun.Outcome.READY:
                _log_ready(run)
    except _Wrong:
        with transaction.atomic():
            run.version = None
            run.counts, run.sample = {}, []
            _finish(run, result[0], ImportRun.Outcome.FAILED)
            lease.finish()
            after = {"errors": run.error_count, "warnings": run.warning_count}
            record(Deed.IMPORT_REFUSED, by=run.merged_by or run.created_by, what=run, name=run.called, after=after)
        return  # the file is kept for a while: its rows are shown with their problems
    if outcome == ImportRun.Outcome.STAGED:
        return  # merged from this very file
    uploads.discard(run.file_path)
    if run.version and run.version.entry_count >= LARGE:
        _refresh_statistics()


def _write_mended(run: ImportRun, result: list[CheckResult]) -> None:
    """Write the file of a run whose cells were mended on a page, from the one it was made from; raises _Wrong where that is gone."""
    source = run.mended_from
    kind = DRUGS if run.kind == ImportRun.Kind.DRUGS else run.catalog.kind if run.catalog else ""
    options = CheckOptions(names=run.names, sheet=run.sheet, header_row=run.header_row, mapping=run.mapping)
    cells = [Mended(cell["row"], cell["column"], cell["after"]) for cell in run.mending]
    try:
        with _read_again(source) as file:
            stored = uploads.keep(mended_in_child(file, kind, options, cells))
    except Refusal as refusal:
        result.append(CheckResult(kind=kind, sha256="", size=0, error_count=1, errors=(refusal.problem,)))
        raise _Wrong from refusal
    run.file_path, run.file_size, run.sha256 = stored.path, stored.size, stored.sha256
    run.save(update_fields=["file_path", "file_size", "sha256"])


@contextmanager
def _read_again(source: ImportRun | None) -> Iterator[Path]:
    with ExitStack() as opened:
        try:
            file = opened.enter_context(uploads.reading(source.file_path if source else ""))
        except uploads.FileGone as gone:
            zh, en = "原文件已不再保留。请重新上传。", "the file it was made from is no longer kept. Upload it again."
            raise not_a_table(zh, en) from gone
        yield file


def _log_ready(run: ImportRun) -> None:
    if run.version is None:
        record(Deed.MASTER_MERGED, by=run.merged_by or run.created_by, what=run, name=run.called, after=run.counts)
        return
    after = {"file": run.file_name, "sha256": run.sha256, "checksum": run.version.checksum, **run.version.change_counts}
    if run.asked:
        after = {"asked": run.asked, "checksum": run.version.checksum, **run.version.change_counts}
        record(Deed.VERSION_DRAFTED, by=run.created_by, what=run.version, after=after)
        return
    record(Deed.VERSION_IMPORTED, by=run.created_by, what=run.version, after=after)


def _refresh_statistics() -> None:
    """Let the planner know of the entries that came in: until then it takes a version for one of few rows, and reads the whole of a large one."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT analyze_entries()")
    except DatabaseError as fault:  # the import has ended; the server does it by itself in a minute or two
        log.warning("statistics of the entries not refreshed: %s", fault)


def _checked(
    run: ImportRun, kind: str, lease: Lease, result: list[CheckResult], table: str, version_id: int | None = None
) -> None:
    """Stream the file's rows from the checking process into `table`; raises _Wrong where it has errors."""
    columns = MASTER_COPY_COLUMNS if kind == DRUGS else ("version_id", *ENTRY_COPY_COLUMNS)
    before_each = "" if version_id is None else f"{version_id}\t"
    options = CheckOptions(
        dosage_forms=reference.dosage_form_rows(),
        before_each=before_each,
        names=run.names,
        sheet=run.sheet,
        header_row=run.header_row,
        mapping=run.mapping,
    )
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    messages = (_checker.get() or _kept_and_read_by(check_in_child))(run.file_path, kind, options)
    with connection.cursor() as cursor, closing(messages), cursor.copy(statement) as copy:
        for message in messages:
            match message:
                case Block():
                    copy.write(message.data)
                    lease.check()
                case Progress():
                    lease.progress(message.phase, message.done, message.total)
                case CheckResult():
                    result.append(message)
    if not result[0].ok:
        raise _Wrong


def _load_draft(run: ImportRun, lease: Lease, result: list[CheckResult], evidence: Sequence[EntryEvidence]) -> None:
    catalog = run.catalog
    assert catalog is not None
    if run.asked and not evidence:
        zh = "没有药品达到所定门槛，未生成草稿。请降低门槛，或人工保留。"
        en = "No drug meets the thresholds, so there is no draft. Lower them, or pin what is to be kept."
        result.append(_refused(run, "NOTHING_KEPT", zh, en))
        raise _Wrong
    replaced = CatalogVersion.objects.filter(catalog=catalog, label=run.label).first()
    today = clock.china_today(clock.observe().known_at)
    standing = Standing(state=replaced.state_on(today) if replaced else NEW, today=today)
    if why_not(MOVE["import"], standing, run.created_by):
        result.append(
            _refused(
                run,
                "LABEL_TAKEN",
                f"版本 {run.label} 已存在且不是草稿。请换一个版本号。",
                f"Version {run.label} exists and is no draft. Use another label.",
            )
        )
        raise _Wrong
    if replaced and not run.replace and (count := replaced.edits.count()):
        result.append(
            _refused(
                run,
                "DRAFT_EDITED",
                f"草稿 {run.label} 的条目已手工修改 {count} 次，导入会覆盖这些修改。请换一个版本号，或确认替换（replace=true）。",
                f"The entries of draft {run.label} were edited by hand {count} times; that would be lost. "
                "Use another label, or say that it is to be replaced (replace=true).",
            )
        )
        raise _Wrong
    replaced_id = replaced.pk if replaced else None
    # Who asked whom until when, and what was said, goes on with the draft of this label.
    consulted = {name: getattr(replaced, name) for name in _CONSULTED} if replaced else {}
    if replaced:
        delete_draft(replaced)
    assert run.effective_from is not None, "a list is uploaded for a day"
    version = CatalogVersion.objects.create(
        **consulted,
        catalog=catalog,
        label=run.label,
        effective_from=run.effective_from,
        effective_to=run.effective_to,
        note=run.note,
        complete_for=run.complete_for,
        expected_counts=run.expected_counts,
        created_by=run.created_by,
        editors=[run.created_by],
    )
    if replaced_id:
        Comment.objects.filter(version=replaced_id).update(version=version)
    _checked(run, catalog.kind, lease, result, "catalog_catalogentry", version.pk)
    lease.progress("checksum", 0, 0)
    version.checksum = checksum_of(version.pk)
    version.entry_count = result[0].kept
    version.save(update_fields=["checksum", "entry_count"])
    for one in evidence:
        one.version = version
    EntryEvidence.objects.bulk_create(evidence, batch_size=CHUNK)
    lease.progress("diff", 0, 0)
    # Whoever publishes or withdraws meanwhile waits here, so the comparison is with what the draft follows when it appears.
    Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
    counts = follow(version)
    version.base = version.parent
    version.save(update_fields=["base"])
    run.version = version
    run.counts = counts
    run.no_difference = says_the_same(version)


def delete_draft(version: CatalogVersion) -> None:
    """Delete a draft with its entries, changes, marks and edits, without reading them.

    Comments on it must have gone to another draft before the transaction ends.
    """
    ImportRun.objects.filter(version=version).update(version=None)
    for model in (CatalogEntry, EntryEvidence, VersionChange, ReviewMark):
        rows = model._default_manager.filter(version=version)
        rows._raw_delete(rows.db)
    edits = EntryEdit.objects.filter(version_id=version.pk)
    version.delete()
    # The history of edits is let go only when its version has gone.
    edits._raw_delete(edits.db)


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
    run.columns_read = [
        {"header": header, "column": column, "letter": column_letters(place + 1)}
        for header, column, place in zip(result.headers, result.columns, result.places, strict=True)
    ]
    run.normalised = [change.as_dict() for change in result.normalised]
    run.finished_at = timezone.now()
    run.save(
        update_fields=(
            "outcome error_count warning_count counts columns_read normalised sample finished_at version no_difference".split()
        )
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
