"""`manage.py issue_key`: make an API key and print it, alone, on the last line (spec running.md)."""

import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import override

from common.commands import OfficeCommand
from common.errors import Refused
from insurers import key_issuing, sandboxes, services
from insurers.mistyped import meant_by
from insurers.models import Insurer
from insurers.scopes import Scope


class Command(OfficeCommand):
    help = "Make an API key of an insurer (--insurer CODE) or of a curator (--curator --user NAME); prints it on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument(
            "--insurer",
            metavar="CODE",
            help="the insurer's code; made if missing, unless it is a slip of one that is there",
        )
        whose.add_argument("--curator", action="store_true", help="a key of the catalog office")
        parser.add_argument("--user", metavar="NAME", help="the curator's user name; made if missing")
        parser.add_argument("--scope", action="append", required=True, choices=Scope.values, help="may be repeated")
        parser.add_argument(
            "--new", action="store_true", help="make the insurer though its code is nearly that of another"
        )
        parser.add_argument("--note", default="")
        parser.add_argument(
            "--sandbox", action="store_true", help="a test key, which works in the insurer's sandbox alone"
        )

    @override("en")
    def handle(self, **options: Any) -> None:
        by = f"shell:{getpass.getuser()}"
        try:
            if options["curator"]:
                if options["sandbox"]:
                    raise CommandError("Only an insurer has a sandbox: --sandbox goes with --insurer CODE.")
                if not options["user"]:
                    raise CommandError("--curator needs --user NAME: publishing is checked by person.")
                _row, key = key_issuing.issue_curator_key(
                    username=options["user"], scopes=options["scope"], note=options["note"], by=by
                )
            else:
                insurer = self._insurer(options["insurer"], by, new=options["new"])
                issue = sandboxes.issue_test_key if options["sandbox"] else key_issuing.issue_insurer_key
                _row, key = issue(insurer=insurer, scopes=options["scope"], note=options["note"], by=by)
        except Refused as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write("This key is shown once; keep it safe.")
        self.stdout.write(key)

    def _insurer(self, code: str, by: str, *, new: bool) -> Insurer:
        """Return the insurer with this code, made where there is none and it is no slip of another's."""
        codes = set(Insurer.objects.values_list("code", flat=True))
        if code not in codes:
            meant = None if new else meant_by(code, sorted(codes))
            if meant is not None:
                raise CommandError(f"There is no insurer {code}; {meant} is meant? To make it all the same, add --new.")
            try:
                Insurer(code=code, name=code).clean_fields()
                if not code.isprintable():  # the pattern of codes lets a line break pass at the end
                    raise ValidationError("it holds a character that cannot be seen")
            except ValidationError as wrong:
                raise CommandError(f"{code!r} is no code of an insurer: {' '.join(wrong.messages)}") from wrong
            self.stdout.write(f"Made the insurer {code}, which was not there.")
        return services.insurer_named(code=code, by=by)
