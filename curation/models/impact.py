"""Impact runs 影响试算: what a version would change in decisions that are recorded. Sums stay; the lines of an insurer's own run go with the
facts that they were tried on."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import CatalogVersion
from claims.models import BatchChunk, ClaimBatch
from common.jobs.models import Job
from common.sealing.box import Box
from common.sealing.fields import SealedText
from common.sealing.keys import month_box


class ImpactRun(models.Model):
    """One trying of a version on recorded decisions: of one insurer, or of all (`insurer` None: the office's, which keeps no line)."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Goes with its draft, in the database: whoever deletes a draft may not see the runs of others (migration).
    version = models.ForeignKey(
        CatalogVersion,
        models.DO_NOTHING,
        related_name="impact_runs",
        db_constraint=False,
        verbose_name=_("catalog version"),
    )
    insurer = models.ForeignKey(
        settings.TENANT_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("insurer")
    )
    # Of what: a product's code ('' for every product), and either a batch or claims of these days, both inclusive.
    product = models.CharField(_("product"), max_length=64, blank=True, default="", db_default="")
    batch = models.ForeignKey(
        ClaimBatch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("claim batch")
    )
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    # Why a failed one failed: the version was edited meanwhile, or a technical fault.
    fault = models.CharField(_("fault"), max_length=20, blank=True, default="", db_default="")
    # The observation when it was asked: every part is tried with what was known then.
    known_at = models.DateTimeField(_("known at"))
    revision = models.BigIntegerField()
    # What the version said when it was asked (curation.impact.mark): its entries and days.
    mark = models.CharField(max_length=64)
    # Finds out what is to be tried; the trying has a job for each part.
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    # Of the parts together: what is to be tried, as far as it is known before the claims are read.
    claims = models.PositiveIntegerField(_("claims"), default=0)
    checks = models.PositiveIntegerField(_("claim checks"), default=0)
    batch_claims = models.PositiveIntegerField(_("claims of batches"), default=0)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    # Claims that were not tried, by why: {"facts_removed", "invalid", "other_rules"}.
    not_tried = models.JSONField(_("not tried"), default=dict)
    # curation.impact.totals; null until done.
    totals = models.JSONField(_("totals"), null=True)
    created_by = models.CharField(_("asked by"), max_length=150)
    created_at = models.DateTimeField(_("asked at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("impact run")
        verbose_name_plural = _("impact runs")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["version", "insurer", "-created_at"], name="impact_run_of_version"),
            models.Index(fields=["insurer", "-created_at", "-id"], name="impact_run_of_insurer"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(batch__isnull=False, first_day=None, last_day=None)
                | Q(batch=None, first_day__isnull=False, last_day__gte=models.F("first_day")),
                name="impact_of_a_batch_or_of_days",
            ),
            models.CheckConstraint(
                condition=Q(state="done", totals__isnull=False, finished_at__isnull=False) | ~Q(state="done"),
                name="impact_done_with_totals",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.created_at:%Y-%m-%d}"


class ImpactPart(models.Model):
    """A part of a run that one job tries: a chunk of a batch (every claim of some members), or some recorded checks of one product."""

    run = models.ForeignKey(ImpactRun, models.DO_NOTHING, related_name="parts", db_constraint=False, db_index=False)
    # The run's: the office's have none, whoever's claims they try.
    insurer = models.ForeignKey(settings.TENANT_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    number = models.PositiveIntegerField(_("number"))
    chunk = models.ForeignKey(BatchChunk, models.PROTECT, null=True, related_name="+")
    checks = ArrayField(models.UUIDField(), default=list)
    claims = models.PositiveIntegerField(_("claims"))
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    totals = models.JSONField(null=True)
    # The lines that come out otherwise, a JSON array a line (curation.impact.results); null before, after retention, and in the office's runs.
    differing = SealedText()
    tried_at = models.DateTimeField(_("tried at"), null=True)

    class Meta:
        verbose_name = _("part of an impact run")
        verbose_name_plural = _("parts of impact runs")
        ordering = ["run", "number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="part_number_once_per_impact_run"),
            models.CheckConstraint(
                condition=Q(insurer__isnull=False) | Q(differing=None), name="office_keeps_no_line_of_an_insurer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.number}"

    def sealed_under(self) -> Box:
        return month_box(self.insurer_id, self.run.created_at)
