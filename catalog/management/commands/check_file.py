"""`manage.py check_file FILE`: say everything that is wrong with a file; writes nothing."""

import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog import reference
from catalog.importing.child import check_in_child
from catalog.importing.columns import CATALOG_KINDS, DRUGS
from catalog.importing.result import CheckOptions, CheckResult
from catalog.management.reading import add_reading, reading
from catalog.management.tables import bar, write_problems, write_readings
from common.languages import LANGUAGES
from tables.limits import Progress


class Command(BaseCommand):
    help = "Check a CSV or XLSX file as an import would, and write nothing. Exit status 1 when it has errors."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=[*CATALOG_KINDS, DRUGS], default="commercial")
        add_reading(parser)
        parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])

    def handle(self, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        found: CheckResult | None = None
        checking = CheckOptions(dosage_forms=reference.dosage_form_rows(), **reading(options))
        with closing(check_in_child(file, options["kind"], checking)) as messages:
            for message in messages:
                match message:
                    case Progress() if self.stderr.isatty():
                        self.stderr.write("\r" + bar(message.phase, message.done, message.total), ending="")
                    case CheckResult():
                        found = message
        assert found is not None
        problems = [*found.errors, *found.warnings]
        if problems:
            sentences = [problem.zh if options["language"] == "zh" else problem.en for problem in problems]
            write_problems(sys.stdout, problems, sentences, found.error_count + found.warning_count)
        columns = [
            {"header": header, "column": name} for header, name in zip(found.headers, found.columns, strict=True)
        ]
        write_readings(sys.stdout, [change.as_dict() for change in found.normalised], columns, found.normalised_count)
        self.stdout.write(
            f"{file.name}: {found.rows} rows, {found.error_count} errors, {found.warning_count} warnings, "
            f"{found.normalised_count} values normalised ({found.file_format} {found.encoding})"
        )
        if not found.ok:
            sys.exit(1)
