"""`manage.py give_up_lost_keys`: say which data keys have no file; with --yes they count as destroyed, and the service goes on with new ones."""

from typing import Any

from django.core.management.base import CommandParser

from common.audit.services import SYSTEM
from common.commands import OfficeCommand
from common.sealing.models import DataKey
from common.sealing.services import give_up_lost, missing
from common.tenancy import EVERYBODY, acting_for


class Command(OfficeCommand):
    help = (
        "After a backup was restored whose facts were erased since, or after the folder of data keys was lost: count the keys that are missing as"
        " destroyed, so that what is sealed under them reads as removed. Only where they cannot be brought back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do it; without, only say which")

    def handle(self, *, yes: bool, **options: Any) -> None:
        with acting_for(EVERYBODY):
            lost = missing(DataKey.objects.filter(destroyed_at=None).order_by("created_at"))
            for key in lost:
                of = f"batch {key.batch}" if key.batch else f"{key.month:%Y-%m}"
                self.stdout.write(f"{key.pk} of insurer {key.insurer_id or 'none'}, {of}: no file, or another one's")
            if yes:
                self.stdout.write(f"{give_up_lost(lost=lost, by=SYSTEM)} data keys given up")
            else:
                self.stdout.write(f"{len(lost)} data keys are missing")
