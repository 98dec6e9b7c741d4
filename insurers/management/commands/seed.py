"""`manage.py seed`: load seeds/ through the same uploads and publishings as any file; safe to repeat."""

import json
import time
from typing import Any

from django.core.management.base import CommandError

from catalog import seeding
from common.commands import OfficeCommand
from insurers.models import Product
from insurers.services import create_product, create_product_version, insurer_named, publish_product_version


class Command(OfficeCommand):
    help = "Load the seed lists, products and insurers (official facts, hand-coded and demonstration data, marked as such)."

    def handle(self, **options: Any) -> None:
        editions = seeding.editions()
        for number, edition in enumerate(editions, 1):
            self._tell(f"{number} of {len(editions)} lists · 第{number}份，共{len(editions)}份 · {edition} …")
            started = time.monotonic()
            try:
                version = seeding.bring_in(edition)
            except seeding.WrongSeeds as wrong:
                raise CommandError(str(wrong)) from wrong
            if version is None:
                self._tell("  there already · 已有")
                continue
            seconds = time.monotonic() - started
            self._tell(f"  {version.entry_count} entries · 条目, checksum {version.checksum[:12]} ({seconds:.1f} s)")
        for product in json.loads((seeding.SEEDS / "products.json").read_text(encoding="utf-8")):
            self._product(product)

    def _tell(self, line: str) -> None:
        # At once: script/run shows it while the rest is being loaded.
        self.stdout.write(line)
        self.stdout.flush()

    def _product(self, described: dict[str, Any]) -> None:
        named = described["insurer"]
        insurer = insurer_named(code=named["code"], name=named["name"], by=seeding.MAKER)
        product = Product.objects.filter(insurer=insurer, code=described["code"]).first()
        if product is None:
            product = create_product(
                insurer_id=insurer.pk,
                code=described["code"],
                name=described["name"],
                note=described["note"],
                by=seeding.MAKER,
                is_demonstration=True,
                public=True,
            )
        for terms in described["versions"]:
            if product.versions.filter(label=terms["label"]).exists():
                self._tell(f"{product.code} {terms['label']}: there already · 已有")
                continue
            version = create_product_version(product=product, data=terms, by=seeding.MAKER)
            publish_product_version(version=version, by=seeding.CHECKER)
            self._tell(f"{product.code} {terms['label']}: published · 已发布")
