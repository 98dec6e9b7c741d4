"""Recorded checks that an insurer has settled: what would be answered otherwise since is told apart, and the check stays as it is."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from claims.models import ClaimCheck


class SettledCheck(models.Model):
    """That a check is settled, by whom and since when: append-only, in a table of its own, since a check never changes."""

    check_of = models.OneToOneField(
        ClaimCheck, models.PROTECT, primary_key=True, related_name="settled", verbose_name=_("claim check")
    )
    # The check's; the database holds it (migration).
    insurer = models.ForeignKey(settings.TENANT_MODEL, models.PROTECT, related_name="+", verbose_name=_("insurer"))
    settled_by = models.CharField(_("settled by"), max_length=150)
    settled_at = models.DateTimeField(_("settled at"))

    class Meta:
        verbose_name = _("settled claim check")
        verbose_name_plural = _("settled claim checks")
        ordering = ["-settled_at"]

    def __str__(self) -> str:
        return str(self.check_of_id)
