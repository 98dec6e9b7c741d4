"""The lists that ship with the software (seeds/), brought in by the front door: uploaded, held against the official totals, published."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from catalog.importing.load import files_of_our_own
from catalog.models import Catalog, CatalogVersion, ImportRun
from catalog.services import create_catalog, publish_version, upload_catalog
from catalog.totals import Part, differences
from common.jobs import services as jobs

SEEDS = Path(settings.BASE_DIR) / "seeds"
MAKER, CHECKER = "seed-maker", "seed-checker"
# The reference lists name no days of their own.
_REFERENCE_LABEL, _REFERENCE_FROM = "2025", date(2025, 7, 1)


class WrongSeeds(Exception):
    """A list in seeds/ cannot be brought in; what it says is for people."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition of a list: the catalog it belongs to (fields of `create_catalog`), its file, its days, how it is read, its official totals."""

    catalog: dict[str, Any]
    label: str
    file: Path
    first: date
    last: date | None
    names: str
    complete_for: tuple[str, ...]
    note: str
    totals: tuple[Part, ...]

    def __str__(self) -> str:
        return f"{self.catalog['code']} {self.label}"


def editions() -> list[Edition]:
    """Return every list of seeds/, the editions of one catalog in the order in which they followed each other."""
    catalogs = {row["code"]: row for row in _rows(SEEDS / "catalogs.csv")}
    totals = list(_rows(SEEDS / "totals.csv"))
    found = []
    for row in _rows(SEEDS / "editions.csv"):
        own = [t for t in totals if (t["catalog"], t["label"]) == (row["catalog"], row["label"])]
        found.append(
            Edition(
                catalog={name: value for name, value in catalogs[row["catalog"]].items() if value},
                label=row["label"],
                file=SEEDS / row["file"],
                first=date.fromisoformat(row["effective_from"]),
                last=date.fromisoformat(row["effective_to"]) if row["effective_to"] else None,
                names=row["names"],
                complete_for=tuple(prefix for prefix in row["complete_for"].split(";") if prefix),
                note=row["note"],
                totals=tuple(
                    Part(
                        name=t["name"],
                        prefix=t["prefix"],
                        drugs=int(t["drugs"]),
                        class_a=int(t["class_a"]) if t["class_a"] else None,
                        missing=int(t["missing"]),
                    )
                    for t in own
                ),
            )
        )
    return [*found, *_reference_lists()]


def _reference_lists() -> Iterator[Edition]:
    for row in _rows(SEEDS / "reference_lists" / "lists.csv"):
        described = {
            "code": row["catalog_code"],
            "name": row["name"],
            "kind": "reference",
            "provenance": "demonstration",
            "province": row["province"],
            "premium_cny": Decimal(row["premium_cny"]),
            "insured_count": int(row["insured_count"]),
            "note": row["note"],
        }
        file = SEEDS / "reference_lists" / row["file"]
        yield Edition(described, _REFERENCE_LABEL, file, _REFERENCE_FROM, None, "plain", (), row["note"], ())


def bring_in(edition: Edition) -> CatalogVersion | None:
    """Upload, check and publish an edition by two persons, as any curators would; None where it is published already.

    Raises WrongSeeds where its file is refused or its numbers are not those of the official list: then nothing is published.
    """
    catalog = Catalog.objects.filter(owner=None, code=edition.catalog["code"]).first()
    if catalog is None:
        catalog = create_catalog(by=MAKER, **edition.catalog)
    if catalog.versions.filter(label=edition.label, published_at__isnull=False).exists():
        return None
    run, _new = upload_catalog(
        catalog=catalog,
        label=edition.label,
        effective_from=edition.first,
        effective_to=edition.last,
        chunks=[edition.file.read_bytes()],
        file_name=edition.file.name,
        by=MAKER,
        note=edition.note,
        names=edition.names,
        complete_for=edition.complete_for,
    )
    assert run.job is not None
    with files_of_our_own():
        jobs.run(run.job.pk)
    run = ImportRun.objects.get(pk=run.pk)
    if run.outcome != ImportRun.Outcome.READY or run.version_id is None:
        problems = "; ".join(f"row {p.row} {p.column}: {p.message_en}" for p in run.problems.all()[:5])
        raise WrongSeeds(f"{edition.file.name} was not accepted: {run.state} {problems}")
    version = CatalogVersion.objects.get(pk=run.version_id)
    wrong = differences(edition.totals, version.entries.values_list("entry_code", "reimbursement_class").iterator())
    if wrong:
        told = "; ".join(map(str, wrong))
        raise WrongSeeds(
            f"{edition}: {edition.file.name} does not come to the official totals of seeds/totals.csv: {told}"
        )
    return publish_version(version=version, by=CHECKER)


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened, strict=True)
