"""`manage.py seed`: load seeds/ through the same uploads and publishings as any file; safe to repeat."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.models import Catalog, CatalogVersion, ImportRun
from catalog.services import create_catalog, publish_version, upload_catalog
from common.jobs import services as jobs
from insurers.models import Product
from insurers.services import create_product, create_product_version, insurer_named, publish_product_version

MAKER, CHECKER = "seed-maker", "seed-checker"
SEEDS = Path(settings.BASE_DIR) / "seeds"
REFERENCE_LABEL, REFERENCE_FROM = "2025", date(2025, 7, 1)


class Command(BaseCommand):
    help = "Load the seed lists, products and insurers (official facts, hand-coded and demonstration data, marked as such)."

    def handle(self, **options: Any) -> None:
        for row in _rows(SEEDS / "catalogs.csv"):
            self._catalog(
                row, SEEDS / row["file"], row["label"], _day(row["effective_from"]), _day(row["effective_to"])
            )
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
            self._catalog(described, SEEDS / "reference_lists" / row["file"], REFERENCE_LABEL, REFERENCE_FROM, None)
        for product in json.loads((SEEDS / "products.json").read_text(encoding="utf-8")):
            self._product(product)

    def _catalog(self, row: dict[str, Any], file: Path, label: str, first: date | None, last: date | None) -> None:
        catalog = Catalog.objects.filter(code=row["code"]).first()
        if catalog is None:
            names = "code name kind series publisher provenance note province premium_cny insured_count".split()
            catalog = create_catalog(by=MAKER, **{name: row[name] for name in names if row.get(name)})
        if catalog.versions.filter(label=label, published_at__isnull=False).exists():
            self.stdout.write(f"{catalog.code} {label}: there already")
            return
        assert first is not None
        run, _new = upload_catalog(
            catalog=catalog,
            label=label,
            effective_from=first,
            effective_to=last,
            chunks=[file.read_bytes()],
            file_name=file.name,
            by=MAKER,
            note=row.get("note", ""),
        )
        assert run.job is not None
        jobs.run(run.job.pk)
        run = ImportRun.objects.get(pk=run.pk)
        if run.outcome != ImportRun.Outcome.READY or run.version_id is None:
            problems = "; ".join(f"row {p.row} {p.column}: {p.message_en}" for p in run.problems.all()[:5])
            raise CommandError(f"{file.name} was not accepted: {run.state} {problems}")
        version = publish_version(version=CatalogVersion.objects.get(pk=run.version_id), by=CHECKER)
        self.stdout.write(f"{catalog.code} {label}: {version.entry_count} entries, checksum {version.checksum[:12]}")

    def _product(self, described: dict[str, Any]) -> None:
        named = described["insurer"]
        insurer = insurer_named(code=named["code"], name=named["name"], by=MAKER)
        product = Product.objects.filter(insurer=insurer, code=described["code"]).first()
        if product is None:
            product = create_product(
                insurer_id=insurer.pk,
                code=described["code"],
                name=described["name"],
                note=described["note"],
                by=MAKER,
                is_demonstration=True,
            )
        for terms in described["versions"]:
            if product.versions.filter(label=terms["label"]).exists():
                self.stdout.write(f"{product.code} {terms['label']}: there already")
                continue
            version = create_product_version(product=product, data=terms, by=MAKER)
            publish_product_version(version=version, by=CHECKER)
            self.stdout.write(f"{product.code} {terms['label']}: published")


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        yield from csv.DictReader(opened, strict=True)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
