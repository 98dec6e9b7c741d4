"""Answers kept so that a repeated POST gives the first one again."""

from django.db import models
from django.utils import timezone

from common.sealing.box import Box
from common.sealing.fields import SealedBytes
from common.sealing.keys import month_box


class KeptAnswer(models.Model):
    """The first answer to a POST with an Idempotency-Key, kept with what it changed in one transaction."""

    insurer_id = models.BigIntegerField(null=True)
    holder = models.CharField(max_length=16)
    idempotency_key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = SealedBytes()
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holder", "idempotency_key"], name="one_answer_per_idempotency_key")
        ]

    def __str__(self) -> str:
        return f"{self.holder} {self.idempotency_key}"

    def sealed_under(self) -> Box:
        return month_box(self.insurer_id, timezone.now())
