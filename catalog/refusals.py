"""What the catalog's services say no to: each refusal with its code, its status and its sentence."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from common.errors import FieldError, InvalidInput, Refused
from common.lifecycle import Why


class CodeTaken(Refused):
    code = "code_taken"


class CatalogPublished(Refused):
    code = "catalog_published"
    sentence = gettext_noop(
        "%(fields)s of a catalog that has a published version cannot be changed: answers were given by it."
    )


class LabelTaken(Refused):
    code = "label_taken"
    sentence = gettext_noop("Version %(label)s exists and is no draft; use another label.")


class NotADraft(Refused):
    code = "not_a_draft"
    sentence = gettext_noop("%(label)s is no draft any more.")


class NotInReview(Refused):
    code = "not_in_review"
    sentence = gettext_noop("%(label)s is neither in review nor in consultation; there is nothing to send back.")


class NotInConsultation(Refused):
    code = "not_in_consultation"
    sentence = gettext_noop("%(label)s is not in consultation.")


class NotPublished(Refused):
    code = "not_published"
    sentence = gettext_noop("%(label)s is not published, or is withdrawn already.")


class NotAsked(Refused):
    code = "not_asked"
    sentence = gettext_noop("Nobody has asked for the withdrawal of %(label)s.")


class SamePerson(Refused):
    code = "same_person"
    sentence = gettext_noop("Whoever imported, edited or submitted a version cannot publish it; ask a second person.")


class SamePersonWithdraws(SamePerson):
    sentence = gettext_noop("You asked for this withdrawal; a second person carries it out.")


class SamePersonMerges(SamePerson):
    sentence = gettext_noop("Whoever uploaded or mended this file cannot merge it; ask a second person.")


class NotStaged(Refused):
    code = "not_staged"
    sentence = gettext_noop("This file does not wait to be merged into the drug master.")


class NotReady(Refused):
    code = "not_ready"
    sentence = gettext_noop("This file is still being checked; look again in a moment.")


class AlreadyMerged(Refused):
    code = "already_merged"
    sentence = gettext_noop("%(person)s had this file merged already.")


class ConsultationOpen(Refused):
    code = "consultation_open"
    sentence = gettext_noop("The consultation is still open; end it first, or wait until its last day is over.")


class CommentsUnanswered(Refused):
    code = "comments_unanswered"
    sentence = gettext_noop("%(count)d comments are not answered yet.")


class HasComments(Refused):
    code = "has_comments"
    sentence = gettext_noop(
        "Insurers made %(count)d comments on %(label)s; it is kept with them. Go on with it: edit it, or import a file under its label."
    )


class CommentGone(Refused):
    code = "not_found"
    status = 404


class UnderWay(Refused):
    code = "in_flight"


class ConsultationOver(Refused):
    code = "consultation_over"
    sentence = gettext_noop(
        "The consultation on %(label)s is over; comments are made and changed only while it is open."
    )


class StillOpen(Refused):
    code = "consultation_open"
    sentence = gettext_noop("The consultation on %(label)s is still open; its summary can be read once it is over.")


class BaseChanged(Refused):
    code = "base_changed"
    sentence = gettext_noop(
        "This draft was compared with %(base)s; what it follows now is %(follows)s. Look at the comparison again, and say against which."
    )


class MassChange(Refused):
    code = "mass_change"
    sentence = gettext_noop("%(lost)d of %(before)d entries in force go or get narrower; confirm it.")


class IncompleteCount(Refused):
    code = "incomplete_count"
    sentence = gettext_noop(
        "The list does not have as many rows as expected: %(counts)s. Mend it, or say why it is right."
    )


class Conflicts(Refused):
    """Both sides changed the same: `more["conflicts"]` names each, for somebody to resolve."""

    code = "conflicts"
    sentence = gettext_noop(
        "The draft and %(follows)s changed the same in %(count)d places; say for each entry whether yours (mine) or theirs counts."
    )


class DraftEdited(Refused):
    code = "draft_edited"
    sentence = gettext_noop(
        "The entries of draft %(label)s were edited by hand %(count)d times; that would be lost. "
        "Use another label, or say that it is to be replaced (replace=true)."
    )


class ChangedMeanwhile(Refused):
    code = "precondition_failed"
    status = 412
    sentence = gettext_noop("It has changed since you read it; read it again.")


class NothingBefore(Refused):
    code = "nothing_before"
    sentence = gettext_noop("Nothing was in force before %(label)s; there is nothing to go back to.")


class PastDay(Refused):
    code = "past_day"
    status = 400
    sentence = gettext_noop("This day is over in China, where it is %(today)s; choose a later one.")
    pointer = "/comments_until"


class ReasonRequired(InvalidInput):
    sentence = gettext_noop("Give a reason.")
    pointer = "/reason"


class Altered(Refused):
    code = "checksum_mismatch"


class Ended(Refused):
    code = "already_ended"


_BY_CODE: dict[str, Any] = {
    made.code: made
    for made in (
        LabelTaken,
        NotADraft,
        NotInReview,
        NotInConsultation,
        NotPublished,
        NotAsked,
        SamePerson,
        ConsultationOpen,
        CommentsUnanswered,
        HasComments,
        BaseChanged,
        MassChange,
        IncompleteCount,
        NothingBefore,
        PastDay,
    )
} | {"same_person_withdraws": SamePersonWithdraws, "reason_required": ReasonRequired}


def refusal_of(why: Why, label: str) -> Refused:
    """Return the refusal of a move of the version with this label, to be raised or to be told."""
    made: Any = _BY_CODE[why.code]
    told = {name: _("nothing") if value is None else value for name, value in why.told.items()}
    sentence = _(made.sentence) % {"label": label, **told}
    where = getattr(made, "pointer", "")
    refused: Refused = made(sentence, errors=[FieldError(where, why.code, sentence)] if where else [])
    return refused
