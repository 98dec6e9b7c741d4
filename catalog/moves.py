"""Every move of a catalog version: the table is asked (catalog/lifecycle.py), the row is written, the deed is logged, in one transaction.

Each says who; instants are the database's (catalog.clock). The catalog's row is the lock of all that happens to its versions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from catalog import clock, lifecycle
from catalog.changes import compared_anew, follow
from catalog.checksum import checksum_of
from catalog.importing.load import delete_draft
from catalog.lifecycle import MOVE, Standing
from catalog.log.services import append as append_to_log
from catalog.models import Catalog, CatalogEntry, CatalogVersion, EntryEvidence
from catalog.refusals import Altered, LabelTaken, NothingBefore, refusal_of
from common.audit.deeds import Deed
from common.audit.services import SYSTEM, record
from common.errors import FieldError, InvalidInput, Refused
from common.lifecycle import Move, Why, why_not
from common.persons.two_persons import one_with


def standing_of(version: CatalogVersion, today: date) -> Standing:
    """Return how a version stands on a day, without what it is held against when it is published."""
    asked = version.state == lifecycle.PUBLISHED and version.withdrawal_asked_by
    return Standing(
        state=lifecycle.ASKED if asked else version.state_on(today),
        today=today,
        editors=frozenset(version.editors),
        asked_by=version.withdrawal_asked_by,
        **comment_counts(version),
    )


def comment_counts(version: CatalogVersion) -> dict[str, Any]:
    """Return how many comments a version has that is not published, and how many wait for an answer; one query, if it was consulted on."""
    if version.submitted_at is None or version.published_at is not None:
        return {}
    waiting = Count("pk", filter=Q(answered_at=None))
    return version.comments.aggregate(comments=Count("pk"), unanswered=waiting)


def refusal(version: CatalogVersion, move: str, person: str, today: date) -> Refused | None:
    """Return why a person may not do a move today whatever they send, or None: what a page shows in place of the button."""
    return refusal_of_standing(version, move, person, standing_of(version, today))


def refusal_of_standing(version: CatalogVersion, move: str, person: str, standing: Standing) -> Refused | None:
    """Return the same of a version whose standing is known already."""
    why = why_not(MOVE[move], standing, person) or _not_alone(move, standing, person)
    return refusal_of(why, version.label) if why else None


def _not_alone(move: str, standing: Standing, person: str) -> Why | None:
    """Return why a move that takes two is refused for whoever counts as one person with somebody else (common.persons.two_persons), or None."""
    if "same_person" not in MOVE[move].codes or not (standing.editors or standing.asked_by):
        return None
    others = (why_not(MOVE[move], standing, one) for one in one_with(person) - {person})
    return next((why for why in others if why and why.code.startswith("same_person")), None)


def _locked(version: CatalogVersion) -> CatalogVersion:
    Catalog.objects.select_for_update(no_key=True).get(pk=version.catalog_id)
    return CatalogVersion.objects.select_related("catalog", "parent", "base").get(pk=version.pk)


def _settled(version: CatalogVersion, today: date) -> bool:
    """End a consultation whose last day is over and tell whether there was one. Its deed is still to be logged, last."""
    over = version.state_on(today) != version.state
    if over:
        version.state = lifecycle.DRAFT
        version.consultation_closed_at = clock.observe().known_at
        version.save(update_fields=["state", "consultation_closed_at"])
    return over


@dataclass(frozen=True, slots=True)
class PendingMove:
    """A move that may be done: its row of the table, the version locked; `until`: its consultation ended by itself on that day, unlogged yet."""

    move: Move[Standing]
    version: CatalogVersion
    by: str
    until: dict[str, Any] | None = None

    def done(self, *fields: str, before: Any = None, after: Any = None, reason: str = "") -> CatalogVersion:
        """Write the named fields, and the deed."""
        if self.move.marks and self.by not in self.version.editors:
            self.version.editors = [*self.version.editors, self.by]
        self.version.save(update_fields=[*fields, "editors"])
        self.log(before=before, after=after, reason=reason)
        return self.version

    def kept(self, *fields: str, before: Any = None, reason: str = "") -> CatalogVersion:
        """Write the named fields of a published version, of which no other may change, and the deed."""
        self.version.save(update_fields=fields)
        self.log(before=before, reason=reason)
        return self.version

    def log(self, *, before: Any = None, after: Any = None, reason: str = "") -> None:
        # After everything else that takes a lock: see common.audit.services.record.
        self.log_end()
        record(Deed(self.move.deed), by=self.by, what=self.version, before=before, after=after, reason=reason)

    def log_end(self) -> None:
        """Log that the consultation ended by itself, where it did."""
        if self.until:
            record(Deed.VERSION_CONSULTATION_ENDED, by=SYSTEM, what=self.version, before=self.until)


def begin_move(version: CatalogVersion, move: str, by: str, given: Mapping[str, Any], today: date) -> PendingMove:
    """Lock the version and ask the table; raises what it says."""
    version = _locked(version)
    until = {"comments_until": version.comments_until} if _settled(version, today) else None
    standing = standing_of(version, today)
    if move == "publish" and why_not(MOVE[move], standing, by) is None:
        version = compared_anew(version)
        standing = held_against(version, today)
    if why := why_not(MOVE[move], standing, by, given) or _not_alone(move, standing, by):
        raise refusal_of(why, version.label)
    return PendingMove(MOVE[move], version, by, until)


def today_in_china() -> date:
    """Return the day it is in China, by the database's clock."""
    return clock.china_today(clock.observe().known_at)


# --- Consultation and review


@transaction.atomic
def submit_version(*, version: CatalogVersion, by: str, comments_until: date | None = None) -> CatalogVersion:
    """Open a draft for consultation, until a day or until somebody ends it; raises NotADraft, PastDay."""
    asked = begin_move(version, "consult", by, {"comments_until": comments_until}, today_in_china())
    version = asked.version
    version.state = lifecycle.CONSULTATION
    version.submitted_by = by
    version.submitted_at = clock.observe().known_at
    version.comments_until = comments_until
    version.consultation_closed_at = None
    fields = ("state", "submitted_by", "submitted_at", "comments_until", "consultation_closed_at")
    return asked.done(*fields, after={"comments_until": comments_until})


@transaction.atomic
def end_consultation(*, version: CatalogVersion, by: str) -> CatalogVersion:
    """End a consultation before its last day: the version is a draft again. Raises NotInConsultation."""
    asked = begin_move(version, "end-consultation", by, {}, today_in_china())
    asked.version.state = lifecycle.DRAFT
    asked.version.consultation_closed_at = clock.observe().known_at
    return asked.done("state", "consultation_closed_at", before={"comments_until": asked.version.comments_until})


def end_consultations() -> int:
    """End every consultation whose last day is over in China; returns how many. The calendar does it, nobody else."""
    today = today_in_china()
    over = CatalogVersion.objects.filter(state=lifecycle.CONSULTATION, comments_until__lt=today)
    ended = 0
    for version in over:
        with transaction.atomic():
            version = _locked(version)
            if _settled(version, today):
                until = {"comments_until": version.comments_until}
                record(Deed.VERSION_CONSULTATION_ENDED, by=SYSTEM, what=version, before=until)
                ended += 1
    return ended


@transaction.atomic
def request_review(*, version: CatalogVersion, by: str, note: str = "") -> CatalogVersion:
    """Hand a draft to the reviewers; raises NotADraft, CommentsUnanswered."""
    asked = begin_move(version, "request-review", by, {}, today_in_china())
    version = asked.version
    version.state = lifecycle.REVIEW
    version.review_requested_by = by
    version.review_requested_at = clock.observe().known_at
    version.review_note = note
    return asked.done("state", "review_requested_by", "review_requested_at", "review_note", reason=note)


@transaction.atomic
def send_back(*, version: CatalogVersion, by: str, reason: str) -> CatalogVersion:
    """Make a version in review or in consultation a draft again, for a reason; it makes nobody an editor. Raises NotInReview, ReasonRequired."""
    asked = begin_move(version, "send-back", by, {"reason": reason}, today_in_china())
    version = asked.version
    version.sent_back_at = clock.observe().known_at
    if version.state == lifecycle.CONSULTATION:
        version.consultation_closed_at = version.sent_back_at
    version.state = lifecycle.DRAFT
    version.sent_back_by = by
    version.sent_back_reason = reason
    fields = ("state", "sent_back_by", "sent_back_at", "sent_back_reason", "consultation_closed_at")
    return asked.done(*fields, reason=reason)


# --- Publishing

# What is asked before a publication by rooms that stand above this one (settings.PUBLICATION_CHECKS). It gets `version`, `by` and `reasons`, by the
# ids of what it found and somebody says may be so, why; raises a Refused; returns what is to be done once the version is published, in the same
# transaction, and takes every lock before it returns.
PublicationCheck = Callable[..., Callable[[], None]]


def publication_checks() -> list[PublicationCheck]:
    """Return what is asked before every publication, whatever door it comes by."""
    return [import_string(name) for name in settings.PUBLICATION_CHECKS]


@transaction.atomic
def publish_version(
    *,
    version: CatalogVersion,
    by: str,
    note: str = "",
    confirm: bool = False,
    against: str | None = None,
    acknowledge: str = "",
    reasons: Mapping[str, str] | None = None,
) -> CatalogVersion:
    """Bring a draft or a version in review into force from its first day, known from now on; it never changes afterwards.

    `confirm` a mass change; `against` names the edition it follows now, where that is another one than at import; `acknowledge` says why other
    counts than expected are right, `reasons` why what the publication checks found may be so, by its id. Raises NotADraft, SamePerson (an editor),
    ConsultationOpen, CommentsUnanswered, BaseChanged, MassChange, IncompleteCount, Altered (its entries are not those that were checked), and what
    the checks raise (golden cases: GoldenCasesDiffer).
    """
    given = {"confirm": confirm, "against": against, "acknowledge": acknowledge}
    asked = begin_move(version, "publish", by, given, today_in_china())
    version = asked.version
    if checksum_of(version.pk) != version.checksum:
        raise Altered(_("The entries are not those that were imported; import the file again."))
    once_published = [check(version=version, by=by, reasons=reasons or {}) for check in publication_checks()]
    _remember_drugs(version)
    version.published_at = clock.declare()
    version.published_by = by
    version.publish_note = note
    version.state = lifecycle.PUBLISHED
    after = {"checksum": version.checksum, "against": version.parent.label if version.parent else None, **given}
    append_to_log(version, "published")
    done = asked.done("published_at", "published_by", "publish_note", "state", after=after, reason=note or acknowledge)
    for do in once_published:
        do()
    return done


def held_against(version: CatalogVersion, today: date) -> Standing:
    """Return how a draft stands with all that publishing it is held against: what it follows now, what goes or gets narrower, its counts.

    The version is one that was `compared_anew`.
    """
    follows = version.parent
    return replace(
        standing_of(version, today),
        base=version.base.label if version.base else None,
        follows=follows.label if follows else None,
        lost=version.change_counts.get("narrower", 0) if follows else 0,
        in_force=follows.entry_count if follows else 0,
        counted=counts_of(version, version.expected_counts),
        expected=version.expected_counts,
    )


def counts_of(version: CatalogVersion, names: Mapping[str, int]) -> dict[str, int]:
    """Return how many printed rows a version has for each class-code prefix named, `drugs` for all of them.

    Entries that one printed row became count once; an entry that came from no row counts for itself.
    """
    found = {}
    for name in names:
        prefix = "" if name == "drugs" else name
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT row_no) FILTER (WHERE row_no > 0) + count(*) FILTER (WHERE row_no = 0)"
                " FROM catalog_catalogentry WHERE version_id = %s AND starts_with(class_code, %s)",
                [version.pk, prefix],
            )
            found[name] = cursor.fetchone()[0]
    return found


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


# --- Withdrawing: one asks, another does


@transaction.atomic
def withdraw_version(*, version: CatalogVersion, by: str, reason: str = "") -> CatalogVersion:
    """Ask for a published version's withdrawal, or, where another person has asked, carry it out: from now on it is asked for nothing new.

    Who asks gives the reason, and it stays theirs. Earlier answers keep the version. Raises NotPublished, ReasonRequired, SamePersonWithdraws.
    """
    version = _locked(version)
    if version.withdrawal_asked_by and version.state == lifecycle.PUBLISHED:
        asked = begin_move(version, "withdraw", by, {}, today_in_china())
        version = asked.version
        version.withdrawn_at = clock.declare()
        version.withdrawn_by = by
        version.state = lifecycle.WITHDRAWN
        append_to_log(version, "withdrawn")
        return asked.kept("withdrawn_at", "withdrawn_by", "state", reason=version.withdraw_reason)
    asked = begin_move(version, "ask-withdrawal", by, {"reason": reason}, today_in_china())
    version = asked.version
    version.withdrawal_asked_by = by
    version.withdrawal_asked_at = clock.observe().known_at
    version.withdraw_reason = reason
    return asked.kept("withdrawal_asked_by", "withdrawal_asked_at", "withdraw_reason", reason=reason)


@transaction.atomic
def keep_version(*, version: CatalogVersion, by: str) -> CatalogVersion:
    """Take back the asking for a withdrawal; raises NotAsked."""
    asked = begin_move(version, "keep", by, {}, today_in_china())
    version = asked.version
    before = {"asked_by": version.withdrawal_asked_by, "reason": version.withdraw_reason}
    version.withdrawal_asked_by, version.withdrawal_asked_at, version.withdraw_reason = "", None, ""
    return asked.kept("withdrawal_asked_by", "withdrawal_asked_at", "withdraw_reason", before=before)


# --- Drafts


EDITABLE = ("label", "effective_from", "effective_to", "note", "complete_for", "expected_counts")


@transaction.atomic
def edit_version(*, version: CatalogVersion, by: str, **changed: Any) -> CatalogVersion:
    """Correct a draft's label, days, note, `complete_for` or expected counts (EDITABLE); with other days it is compared anew.

    Raises NotADraft, LabelTaken, InvalidInput for days out of order.
    """
    asked = begin_move(version, "edit", by, changed, today_in_china())
    version = asked.version
    changed = {name: value for name, value in changed.items() if getattr(version, name) != value}
    if not changed:
        asked.log_end()
        return version
    before = {name: getattr(version, name) for name in changed}
    for name, value in changed.items():
        setattr(version, name, value)
    check_days(version.effective_from, version.effective_to)
    if "label" in changed and version.catalog.versions.filter(label=version.label).exclude(pk=version.pk).exists():
        raise LabelTaken(_("The catalog has a version %(label)s already.") % {"label": version.label})
    version = asked.done(*changed, before=before, after=changed)
    return compared_anew(version) if "effective_from" in changed else version


def check_days(first: date, last: date | None) -> None:
    """Raise InvalidInput where the last day is before the first."""
    if last and last < first:
        detail = _("effective_to is before effective_from; check both days.")
        problem = FieldError("/effective_to", "date_order", detail)
        raise InvalidInput(_("The request is invalid; see `errors`."), errors=[problem])


@transaction.atomic
def create_draft(
    *,
    catalog: Catalog,
    label: str,
    effective_from: date,
    by: str,
    effective_to: date | None = None,
    copy_of: CatalogVersion | None = None,
    note: str = "",
    complete_for: Sequence[str] = (),
    expected_counts: Mapping[str, int] | None = None,
) -> CatalogVersion:
    """Make a draft, empty or with the entries of a version of the same catalog (then with its checksum); raises LabelTaken, InvalidInput."""
    version = _new_draft(
        catalog,
        label,
        by,
        copy_of=copy_of,
        effective_from=effective_from,
        effective_to=effective_to,
        note=note,
        complete_for=sorted(set(complete_for)),
        expected_counts=dict(expected_counts or {}),
    )
    record(Deed.VERSION_EDITED, by=by, what=version, after={"copy_of": copy_of.label if copy_of else None})
    return version


def _new_draft(
    catalog: Catalog, label: str, by: str, *, copy_of: CatalogVersion | None, **fields: Any
) -> CatalogVersion:
    check_days(fields["effective_from"], fields["effective_to"])
    Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
    if catalog.versions.filter(label=label).exists():
        raise LabelTaken(_("The catalog has a version %(label)s already.") % {"label": label})
    version = CatalogVersion.objects.create(catalog=catalog, label=label, created_by=by, editors=[by], **fields)
    if copy_of:
        _copy_entries(copy_of.pk, version.pk)
    version.checksum = checksum_of(version.pk)
    version.entry_count = version.entries.count()
    version.save(update_fields=["checksum", "entry_count"])
    follow(version)
    version.base = version.parent
    version.save(update_fields=["base"])
    return version


def _copy_entries(old_id: int, new_id: int) -> None:
    """Copy the entries of a version, with what they rest on: a copy says the same for the same reason."""
    for model in (CatalogEntry, EntryEvidence):
        columns = [str(f.column) for f in model._meta.concrete_fields if not f.primary_key and f.name != "version"]
        table, listed = model._meta.db_table, ", ".join(columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (version_id, {listed})"  # noqa: S608
                f" SELECT %s, {listed} FROM {table} WHERE version_id = %s ORDER BY id",
                [new_id, old_id],
            )


@transaction.atomic
def revert_version(
    *,
    version: CatalogVersion,
    by: str,
    label: str = "",
    effective_from: date | None = None,
    effective_to: date | None = None,
) -> CatalogVersion:
    """Make a draft equal to the edition before a published one, for the days of the latter where none are given; a second person publishes it.

    Without a label it is called `<label>-revert`, with a number where that is taken. Raises NotPublished, NothingBefore, LabelTaken.
    """
    asked = begin_move(version, "revert", by, {}, today_in_china())
    version = asked.version
    if version.parent is None:
        raise NothingBefore(_(NothingBefore.sentence) % {"label": version.label})
    draft = _new_draft(
        version.catalog,
        label or _free_label(version),
        by,
        copy_of=version.parent,
        effective_from=effective_from or version.effective_from,
        effective_to=effective_to if effective_from else version.effective_to,
        note=_("Back to %(before)s, instead of %(label)s") % {"before": version.parent.label, "label": version.label},
        complete_for=version.parent.complete_for,
    )
    asked.log(after={"draft": draft.label, "copy_of": version.parent.label})
    return draft


def _free_label(version: CatalogVersion) -> str:
    wanted = f"{version.label[:50]}-revert"
    taken = set(version.catalog.versions.values_list("label", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(label for label in (wanted, *numbered) if label not in taken)


@transaction.atomic
def discard_draft(*, version: CatalogVersion, by: str) -> None:
    """Delete a draft with its entries; raises NotADraft, HasComments."""
    asked = begin_move(version, "discard", by, {}, today_in_china())
    facts = {"checksum": asked.version.checksum, "entries": asked.version.entry_count}
    asked.log(before=facts)
    delete_draft(asked.version)
