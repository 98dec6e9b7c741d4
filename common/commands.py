"""Management commands that work for the catalog office."""

from typing import Any

from django.core.management.base import BaseCommand

from common.tenancy import OFFICE, acting_for


class OfficeCommand(BaseCommand):
    """A command that sees what belongs to insurers; any other sees none of it (common.tenancy)."""

    def execute(self, *args: Any, **options: Any) -> Any:
        with acting_for(OFFICE):
            return super().execute(*args, **options)
