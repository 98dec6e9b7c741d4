"""`manage.py fingerprint`: what the database holds, to be compared before a backup and after its restore."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from common.commands import OfficeCommand
from common.operations.fingerprint import fingerprint


class Command(OfficeCommand):
    help = "Print a table a line with its rows and the sum of their content, then one hash over all; equal states print the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="as one JSON object")

    def handle(self, **options: Any) -> None:
        found = {name: asdict(state) for name, state in fingerprint().items()}
        whole = hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
        if options["json"]:
            self.stdout.write(json.dumps({"fingerprint": whole, "tables": found}))
            return
        for name, state in found.items():
            self.stdout.write(f"{name} {state['rows']} {state['content']}")
        self.stdout.write(f"fingerprint {whole}")
