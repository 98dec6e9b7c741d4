"""Which data keys there are, and which were destroyed; the keys themselves lie in the storage `keys`, never in the database."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DataKey(models.Model):
    """One data key: of an insurer and a month of arrival (China's), or of one batch. `insurer_id` null: the office's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    insurer_id = models.BigIntegerField(_("insurer"), null=True)
    # The first of the month; null: a batch's.
    month = models.DateField(_("month"), null=True)
    batch = models.UUIDField(_("claim batch"), null=True)
    # SHA-256 of the key, to tell whether a file is the one that was made: 32 random bytes are not found from it.
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    created_at = models.DateTimeField(_("made at"))
    destroyed_at = models.DateTimeField(_("destroyed at"), null=True)
    # Its file is gone too: what was destroyed in a transaction is erased after it.
    erased_at = models.DateTimeField(_("erased at"), null=True)

    class Meta:
        verbose_name = _("data key")
        verbose_name_plural = _("data keys")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(month=None, batch__isnull=False) | Q(month__isnull=False, batch=None),
                name="data_key_of_a_month_or_a_batch",
            ),
            models.UniqueConstraint(
                fields=["insurer_id", "month"],
                condition=Q(month__isnull=False, destroyed_at=None),
                nulls_distinct=False,
                name="one_data_key_per_insurer_and_month",
            ),
            models.UniqueConstraint(fields=["batch"], condition=Q(batch__isnull=False), name="one_data_key_per_batch"),
        ]

    def __str__(self) -> str:
        return str(self.id)
