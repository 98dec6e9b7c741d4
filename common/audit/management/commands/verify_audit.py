"""`manage.py verify_audit`: prove that nobody changed the log of deeds; exit 1 with the first broken row."""

from typing import Any

from django.core.management.base import CommandError

from common.audit import chain
from common.commands import OfficeCommand


class Command(OfficeCommand):
    help = "Compute the chain of the audit log anew; says `intact, N rows, head …`, or the first broken row and exits with 1."

    def handle(self, **options: Any) -> None:
        proof = chain.verify()
        if proof.broken is not None:
            raise CommandError(f"broken at row {proof.broken} of {proof.rows}", returncode=1)
        self.stdout.write(f"intact, {proof.rows} rows, head {proof.head or '-'}")
