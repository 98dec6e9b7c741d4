"""Findings: what the rules found in the lists and products, and what became of each."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.visibility import readable_by
from common.labels import choices
from curation.vocabularies import FINDING_KINDS
from insurers.models import Insurer


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, insurer_id: int | None) -> Self:
        """Keep what is about shared lists alone, and the insurer's own; None is the catalog office, which sees all."""
        return self.filter(readable_by(insurer_id))


class Finding(models.Model):
    """One cause that the rules found, from when it was first seen until it was gone; the same cause is the same row for ever."""

    class State(models.TextChoices):
        OPEN = "open", _("to be seen to")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        GONE = "gone", _("gone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=30, choices=choices(FINDING_KINDS.terms))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
    # What makes it the same cause tomorrow (curation.findings.causes.Cause.identity).
    identity = models.CharField(max_length=64, unique=True, editable=False)
    # Whose own list or product it is about; none: shared lists alone.
    owner = models.ForeignKey(
        Insurer, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("insurer")
    )
    catalogs = ArrayField(models.CharField(max_length=64), verbose_name=_("catalogs"), default=list)
    # Editions, entries, days, product: as the rules told them last (curation.findings.services).
    facts = models.JSONField(_("facts"), default=dict)
    first_seen_at = models.DateTimeField(_("first seen"))
    opened_at = models.DateTimeField(_("open since"))
    last_seen_at = models.DateTimeField(_("last seen"))
    gone_at = models.DateTimeField(_("gone since"), null=True, blank=True)
    acknowledged_by = models.CharField(_("acknowledged by"), max_length=150, blank=True, default="")
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    acknowledge_reason = models.TextField(_("reason"), blank=True, default="")

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="gone", gone_at__isnull=False)
                | Q(state="open", gone_at=None, acknowledged_at=None)
                | Q(state="acknowledged", gone_at=None, acknowledged_at__isnull=False),
                name="finding_state_says_what_happened",
            ),
            models.CheckConstraint(condition=Q(kind__in=FINDING_KINDS.codes), name="finding_kind_is_known"),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None) | (~Q(acknowledged_by="") & ~Q(acknowledge_reason="")),
                name="acknowledged_with_name_and_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "kind", "-opened_at", "-id"], name="finding_state_kind"),
            GinIndex(fields=["catalogs"], name="finding_catalogs"),
        ]

    def __str__(self) -> str:
        facts = self.facts
        about = facts.get("drug") or facts.get("text") or "、".join(self.catalogs)
        return f"{self.get_kind_display()} {about}"[:200]


class FindingsWorked(models.Model):
    """Of which revision and day the findings were worked out last: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    revision = models.BigIntegerField(default=-1)
    day = models.DateField(null=True)
    worked_at = models.DateTimeField(_("worked out"), null=True)
    seconds = models.FloatField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_findings_row")]

    def __str__(self) -> str:
        return f"{self.revision} {self.day}"
