"""A market for the tests: the eight lists of the seeds, published, and the catalog that is drafted."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from catalog import services as catalogs
from catalog.models import Catalog
from tests.conftest import published

SEEDS = Path(__file__).parents[3] / "seeds"
DAY = date(2026, 1, 1)
# As the demonstration was drafted (seeds/README.md).
ASKED = {"lists": "all", "date": "2026-01-01", "min_products": 4, "key_provinces": None, "min_key_provinces": 2}


def seed_rows(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def make_list(db: None) -> Callable[..., Catalog]:
    def make(code: str, content: str, **facts: object) -> Catalog:
        catalog = catalogs.create_catalog(code=code, name=f"清单{code}", kind="reference", by="alice", **facts)
        published(catalog, content, effective_from=date(2025, 7, 1))
        return catalog

    return make


@pytest.fixture
def seed_lists(make_list: Callable[..., Catalog]) -> None:
    for row in seed_rows("reference_lists/lists.csv"):
        make_list(
            row["catalog_code"],
            (SEEDS / "reference_lists" / row["file"]).read_text(encoding="utf-8"),
            province=row["province"],
            premium_cny=Decimal(row["premium_cny"]),
        )


@pytest.fixture
def series(db: None) -> Catalog:
    return catalogs.create_catalog(code="A-DEMO", name="A系列", kind="commercial", by="alice")
