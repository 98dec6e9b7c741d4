"""Prior authorisations 事前授权: what was asked, what became of it, and which claims used it."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.sealing.box import Box
from common.sealing.fields import SealedJSON, SealedText, Tag
from common.sealing.keys import month_box

QUANTITY = {"max_digits": 24, "decimal_places": 9}


class PriorAuthorisation(models.Model):
    """A drug for a member of a product, asked for before it is given; `facts` may be removed after the insurer's retention.

    What tells of a person is sealed under the key of the insurer and the month it was asked in.
    """

    class State(models.TextChoices):
        IN_REVIEW = "in_review", _("in review")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")

    insurer = models.ForeignKey("insurers.Insurer", models.PROTECT, related_name="+", verbose_name=_("insurer"))
    product = models.ForeignKey("insurers.Product", models.PROTECT, related_name="+", verbose_name=_("product"))
    no = models.CharField(_("authorisation number"), max_length=32)
    # As in claims: a pseudonym. Blank once the retention is over.
    member_ref = SealedText(_("member reference"), blank=True)
    member_tag = Tag(of="member_ref")
    # What was asked, as it was asked; null once the retention is over.
    facts = SealedJSON(_("facts"), encoder=DjangoJSONEncoder)
    # What was answered, in code form with both languages; null once the retention is over.
    judgement = SealedJSON(_("judgement"))
    # The drug as it was recognised, by its name; blank where it was not.
    drug = models.CharField(_("drug"), max_length=300, blank=True)
    quantity = models.DecimalField(_("quantity"), null=True, **QUANTITY)
    urgent = models.BooleanField(_("urgent"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    starts_on = models.DateField(_("asked from"))
    valid_from = models.DateField(_("valid from"), null=True)
    valid_to = models.DateField(_("valid to (inclusive)"), null=True)
    # How long it is valid once approved: the product version's terms when it was asked.
    valid_days = models.PositiveIntegerField(_("days valid"))
    known_at = models.DateTimeField(_("known at"))
    rules_version = models.CharField(_("rules version"), max_length=20)
    digest = models.CharField(_("digest"), max_length=64)
    asked_by = models.CharField(_("asked by"), max_length=150)
    asked_at = models.DateTimeField(_("asked at"))
    # By when a person has to decide, what the clock stood still for aside; null where nobody has to.
    due_at = models.DateTimeField(_("due at"), null=True)
    # Since when the clock stands still: papers are awaited.
    stopped_at = models.DateTimeField(_("clock stopped at"), null=True)
    # Names and dates, no files: [{name, asked_at, sent_on, came_at}]; the latter two null while awaited.
    papers = SealedJSON(_("papers"), default=list, encoder=DjangoJSONEncoder)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = SealedText(_("reason"), blank=True)
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="renewals", verbose_name=_("renewal of"), db_index=True
    )
    purged_at = models.DateTimeField(_("facts removed at"), null=True)

    class Meta:
        verbose_name = _("prior authorisation")
        verbose_name_plural = _("prior authorisations")
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["insurer", "-asked_at", "-id"], name="authorisation_insurer_asked"),
            models.Index(fields=["insurer", "member_tag"], name="authorisation_member_tag"),
            models.Index(
                fields=["insurer", "due_at"], condition=Q(state="in_review"), name="authorisation_insurer_due"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["insurer", "no"], name="authorisation_no_once_per_insurer"),
            models.CheckConstraint(
                condition=Q(state="approved", valid_from__isnull=False, valid_to__isnull=False)
                | ~Q(state="approved") & Q(valid_from=None, valid_to=None),
                name="authorisation_days_when_approved",
            ),
            models.CheckConstraint(
                condition=Q(state="in_review", decided_at=None, due_at__isnull=False)
                | ~Q(state="in_review") & Q(decided_at__isnull=False, stopped_at=None),
                name="authorisation_decided_or_in_review",
            ),
            models.CheckConstraint(condition=Q(quantity=None) | Q(quantity__gt=0), name="authorisation_quantity"),
        ]

    def __str__(self) -> str:
        return self.no

    def sealed_under(self) -> Box:
        return month_box(self.insurer_id, self.asked_at)


class AuthorisationEvent(models.Model):
    """Something that happened to an authorisation, its uses aside: append-only."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("asked")
        JUDGED = "judged", _("judged")
        PAPERS_ASKED = "papers_asked", _("papers asked for")
        PAPERS_CAME = "papers_came", _("papers came")
        APPROVED = "approved", _("approved")
        DECLINED = "declined", _("declined")
        RENEWED = "renewed", _("renewed")

    insurer = models.ForeignKey("insurers.Insurer", models.PROTECT, related_name="+", editable=False)
    authorisation = models.ForeignKey(
        PriorAuthorisation, models.PROTECT, related_name="events", verbose_name=_("prior authorisation")
    )
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=150)
    # Nothing of the person: names of papers, days, codes of reasons, the number of a renewal.
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        verbose_name = _("event of a prior authorisation")
        verbose_name_plural = _("events of prior authorisations")
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.authorisation_id} {self.kind}"


class AuthorisationUse(models.Model):
    """What one decided line used of an authorisation, or gave back: append-only, its claim number aside, which goes with the claim's facts.

    A line of a claim, known by claim number and line number, has one use: when it is decided again, what it now uses more or less is
    written. Of a claim without a number every decision is another's.
    """

    insurer = models.ForeignKey("insurers.Insurer", models.PROTECT, related_name="+", editable=False)
    authorisation = models.ForeignKey(
        PriorAuthorisation, models.PROTECT, related_name="uses", verbose_name=_("prior authorisation")
    )
    claim_no = SealedText(_("claim number"), blank=True)
    claim_tag = Tag(of="claim_no")
    line_no = models.PositiveIntegerField(_("line"))
    # Below 0: given back.
    quantity = models.DecimalField(_("quantity"), **QUANTITY)
    # The decision it belongs to: a check's, or one of a batch.
    check_id = models.UUIDField(null=True)
    batch = models.ForeignKey("claims.ClaimBatch", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("use of a prior authorisation")
        verbose_name_plural = _("uses of prior authorisations")
        ordering = ["at", "id"]
        indexes = [
            models.Index(
                fields=["insurer", "claim_tag"], name="authorisation_use_claim_tag", condition=~Q(claim_tag=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(check_id=None, batch__isnull=False) | Q(check_id__isnull=False, batch=None),
                name="authorisation_use_of_one_decision",
            ),
            models.CheckConstraint(condition=~Q(quantity=0), name="authorisation_use_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.authorisation_id} {self.quantity}"

    def sealed_under(self) -> Box:
        return month_box(self.insurer_id, self.at)
