"""Consultation 征求意见: insurers comment on a version while it is open, the office answers, and once it is over everybody reads the summary.

Each act says who (spec curation.md 2). A comment is its insurer's and the office's; the database shows it to nobody else.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog import clock, lifecycle, uploads
from catalog.importing import comments as files
from catalog.importing.comments import CommentFile, CommentRow
from catalog.models import Catalog, CatalogVersion, Comment
from catalog.refusals import CommentGone, ConsultationOver, NotADraft, NotInConsultation, StillOpen, UnderWay
from catalog.uploads import shown_file_name
from catalog.vocabularies import DISPOSITIONS, STANCES
from common import tenancy
from common.audit.deeds import Deed
from common.audit.services import record
from common.dates import CHINA
from common.errors import FieldError, InvalidInput, Refused
from common.labels import reader_language
from tables.cells import Fault, Parser, clean
from tables.problems import problem as told

NO_ANSWER: dict[str, Any] = {"disposition": "", "answer": "", "answered_by": "", "answered_at": None}


# --- What is written, read as in a file


@dataclass(frozen=True, slots=True)
class _Field:
    """A text that somebody writes: how it is read, how long it may be, whether it may be left out."""

    parse: Parser
    longest: int
    free: bool = False
    optional: bool = False


_FIELDS = {
    "entry_code": _Field(files.entry_code, files.LONGEST_CODE, optional=True),
    "stance": _Field(files.stance, files.LONGEST_TEXT),
    "text": _Field(files.text, files.LONGEST_TEXT, free=True),
    "disposition": _Field(files.disposition, files.LONGEST_TEXT),
}


def _said(pointer: str, code: str, column: str, value: str, **details: Any) -> FieldError:
    found = told(code, None, column, value, **details)
    return FieldError(pointer, code.lower(), found.zh if reader_language() == "zh" else found.en)


def _read(**given: str) -> dict[str, str]:
    """Return what was written as it is stored. Raises InvalidInput, which names every field to mend."""
    values, errors = {}, []
    for name, written in given.items():
        field = _FIELDS[name]
        try:
            text = clean(written or "", free=field.free)
            if not text and not field.optional:
                raise Fault("REQUIRED")
            if len(text) > field.longest:
                raise Fault("TOO_LONG", found=len(text), limit=field.longest)
            values[name] = field.parse(text).value if text else ""
        except Fault as fault:
            errors.append(_said(f"/{name}", fault.code, name, written, **fault.details))
    if errors:
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=errors)
    return values


# --- Whether


def refusal_to_comment(version: CatalogVersion, today: date) -> Refused | None:
    """Return why nobody may comment on a version on a day, or change or take back a comment; None while its consultation is open."""
    if version.state_on(today) == lifecycle.CONSULTATION:
        return None
    why: type[NotInConsultation | ConsultationOver] = ConsultationOver if version.submitted_at else NotInConsultation
    return why(_(why.sentence) % {"label": version.label})


def refusal_to_answer(version: CatalogVersion) -> Refused | None:
    """Return why no comment on a version may be answered, or an answer changed: it is published. Else None."""
    return NotADraft(_(NotADraft.sentence) % {"label": version.label}) if version.published_at else None


def refusal_to_sum_up(version: CatalogVersion, today: date) -> Refused | None:
    """Return why others than the office may not read the summary yet: the consultation is open. Else None."""
    if version.state_on(today) != lifecycle.CONSULTATION:
        return None
    return StillOpen(_(StillOpen.sentence) % {"label": version.label})


def _locked(version: CatalogVersion) -> CatalogVersion:
    # As every move of the version does: no comment slips in behind the end of its consultation, no answer behind its publication.
    Catalog.objects.select_for_update(no_key=True).get(pk=version.catalog_id)
    return CatalogVersion.objects.select_related("catalog").get(pk=version.pk)


def _held(comment: Comment, version: CatalogVersion) -> Comment:
    """Lock a comment on a version that is locked; raises CommentGone where it was taken back meanwhile."""
    found = Comment.objects.select_for_update(of=("self",)).select_related("insurer").filter(pk=comment.pk).first()
    if found is None:
        raise CommentGone(_("There is no such thing, or it is not yours to see."))
    found.version = version
    return found


def _open(version: CatalogVersion) -> tuple[CatalogVersion, datetime]:
    """Lock a version; returns it and the present instant. Raises ConsultationOver, NotInConsultation."""
    version = _locked(version)
    now = clock.observe().known_at
    if refusal := refusal_to_comment(version, clock.china_today(now)):
        raise refusal
    return version, now


def _names(version: CatalogVersion, codes: Iterable[str]) -> dict[str, str]:
    """Return the generic names of those entries of the version that there are; '' is the whole list."""
    found = version.entries.filter(entry_code__in=set(codes) - {""}).values_list("entry_code", "generic_name")
    return {"": "", **dict(found)}


def _name_of(version: CatalogVersion, code: str) -> str:
    names = _names(version, [code])
    if code not in names:
        error = _said("/entry_code", "UNKNOWN_ENTRY", "entry_code", code, label=version.label, entry=code)
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=[error])
    return names[code]


# --- Commenting


def _words(comment: Comment) -> dict[str, str]:
    return {"entry_code": comment.entry_code, "stance": comment.stance, "text": comment.text}


@transaction.atomic
def add_comment(
    *, version: CatalogVersion, insurer_id: int, by: str, stance: str, text: str, entry_code: str = ""
) -> Comment:
    """Say something of an entry, or of the whole list; raises ConsultationOver, NotInConsultation, InvalidInput (also for an unknown entry)."""
    words = _read(entry_code=entry_code, stance=stance, text=text)
    version, now = _open(version)
    name = _name_of(version, words["entry_code"])
    comment = Comment.objects.create(version=version, insurer_id=insurer_id, by=by, at=now, generic_name=name, **words)
    record(Deed.COMMENT_MADE, by=by, what=comment, after=words)
    return comment


@transaction.atomic
def change_comment(*, comment: Comment, by: str, **changed: str) -> Comment:
    """Say otherwise: `entry_code`, `stance`, `text`. An answer goes: it was one to other words. Raises as `add_comment`."""
    words = _read(**changed)
    version, now = _open(comment.version)
    comment = _held(comment, version)
    before = _words(comment)
    if before | words == before:
        return comment
    if words.get("entry_code", comment.entry_code) != comment.entry_code:
        comment.generic_name = _name_of(version, words["entry_code"])
    if comment.answered_at:
        before |= {"disposition": comment.disposition, "answer": comment.answer}
    for name, value in (words | NO_ANSWER | {"changed_at": now}).items():
        setattr(comment, name, value)
    comment.save()
    record(Deed.COMMENT_CHANGED, by=by, what=comment, before=before, after=_words(comment))
    return comment


@transaction.atomic
def remove_comment(*, comment: Comment, by: str) -> None:
    """Take a comment back; raises ConsultationOver."""
    version, _now = _open(comment.version)
    comment = _held(comment, version)
    gone = copy(comment)
    comment.delete()
    record(Deed.COMMENT_REMOVED, by=by, what=gone, before=_words(gone))


# --- A file of comments


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came of a file: what was read and found, and, where it has no error, how many comments it made and how many were there already."""

    file: CommentFile
    file_name: str
    made: int = 0
    already: int = 0

    @property
    def ok(self) -> bool:
        """Whether it was kept."""
        return self.file.error_count == 0


@transaction.atomic
def upload_comments(
    *, version: CatalogVersion, insurer_id: int, by: str, chunks: Iterable[bytes], file_name: str
) -> Uploaded:
    """Make a comment of every row of a file, or none where it has an error; what the insurer has said already is not said twice.

    The file is read in a process of its own, one of an insurer at a time. Raises ConsultationOver, NotInConsultation, UnderWay, FileTooLarge, NoRoom.
    """
    today = clock.china_today(clock.observe().known_at)
    if refusal := refusal_to_comment(version, today):
        raise refusal
    _alone(insurer_id)
    stored = uploads.keep(chunks)
    try:
        with uploads.reading(stored.path) as kept:
            file = files.read_in_child(kept)
    finally:
        uploads.discard(stored.path)
    return _kept(version=version, insurer_id=insurer_id, by=by, file=file, file_name=shown_file_name(file_name))


def _alone(insurer_id: int) -> None:
    """Let no other file of the insurer be read until the transaction ends: whoever sends many holds up itself and nobody else. Raises UnderWay."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"comments of {insurer_id}"])
        if not cursor.fetchone()[0]:
            raise UnderWay(_("Another file of comments is being read; send this one when that is done."))


def _kept(*, version: CatalogVersion, insurer_id: int, by: str, file: CommentFile, file_name: str) -> Uploaded:
    version, now = _open(version)
    names = _names(version, (row.entry_code for row in file.rows))
    file = _with_unknown_entries(file, names, version.label)
    if file.error_count:
        return Uploaded(file, file_name)
    said = set(Comment.objects.filter(version=version, insurer=insurer_id).values_list("entry_code", "stance", "text"))
    new = [row for row in file.rows if (row.entry_code, row.stance, row.text) not in said]
    Comment.objects.bulk_create(
        [
            Comment(
                version=version,
                insurer_id=insurer_id,
                by=by,
                at=now,
                entry_code=row.entry_code,
                generic_name=names[row.entry_code],
                stance=row.stance,
                text=row.text,
            )
            for row in new
        ],
        batch_size=1_000,
    )
    if new:
        after = {"file": file_name, "sha256": file.sha256, "comments": len(new)}
        record(Deed.COMMENTS_UPLOADED, by=by, what=version, after=after)
    return Uploaded(file, file_name, len(new), len(file.rows) - len(new))


def _with_unknown_entries(file: CommentFile, known: dict[str, str], label: str) -> CommentFile:
    """Return what was found in a file, with an error for each row whose entry the version has not."""
    strange: list[CommentRow] = [row for row in file.rows if row.entry_code not in known]
    if not strange:
        return file
    room = max(0, files.LIMITS.problems_kept - len(file.errors))
    more = [
        told("UNKNOWN_ENTRY", row.row, "entry_code", row.entry_code, label=label, entry=row.entry_code)
        for row in strange[:room]
    ]
    errors = sorted((*file.errors, *more), key=lambda found: found.row or 0)
    return replace(file, errors=tuple(errors), error_count=file.error_count + len(strange))


# --- Answering


@transaction.atomic
def answer_comment(*, comment: Comment, by: str, disposition: str, text: str) -> Comment:
    """Answer a comment, or answer it otherwise, until the version is published; it makes nobody an editor. Raises NotADraft, InvalidInput."""
    words = _read(disposition=disposition, text=text)
    version = _locked(comment.version)
    if refusal := refusal_to_answer(version):
        raise refusal
    comment = _held(comment, version)
    before = {"disposition": comment.disposition, "answer": comment.answer} if comment.answered_at else None
    after = {"disposition": words["disposition"], "answer": words["text"]}
    if before == after:
        return comment
    comment.disposition, comment.answer = words["disposition"], words["text"]
    comment.answered_by, comment.answered_at = by, clock.observe().known_at
    comment.save(update_fields=["disposition", "answer", "answered_by", "answered_at"])
    record(Deed.COMMENT_ANSWERED, by=by, what=comment, before=before, after=after)
    return comment


def answered_between(after: datetime, until: datetime) -> QuerySet[Comment]:
    """Return the comments whose latest answer was given behind one instant and up to another, the earliest first."""
    found = Comment.objects.filter(answered_at__gt=after, answered_at__lte=until)
    return found.select_related("version__catalog").order_by("answered_at", "id")


# --- Reading


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to a comment of this stance; whose it was is not said."""

    stance: str
    disposition: str
    text: str


@dataclass(frozen=True, slots=True)
class EntrySummary:
    """How many comments of each stance an entry ('': the whole list) has, how many wait for an answer, and the answers."""

    entry_code: str
    generic_name: str
    counts: dict[str, int]
    unanswered: int
    answers: tuple[Answer, ...]


def summary_of(version: CatalogVersion) -> list[EntrySummary]:
    """Return what the comments on a version come to, the whole list first, then by entry code; no word and no name of whoever commented."""
    by_entry: dict[str, list[Comment]] = defaultdict(list)
    # Everybody may know how many spoke for and against, so all comments are counted here, whoever asks; none of them leaves this function.
    with tenancy.acting_for(tenancy.OFFICE):
        for comment in version.comments.order_by("entry_code", "at", "id"):
            by_entry[comment.entry_code].append(comment)
    return [
        EntrySummary(
            entry_code=code,
            generic_name=comments[-1].generic_name,
            counts={stance: sum(one.stance == stance for one in comments) for stance in STANCES.codes},
            unanswered=sum(one.answered_at is None for one in comments),
            answers=tuple(
                Answer(one.stance, one.disposition, one.answer)
                for one in sorted((one for one in comments if one.answered_at), key=attrgetter("answered_at"))
            ),
        )
        for code, comments in sorted(by_entry.items())
    ]


# A table for people of the office, who read it in Chinese: its header, and what stands in each column.
_SUMMARY: tuple[tuple[str, Callable[[Comment], str]], ...] = (
    ("条目编码", lambda comment: comment.entry_code),
    ("通用名", lambda comment: comment.generic_name),
    ("立场", lambda comment: STANCES[comment.stance].zh),
    ("意见", lambda comment: comment.text),
    ("保险公司编码", lambda comment: comment.insurer.code),
    ("保险公司", lambda comment: comment.insurer.name),
    ("提出人", lambda comment: comment.by),
    ("提出时间", lambda comment: _china_time(comment.changed_at or comment.at)),
    ("处理结果", lambda comment: DISPOSITIONS[comment.disposition].zh if comment.answered_at else "未答复"),
    ("答复", lambda comment: comment.answer),
    ("答复人", lambda comment: comment.answered_by),
    ("答复时间", lambda comment: _china_time(comment.answered_at) if comment.answered_at else ""),
)
SUMMARY_HEADER = tuple(header for header, _of in _SUMMARY)


def _china_time(instant: datetime) -> str:
    return instant.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def summary_rows(version: CatalogVersion) -> Iterator[list[str]]:
    """Yield the rows of the office's table 意见汇总表, under SUMMARY_HEADER: every comment with who made it and its answer."""
    comments = version.comments.select_related("insurer").order_by("entry_code", "at", "id")
    for comment in comments.iterator(1_000):
        yield [of(comment) for _header, of in _SUMMARY]
