"""`manage.py doctor`: is the service well; exit 1 when something is bad."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.commands import OfficeCommand
from common.operations.doctor import examine


class Command(OfficeCommand):
    help = "Look at what the service needs, and at its backups and certificate; says what to do, exits with 1 when something is bad."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--backups", type=Path, metavar="FOLDER", help="the folder of the backups, if this machine sees it"
        )
        parser.add_argument("--certificate", default="", metavar="FILE|HOST:PORT", help="whose end is looked at")
        parser.add_argument("--json", action="store_true", help="as JSON, one finding a line")

    def handle(self, **options: Any) -> None:
        bad = 0
        for finding in examine(backups=options["backups"], certificate=options["certificate"]):
            bad += finding.state == "bad"
            if options["json"]:
                self.stdout.write(json.dumps(asdict(finding), ensure_ascii=False))
                continue
            self.stdout.write(f"{finding.state:5}{finding.what:17}{finding.told}")
            if finding.mend:
                self.stdout.write(f"     {'':17}→ {finding.mend}")
        if bad:
            raise CommandError(f"{bad} of these must be mended", returncode=1)
