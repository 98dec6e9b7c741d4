"""Reviewing a version: what is counted in it, its changes in the order a reviewer reads them, and the ticks and remarks kept at each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Value, Window
from django.db.models.aggregates import Max
from django.db.models.functions import MD5, Cast, Coalesce
from django.utils.translation import gettext as _

from catalog.checklist import Facts
from catalog.complete_for import fewer_classes
from catalog.lifecycle import PUBLISHED, WITHDRAWN
from catalog.models import CatalogEntry, CatalogVersion, ReviewMark, VersionChange
from catalog.refusals import NotADraft, SamePerson
from catalog.uncoded import UNCODED
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import FieldError, InvalidInput
from common.persons.two_persons import one_with

LONGEST_REMARK = 2000


def facts_of(version: CatalogVersion) -> Facts:
    """Return what is counted in a version for the list of checks; one statement."""
    ends_within = Q(effective_to__isnull=False, effective_to__gte=version.effective_from)
    if version.effective_to:
        ends_within &= Q(effective_to__lt=version.effective_to)
    counted = version.entries.aggregate(
        entries=Count("pk"),
        uncoded=Count("pk", filter=UNCODED),
        ends_within=Count("pk", filter=ends_within),
        over_before=Count("pk", filter=Q(effective_to__lt=version.effective_from)),
        without_class=Count("pk", filter=Q(reimbursement_class="")),
    )
    fewer = tuple(version.complete_for) if version.parent and _fewer(version.parent, version) else ()
    return Facts(
        kind=version.catalog.kind,
        first_day=version.effective_from,
        last_day=version.effective_to,
        was_consulted=version.submitted_at is not None,
        fewer_classes=fewer,
        **counted,
    )


def _fewer(parent: CatalogVersion, version: CatalogVersion) -> bool:
    return fewer_classes(parent.complete_for, version.complete_for)


# --- The changes, by drug


def changes_to_read(version: CatalogVersion) -> QuerySet[VersionChange]:
    """Return what a reviewer has to see of a version with an edition before it: every change but the slight ones."""
    return VersionChange.objects.filter(version=version, slight="")


def in_reading_order(changes: QuerySet[VersionChange]) -> QuerySet[VersionChange]:
    """Return changes by drug: drugs with a major change first, within a drug the major ones first."""
    major = Cast("major", IntegerField())
    of_drug = Window(Max(major), partition_by=[F("generic_name")])
    return changes.annotate(drug_major=of_drug).order_by("-drug_major", "generic_name", "-major", "entry_code")


def entries_to_read(version: CatalogVersion) -> QuerySet[CatalogEntry]:
    """Return what a reviewer has to see of a first edition: every entry, by name."""
    return version.entries.order_by("generic_name", "entry_code")


def with_digests(version: CatalogVersion) -> QuerySet[Any]:
    """Return the same rows in no order, each with the `digest` of what is shown of it: for the few asked for, as each costs a look-up."""
    if version.parent_id is None:
        return version.entries.order_by().annotate(digest=MD5(_joined(Value("added"), _hex("row_hash"))))
    return _digested(changes_to_read(version).order_by(), version)


def _joined(*parts: Any) -> Func:
    return Func(Value("|"), *parts, function="concat_ws", output_field=TextField())


def _hex(name: str) -> Func:
    return Func(F(name), Value("hex"), function="encode", output_field=TextField())


def _digested(changes: QuerySet[VersionChange], version: CatalogVersion) -> QuerySet[VersionChange]:
    """Add the digest of all that is shown of a change: its kind, its columns old and new, and the row itself, of a removed one the old row."""
    here = CatalogEntry.objects.filter(entry_code=OuterRef("entry_code")).annotate(hex=_hex("row_hash")).values("hex")
    row = Coalesce(Subquery(here.filter(version=version.pk)), Subquery(here.filter(version=version.parent_id)))
    told = _joined(F("change"), F("old_entry_code"), Cast("fields", TextField()), row)
    return changes.annotate(digest=MD5(told))


# --- Ticks and remarks


@dataclass(frozen=True, slots=True)
class Mark:
    """What a reviewer says at one change: `saw` is the digest of what was shown."""

    entry_code: str
    saw: str
    seen: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reviewer is: the codes seen as they stand now, of how many."""

    seen: frozenset[str]
    total: int
    marks: dict[str, ReviewMark] = field(default_factory=dict)


def _digests(version: CatalogVersion, codes: Iterable[str]) -> dict[str, str]:
    return dict(with_digests(version).filter(entry_code__in=list(codes)).values_list("entry_code", "digest"))


def progress_of(version: CatalogVersion, person: str) -> Progress:
    """Return how much of a version a person has looked at: a change that has become another since does not count."""
    marks = {mark.entry_code: mark for mark in version.marks.filter(by=person)}
    now = _digests(version, marks) if marks else {}
    seen = frozenset(code for code, mark in marks.items() if mark.seen and now.get(code) == mark.saw)
    counts = version.change_counts
    total = counts.get("major", 0) + counts.get("minor", 0) if version.parent_id else version.entry_count
    return Progress(seen, total, marks)


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark and whether what it was made on is still as it was."""

    mark: ReviewMark
    generic_name: str
    is_open: bool


def remarks_on(version: CatalogVersion) -> list[Remark]:
    """Return every reviewer's remarks on a version by entry code; one whose change has become another since is dealt with."""
    marks = list(version.marks.exclude(remark="").order_by("entry_code", "by"))
    if not marks:
        return []
    codes = [mark.entry_code for mark in marks]
    now = _digests(version, codes)
    rows: QuerySet[Any] = version.changes.all() if version.parent_id else version.entries.all()
    names = dict(rows.filter(entry_code__in=codes).values_list("entry_code", "generic_name"))
    return [Remark(mark, names.get(mark.entry_code, ""), now.get(mark.entry_code) == mark.saw) for mark in marks]


@transaction.atomic
def mark_changes(*, version: CatalogVersion, by: str, marks: Sequence[Mark]) -> int:
    """Keep a reviewer's ticks and remarks and return how many were other ones before; raises NotADraft, SamePerson (an editor), InvalidInput.

    Marks at what is no change of the version are left out; one that says nothing is taken away.
    """
    version = CatalogVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if version.state in {PUBLISHED, WITHDRAWN}:
        raise NotADraft(_(NotADraft.sentence) % {"label": version.label})
    if not one_with(by).isdisjoint(version.editors):
        raise SamePerson(_(SamePerson.sentence))
    if any(len(mark.remark) > LONGEST_REMARK for mark in marks):
        detail = _("A remark has at most %(limit)d characters.") % {"limit": LONGEST_REMARK}
        raise InvalidInput(detail, errors=[FieldError("/remark", "too_long", detail)])
    known = _digests(version, [mark.entry_code for mark in marks])
    before = {mark.entry_code: mark for mark in version.marks.filter(by=by, entry_code__in=list(known))}
    changed = [mark for mark in marks if mark.entry_code in known and _differs(mark, before.get(mark.entry_code))]
    said = [mark for mark in changed if mark.seen or mark.remark]
    silent = [mark.entry_code for mark in changed if not (mark.seen or mark.remark)]
    version.marks.filter(by=by, entry_code__in=silent).delete()
    ReviewMark.objects.bulk_create(
        [
            ReviewMark(version=version, by=by, entry_code=m.entry_code, seen=m.seen, remark=m.remark, saw=m.saw)
            for m in said
        ],
        update_conflicts=True,
        unique_fields=["version", "by", "entry_code"],
        update_fields=["seen", "remark", "saw", "at"],
    )
    if changed:
        after = {
            "seen": [mark.entry_code for mark in changed if mark.seen],
            "not_seen": [mark.entry_code for mark in changed if not mark.seen],
            "remarks": {mark.entry_code: mark.remark for mark in changed if mark.remark},
        }
        record(Deed.VERSION_MARKED, by=by, what=version, after=after)
    return len(changed)


def _differs(mark: Mark, before: ReviewMark | None) -> bool:
    if before is None:
        return mark.seen or bool(mark.remark)
    # A remark stays with what it was made on, until it is written anew or what is there now is ticked.
    saw_another = before.saw != mark.saw and mark.seen
    return before.seen != mark.seen or before.remark != mark.remark or saw_another
