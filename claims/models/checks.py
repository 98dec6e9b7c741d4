"""Decisions of single claims: append-only, with the facts they rest on and the digest that proves them."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _


class ClaimCheck(models.Model):
    """One decided claim. `facts` may be removed after the insurer's retention; the decision's digest stays."""

    class Outcome(models.TextChoices):
        ELIGIBLE = "eligible", _("eligible")
        REVIEW = "review", _("review")
        INELIGIBLE = "ineligible", _("ineligible")
        REFUNDED = "refunded", _("refunded")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insurer = models.ForeignKey("insurers.Insurer", models.PROTECT, related_name="+", verbose_name=_("insurer"))
    product = models.ForeignKey("insurers.Product", models.PROTECT, related_name="+", verbose_name=_("product"))
    claim_no = models.CharField(_("claim number"), max_length=100, blank=True, default="")
    service_date = models.DateField(_("service date"), null=True)
    as_known_at = models.DateTimeField(_("asked as known at"), null=True)
    known_at = models.DateTimeField(_("known at"))
    # The worst outcome of its lines, and every outcome that occurs.
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    outcomes = ArrayField(models.CharField(max_length=10), verbose_name=_("outcomes of the lines"))
    rules_version = models.CharField(_("rules version"), max_length=20)
    digest = models.CharField(_("digest"), max_length=64)
    # What was asked, as it was asked; null once the retention is over.
    facts = models.JSONField(_("facts"), null=True, encoder=DjangoJSONEncoder)
    # The member that it was asked for, to find by; goes with the facts.
    member_ref = models.GeneratedField(
        expression=KT("facts__member__member_ref"), output_field=models.TextField(), db_persist=True
    )
    # What was answered, in code form; null once the retention is over.
    decision = models.JSONField(_("decision"), null=True)
    purged_at = models.DateTimeField(_("facts removed at"), null=True)
    decided_by = models.CharField(_("asked by"), max_length=150)
    decided_at = models.DateTimeField(_("decided at"))

    class Meta:
        verbose_name = _("claim check")
        verbose_name_plural = _("claim checks")
        ordering = ["-decided_at", "-id"]
        indexes = [
            models.Index(fields=["insurer", "-decided_at", "-id"], name="check_insurer_decided"),
            models.Index(fields=["insurer", "claim_no"], name="check_insurer_claim_no"),
            models.Index(fields=["insurer", "service_date"], name="check_insurer_service_date"),
            models.Index(fields=["digest"], name="check_digest"),
            models.Index(fields=["insurer", "member_ref"], name="check_insurer_member"),
        ]

    def __str__(self) -> str:
        return self.claim_no or str(self.id)


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
