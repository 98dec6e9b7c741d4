"""What the database itself refuses, also to raw SQL: nobody has to be careful for a published list to stay as it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from catalog import services
from catalog.models import Catalog, CatalogEntry, CatalogVersion, DrugProduct
from tests.conftest import imported, published, withdrawn

LIST = "entry_code,generic_name,icd10\nE-1,仑卡奈单抗注射液,G30\nE-2,甲磺酸奥希替尼片,C34\n"


@pytest.fixture
def version(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    return published(make_catalog(), LIST)


def refused(sql: str, *parameters: Any) -> str:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
    return str(refusal.value)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE catalog_catalogentry SET generic_name = 'x' WHERE version_id = %s",
        "UPDATE catalog_catalogentry SET version_id = version_id WHERE version_id = %s",
        "DELETE FROM catalog_catalogentry WHERE version_id = %s",
        "INSERT INTO catalog_catalogentry SELECT (e).* FROM (SELECT e #= hstore('id', '-1') AS e FROM catalog_catalogentry e) x"
        " WHERE %s > 0",
        "UPDATE catalog_catalogversion SET effective_from = '2020-01-01' WHERE id = %s",
        "UPDATE catalog_catalogversion SET complete_for = '{X}' WHERE id = %s",
        "UPDATE catalog_catalogversion SET checksum = repeat('0', 64) WHERE id = %s",
        "UPDATE catalog_catalogversion SET published_at = NULL, published_by = '', state = 'draft' WHERE id = %s",
        "DELETE FROM catalog_catalogversion WHERE id = %s",
    ],
)
def test_raw_sql_cannot_change_a_published_version(version: CatalogVersion, sql: str) -> None:
    if "hstore" in sql:
        columns = [f.column for f in CatalogEntry._meta.fields if f.column != "id"]
        listed = ", ".join(columns)
        named = ", ".join("'E-9'" if name == "entry_code" else name for name in columns)
        sql = f"INSERT INTO catalog_catalogentry ({listed}) SELECT {named} FROM catalog_catalogentry WHERE version_id = %s LIMIT 1"

    assert "published" in refused(sql, version.pk)
    assert CatalogEntry.objects.filter(version=version).count() == 2


@pytest.mark.parametrize(
    ("table", "trigger"),
    [("catalog_catalogentry", "entry_never_emptied"), ("catalog_catalogversion", "version_never_emptied")],
)
def test_published_tables_are_never_emptied(version: CatalogVersion, table: str, trigger: str) -> None:
    with connection.cursor() as cursor:  # the test database switches it off, so that the runner can clean up
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} ENABLE TRIGGER {trigger}")

    assert "never emptied" in refused(f"TRUNCATE {table} CASCADE")


def test_a_draft_can_still_be_changed_and_thrown_away(make_catalog: Callable[..., Catalog]) -> None:
    draft = imported(make_catalog(), LIST).version
    assert draft is not None

    services.discard_draft(version=draft, by="alice")

    assert not CatalogVersion.objects.exists()


def test_a_withdrawal_is_written_once_and_changes_nothing_else(version: CatalogVersion) -> None:
    withdrawn(version)

    assert "published" in refused("UPDATE catalog_catalogversion SET withdraw_reason = 'x' WHERE id = %s", version.pk)
    with pytest.raises(services.NotPublished):
        services.withdraw_version(version=version, by="erin", reason="again")


def test_the_database_refuses_a_publisher_who_is_the_importer(make_catalog: Callable[..., Catalog]) -> None:
    draft = imported(make_catalog(), LIST).version
    assert draft is not None

    with pytest.raises(IntegrityError, match="publisher_is_not_the_importer"), transaction.atomic():
        CatalogVersion.objects.filter(pk=draft.pk).update(
            published_by=draft.created_by, published_at="2026-01-01T00:00:00Z", state="published"
        )


def test_labels_are_unique_and_days_in_order(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    make = CatalogVersion.objects.create
    make(catalog=catalog, label="a", effective_from="2026-01-01", created_by="alice")

    with pytest.raises(IntegrityError, match="label_once_per_catalog"), transaction.atomic():
        make(catalog=catalog, label="a", effective_from="2026-02-01", created_by="alice")
    with pytest.raises(IntegrityError, match="version_days_in_order"), transaction.atomic():
        make(catalog=catalog, label="b", effective_from="2026-02-01", effective_to="2026-01-31", created_by="alice")


def test_only_a_commercial_catalog_has_a_series(make_catalog: Callable[..., Catalog]) -> None:
    make_catalog("A", series="A")

    with pytest.raises(IntegrityError, match="only_commercial"), transaction.atomic():
        Catalog.objects.create(code="N", name="N", kind="negative", series_id="A")


def test_the_drug_master_only_grows(db: None, make_catalog: Callable[..., Catalog]) -> None:
    from tests.catalog.test_master_approval import loaded

    loaded("generic_name,approval_no\n阿司匹林肠溶片,H20000001\n")
    product = DrugProduct.objects.get()

    assert "recorded" in refused("UPDATE catalog_drugproduct SET generic_name = 'x' WHERE id = %s", product.pk)
    assert "recorded" in refused("DELETE FROM catalog_drugproduct WHERE id = %s", product.pk)
