"""Many lists brought in at once: the package, and each list that its cover names (spec curation 3)."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

from catalog.models import CODE_PATTERN, Catalog, ImportRun
from common.jobs.models import Job


class Collection(models.Model):
    """A ZIP or workbook of many lists with its cover table: who, when, what of it is done."""

    class Outcome(models.TextChoices):
        PENDING = "", _("not finished")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(_("file name"), max_length=255)
    file_path = models.CharField(max_length=255)
    file_size = models.PositiveBigIntegerField(_("file size"))
    sha256 = models.CharField(max_length=64)
    # What holds for every list whose row does not say it itself.
    label = models.CharField(_("label"), max_length=64, blank=True, default="", validators=[CODE_PATTERN])
    effective_from = models.DateField(_("effective from"), null=True, blank=True)
    effective_to = models.DateField(_("effective to (inclusive)"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="")
    names = models.CharField(_("names"), max_length=7, blank=True, default="")
    # Facts of catalogs that are there already are changed to what the cover says; else they are only shown.
    change_facts = models.BooleanField(_("change the catalogs' facts"), default=False)
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True, default=Outcome.PENDING)
    cover = models.CharField(_("cover table"), max_length=255, blank=True, default="")
    # What is to be told of the package as a whole: [{row, column, value, code, severity, message_zh, message_en}].
    problems = models.JSONField(_("problems"), default=list, blank=True)
    created_by = models.CharField(_("uploaded by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # The latest asking to publish what is without problems.
    publish_job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    publish_asked_by = models.CharField(_("publication asked by"), max_length=150, blank=True, default="")
    publish_note = models.TextField(_("publishing note"), blank=True, default="")
    publish_with_warnings = models.BooleanField(_("also with warnings"), default=False)

    FILE_IS_READ = ~Q(outcome="")

    class Meta:
        verbose_name = _("collection of lists")
        verbose_name_plural = _("collections of lists")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                name="collection_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(publish_asked_by="") | ~Q(publish_asked_by=F("created_by")),
                name="collection_published_by_a_second_person",
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="collection_sha256")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def state(self) -> str:
        """queued, running, ready, failed or cancelled."""
        return self.outcome or _state_of(self.job)

    @property
    def publishing(self) -> str:
        """'' where nobody has asked to publish, else queued, running, done, failed or cancelled."""
        if self.publish_job is None:
            return ""
        return "done" if self.publish_job.state == Job.State.DONE else _state_of(self.publish_job)


def _state_of(job: Job | None) -> str:
    if job is None:
        return "queued"
    return {Job.State.DONE: "running", Job.State.DEAD: "failed"}.get(Job.State(job.state), job.state)


class CollectedListQuerySet(models.QuerySet["CollectedList"]):
    def told(self) -> Self:
        """Add how each list stands: `stands`, one of STATES."""
        return self.annotate(
            stands=Case(
                When(refused=True, then=Value("refused")),
                When(run=None, then=Value("waiting")),
                When(run__version__published_at__isnull=False, then=Value("published")),
                When(run__outcome=ImportRun.Outcome.READY, run__version=None, then=Value("gone")),
                When(run__outcome=ImportRun.Outcome.READY, then=Value("ready")),
                When(run__outcome=ImportRun.Outcome.FAILED, then=Value("failed")),
                When(run__job__state__in=[Job.State.DEAD, Job.State.CANCELLED], then=Value("failed")),
                default=Value("importing"),
                output_field=models.CharField(),
            )
        )

    def counted(self) -> dict[str, int]:
        """Return how many stand how: state → count, every state named."""
        told: Any = self.order_by().told()
        return {**dict.fromkeys(STATES, 0), **dict(told.values_list("stands").annotate(n=Count("pk")))}


# refused: its row or its file is wrong, nothing of it was brought in; failed: its import has errors; gone: its draft was deleted or replaced.
STATES = ("waiting", "importing", "ready", "published", "refused", "failed", "gone")


class CollectedList(models.Model):
    """One list that a cover names: its facts, the catalog it belongs to, its import, and what is wrong with it."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="lists", verbose_name=_("collection"))
    row = models.PositiveIntegerField(_("row"))
    # Its place among the files or sheets of the package, which are in the same order whenever it is taken apart.
    part = models.PositiveIntegerField(null=True)
    file = models.CharField(_("file or sheet"), max_length=500, blank=True, default="")
    code = models.CharField(_("code"), max_length=64, blank=True, default="")
    name = models.CharField(_("name"), max_length=200, blank=True, default="")
    province = models.CharField(_("province"), max_length=50, blank=True, default="")
    publisher = models.CharField(_("publisher"), max_length=200, blank=True, default="")
    premium_cny = models.DecimalField(_("premium (CNY)"), max_digits=16, decimal_places=2, null=True, blank=True)
    insured_count = models.PositiveBigIntegerField(_("insured persons"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="")
    label = models.CharField(_("label"), max_length=64, blank=True, default="")
    effective_from = models.DateField(_("effective from"), null=True, blank=True)
    effective_to = models.DateField(_("effective to (inclusive)"), null=True, blank=True)
    expected_rows = models.PositiveIntegerField(_("expected rows"), null=True, blank=True)
    catalog = models.ForeignKey(Catalog, models.PROTECT, null=True, related_name="collected", verbose_name=_("catalog"))
    made_catalog = models.BooleanField(_("a new catalog"), default=False)
    # Facts that the catalog has otherwise: {fact: [as it was, as the cover says]}; `facts_taken`: changed to what the cover says.
    differences = models.JSONField(_("other facts"), default=dict, blank=True)
    facts_taken = models.BooleanField(_("facts changed"), default=False)
    run = models.ForeignKey(ImportRun, models.SET_NULL, null=True, related_name="collected", verbose_name=_("import"))
    refused = models.BooleanField(_("refused"), default=False)
    problems = models.JSONField(_("problems"), default=list, blank=True)
    # Why it was not published with the others: {code, message_zh, message_en}.
    not_published = models.JSONField(_("why not published"), default=dict, blank=True)

    objects = CollectedListQuerySet.as_manager()

    class Meta:
        verbose_name = _("collected list")
        verbose_name_plural = _("collected lists")
        ordering = ["collection", "row"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "row"], name="list_row_once_per_collection"),
        ]

    def __str__(self) -> str:
        return self.name or self.code
