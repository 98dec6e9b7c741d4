"""The job table: state, lease, fencing token, heartbeat, attempts and progress of every background job."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One piece of background work; its row is the outbox, the lock and the progress bar at once."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        DEAD = "dead", _("dead letter")

    kind = models.CharField(_("kind"), max_length=60)
    subject = models.CharField(_("subject"), max_length=60, help_text=_("identifier of what is worked on"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.QUEUED)
    # Two running jobs never share a non-empty key: one import per catalog at a time.
    exclusive_key = models.CharField(_("exclusive key"), max_length=100, blank=True, default="")
    # The sandbox whose work it is, for which alone the database then works; of all other work the office's.
    sandbox = models.CharField(max_length=24, blank=True, default="", db_default="", editable=False)
    # Where whoever asked for it stood in a trace, which its work goes on with (common.tracing).
    traceparent = models.CharField(max_length=55, blank=True, default="", db_default="", editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # Rises with every claim; a worker whose token is old can commit nothing.
    token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True, help_text=_("last time the broker was told"))
    worker = models.CharField(_("worker"), max_length=100, blank=True, default="")
    phase = models.CharField(_("phase"), max_length=30, blank=True, default="")
    done = models.PositiveBigIntegerField(_("done"), default=0)
    total = models.PositiveBigIntegerField(_("total"), default=0)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    last_error = models.TextField(_("last error"), blank=True, default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["exclusive_key"],
                condition=Q(state="running") & ~Q(exclusive_key=""),
                name="one_running_job_per_exclusive_key",
            )
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="job_state_lease")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
