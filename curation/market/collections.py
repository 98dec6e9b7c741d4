"""Bringing many lists in at once, and publishing those that are without problems. Each list goes the way of any single upload.

What cannot be read says so and leaves nothing behind; what can is imported. Parts of a package lie in a folder of the collection's own while its
job runs, taken out anew at each attempt.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from catalog import reference, services, uploads
from catalog.importing.child import Checked, check_many_in_child
from catalog.importing.load import checked_already
from catalog.importing.result import CheckOptions
from catalog.models import Catalog, ImportRun
from catalog.moves import check_days
from catalog.refusals import NotReady, SamePerson
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput, Refused
from common.files import open_private, private_folder
from common.jobs import services as jobs
from common.jobs.models import Job
from common.jobs.services import Lease
from common.languages import LANGUAGES, LOCALES
from common.persons.two_persons import one_with
from common.text import norm
from curation.market.cover_table import FACTS, Defaults, Listed, apart, completed, differences
from curation.market.unpacking import Cover, Kept, cover_in_child, unpacked_in_child
from curation.models import CollectedList, Collection
from tables.child_process import ChildDied
from tables.packages import Part
from tables.problems import Problem, problem
from tables.refusal import Refusal

COLLECT_JOB = "curation.collect"
PUBLISH_JOB = "curation.publish_collection"
KIND = "reference"
# So many lists are checked by one process, of files that are small enough to wait in memory.
_TOGETHER = 40
_SMALL = 256 * 1024
_PIECE = 1 << 20
_UNDER_WAY = (Job.State.QUEUED, Job.State.RUNNING)


class UnderWay(Refused):
    code = "under_way"


class NothingToPublish(Refused):
    code = "nothing_to_publish"


# ------------------------------------------------------------------------------------------------ bringing in


def upload_collection(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    by: str,
    label: str = "",
    effective_from: date | None = None,
    effective_to: date | None = None,
    note: str = "",
    names: str = "",
    change_facts: bool = False,
) -> tuple[Collection, bool]:
    """Keep a package of lists and queue its bringing in; returns (collection, whether it is new).

    `label` and days are those of every list whose row in the cover does not say them. `change_facts`: catalogs that are there already get the
    facts that the cover says. The same bytes with the same words, all of them brought in or under way, give the earlier collection. Raises
    InvalidInput for days out of order, FileTooLarge, NoRoom.
    """
    if effective_from is not None:
        check_days(effective_from, effective_to)
    elif effective_to is not None:
        detail = _("Say the first day too.")
        raise InvalidInput(detail, errors=[FieldError("/effective_from", "required", detail)])
    wanted = {
        "label": label,
        "effective_from": effective_from,
        "effective_to": effective_to,
        "names": names,
        "change_facts": change_facts,
    }
    stored = uploads.keep(chunks)
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext('collection upload'))")
            earlier = _earlier(stored.sha256, wanted)
            if earlier is None:
                made = Collection.objects.create(
                    **wanted,
                    note=note,
                    file_name=uploads.shown_file_name(file_name),
                    file_path=stored.path,
                    file_size=stored.size,
                    sha256=stored.sha256,
                    created_by=by,
                )
                made.job = jobs.enqueue(kind=COLLECT_JOB, subject=str(made.pk), exclusive_key="curation.collect")
                made.save(update_fields=["job"])
                after = {"file": made.file_name, "sha256": made.sha256, "label": label}
                record(Deed.CATALOGS_COLLECTED, by=by, what=made, after=after)
                return made, True
    except BaseException:
        uploads.discard(stored.path)
        raise
    uploads.discard(stored.path)
    return earlier, False


def _earlier(sha256: str, wanted: dict[str, Any]) -> Collection | None:
    """Return the collection that these bytes are already, unless something of it could not be brought in and may now."""
    same = (
        Collection.objects.select_related("job", "publish_job").filter(sha256=sha256, **wanted).order_by("-created_at")
    )
    for one in same[:5]:
        if one.outcome == "" and one.job is not None and one.job.state in _UNDER_WAY:
            return one
        counts = one.lists.counted()
        if one.outcome == Collection.Outcome.READY and not (counts["refused"] or counts["failed"] or counts["gone"]):
            return one
    return None


def bring_in(collection: Collection, lease: Lease) -> None:
    """Take the package apart, read its cover, and import each list that can be read; ends the lease. May run again: what is done stays done."""
    if collection.outcome:
        with transaction.atomic():
            lease.finish()
        return
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR) / f"{uploads.PACKAGE}{collection.pk.hex}"
    try:
        lease.progress("unpack")
        shutil.rmtree(folder, ignore_errors=True)
        private_folder(folder)
        try:
            with uploads.reading(collection.file_path) as package:
                parts, broken, are_sheets = _unpack(package, folder, lease)
            if not collection.lists.exists():
                lease.progress("cover")
                _write_lists(collection, cover_in_child(parts, are_sheets=are_sheets), parts, broken)
        except Refusal as refusal:
            _finish(collection, lease, Collection.Outcome.FAILED, [refusal.problem])
            return
        if not collection.lists.exists():
            _finish(collection, lease, Collection.Outcome.FAILED)
            return
        _import_all(collection, parts, lease)
        _finish(collection, lease, Collection.Outcome.READY)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _finish(collection: Collection, lease: Lease, outcome: str, problems: Sequence[Problem] = ()) -> None:
    with transaction.atomic():
        collection.outcome, collection.finished_at = outcome, timezone.now()
        collection.problems = [*collection.problems, *(found.as_dict() for found in problems)]
        collection.save(update_fields=["outcome", "finished_at", "problems"])
        lease.finish()
    uploads.discard(collection.file_path)


def _unpack(path: Path, folder: Path, lease: Lease) -> tuple[list[Kept], dict[int, Problem], bool]:
    """Write the parts into the folder; returns them, which of them are broken and why, and whether they are sheets."""
    parts: list[Kept] = []
    broken: dict[int, Problem] = {}
    are_sheets = False
    messages = unpacked_in_child(path)
    message = next(messages, None)
    while message is not None:
        assert isinstance(message, Part), "each part begins with its name"
        at, name, are_sheets = len(parts), message.name, message.is_sheet
        lease.progress("unpack", at)
        file = folder / str(at)
        with open_private(file) as written:
            while isinstance(message := next(messages, None), bytes):
                written.write(message)
        if isinstance(message, Problem):
            broken[at] = message
            message = next(messages, None)
        parts.append(Kept(name, "" if at in broken else str(file)))
    return parts, broken, are_sheets


def _write_lists(collection: Collection, cover: Cover, parts: Sequence[Kept], broken: dict[int, Problem]) -> None:
    """Keep what the cover says, each list completed and held against the others and what is there."""
    defaults = Defaults(collection.label, collection.effective_from, collection.effective_to)
    lists = completed(apart(_known_by_name(cover.lists)), defaults)
    lists = [one.told(_in_row(broken[one.part], one)) if one.part in broken else one for one in lists]
    with transaction.atomic():
        collection.cover = cover.name[:255]
        collection.problems = [found.as_dict() for found in (*cover.problems, *cover.unlisted)]
        collection.save(update_fields=["cover", "problems"])
        CollectedList.objects.bulk_create(
            [
                CollectedList(
                    collection=collection,
                    row=one.row,
                    part=one.part,
                    file=(one.file if one.part is None else parts[one.part].name)[:500],
                    **{
                        name: getattr(one, name) for name in (*FACTS, "code", "label", "effective_from", "effective_to")
                    },
                    expected_rows=one.rows,
                    refused=one.is_wrong,
                    problems=[found.as_dict() for found in one.problems],
                )
                for one in lists
            ],
            batch_size=500,
        )


def _in_row(found: Problem, one: Listed) -> Problem:
    return replace(found, row=one.row, column="file", value=one.file)


def _known_by_name(lists: Sequence[Listed]) -> list[Listed]:
    """Give lists without a code of their own the code of the one reference list of the office that is called so."""
    named = [one.name for one in lists if one.derived]
    there: dict[tuple[str, str], list[str]] = {}
    known = Catalog.objects.filter(kind=KIND, owner=None, name__in=named).values_list("name", "province", "code")
    for name, province, code in known:
        there.setdefault((norm(name), province), []).append(code)
    found = []
    for one in lists:
        codes = there.get((norm(one.name), one.province), []) if one.derived else []
        found.append(replace(one, code=codes[0], derived=False) if len(codes) == 1 else one)
    return found


# ------------------------------------------------------------------------------------------------ each list


def _import_all(collection: Collection, parts: Sequence[Kept], lease: Lease) -> None:
    """Import the lists that wait, so many at a time: begun, checked together by one process, and each loaded as by its own job."""
    total = collection.lists.filter(refused=False).count()
    waiting = list(
        collection.lists.filter(refused=False).exclude(run__outcome="ready").select_related("run").order_by("row")
    )
    done = total - len(waiting)
    lists = iter(waiting)
    while some := list(islice(lists, _TOGETHER)):
        lease.progress("import", done, total)
        with jobs.done_by_the_caller():
            runs = [run for one in some if (run := _begun(collection, one, parts))]
        waits = [run for run in runs if run.job is not None and run.job.state == Job.State.QUEUED]
        with checked_already(_checked_together(collection, waits)):
            for run in waits:
                lease.check()
                assert run.job is not None
                jobs.run(run.job.pk)
        done += len(some)
    lease.progress("import", done, total)


def _checked_together(collection: Collection, runs: Sequence[ImportRun]) -> dict[str, Checked]:
    """Return what one process finds in the small uploads of some runs, by their path."""
    with ExitStack() as opened:
        small = dict[Path, str]()
        for run in runs:
            if run.file_size <= _SMALL:
                with suppress(uploads.FileGone):  # its own job says so
                    small[opened.enter_context(uploads.reading(run.file_path))] = run.file_path
        if not small:
            return {}
        options = CheckOptions(dosage_forms=reference.dosage_form_rows(), names=runs[0].names)
        try:
            found = check_many_in_child(list(small), KIND, options)
        except ChildDied:
            return {}  # each has a process of its own then
    return {small[path]: checked for path, checked in found.items()}


def _begun(collection: Collection, one: CollectedList, parts: Sequence[Kept]) -> ImportRun | None:
    """Return the import of a list, begun where it was not; None where it is refused, which is written."""
    if one.run is not None:
        return one.run
    told = _refused_in_both(lambda: _begin(collection, one, parts))
    if told is not None:
        one.refused = True
        one.problems = [
            *one.problems,
            replace(problem("LIST_REFUSED", one.row, **_words(told)), code=told[0]).as_dict(),
        ]
        one.save(update_fields=["refused", "problems"])
        return None
    return one.run


def _words(told: tuple[str, str, str]) -> dict[str, Any]:
    return {"why_zh": told[1], "why_en": told[2]}


def _refused_in_both(do: Callable[[], object]) -> tuple[str, str, str] | None:
    """Do something that may be refused, and return the refusal's code and sentence in both languages, None where it was done.

    A refusal speaks the language it is raised in: so it is asked twice.
    """
    told: list[tuple[str, str]] = []
    for language in LANGUAGES:
        try:
            with translation.override(LOCALES[language]):
                do()
            return None
        except Refused as refused:
            told.append((refused.code, " ".join(found.detail for found in refused.errors) or refused.detail))
    return told[0][0].upper(), told[0][1], told[1][1]


@transaction.atomic
def _begin(collection: Collection, one: CollectedList, parts: Sequence[Kept]) -> None:
    """Make or find the list's catalog and queue its import, both or neither; raises what these raise, and WrongKind."""
    by = collection.created_by
    facts = {name: getattr(one, name) for name in FACTS}
    catalog = Catalog.objects.filter(owner=None, code=one.code).first()
    one.made_catalog = catalog is None
    if catalog is None:
        catalog = services.create_catalog(code=one.code, kind=KIND, by=by, **facts)
    elif catalog.kind != KIND:
        raise _wrong_kind(catalog)
    else:
        one.differences = _told(differences(facts, {name: getattr(catalog, name) for name in FACTS}))
        if one.differences and collection.change_facts:
            services.change_catalog(catalog=catalog, by=by, **{name: facts[name] for name in one.differences})
            one.facts_taken = True
    assert one.part is not None and one.effective_from is not None, "what has neither is refused"
    part = parts[one.part]
    with Path(part.path).open("rb") as file:
        run, _new = services.upload_catalog(
            catalog=catalog,
            label=one.label,
            effective_from=one.effective_from,
            effective_to=one.effective_to,
            chunks=_pieces(file),
            file_name=_file_name(collection, part),
            by=by,
            note=collection.note,
            names=collection.names,
            expected_counts={"drugs": one.expected_rows} if one.expected_rows else None,
        )
    one.catalog, one.run = catalog, run
    one.save(update_fields=["catalog", "run", "made_catalog", "differences", "facts_taken"])


class WrongKind(Refused):
    code = "wrong_kind"


def _wrong_kind(catalog: Catalog) -> WrongKind:
    what = _("an insurer's own list") if catalog.owner_id is not None else str(catalog.get_kind_display())
    told = _("The catalog %(code)s exists and is %(what)s: it takes no reference list. Give this one another code.")
    return WrongKind(told % {"code": catalog.code, "what": what})


def _told(found: dict[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    return {name: [_plain(old), _plain(new)] for name, (old, new) in found.items()}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)


def _file_name(collection: Collection, part: Kept) -> str:
    """Call a part as people would: by its own name, a sheet by that of its workbook too."""
    name = part.name.rpartition("/")[2]
    return name if "." in name[-6:] else f"{Path(collection.file_name).stem}–{name}.xlsx"


def _pieces(file: Any) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def take_facts(*, collection: Collection, by: str) -> int:
    """Change the facts of catalogs that were there already to what the cover says, where they differ; returns how many catalogs changed."""
    changed = 0
    for one in collection.lists.exclude(differences={}).filter(facts_taken=False).select_related("catalog"):
        assert one.catalog is not None, "only what is there differs"
        with transaction.atomic():
            facts = {name: getattr(one, name) for name in one.differences}
            services.change_catalog(catalog=one.catalog, by=by, **facts)
            one.facts_taken = True
            one.save(update_fields=["facts_taken"])
        changed += 1
    return changed


def follow_mended(collection: Collection) -> None:
    """Let each list whose failed import was mended on its page stand as the import that the mended file became."""
    while mended := list(collection.lists.filter(run__outcome="failed", run__mended_as__isnull=False).distinct()):
        for one in mended:
            one.run = ImportRun.objects.filter(mended_from=one.run_id).latest("created_at")
            one.save(update_fields=["run"])


# ------------------------------------------------------------------------------------------------ publishing


def ask_publication(*, collection: Collection, by: str, note: str = "", with_warnings: bool = False) -> Collection:
    """Queue the publication, by this person, of every list that is a draft without problems; `with_warnings`: of those with warnings too.

    Each is published as by itself, with all that may refuse it; why one was not stands with it. Raises SamePerson for whoever brought the lists
    in, NotReady while they still come in, UnderWay, NothingToPublish.
    """
    with transaction.atomic():
        locked = (
            Collection.objects.select_for_update(of=("self",))
            .select_related("job", "publish_job")
            .get(pk=collection.pk)
        )
        check_publisher(locked, by)
        follow_mended(locked)
        if locked.outcome != Collection.Outcome.READY:
            raise NotReady(_("The lists of this file are not all in yet; look again in a moment."))
        if locked.publishing in {"queued", "running"}:
            raise UnderWay(_("Its lists are being published already; look again in a moment."))
        if not publishable(locked, with_warnings=with_warnings).exists():
            raise NothingToPublish(_("No list of it waits to be published that is without problems."))
        locked.publish_asked_by, locked.publish_note, locked.publish_with_warnings = by, note, with_warnings
        locked.publish_job = jobs.enqueue(kind=PUBLISH_JOB, subject=str(locked.pk), exclusive_key="curation.publish")
        locked.save(update_fields=["publish_asked_by", "publish_note", "publish_with_warnings", "publish_job"])
    return locked


def check_publisher(collection: Collection, person: str) -> None:
    """Raise SamePerson for whoever brought the lists in: an editor of every one of them."""
    if collection.created_by in one_with(person):
        raise SamePerson(_(SamePerson.sentence))


def publishable(collection: Collection, *, with_warnings: bool) -> Any:
    """Return the lists that would be published together: drafts of this collection's imports without problems."""
    # The annotation's name is no field that the checker of types knows.
    found: Any = collection.lists.told()
    found = found.filter(stands="ready", run__error_count=0)
    return found if with_warnings else found.filter(run__warning_count=0, problems=[])


def publish_lists(collection: Collection, lease: Lease) -> None:
    """Publish what was asked for, one after another, each in a transaction of its own; ends the lease. May run again."""
    wanted = publishable(collection, with_warnings=collection.publish_with_warnings)
    lists = list(wanted.select_related("run__version").order_by("row"))
    for done, one in enumerate(lists):
        lease.progress("publish", done, len(lists))
        assert one.run is not None and one.run.version is not None, "it is ready"
        version = one.run.version

        def publish(version: Any = version) -> None:
            services.publish_version(version=version, by=collection.publish_asked_by, note=collection.publish_note)

        told = _refused_in_both(publish)
        found = {"code": told[0].lower(), "message_zh": told[1], "message_en": told[2]} if told else {}
        if found != one.not_published:
            one.not_published = found
            one.save(update_fields=["not_published"])
    with transaction.atomic():
        lease.finish()
