"""`manage.py purge_facts`: remove at once the facts whose retention is over, as the scheduler does every day; digests and outcomes stay."""

from typing import Any

from django.utils import timezone

from claims.retention import purge_due
from common.audit.services import SYSTEM
from common.commands import OfficeCommand


class Command(OfficeCommand):
    help = "Remove the facts of claim checks, batches and prior authorisations older than each insurer's retention (retention_days)."

    def handle(self, **options: Any) -> None:
        for purged in purge_due(at=timezone.now(), by=SYSTEM):
            self.stdout.write(
                f"{purged.insurer}: facts of {purged.checks} checks, {purged.batches} batches and {purged.authorisations} prior"
                " authorisations removed"
            )
