"""`manage.py purge_facts`: remove the facts of checks and batches whose retention is over; digests and outcomes stay. Run it daily."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from claims import services
from claims.batches.services import purge_batches
from common.audit.services import SYSTEM
from insurers.models import Insurer


class Command(BaseCommand):
    help = "Remove the facts of claim checks and batches older than each insurer's retention (retention_days)."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        for insurer in Insurer.objects.order_by("code"):
            older_than = now - timedelta(days=insurer.retention_days)
            checks = services.purge_facts(insurer_id=insurer.pk, older_than=older_than, by=SYSTEM)
            batches = purge_batches(insurer_id=insurer.pk, older_than=older_than, by=SYSTEM)
            self.stdout.write(f"{insurer.code}: facts of {checks} checks and {batches} batches removed")
