"""`manage.py import_catalog FILE --catalog … --label … --effective-from …`: the same import as in the admin or over REST, in the terminal."""

import getpass
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import connection

from catalog import services
from catalog.complete_for import class_list
from catalog.management.reading import add_reading, reading
from catalog.management.tables import bar, write_problems, write_readings
from catalog.models import Catalog, ImportRun
from common.commands import OfficeCommand
from common.errors import Refused
from common.jobs import services as jobs
from common.jobs.models import Job
from common.languages import LANGUAGES

CHUNK = 1024 * 1024


class Command(OfficeCommand):
    help = (
        "Import a CSV or XLSX file as a draft of a catalog, with progress and problems; a second person publishes it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--catalog", required=True, help="the catalog's code")
        parser.add_argument("--label", required=True)
        parser.add_argument("--effective-from", required=True, type=date.fromisoformat)
        parser.add_argument("--effective-to", type=date.fromisoformat)
        parser.add_argument("--note", default="")
        parser.add_argument("--complete-for", default="", help="class-code prefixes of which the list is complete: X;Z")
        add_reading(parser)
        parser.add_argument("--by", default=getpass.getuser(), help="who imports (default: the user of this shell)")
        parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])

    def handle(self, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        named = list(Catalog.objects.named(options["catalog"], None))
        if not named:
            raise CommandError(f"There is no catalog {options['catalog']}.")
        if len(named) > 1:
            raise CommandError(f"Several insurers have a catalog {options['catalog']}; say whose, as OWNER:CODE.")
        (catalog,) = named
        try:
            with file.open("rb") as opened:
                run, new = services.upload_catalog(
                    catalog=catalog,
                    label=options["label"],
                    effective_from=options["effective_from"],
                    effective_to=options["effective_to"],
                    chunks=iter(lambda: opened.read(CHUNK), b""),
                    file_name=file.name,
                    by=options["by"],
                    note=options["note"],
                    complete_for=class_list(options["complete_for"]),
                    **reading(options),
                )
        except Refused as refusal:
            told = "; ".join(problem.detail for problem in refusal.errors)
            raise CommandError(told or refusal.detail) from refusal
        if not new:
            self.stdout.write("These bytes were imported before; this is what became of them.")
        assert run.job is not None
        self._follow(run.job.pk)
        self._tell(ImportRun.objects.select_related("job", "version", "catalog").get(pk=run.pk), options["language"])

    def _follow(self, job_id: int) -> None:
        """Do the job here, unless a worker has it already, and show how far it is."""

        def work() -> None:
            try:
                jobs.run(job_id)
            finally:
                connection.close()

        worker = threading.Thread(target=work)
        worker.start()
        while True:
            worker.join(0.5)
            job = Job.objects.get(pk=job_id)
            if self.stderr.isatty():
                self.stderr.write("\r" + bar(job.phase or job.state, job.done, job.total), ending="")
            if not worker.is_alive() and job.state not in {Job.State.QUEUED, Job.State.RUNNING}:
                break

    def _tell(self, run: ImportRun, language: str) -> None:
        problems = list(run.problems.order_by("id"))
        if problems:
            sentences = [problem.message_zh if language == "zh" else problem.message_en for problem in problems]
            write_problems(sys.stdout, problems, sentences, run.error_count + run.warning_count)
        write_readings(sys.stdout, run.normalised, run.columns_read, run.counts.get("normalised", 0))
        if run.state != "ready" or run.version is None:
            raise CommandError(f"Not imported: {run.error_count} errors, nothing was changed ({run.state}).")
        counts = run.counts
        self.stdout.write(
            f"{run.version} ({run.version.state}): {run.version.entry_count} entries; {counts['added']} added, {counts['removed']} removed, "
            f"{counts['changed']} changed, {counts['unchanged']} unchanged against the version in force; "
            f"{run.warning_count} warnings. A second person publishes it."
        )
