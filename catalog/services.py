"""Writing catalogs and bringing files to them; what happens to a version is in catalog/moves.py and offered here too. Each act says who."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Field, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import clock, uploads
from catalog.drugs import codes
from catalog.entry_editing import add_entry, change_entry, edit_entries, edits_of, merge_base, remove_entry
from catalog.importing.columns import DRUGS, headers_of, table_of, usual_names
from catalog.importing.reread import KeptRow, rows_in_child
from catalog.importing.result import CheckOptions
from catalog.lifecycle import MOVE, Standing
from catalog.models import Catalog, EntryEdit, ImportRun, Series
from catalog.moves import (
    check_days,
    create_draft,
    discard_draft,
    edit_version,
    end_consultation,
    end_consultations,
    keep_version,
    publish_version,
    request_review,
    revert_version,
    send_back,
    submit_version,
    withdraw_version,
)
from catalog.provinces import province_named
from catalog.refusals import (
    Altered,
    BaseChanged,
    CatalogPublished,
    CodeTaken,
    Conflicts,
    ConsultationOpen,
    DraftEdited,
    Ended,
    IncompleteCount,
    LabelTaken,
    MassChange,
    NotADraft,
    NotAsked,
    NothingBefore,
    NotInConsultation,
    NotInReview,
    NotPublished,
    PastDay,
    ReasonRequired,
    SamePerson,
    refusal_of,
)
from catalog.uploads import shown_file_name
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput
from common.jobs import services as jobs
from common.jobs.models import Job
from common.lifecycle import NEW, why_not
from tables import cells
from tables.header_names import header_key
from tables.problems import Problem as FileProblem
from tables.workbook import column_number

# Offered under this name too: what happens to a version, and what is said no to.
__all__ = [
    "Altered",
    "BaseChanged",
    "CatalogPublished",
    "CodeTaken",
    "Conflicts",
    "ConsultationOpen",
    "DraftEdited",
    "Ended",
    "IncompleteCount",
    "LabelTaken",
    "MassChange",
    "NotADraft",
    "NotAsked",
    "NotInConsultation",
    "NotInReview",
    "NotPublished",
    "NothingBefore",
    "PastDay",
    "ReasonRequired",
    "SamePerson",
    "add_entry",
    "change_entry",
    "create_draft",
    "discard_draft",
    "edit_entries",
    "edit_version",
    "edits_of",
    "end_consultation",
    "end_consultations",
    "keep_version",
    "merge_base",
    "publish_version",
    "remove_entry",
    "request_review",
    "revert_version",
    "send_back",
    "shown_file_name",
    "submit_version",
    "withdraw_version",
]

IMPORT_JOB = "catalog.import"


def _refused(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput(_("The request is invalid; see `errors`."), errors=[FieldError(pointer, code, detail)])


@transaction.atomic
def create_catalog(
    *,
    code: str,
    name: str,
    kind: str,
    by: str,
    series: str = "",
    publisher: str = "",
    owner_id: int | None = None,
    province: str = "",
    premium_cny: Decimal | None = None,
    insured_count: int | None = None,
    provenance: str = "",
    note: str = "",
) -> Catalog:
    """Make a catalog, a known province by its short name; an insurer's own (`owner_id`) in its own name space (catalog.catalog_codes).

    Raises CodeTaken, or InvalidInput for an unknown series or one on a catalog that is not commercial.
    """
    _check_series(series, kind)
    _check_code(code, owner_id)
    try:
        with transaction.atomic():
            catalog = Catalog.objects.create(
                code=code,
                name=name,
                kind=kind,
                series_id=series or None,
                publisher=publisher,
                owner_id=owner_id,
                province=province_named(province),
                premium_cny=premium_cny,
                insured_count=insured_count,
                provenance=provenance,
                note=note,
            )
            record(Deed.CATALOG_CREATED, by=by, what=catalog, after={"code": code, "name": name, "kind": kind})
            return catalog
    except IntegrityError as taken:
        raise CodeTaken(_("The code %(code)s is taken; choose another.") % {"code": code}) from taken


def _check_code(code: str, owner_id: int | None, this: Catalog | None = None) -> None:
    """Raise CodeTaken where an insurer would give a list of its own (`this`) a code by which it means one of the office's already."""
    others = Catalog.objects.exclude(pk=this.pk) if this else Catalog.objects.all()
    if owner_id is not None and others.filter(owner=None, code=code).exists():
        raise CodeTaken(_("The code %(code)s is taken; choose another.") % {"code": code})


def _check_given_up(catalog: Catalog, before: Mapping[str, Any]) -> None:
    """Raise CodeTaken where an insurer's own list would give up a code that the office has too: its products would then mean that one."""
    code, owner_id = before.get("code", catalog.code), before.get("owner_id", catalog.owner_id)
    if owner_id is not None and Catalog.objects.filter(owner=None, code=code).exists():
        told = _(
            "The office has a list %(code)s too, which products that name this one would then mean; leave code and owner."
        )
        raise CodeTaken(told % {"code": code})


def _check_series(series: str, kind: str) -> None:
    """Raise InvalidInput for an unknown series, and for one of a catalog that is not commercial."""
    if series and kind != "commercial":
        raise _refused("/series", "not_commercial", _("Only a commercial catalog has a series; leave it out."))
    if series and not Series.objects.filter(pk=series).exists():
        known = ", ".join(Series.objects.values_list("code", flat=True))
        raise _refused("/series", "unknown_series", _("No such series; known are: %(known)s.") % {"known": known})


# What of a catalog can be corrected: always, and until a version of it is published, by which answers were given.
ALWAYS_CORRECTED = ("name", "publisher", "province", "premium_cny", "insured_count", "provenance", "note")
UNTIL_PUBLISHED = ("code", "kind", "series", "owner_id")


@transaction.atomic
def change_catalog(*, catalog: Catalog, by: str, **changed: Any) -> Catalog:
    """Correct a catalog's facts (ALWAYS_CORRECTED, UNTIL_PUBLISHED; `series` '' for none); what stays the same is no change.

    Raises CatalogPublished for facts that a published version rests on, CodeTaken, InvalidInput as `create_catalog`.
    """
    unknown = changed.keys() - {*ALWAYS_CORRECTED, *UNTIL_PUBLISHED}
    if unknown:
        raise TypeError(f"no facts of a catalog: {sorted(unknown)}")
    catalog = Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
    if "province" in changed:
        changed["province"] = province_named(changed["province"])
    if "series" in changed:
        changed["series_id"] = changed.pop("series") or None
    before = {name: getattr(catalog, name) for name in changed if getattr(catalog, name) != changed[name]}
    if not before:
        return catalog
    after = {name: changed[name] for name in before}
    fixed = sorted(before.keys() & {"code", "kind", "series_id", "owner_id"})
    if fixed and catalog.versions.exclude(published_at=None).exists():
        fields = (Catalog._meta.get_field(name.removesuffix("_id")) for name in fixed)
        names = [str(field.verbose_name) for field in fields if isinstance(field, Field)]
        raise CatalogPublished(_(CatalogPublished.sentence) % {"fields": ", ".join(names)})
    if before.keys() & {"code", "owner_id"}:
        _check_given_up(catalog, before)
        _check_code(after.get("code", catalog.code), after.get("owner_id", catalog.owner_id), catalog)
    for name, value in after.items():
        setattr(catalog, name, value)
    _check_series(catalog.series_id or "", catalog.kind)
    try:
        with transaction.atomic():
            catalog.save(update_fields=list(after))
    except IntegrityError as taken:
        raise CodeTaken(_("The code %(code)s is taken; choose another.") % {"code": catalog.code}) from taken
    record(Deed.CATALOG_CHANGED, by=by, what=catalog, before=before, after=after)
    return catalog


def upload_catalog(
    *,
    catalog: Catalog,
    label: str,
    effective_from: date,
    effective_to: date | None,
    chunks: Iterable[bytes],
    file_name: str,
    by: str,
    note: str = "",
    names: str = "",
    complete_for: Sequence[str] = (),
    sheet: str = "",
    header_row: int | None = None,
    mapping: Mapping[str, str] | None = None,
    expected_counts: Mapping[str, int] | None = None,
    replace: bool = False,
    suggest_codings: bool = False,
) -> tuple[ImportRun, bool]:
    """Keep a file and queue its import as a draft of the catalog; returns (run, whether it is new).

    `names` is `printed` or `plain` ('': printed for a base list, else plain); `complete_for` the class-code prefixes of which the list is
    complete (none: altogether); `sheet`, `header_row` and `mapping` (own header → column, '' to leave one out) say where the table stands and how
    its columns are called;
    `expected_counts` how many printed rows the draft should have (curation.md 1, Totals);
    `suggest_codings` leads from the draft to its texts without codes (curation.md 6).
    The same bytes to be read the same way for the same catalog, label and days again give the earlier run. Raises InvalidInput for days out of
    order, for a class that is none and a column that is none, LabelTaken where the label is not a draft's, DraftEdited where somebody edited the
    entries of the draft that it would replace and `replace` does not say that they may go, FileTooLarge.
    """
    check_days(effective_from, effective_to)
    wanted = {
        "catalog": catalog,
        "label": label,
        "effective_from": effective_from,
        "effective_to": effective_to,
        "names": names or usual_names(catalog.kind),
        "complete_for": _classes(complete_for),
        "sheet": sheet,
        "header_row": header_row,
        "mapping": _columns_by_header(mapping or {}, catalog.kind),
    }
    stored = uploads.keep(chunks)
    try:
        with transaction.atomic():
            Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
            earlier = _earlier(Q(**wanted), stored.sha256)
            edited = _edits_replaced(catalog, label)
            if not earlier or (replace and edited):
                _label_is_free(catalog, label, by)
                if edited and not replace:
                    raise DraftEdited(_(DraftEdited.sentence) % {"label": label, "count": edited})
                run = ImportRun.objects.create(
                    kind=ImportRun.Kind.ENTRIES,
                    **wanted,
                    note=note,
                    expected_counts=dict(expected_counts or {}),
                    replace=replace,
                    suggest_codings=suggest_codings,
                    **_upload_fields(stored, file_name, by),
                )
                return _queued(run, f"catalog:{catalog.pk}"), True
    except BaseException:
        uploads.discard(stored.path)
        raise
    uploads.discard(stored.path)
    return earlier, False


@transaction.atomic
def queue_made_draft(
    *,
    catalog: Catalog,
    label: str,
    effective_from: date,
    effective_to: date | None,
    asked: Mapping[str, Any],
    job: str,
    by: str,
    note: str = "",
    replace: bool = False,
) -> ImportRun:
    """Queue a draft whose file a job of the kind `job` makes itself, by what is `asked`; from there on it is an import like any other.

    Raises InvalidInput for days out of order, LabelTaken, DraftEdited as `upload_catalog`.
    """
    check_days(effective_from, effective_to)
    Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
    _label_is_free(catalog, label, by)
    edited = _edits_replaced(catalog, label)
    if edited and not replace:
        raise DraftEdited(_(DraftEdited.sentence) % {"label": label, "count": edited})
    run = ImportRun.objects.create(
        kind=ImportRun.Kind.ENTRIES,
        catalog=catalog,
        label=label,
        effective_from=effective_from,
        effective_to=effective_to,
        names="plain",
        note=note,
        replace=replace,
        asked=dict(asked),
        file_name=f"{catalog.code}-{label}.csv",
        file_path="",
        file_size=0,
        sha256="",
        created_by=by,
    )
    run.job = jobs.enqueue(kind=job, subject=str(run.pk), exclusive_key=f"catalog:{catalog.pk}")
    run.save(update_fields=["job"])
    record(Deed.VERSION_DRAFTED, by=by, what=run, name=run.called, after={"label": label, "asked": run.asked})
    return run


def upload_drugs(
    *, chunks: Iterable[bytes], file_name: str, by: str, note: str = "", staged: bool = False
) -> tuple[ImportRun, bool]:
    """Keep a drug master file and queue its import; returns (run, whether it is new), as `upload_catalog`.

    A `staged` one is checked and compared with the master and waits there for a second person (catalog.master_approval.merge_drugs): nothing of it is
    known before.
    """
    stored = uploads.keep(chunks)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('drug master upload'))")
            earlier = _latest_master(stored.sha256, staged)
            if not earlier:
                run = ImportRun.objects.create(
                    kind=ImportRun.Kind.DRUGS,
                    note=note,
                    staged=staged,
                    editors=[by] if staged else [],
                    **_upload_fields(stored, file_name, by),
                )
                return _queued(run, "drugs"), True
    except BaseException:
        uploads.discard(stored.path)
        raise
    uploads.discard(stored.path)
    return earlier, False


def _latest_master(sha256: str, staged: bool) -> ImportRun | None:
    """Return the run these bytes had, if nothing else came since: the master may have moved on, so only its latest file is "the same again"."""
    runs = ImportRun.objects.filter(kind=ImportRun.Kind.DRUGS)
    latest = runs.order_by("-created_at").first()
    if latest is None or (latest.waits_for_a_second and not staged and latest.outcome != ImportRun.Outcome.FAILED):
        return None
    # A file that was staged before may have been merged after it.
    if runs.filter(merged_at__gt=latest.created_at).exclude(pk=latest.pk).exists():
        return None
    return _earlier(Q(pk=latest.pk), sha256)


def _classes(prefixes: Sequence[str]) -> list[str]:
    """Return class-code prefixes as a version keeps them: in capitals, each once, in order. Raises InvalidInput."""
    found = set()
    for written in prefixes:
        try:
            found.add(codes.class_code(written.strip()).value)
        except cells.Fault as fault:
            sentence = _("%(code)s is no class code such as X or XL01.") % {"code": written}
            raise _refused("/complete_for", "bad_code", sentence) from fault
    return sorted(found)


def _columns_by_header(mapping: Mapping[str, str], kind: str) -> dict[str, str]:
    """Return own headers with the names of the columns they stand for. Raises InvalidInput for a column that a list has not."""
    known = headers_of(table_of(kind))
    found = {}
    for header, written in mapping.items():
        if not written:  # left out
            found[header] = ""
            continue
        column = known.get(header_key(written))
        if column is None:
            sentence = _("%(name)s is no column; see the columns of the file.") % {"name": written[:100]}
            raise _refused("/mapping", "unknown_column", sentence)
        found[header] = column.name
    return found


def _upload_fields(stored: uploads.StoredFile, file_name: str, by: str) -> dict[str, Any]:
    return {
        "file_name": shown_file_name(file_name),
        "file_path": stored.path,
        "file_size": stored.size,
        "sha256": stored.sha256,
        "created_by": by,
    }


def _queued(run: ImportRun, exclusive_key: str) -> ImportRun:
    run.job = jobs.enqueue(kind=IMPORT_JOB, subject=str(run.pk), exclusive_key=exclusive_key)
    run.save(update_fields=["job"])
    after = {"file": run.file_name, "sha256": run.sha256, "label": run.label}
    record(Deed.IMPORT_UPLOADED, by=run.created_by, what=run, name=run.called, after=after)
    return run


def _earlier(where: Q, sha256: str) -> ImportRun | None:
    """Return the run that these bytes had before: waiting, under way, failed by its content, staged, or ready with its version still there.

    And still what was asked for: a draft that has got another label or other days since is another one.
    """
    alive = Q(outcome="", job__state__in=[Job.State.QUEUED, Job.State.RUNNING])
    ended = Q(outcome__in=[ImportRun.Outcome.READY, ImportRun.Outcome.STAGED])
    last_day = Q(version__effective_to=F("effective_to")) | Q(version__effective_to=None, effective_to=None)
    stands = Q(version__label=F("label"), version__effective_from=F("effective_from")) & last_day
    kept = ended & (stands | Q(kind=ImportRun.Kind.DRUGS))
    told = Q(outcome=ImportRun.Outcome.FAILED, job__state=Job.State.DONE)
    return ImportRun.objects.filter(where, alive | kept | told, sha256=sha256).order_by("-created_at").first()


def _label_is_free(catalog: Catalog, label: str, by: str) -> None:
    there = catalog.versions.filter(label=label).first()
    today = clock.china_today(clock.observe().known_at)
    standing = Standing(state=there.state_on(today) if there else NEW, today=today)
    if why := why_not(MOVE["import"], standing, by):
        raise refusal_of(why, label)


def _edits_replaced(catalog: Catalog, label: str) -> int:
    """Return how many edits of entries an import with this label would lose."""
    return EntryEdit.objects.filter(version__catalog=catalog, version__label=label).count()


@transaction.atomic
def cancel_import(*, run: ImportRun, by: str) -> None:
    """Stop an import that waits or runs, or give up a file that waits for a second person; raises Ended where it is over."""
    if _given_up(run):
        transaction.on_commit(lambda: uploads.discard(run.file_path))
    elif run.job is None or not jobs.stop(run.job):
        raise Ended(_("This import has ended already."))
    record(Deed.IMPORT_CANCELLED, by=by, what=run, name=run.called)


def _given_up(run: ImportRun) -> bool:
    """Give up a file that waits for a second person; False where this one does not."""
    staged = ImportRun.objects.filter(pk=run.pk, outcome=ImportRun.Outcome.STAGED)
    return bool(staged.update(outcome=ImportRun.Outcome.GIVEN_UP, file_path="", finished_at=timezone.now()))


@transaction.atomic
def retry_import(*, run: ImportRun, by: str) -> None:
    """Give an import that failed by a fault (a dead letter) three more attempts."""
    if run.job is None or run.job.state != Job.State.DEAD:
        raise Ended(_("Only an import that failed by a fault can be retried."))
    ImportRun.objects.filter(pk=run.pk).update(outcome="", finished_at=None)
    jobs.revive(run.job)
    record(Deed.IMPORT_RETRIED, by=by, what=run, name=run.called)


@transaction.atomic
def acknowledge_import(*, run: ImportRun, by: str) -> None:
    """Say that somebody has seen to a failed import, once: it waits for nobody any more. Raises Ended where it has not failed."""
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("catalog", "job").get(pk=run.pk)
    if run.state != ImportRun.Outcome.FAILED:
        raise Ended(_("Only a failed import can be seen to."))
    if run.acknowledged_at is None:
        run.acknowledged_by, run.acknowledged_at = by, clock.observe().known_at
        run.save(update_fields=["acknowledged_by", "acknowledged_at"])
        record(Deed.IMPORT_ACKNOWLEDGED, by=by, what=run, name=run.called)


def is_file_kept(run: ImportRun) -> bool:
    """Whether the file of a failed import is kept, as it is for 30 days; its rows are shown with their problems."""
    return run.outcome == ImportRun.Outcome.FAILED and uploads.is_kept(run.file_path)


def kept_rows(run: ImportRun) -> Iterator[KeptRow]:
    """Yield the rows of the kept file of a failed import, read in a process of its own; raises FileGone."""
    with uploads.reading(run.file_path) as file:
        yield from rows_in_child(file, *how_read(run))


def file_problems(run: ImportRun) -> list[FileProblem]:
    """Return the stored problems of a run's file, as the checks found them."""
    rows = run.problems.order_by("id").values_list("code", "row", "column", "value", "message_zh", "message_en")
    return [FileProblem(*row) for row in rows]


def how_read(run: ImportRun) -> tuple[str, CheckOptions]:
    """Return the kind of file a run reads, and how it was asked to read it: for showing its rows again."""
    kind = DRUGS if run.kind == ImportRun.Kind.DRUGS else run.catalog.kind if run.catalog else ""
    return kind, CheckOptions(names=run.names, sheet=run.sheet, header_row=run.header_row, mapping=run.mapping)


def places(run: ImportRun) -> dict[str, int]:
    """Return the place of each column in a run's file (0: the first); none for runs of before these were kept."""
    return {read["column"]: column_number(read["letter"]) - 1 for read in run.columns_read if read.get("letter")}


def forget_uploads(*, before: datetime) -> int:
    """Remove the kept files of imports that ended before an instant; their problems stay, and files that wait to be merged. Answers how many."""
    stopped = Q(outcome="", job__state=Job.State.CANCELLED, job__finished_at__lt=before)
    ended = ImportRun.objects.filter(Q(finished_at__lt=before) | stopped).exclude(file_path="")
    ended = ended.exclude(outcome=ImportRun.Outcome.STAGED)
    paths = list(ended.values_list("file_path", flat=True))
    for path in paths:
        uploads.discard(path)
    ended.update(file_path="")
    return len(paths)
