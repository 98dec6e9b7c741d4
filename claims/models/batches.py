"""Files of claims decided together: the batch, its chunks, what was asked and what was decided."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.jobs.models import Job
from common.sealing.box import Box
from common.sealing.fields import SealedJSON, SealedText
from common.sealing.keys import batch_box


class ClaimBatch(models.Model):
    """A file of claims decided together, all as known at one instant: when it was accepted.

    What tells of persons, here and in its rows, is sealed under the batch's own key.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insurer = models.ForeignKey("insurers.Insurer", models.PROTECT, related_name="+", verbose_name=_("insurer"))
    product = models.ForeignKey("insurers.Product", models.PROTECT, related_name="+", verbose_name=_("product"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    # The observation at acceptance: whoever decides a part of it, and whenever, sees what was known then.
    known_at = models.DateTimeField(_("known at"))
    revision = models.BigIntegerField()
    file_name = SealedText(_("file name"), blank=True)
    file_path = models.CharField(max_length=255)
    file_size = models.PositiveBigIntegerField(_("file size"))
    file_format = models.CharField(_("file format"), max_length=10, blank=True, default="")
    sha256 = models.CharField(max_length=64)
    # Reads the file; the deciding has a job for each chunk.
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    claims = models.PositiveIntegerField(_("claims"), default=0)
    invalid_claims = models.PositiveIntegerField(_("invalid claims"), default=0)
    lines = models.PositiveIntegerField(_("lines"), default=0)
    lines_done = models.PositiveIntegerField(_("lines decided"), default=0)
    rules_version = models.CharField(_("rules version"), max_length=20, blank=True, default="")
    # JSON: which days and drug identities its claims ask about, so that a worker loads the facts once for all of its chunks.
    asked_about = SealedText(blank=True)
    totals = models.JSONField(_("totals"), null=True)
    # What is wrong with the file as a whole, and what is worth knowing: [{row, column, value, code, message_zh, message_en}].
    errors = SealedJSON(_("errors"), default=list, blank=True)
    warnings = SealedJSON(_("warnings"), default=list, blank=True)
    created_by = models.CharField(_("uploaded by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    purged_at = models.DateTimeField(_("facts removed at"), null=True)

    FILE_IS_READ = ~Q(state__in=["queued", "running"])

    class Meta:
        verbose_name = _("claim batch")
        verbose_name_plural = _("claim batches")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["insurer", "-created_at", "-id"], name="batch_insurer_created"),
            models.Index(fields=["product", "sha256"], name="batch_product_sha256"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="done", totals__isnull=False, finished_at__isnull=False) | ~Q(state="done"),
                name="batch_done_with_totals",
            )
        ]

    def __str__(self) -> str:
        return self.file_name or str(self._meta.verbose_name)

    def sealed_under(self) -> Box:
        return batch_box(self.insurer_id, self.pk)

    @property
    def facts_removed(self) -> bool:
        """Whether retention removed its facts, or its key is destroyed: a batch whose facts are there has the name of its file."""
        return self.purged_at is not None or not self.file_name


class BatchChunk(models.Model):
    """A part of a batch that one job decides: every claim of some members, so that their accumulators carry within it."""

    batch = models.ForeignKey(ClaimBatch, models.PROTECT, related_name="chunks", verbose_name=_("claim batch"))
    insurer = models.ForeignKey("insurers.Insurer", models.PROTECT, related_name="+", editable=False)
    number = models.PositiveIntegerField(_("number"))
    # The claims with these member keys, both ends inclusive.
    first_key = models.BigIntegerField()
    last_key = models.BigIntegerField()
    claims = models.PositiveIntegerField(_("claims"))
    lines = models.PositiveIntegerField(_("lines"))
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    # What repeats from line to line of its decisions, kept once (claims.batches.record); null until decided, and after retention.
    parts = SealedText()
    # Of its parts what is looked for, and tells of nobody: [{catalog, version}]; goes with them.
    catalogs = models.JSONField(_("lists consulted"), null=True)
    totals = models.JSONField(null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("batch chunk")
        verbose_name_plural = _("batch chunks")
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="chunk_number_once_per_batch")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"

    def sealed_under(self) -> Box:
        return batch_box(self.insurer_id, self.batch_id)


class BatchClaim(models.Model):
    """The facts of one claim of a batch, as read from the file; deleted once the retention is over."""

    pk = models.CompositePrimaryKey("batch_id", "seq")
    batch = models.ForeignKey(ClaimBatch, models.PROTECT, related_name="+", db_index=False)
    # Rows by the million: the insurer is the batch's, which is checked.
    insurer = models.ForeignKey(
        "insurers.Insurer", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    seq = models.PositiveIntegerField(help_text="place in the file, by its first row")
    # A keyed hash of member_ref (claim_rows.member_key): claims of one member have one key, and so one chunk. Null: the claim is invalid as it
    # stands.
    member_key = models.BigIntegerField(null=True)
    lines = models.PositiveIntegerField()
    # JSON: {"rows", "claim": as asked}, or for an invalid claim what claims.batches.record keeps of it.
    facts = SealedText()

    class Meta:
        verbose_name = _("batch claim")
        verbose_name_plural = _("batch claims")
        indexes = [models.Index(fields=["batch", "member_key"], name="batch_claim_member")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.seq}"

    def sealed_under(self) -> Box:
        return batch_box(self.insurer_id, self.batch_id)


class BatchDecision(models.Model):
    """What was decided of one claim of a batch: append-only. `decided` may be removed after retention; the digest stays."""

    pk = models.CompositePrimaryKey("batch_id", "seq")
    batch = models.ForeignKey(ClaimBatch, models.PROTECT, related_name="+", db_index=False)
    insurer = models.ForeignKey(
        "insurers.Insurer", models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    seq = models.PositiveIntegerField()
    # The chunk whose parts `decided` refers to; null where the claim was invalid as it stood in the file.
    chunk_id = models.BigIntegerField(null=True)
    outcome = models.CharField(_("outcome"), max_length=10)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    decided = SealedText()
    # By what the claim is found by its number, which stands in `decided` (claim_rows.claim_tag).
    claim_tag = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("batch decision")
        verbose_name_plural = _("batch decisions")

    def __str__(self) -> str:
        return f"{self.batch_id} {self.seq} ({self.outcome})"

    def sealed_under(self) -> Box:
        return batch_box(self.insurer_id, self.batch_id)
