"""The tables of the vocabularies are the files': after every migrate, in a new database and in an old one."""

from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from catalog import reference
from catalog.models import Catalog, DiseaseName, DosageForm, DrugClass, Mark, RareDisease, Series
from catalog.reference_tables import make_equal

pytestmark = pytest.mark.django_db


def tables() -> dict[str, list[dict[str, Any]]]:
    """Return what the tables hold, in the shape of `reference_rows`."""
    wanted = reference.reference_rows()
    return {name: list(apps.get_model("catalog", name).objects.values(*rows[0])) for name, rows in wanted.items()}


def alike(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(str(sorted(row.items())) for row in rows)


def assert_equal_to_the_files() -> None:
    found, wanted = tables(), reference.reference_rows()
    for name, rows in wanted.items():
        assert alike(found[name]) == alike(rows), name


def test_a_new_database_has_what_the_files_say() -> None:
    assert_equal_to_the_files()
    assert (DrugClass.objects.count(), DosageForm.objects.count(), Mark.objects.count()) == (609, 161, 12)
    assert (DiseaseName.objects.filter(provenance="official").count(), RareDisease.objects.count()) == (1586, 207)


def test_an_old_database_gets_new_and_changed_rows_with_the_next_migrate_and_loses_dropped_ones() -> None:
    DrugClass.objects.filter(drugclass=None).delete()
    Mark.objects.filter(code="vbp").update(name_zh="以前的名称")
    DosageForm.objects.filter(form="片").update(same_as="以前")
    DosageForm.objects.create(form="以前的剂型", group="以前的组")
    DiseaseName.objects.all().delete()

    call_command("migrate", verbosity=0)

    assert_equal_to_the_files()


def test_it_writes_only_what_differs() -> None:
    assert set(make_equal().values()) == {0}
    Mark.objects.filter(code="vbp").update(source="x")
    assert make_equal()["Mark"] == 1


def test_a_row_that_is_used_stays_though_the_file_has_dropped_it() -> None:
    Series.objects.create(code="OLD", name_zh="以前的系列")
    Catalog.objects.create(code="C", name="C", kind="commercial", series_id="OLD")

    assert make_equal()["Series"] == 0
    assert Series.objects.filter(code="OLD").exists()


def test_the_forms_that_recognition_knows_are_those_that_the_page_shows() -> None:
    shown = DosageForm.objects.values_list("form", "group", "same_as")

    assert sorted(shown) == sorted(reference.dosage_form_rows())
