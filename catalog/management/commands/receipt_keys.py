"""`manage.py receipt_keys`: which keys sign receipts and the publication log, and the next value of RECEIPT_KEYS."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from catalog.log.services import signing_keys
from catalog.log.signing import retired


class Command(BaseCommand):
    help = "List the keys of receipts and of the publication log by their ids; --rotate prints a RECEIPT_KEYS with a new one that signs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rotate",
            action="store_true",
            help="print the next RECEIPT_KEYS alone: a new key, and the public halves of those before, so that what they signed stays verifiable",
        )

    def handle(self, **options: Any) -> None:
        if options["rotate"]:
            before = [retired(one) for one in settings.RECEIPT_KEYS]
            self.stdout.write(",".join([secrets.token_hex(32), *before]))
            return
        for place, key in enumerate(signing_keys().jwks()["keys"]):
            self.stdout.write(f"{key['kid']} {'signs' if place == 0 else 'verifies'}")
