"""Files brought in, and what was wrong with them."""

import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from catalog.models.catalogs import CODE_PATTERN, Catalog
from catalog.models.versions import CatalogVersion
from common.jobs.models import Job


class ImportRunQuerySet(models.QuerySet["ImportRun"]):
    def unsettled(self) -> Self:
        """Keep those that wait, run, or failed and were neither followed by another one for the same version nor taken note of."""
        later = ImportRun.objects.filter(
            kind=OuterRef("kind"), label=OuterRef("label"), created_at__gt=OuterRef("created_at")
        ).filter(Q(catalog=OuterRef("catalog")) | Q(catalog=None, kind="drugs"))
        later = later.exclude(outcome="", job__state=Job.State.CANCELLED).exclude(outcome="given_up")
        under_way = Q(outcome="", job__state__in=[Job.State.QUEUED, Job.State.RUNNING])
        failed = Q(outcome="failed") | Q(outcome="", job__state=Job.State.DEAD)
        return self.filter(under_way | (failed & Q(acknowledged_by="") & ~Exists(later)))


class ImportRun(models.Model):
    """One uploaded file on its way to a draft (or into the drug master): who, what, its job, and what was found."""

    class Outcome(models.TextChoices):
        PENDING = "", _("not finished")
        # Checked and compared, and not a row of it written: it waits for a second person (the drug master, curation.md 7).
        STAGED = "staged", _("waits to be merged")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")
        GIVEN_UP = "given_up", _("given up")

    class Kind(models.TextChoices):
        ENTRIES = "entries", _("catalog entries")
        DRUGS = "drugs", _("drug master")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ENTRIES)
    catalog = models.ForeignKey(
        Catalog, models.PROTECT, null=True, blank=True, related_name="imports", verbose_name=_("catalog")
    )
    label = models.CharField(_("label"), max_length=64, blank=True, default="", validators=[CODE_PATTERN])
    effective_from = models.DateField(_("effective from"), null=True, blank=True)
    effective_to = models.DateField(_("effective to (inclusive)"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="")
    # How the file is to be read (spec csv.md): names as printed or plain, which sheet, which row is the header, own header → column.
    names = models.CharField(_("names"), max_length=7, blank=True, default="", db_default="")
    complete_for = ArrayField(
        models.CharField(max_length=10), verbose_name=_("complete for"), default=list, db_default=[], blank=True
    )
    sheet = models.CharField(_("sheet"), max_length=100, blank=True, default="", db_default="")
    header_row = models.PositiveIntegerField(_("header row"), null=True, blank=True)
    mapping = models.JSONField(
        _("columns by own header"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    # A draft of the same label goes even where somebody edited its entries.
    replace = models.BooleanField(_("replace an edited draft"), default=False, db_default=False)
    # Whoever uploaded it wants to code the texts that come without codes, at the coding desk; nothing is coded by itself.
    suggest_codings = models.BooleanField(_("suggest codings for uncoded rows"), default=False, db_default=False)
    file_name = models.CharField(_("file name"), max_length=255)
    file_path = models.CharField(max_length=255)
    file_size = models.PositiveBigIntegerField(_("file size"))
    sha256 = models.CharField(max_length=64)
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True, default=Outcome.PENDING)
    version = models.ForeignKey(
        CatalogVersion, models.SET_NULL, null=True, blank=True, related_name="imports", verbose_name=_("version")
    )
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    # What the reading came to: which header went to which column, and what was stored otherwise than written (the first of them).
    columns_read = models.JSONField(
        _("columns read"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    normalised = models.JSONField(
        _("read otherwise than written"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    error_count = models.PositiveIntegerField(_("errors"), default=0)
    warning_count = models.PositiveIntegerField(_("warnings"), default=0)
    no_difference = models.BooleanField(_("no difference"), default=False)
    expected_counts = models.JSONField(
        _("expected counts"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    # A file mended on its page: the failed import it was made from, and the cells replaced ([{row, column, before, after}]).
    mended_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="mended_as", verbose_name=_("mended from")
    )
    mending = models.JSONField(_("mended cells"), default=list, db_default=Value([], models.JSONField()), blank=True)
    # A draft that a job makes itself, from the market's lists: what was asked for (curation.market); empty: a file was uploaded.
    asked = models.JSONField(_("asked for"), default=dict, db_default=Value({}, models.JSONField()), blank=True)
    # A drug master file that one person stages and another merges: who had a hand in the file, who had it merged and when, and the first rows
    # that it brings and changes ([{row, change, name, fields: {name: [old, new]}}]).
    staged = models.BooleanField(_("merged by a second person"), default=False, db_default=False)
    editors = ArrayField(
        models.CharField(max_length=150), verbose_name=_("editors"), default=list, db_default=[], blank=True
    )
    merged_by = models.CharField(_("merged by"), max_length=150, blank=True, default="", db_default="")
    merged_at = models.DateTimeField(_("merged at"), null=True, blank=True)
    sample = models.JSONField(_("sample"), default=list, db_default=Value([], models.JSONField()), blank=True)
    # Who has taken note that it failed: it is no longer among what waits for somebody.
    acknowledged_by = models.CharField(_("seen to by"), max_length=150, blank=True, default="", db_default="")
    acknowledged_at = models.DateTimeField(_("seen to at"), null=True, blank=True)
    created_by = models.CharField(_("uploaded by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    # Whose file nobody reads again (catalog.upload_steps.forget_orphans).
    FILE_IS_READ = Q(outcome__in=["ready", "given_up"])

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="drugs", catalog=None) | (Q(kind="entries") & ~Q(catalog=None) & ~Q(label="")),
                name="import_names_its_target",
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")), name="import_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(staged=False) | (Q(kind="drugs") & (~Q(outcome="ready") | ~Q(merged_by=""))),
                name="staged_is_merged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(merged_by="") | ~Q(merged_by=F("created_by")), name="merged_by_a_second_person"
            ),
        ]
        indexes = [models.Index(fields=["catalog", "sha256"], name="import_catalog_sha256")]

    def __str__(self) -> str:
        return f"{self.file_name} → {self.catalog.code if self.catalog else _('drug master')}"

    @property
    def called(self) -> str:
        """What people call it, in any language: what it is for, or its file."""
        return f"{self.catalog.code} {self.label}" if self.catalog else self.file_name

    @property
    def waits_for_a_second(self) -> bool:
        """Whether nobody has had it merged yet: its job compares it and writes nothing."""
        return self.staged and not self.merged_by

    @property
    def state(self) -> str:
        """queued, running, staged, ready, failed or cancelled, as the API says it."""
        if self.outcome == ImportRun.Outcome.GIVEN_UP:
            return "cancelled"
        if self.outcome or self.job is None:
            return self.outcome or "queued"
        return {Job.State.DONE: "running", Job.State.DEAD: "failed"}.get(Job.State(self.job.state), self.job.state)


class Upload(models.Model):
    """A file kept while a person says how it is to be read: not yet an import. It goes when it becomes one, or after a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    catalog = models.ForeignKey(Catalog, models.CASCADE, related_name="uploads", verbose_name=_("catalog"))
    file_name = models.CharField(_("file name"), max_length=255)
    file_path = models.CharField(max_length=255)
    file_size = models.PositiveBigIntegerField(_("file size"))
    # How it is to be read, as in ImportRun; in `mapping` '' leaves a column out.
    names = models.CharField(_("names"), max_length=7, blank=True, default="", db_default="")
    sheet = models.CharField(_("sheet"), max_length=100, blank=True, default="", db_default="")
    header_row = models.PositiveIntegerField(_("header row"), null=True, blank=True)
    mapping = models.JSONField(
        _("columns by own header"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    # What its first rows look like, read so (catalog.importing.preview), and what was typed into the form so far.
    preview = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    typed = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    created_by = models.CharField(_("uploaded by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)

    FILE_IS_READ = Q(pk__in=[])  # it goes with the row

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.file_name


class ImportProblem(models.Model):
    """One thing wrong, or worth knowing, in an uploaded file."""

    class Severity(models.TextChoices):
        ERROR = "error", _("error")
        WARNING = "warning", _("warning")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="problems")
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices)
    row = models.PositiveIntegerField(_("row"), null=True)
    column = models.CharField(_("column"), max_length=200, blank=True, default="")
    value = models.CharField(_("value"), max_length=250, blank=True, default="")
    code = models.CharField(_("problem code"), max_length=40)
    message_zh = models.TextField()
    message_en = models.TextField()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "severity", "id"], name="problem_run_severity")]

    def __str__(self) -> str:
        return f"{self.row} {self.column} {self.code}"
