"""What was decided at the coding desk: a text, and what it means in columns."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from insurers.models import Insurer


class CodingDecision(models.Model):
    """What a text means in columns, as a person decided it last; the next text like it is suggested from it (spec curation.md 6).

    `reads` is the text as people read it (`common.text.as_read`), `key` its SHA-256; `columns` has the columns that were decided, as the API shows
    an entry's. An insurer's own is of its own lists; the office's has no insurer.
    """

    insurer = models.ForeignKey(
        Insurer, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("insurer")
    )
    text = models.TextField(_("text"))
    reads = models.TextField(_("text as it is read"))
    key = models.CharField(max_length=64)
    columns = models.JSONField(_("columns"), default=dict)
    by = models.CharField(_("by"), max_length=150)
    at = models.DateTimeField(_("at"), auto_now=True)
    used = models.PositiveIntegerField(_("how often used"), default=0, db_default=0)
    entries_coded = models.PositiveIntegerField(_("entries coded"), default=0, db_default=0)

    class Meta:
        verbose_name = _("coding decision")
        verbose_name_plural = _("coding decisions")
        ordering = ["-at"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["insurer", "key"], nulls_distinct=False, name="one_decision_a_text"),
            models.CheckConstraint(condition=~Q(by=""), name="somebody_decided_the_coding"),
        ]

    def __str__(self) -> str:
        return self.text[:80]
