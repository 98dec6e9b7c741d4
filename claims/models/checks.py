"""Decisions of single claims: append-only, with the facts they rest on and the digest that proves them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.sealing.box import Box
from common.sealing.fields import SealedJSON, SealedText, Tag
from common.sealing.keys import month_box


class ClaimCheck(models.Model):
    """One decided claim. `facts` may be removed after the insurer's retention; the decision's digest stays.

    What tells of a person is sealed under the key of the insurer and the month it was decided in.
    """

    class Outcome(models.TextChoices):
        ELIGIBLE = "eligible", _("eligible")
        REVIEW = "review", _("review")
        INELIGIBLE = "ineligible", _("ineligible")
        REFUNDED = "refunded", _("refunded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insurer = models.ForeignKey("insurers.Insurer", models.PROTECT, related_name="+", verbose_name=_("insurer"))
    product = models.ForeignKey("insurers.Product", models.PROTECT, related_name="+", verbose_name=_("product"))
    claim_no = SealedText(_("claim number"), blank=True)
    claim_tag = Tag(of="claim_no")
    service_date = models.DateField(_("service date"), null=True)
    as_known_at = models.DateTimeField(_("asked as known at"), null=True)
    known_at = models.DateTimeField(_("known at"))
    # The worst outcome of its lines, and every outcome that occurs.
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    outcomes = ArrayField(models.CharField(max_length=10), verbose_name=_("outcomes of the lines"))
    rules_version = models.CharField(_("rules version"), max_length=20)
    digest = models.CharField(_("digest"), max_length=64)
    # What was asked, as it was asked; null once the retention is over.
    facts = SealedJSON(_("facts"), encoder=DjangoJSONEncoder)
    # The member that it was asked for, to find by; goes with the facts.
    member_tag = Tag(of="member_ref")
    # What was answered, in code form; null once the retention is over.
    decision = SealedJSON(_("decision"))
    # Of the answer what is counted and looked for, and tells of nobody: {amount, claimable, payable}, and [{catalog, version}]; go with it.
    totals = models.JSONField(_("totals"), null=True)
    catalogs = models.JSONField(_("lists consulted"), null=True)
    purged_at = models.DateTimeField(_("facts removed at"), null=True)
    decided_by = models.CharField(_("asked by"), max_length=150)
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("claim check")
        verbose_name_plural = _("claim checks")
        ordering = ["-decided_at", "-id"]
        indexes = [
            models.Index(fields=["insurer", "-decided_at", "-id"], name="check_insurer_decided"),
            models.Index(fields=["insurer", "claim_tag"], name="check_insurer_claim_tag"),
            models.Index(fields=["insurer", "service_date"], name="check_insurer_service_date"),
            models.Index(fields=["digest"], name="check_digest"),
            models.Index(fields=["insurer", "member_tag"], name="check_insurer_member_tag"),
        ]

    def __str__(self) -> str:
        return self.claim_no or str(self.id)

    def sealed_under(self) -> Box:
        return month_box(self.insurer_id, self.decided_at)

    @property
    def member_ref(self) -> str:
        """The member that it was asked for; '' once the facts are removed."""
        member = (self.facts or {}).get("member")
        return str(member.get("member_ref") or "") if isinstance(member, dict) else ""


class Receipt(models.Model):
    """What was signed for a check (claims.receipts): kept for ever, also when the check's facts are gone."""

    check_id = models.UUIDField(primary_key=True)
    insurer = models.ForeignKey("insurers.Insurer", models.PROTECT, related_name="+", editable=False)
    jws = models.TextField()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.check_id)
