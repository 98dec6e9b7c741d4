"""Every write to catalogs: creating, uploading, submitting, publishing, withdrawing. Each says who; instants are the database's (catalog.clock)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from catalog import clock, uploads
from catalog.changes import compared_anew
from catalog.entries import checksum_of
from catalog.importing.columns import header_key, headers_of, table_of
from catalog.importing.load import delete_draft
from catalog.importing.result import usual_names
from catalog.models import Catalog, CatalogVersion, ImportRun, Series
from common.errors import InvalidInput, Problem, Refused
from common.jobs import services as jobs
from common.jobs.models import Job
from tables import cells
from tables.problems import Problem as FileProblem

IMPORT_JOB = "catalog.import"
MASS_CHANGE_SHARE = Decimal("0.10")


class CodeTaken(Refused):
    code = "code_taken"


class LabelTaken(Refused):
    code = "label_taken"


class NotADraft(Refused):
    code = "not_a_draft"


class NotPublished(Refused):
    code = "not_published"


class SamePerson(Refused):
    code = "same_person"


class MassChange(Refused):
    code = "mass_change"


class Altered(Refused):
    code = "checksum_mismatch"


class Ended(Refused):
    code = "already_ended"


def _refuse(pointer: str, code: str, detail: str) -> None:
    raise InvalidInput(_("The request is invalid; see `errors`."), errors=[Problem(pointer, code, detail)])


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
    """Make a catalog; raises CodeTaken, or InvalidInput for an unknown series or one on a catalog that is not commercial."""
    if series and kind != "commercial":
        _refuse("/series", "not_commercial", _("Only a commercial catalog has a series; leave it out."))
    if series and not Series.objects.filter(pk=series).exists():
        known = ", ".join(Series.objects.values_list("code", flat=True))
        _refuse("/series", "unknown_series", _("No such series; known are: %(known)s.") % {"known": known})
    try:
        with transaction.atomic():
            return Catalog.objects.create(
                code=code,
                name=name,
                kind=kind,
                series_id=series or None,
                publisher=publisher,
                owner_id=owner_id,
                province=province,
                premium_cny=premium_cny,
                insured_count=insured_count,
                provenance=provenance,
                note=note,
            )
    except IntegrityError as taken:  # also by a catalog that the caller may not see
        raise CodeTaken(_("The code %(code)s is taken; choose another.") % {"code": code}) from taken


def shown_file_name(name: str) -> str:
    """Return an uploaded file's name without folders and unprintable characters, at most 255 long; for showing only."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:255] or "upload"


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
) -> tuple[ImportRun, bool]:
    """Keep a file and queue its import as a draft of the catalog; returns (run, whether it is new).

    `names` is `printed` or `plain` ('': printed for a base list, else plain); `complete_for` the class-code prefixes of which the list is
    complete (none: altogether); `sheet`, `header_row` and `mapping` (own header → column) say where the table stands and how its columns are called.
    The same bytes to be read the same way for the same catalog, label and days again give the earlier run. Raises InvalidInput for days out of
    order, for a class that is none and a column that is none, LabelTaken where the label is not a draft's, FileTooLarge.
    """
    if effective_to and effective_to < effective_from:
        _refuse("/effective_to", "date_order", _("effective_to is before effective_from; check both days."))
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
            if not earlier:
                _label_is_free(catalog, label)
                run = ImportRun.objects.create(
                    kind=ImportRun.Kind.ENTRIES,
                    **wanted,
                    note=note,
                    **_upload_fields(stored, file_name, by),
                )
                return _queued(run, f"catalog:{catalog.pk}"), True
    except BaseException:
        uploads.discard(stored.path)
        raise
    uploads.discard(stored.path)
    return earlier, False


def upload_drugs(*, chunks: Iterable[bytes], file_name: str, by: str, note: str = "") -> tuple[ImportRun, bool]:
    """Keep a drug master file and queue its import; returns (run, whether it is new), as `upload_catalog`."""
    stored = uploads.keep(chunks)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('drug master upload'))")
            # The master may have moved on since: only its latest file is "the same again".
            latest = ImportRun.objects.filter(kind=ImportRun.Kind.DRUGS).order_by("-created_at").first()
            earlier = _earlier(Q(pk=latest.pk), stored.sha256) if latest else None
            if not earlier:
                run = ImportRun.objects.create(
                    kind=ImportRun.Kind.DRUGS, note=note, **_upload_fields(stored, file_name, by)
                )
                return _queued(run, "drugs"), True
    except BaseException:
        uploads.discard(stored.path)
        raise
    uploads.discard(stored.path)
    return earlier, False


def class_list(text: str) -> list[str]:
    """Part class-code prefixes as people list them: `X;Z`."""
    return [piece.strip() for piece in re.split("[;；|｜、,，]", text) if piece.strip()]


def _classes(prefixes: Sequence[str]) -> list[str]:
    """Return class-code prefixes as a version keeps them: in capitals, each once, in order. Raises InvalidInput."""
    found = set()
    for written in prefixes:
        try:
            found.add(cells.class_code(written.strip()).value)
        except cells.Fault:
            _refuse("/complete_for", "bad_code", _("%(code)s is no class code such as X or XL01.") % {"code": written})
    return sorted(found)


def _columns_by_header(mapping: Mapping[str, str], kind: str) -> dict[str, str]:
    """Return own headers with the names of the columns they stand for. Raises InvalidInput for a column that a list has not."""
    known = headers_of(table_of(kind))
    found = {}
    for header, written in mapping.items():
        column = known.get(header_key(written))
        if column is None:
            _refuse(
                "/mapping",
                "unknown_column",
                _("%(name)s is no column; see the columns of the file.") % {"name": written[:100]},
            )
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
    return run


def _earlier(where: Q, sha256: str) -> ImportRun | None:
    """Return the run that these bytes had before: waiting, under way, failed by its content, or ready with its version still there."""
    alive = Q(outcome="", job__state__in=[Job.State.QUEUED, Job.State.RUNNING])
    kept = Q(outcome=ImportRun.Outcome.READY) & (Q(version__isnull=False) | Q(kind=ImportRun.Kind.DRUGS))
    told = Q(outcome=ImportRun.Outcome.FAILED, job__state=Job.State.DONE)
    return ImportRun.objects.filter(where, alive | kept | told, sha256=sha256).order_by("-created_at").first()


def _label_is_free(catalog: Catalog, label: str) -> None:
    taken = catalog.versions.filter(label=label).exclude(state=CatalogVersion.State.DRAFT).exists()
    if taken:
        raise LabelTaken(_("Version %(label)s exists and is no draft; use another label.") % {"label": label})


@transaction.atomic
def submit_version(*, version: CatalogVersion, by: str, comments_until: date | None = None) -> CatalogVersion:
    """Open a draft for consultation; raises NotADraft."""
    version = _locked(version)
    if version.state != CatalogVersion.State.DRAFT:
        raise NotADraft(_("%(label)s is no draft any more.") % {"label": version.label})
    version.state = CatalogVersion.State.CONSULTATION
    version.submitted_by = by
    version.submitted_at = clock.observe().known_at
    version.comments_until = comments_until
    version.save(update_fields=["state", "submitted_by", "submitted_at", "comments_until"])
    return version


@transaction.atomic
def publish_version(*, version: CatalogVersion, by: str, note: str = "", confirm: bool = False) -> CatalogVersion:
    """Bring a draft or a version in consultation into force from its first day, known from now on; it never changes afterwards.

    Raises NotADraft, SamePerson (whoever imported or submitted it), MassChange (more than 10 % of the entries in force go or get narrower, without
    `confirm`), Altered (its entries are not those that were checked).
    """
    version = _locked(version)
    if version.state not in {CatalogVersion.State.DRAFT, CatalogVersion.State.CONSULTATION}:
        raise NotADraft(_("%(label)s is published already.") % {"label": version.label})
    if by in {version.created_by, version.submitted_by}:
        raise SamePerson(_("Whoever imported or submitted a version cannot publish it; ask a second person."))
    if checksum_of(version.pk) != version.checksum:
        raise Altered(_("The entries are not those that were imported; import the file again."))
    version = compared_anew(version)
    _guard_mass_change(version, confirm)
    _remember_drugs(version)
    version.published_at = clock.declare()
    version.published_by = by
    version.publish_note = note
    version.state = CatalogVersion.State.PUBLISHED
    version.save(update_fields=["published_at", "published_by", "publish_note", "state"])
    return version


@transaction.atomic
def withdraw_version(*, version: CatalogVersion, by: str, reason: str) -> CatalogVersion:
    """End a published version for everything asked from now on; earlier answers keep it. Raises NotPublished."""
    version = _locked(version)
    if version.state != CatalogVersion.State.PUBLISHED:
        raise NotPublished(_("%(label)s is not published, or is withdrawn already.") % {"label": version.label})
    version.withdrawn_at = clock.declare()
    version.withdrawn_by = by
    version.withdraw_reason = reason
    version.state = CatalogVersion.State.WITHDRAWN
    version.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason", "state"])
    return version


@transaction.atomic
def discard_draft(*, version: CatalogVersion, by: str) -> None:
    """Delete a draft with its entries; raises NotADraft."""
    version = _locked(version)
    if version.published_at:
        raise NotADraft(_("%(label)s is published already.") % {"label": version.label})
    delete_draft(version)


def _locked(version: CatalogVersion) -> CatalogVersion:
    # The catalog's row is the lock of all that happens to its versions.
    Catalog.objects.select_for_update(no_key=True).get(pk=version.catalog_id)
    return CatalogVersion.objects.select_related("catalog").get(pk=version.pk)


def lost_entries(version: CatalogVersion) -> tuple[int, int]:
    """Return (entries that go or get narrower, entries before) of a draft against the edition it follows, by the stored comparison."""
    if version.parent is None:
        return 0, 0
    return version.change_counts.get("narrower", 0), version.parent.entry_count


def is_mass_change(version: CatalogVersion) -> bool:
    """Tell whether publishing a draft asks for confirmation: more than a tenth of the entries before go or get narrower."""
    lost, before = lost_entries(version)
    return lost > before * MASS_CHANGE_SHARE


def _guard_mass_change(version: CatalogVersion, confirm: bool) -> None:
    if is_mass_change(version) and not confirm:
        lost, before = lost_entries(version)
        raise MassChange(
            _("%(lost)d of %(before)d entries in force go or get narrower; confirm it.")
            % {"lost": lost, "before": before}
        )


def _remember_drugs(version: CatalogVersion) -> None:
    """Add a drug for every base name of the version that has none yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_drug (id, base_name, generic_name, pinyin, initials)"
            " SELECT DISTINCT ON (base_name) 'drug_' || left(encode(sha256(convert_to(base_name, 'UTF8')), 'hex'), 16),"
            " base_name, generic_name, pinyin, initials FROM catalog_catalogentry e"
            " WHERE version_id = %s AND base_name <> ''"
            " AND NOT EXISTS (SELECT FROM catalog_drug d WHERE d.base_name = e.base_name)"
            " ORDER BY base_name, entry_code ON CONFLICT DO NOTHING",
            [version.pk],
        )


def cancel_import(*, run: ImportRun) -> None:
    """Stop an import that waits or runs; raises Ended where it is over."""
    if run.job is None or not jobs.cancel(job=run.job):
        raise Ended(_("This import has ended already."))


def retry_import(*, run: ImportRun) -> None:
    """Give an import that failed by a fault (a dead letter) three more attempts."""
    if run.job is None or run.job.state != Job.State.DEAD:
        raise Ended(_("Only an import that failed by a fault can be retried."))
    with transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(outcome="", finished_at=None)
        jobs.retry(job=run.job)


def kept_file(run: ImportRun) -> Path | None:
    """Return where the file of a failed import is kept, while it is (30 days); its rows are shown with their problems."""
    if run.outcome != ImportRun.Outcome.FAILED or not run.file_path:
        return None
    path = uploads.full_path(run.file_path)
    return path if path.exists() else None


def file_problems(run: ImportRun) -> list[FileProblem]:
    """Return the stored problems of a run's file, as the checks found them."""
    rows = run.problems.order_by("id").values_list("code", "row", "column", "value", "message_zh", "message_en")
    return [FileProblem(*row) for row in rows]


def how_read(run: ImportRun) -> tuple[str, CheckOptions]:
    """Return the kind of file a run reads, and how it was asked to read it: for showing its rows again."""
    kind = DRUGS if run.kind == ImportRun.Kind.DRUGS else run.catalog.kind if run.catalog else ""
    return kind, CheckOptions(sheet=run.sheet, header_row=run.header_row, mapping=run.mapping)


def forget_uploads(*, before: datetime) -> int:
    """Remove the kept files of imports that ended before an instant; their problems stay. Answers how many."""
    ended = ImportRun.objects.filter(finished_at__lt=before).exclude(file_path="")
    paths = list(ended.values_list("file_path", flat=True))
    for path in paths:
        uploads.discard(path)
    ended.update(file_path="")
    return len(paths)
