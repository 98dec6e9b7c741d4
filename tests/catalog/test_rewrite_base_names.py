"""Names that earlier rules cut down otherwise are found again after the rewrite, and nothing that was published has changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from catalog import services
from catalog.checksum import checksum_of
from catalog.clock import observe
from catalog.drug_listings import resolve_lines
from catalog.drugs.base_names import drug_id
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug, DrugProduct, ImportRun
from catalog.rewrite_base_names import rewrite_base_names
from common.jobs import services as jobs
from tests.conftest import published

LIST = "entry_code,generic_name\nE-1,硝苯地平缓释片(Ⅰ)\nE-2,枸橼酸铋钾颗粒\nE-3,甲磺酸奥希替尼片\n"
MASTER = "generic_name,approval_no,aliases\n乳酸钠林格注射液,H1,林格液(Ⅱ);乳酸林格\n"
# As rules version 1 cut them down: marks stayed behind the form, and an acid before a metal went.
OF_RULES_1 = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE catalog_catalogentry DISABLE TRIGGER entry_immutable;
ALTER TABLE catalog_drugproduct DISABLE TRIGGER product_append_only;
UPDATE catalog_catalogentry SET base_name = '硝苯地平缓释片(i)' WHERE entry_code = 'E-1';
UPDATE catalog_catalogentry SET base_name = '铋钾' WHERE entry_code = 'E-2';
INSERT INTO catalog_drug (id, base_name, generic_name, pinyin, initials) VALUES ('drug_1', '钠林格', '乳酸钠林格注射液', '', '');
UPDATE catalog_listeddrug d SET base_name = e.base_name FROM catalog_catalogentry e WHERE e.entry_code = d.entry_code;
UPDATE catalog_drugproduct SET base_name = '钠林格', drug_id = 'drug_1', alias_keys = '{林格液(ii),林格}';
DELETE FROM catalog_drug WHERE id <> 'drug_1';
ALTER TABLE catalog_catalogentry ENABLE TRIGGER entry_immutable;
ALTER TABLE catalog_drugproduct ENABLE TRIGGER product_append_only;
"""


@pytest.fixture
def version(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    made = published(make_catalog(), LIST)
    run, _new = services.upload_drugs(chunks=[MASTER.encode()], file_name="master.csv", by="alice")
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    assert ImportRun.objects.get(pk=run.pk).outcome == "ready"
    return made


def recognised(name: str) -> Any:
    return resolve_lines([{"generic_name": name}], insurer_id=None, known_at=observe().known_at)[0]["drug"]


def kept() -> tuple[list[Any], list[Any]]:
    entries = CatalogEntry.objects.order_by("entry_code").values_list(
        "entry_code", "generic_name", "base_name", "row_hash"
    )
    return list(entries), list(DrugProduct.objects.values_list("base_name", "alias_keys", "drug__base_name"))


def test_what_earlier_rules_named_otherwise_is_found_again(version: CatalogVersion) -> None:
    as_read_today = kept()
    with connection.cursor() as cursor:
        cursor.execute(OF_RULES_1)
    asked = ("硝苯地平Ⅰ", "枸橼酸铋钾", "乳酸钠林格", "林格液Ⅱ")
    before = [recognised(name) for name in asked]

    changed = rewrite_base_names()

    assert before == [None] * 4
    assert [recognised(name)["id"] for name in asked] == [
        drug_id("硝苯地平i"), drug_id("枸橼酸铋钾"), drug_id("乳酸钠林格"), drug_id("乳酸钠林格")
    ]  # fmt: skip
    assert changed == 4  # two entries, a product's name, its aliases
    assert kept() == as_read_today
    assert checksum_of(version.pk) == version.checksum
    drugs = {drug.base_name: drug for drug in Drug.objects.all()}
    assert drugs.keys() >= {"硝苯地平i", "枸橼酸铋钾", "乳酸钠林格"}
    assert drugs["枸橼酸铋钾"].initials.startswith("jysb")


def test_where_nothing_is_named_otherwise_nothing_is_touched_and_the_rows_stay_closed(version: CatalogVersion) -> None:
    assert rewrite_base_names() == 0
    with connection.cursor() as cursor:
        cursor.execute(OF_RULES_1)
    rewrite_base_names()

    for sql in ("UPDATE catalog_catalogentry SET base_name = 'x'", "UPDATE catalog_drugproduct SET base_name = 'x'"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
