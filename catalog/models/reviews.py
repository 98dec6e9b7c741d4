"""What a reviewer has looked at in a version, and what they remarked on it (spec curation.md 1)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.versions import CatalogVersion


class ReviewMark(models.Model):
    """One reviewer's tick and remark at one change of a version; kept with it as it was when the version was published.

    `saw` is the digest of what was shown (catalog.reviewing): of a change that has become another one since, nobody has seen anything, and what was
    remarked on it counts as dealt with.
    """

    version = models.ForeignKey(CatalogVersion, models.CASCADE, related_name="marks", verbose_name=_("version"))
    by = models.CharField(_("by"), max_length=150)
    entry_code = models.CharField(_("entry code"), max_length=64, db_collation="C")
    seen = models.BooleanField(_("seen"), default=False)
    remark = models.TextField(_("remark"), blank=True, default="")
    saw = models.CharField(max_length=32)
    at = models.DateTimeField(_("at"), auto_now=True)

    class Meta:
        verbose_name = _("reviewer's mark")
        verbose_name_plural = _("reviewers' marks")
        ordering = ["version", "entry_code", "by"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["version", "by", "entry_code"], name="one_mark_per_reviewer_and_change"),
            models.CheckConstraint(condition=Q(seen=True) | ~Q(remark=""), name="mark_says_something"),
            models.CheckConstraint(condition=~Q(by=""), name="somebody_marked_it"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_code} {self.by}"
