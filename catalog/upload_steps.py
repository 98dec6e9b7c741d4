"""An upload in three steps: a file is kept, looked at until it is read as it should be, and made an import (issue 12, Upload).

What is known so far stands in the database (Upload), so that a person may go away and come back; nothing of it is a deed before it is an import.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.apps import apps
from django.utils.translation import gettext as _

from catalog import services, uploads
from catalog.importing.columns import usual_names
from catalog.importing.preview import Preview, preview_in_child
from catalog.importing.result import CheckOptions
from catalog.models import Catalog, ImportRun, Upload
from common import tenancy
from common.errors import Refused
from tables.child_process import ChildDied

_PIECE = 1 << 20
_REMEMBERED_RUNS = 20


class NotSeen(Refused):
    code = "not_looked_at"
    status = 503


def begin_upload(*, catalog: Catalog, chunks: Iterable[bytes], file_name: str, by: str) -> Upload:
    """Keep a file and look at its beginning, read as the catalog's last files were; raises FileTooLarge, NotSeen."""
    stored = uploads.keep(chunks)
    try:
        upload = Upload.objects.create(
            catalog=catalog,
            file_name=uploads.shown_file_name(file_name),
            file_path=stored.path,
            file_size=stored.size,
            names=_remembered_names(catalog),
            mapping=remembered_mapping(catalog),
            created_by=by,
        )
    except BaseException:
        uploads.discard(stored.path)
        raise
    _look(upload)
    upload.save(update_fields=["preview"])
    return upload


def look_again(
    *,
    upload: Upload,
    names: str,
    sheet: str,
    header_row: int | None,
    chosen: Mapping[str, str],
    typed: Mapping[str, Any],
) -> Upload:
    """Read the file's beginning otherwise: `chosen` says by a column's own header what it is to be read as ('' for nothing).

    `typed` is what else stands in the form, kept for the person to come back to. Raises NotSeen.
    """
    guessed = {column.header: column.column for column in seen(upload).columns}
    # With another header row these are other columns.
    is_other = (sheet, header_row) != (upload.sheet, upload.header_row)
    changed = {} if is_other else {own: column for own, column in chosen.items() if guessed.get(own) != column}
    upload.names, upload.sheet, upload.header_row, upload.typed = names, sheet, header_row, dict(typed)
    upload.mapping = {**upload.mapping, **changed}
    _look(upload)
    upload.save(update_fields=["names", "sheet", "header_row", "mapping", "typed", "preview"])
    return upload


def queue_upload(
    *,
    upload: Upload,
    label: str,
    effective_from: date,
    effective_to: date | None,
    by: str,
    note: str = "",
    complete_for: Sequence[str] = (),
    expected_counts: Mapping[str, int] | None = None,
    replace: bool = False,
    suggest_codings: bool = False,
) -> tuple[ImportRun, bool]:
    """Make the file an import, as `services.upload_catalog` does, and forget the upload; raises what that raises, keeping it."""
    # What is remembered of headers that this file has not is no wish about it.
    headers = {column.header for column in seen(upload).columns}
    mapping = {own: column for own, column in upload.mapping.items() if own in headers}
    with uploads.reading(upload.file_path) as kept, kept.open("rb") as file:
        queued = services.upload_catalog(
            catalog=upload.catalog,
            label=label,
            effective_from=effective_from,
            effective_to=effective_to,
            chunks=_pieces(file),
            file_name=upload.file_name,
            by=by,
            note=note,
            names=upload.names,
            complete_for=complete_for,
            sheet=upload.sheet,
            header_row=upload.header_row,
            mapping=mapping,
            expected_counts=expected_counts,
            replace=replace,
            suggest_codings=suggest_codings,
        )
    discard_upload(upload=upload)
    return queued


def discard_upload(*, upload: Upload) -> None:
    """Forget a file that is no import."""
    upload.delete()
    uploads.discard(upload.file_path)


def forget_abandoned(*, before: datetime) -> int:
    """Forget the files that were looked at before an instant and left; answers how many."""
    left = list(Upload.objects.filter(created_at__lt=before))
    for upload in left:
        discard_upload(upload=upload)
    return len(left)


def forget_orphans(*, before: datetime) -> int:
    """Remove kept files, last written before an instant, that nobody reads any more: a process was killed before it wrote their row, or removed them.

    Every table that keeps a file names it in a column `file_path`, whichever app it is of, and says in FILE_IS_READ when it is done with. Answers
    how many.
    """
    old = uploads.kept_before(before)
    keeping = [model for model in apps.get_models() if any(field.name == "file_path" for field in model._meta.fields)]
    with tenancy.acting_for(tenancy.EVERYBODY):  # who sees less would take others' files for nobody's
        named = {
            path
            for model in keeping
            for path in model._base_manager.filter(file_path__in=old)
            .exclude(model.FILE_IS_READ)  # type: ignore[attr-defined]
            .values_list("file_path", flat=True)
        }
    for path in old:
        if path not in named:
            uploads.discard(path)
    return len(set(old) - named) + uploads.forget_half_received(before=before)


def seen(upload: Upload) -> Preview:
    """Return what was last seen of an upload's file."""
    return msgspec.convert(upload.preview, Preview)


def remembered_mapping(catalog: Catalog) -> dict[str, str]:
    """Return what the catalog's last successful files were told to read their own headers as: the latest word on each."""
    runs = ImportRun.objects.filter(catalog=catalog, outcome=ImportRun.Outcome.READY).exclude(mapping={})
    latest = list(runs.order_by("-created_at").values_list("mapping", flat=True)[:_REMEMBERED_RUNS])
    return {header: column for mapping in reversed(latest) for header, column in mapping.items()}


def _remembered_names(catalog: Catalog) -> str:
    runs = ImportRun.objects.filter(catalog=catalog, outcome=ImportRun.Outcome.READY).exclude(names="")
    latest = runs.order_by("-created_at").values_list("names", flat=True).first()
    return latest or usual_names(catalog.kind)


def _look(upload: Upload) -> None:
    options = CheckOptions(names=upload.names, sheet=upload.sheet, header_row=upload.header_row, mapping=upload.mapping)
    try:
        with uploads.reading(upload.file_path) as file:
            found = preview_in_child(file, upload.catalog.kind, options)
    except ChildDied as died:
        raise NotSeen(_("The file could not be looked at just now; try again.")) from died
    upload.preview = msgspec.to_builtins(found)


def _pieces(file: Any) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
