"""Uploading, publishing and withdrawing: a second person, nothing half-written, and a mass change is never an accident."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection

from catalog import services
from catalog.importing import load
from catalog.models import Catalog, CatalogEntry, CatalogVersion, Drug, ImportRun, VersionChange
from common.jobs import services as jobs
from common.jobs.models import Job
from tests.conftest import Api, imported, published, withdrawn

HEADER = "entry_code,generic_name,icd10,payment_standard,restriction\n"


def rows(count: int, price: str = "10.00") -> str:
    return HEADER + "".join(f"E-{n:03d},药品{n}号片,C{n % 90 + 10},{price},\n" for n in range(count))


def test_the_importer_cannot_publish_and_a_second_person_can(make_catalog: Callable[..., Catalog]) -> None:
    draft = imported(make_catalog(), rows(3), by="alice").version
    assert draft is not None

    with pytest.raises(services.SamePerson):
        services.publish_version(version=draft, by="alice")
    version = services.publish_version(version=draft, by="bob")

    assert (version.state, version.created_by, version.published_by) == ("published", "alice", "bob")
    assert Drug.objects.count() == 3


def test_whoever_submitted_a_draft_cannot_publish_it_either(make_catalog: Callable[..., Catalog]) -> None:
    draft = imported(make_catalog(), rows(3), by="alice").version
    assert draft is not None
    services.submit_version(version=draft, by="carol", comments_until=date(2099, 2, 1))

    with pytest.raises(services.SamePerson):
        services.publish_version(version=draft, by="carol")


def test_one_error_leaves_nothing_but_its_problems(make_catalog: Callable[..., Catalog]) -> None:
    run = imported(make_catalog(), rows(50) + "E-100,,C34,,\n")

    assert (run.state, run.error_count, run.version) == ("failed", 1, None)
    assert [(p.row, p.column, p.code) for p in run.problems.all()] == [(52, "generic_name", "REQUIRED")]
    assert not CatalogVersion.objects.exists() and not CatalogEntry.objects.exists()


def test_the_planner_knows_a_large_list_as_soon_as_it_is_in(
    make_catalog: Callable[..., Catalog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "LARGE", 50)

    version = imported(make_catalog(), rows(50)).version

    assert version is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'catalog_catalogentry' AND attname = 'version_id'"
        )
        assert str(version.pk) in cursor.fetchone()[0]


def test_the_same_bytes_again_are_the_earlier_import(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    first = imported(catalog, rows(3))

    def upload(label: str, first_day: date, **reading: Any) -> tuple[ImportRun, bool]:
        return services.upload_catalog(
            catalog=catalog,
            label=label,
            effective_from=first_day,
            effective_to=None,
            chunks=[rows(3).encode()],
            file_name="again.csv",
            by="bob",
            **reading,
        )

    assert upload(first.label, first.effective_from) == (first, False)
    assert not any(path.is_file() for path in Path(settings.UPLOAD_DIR).iterdir())
    # Another label, another day, another way of reading: the bytes mean something else.
    assert upload("other", first.effective_from)[1]
    assert upload(first.label, date(2027, 1, 1))[1]
    assert upload(first.label, first.effective_from, names="printed")[1]


@pytest.mark.parametrize(
    ("asked", "changed", "is_new"),
    [
        ({}, {}, False),
        ({"label": "v2"}, {}, True),
        ({"effective_from": "2026-02-01"}, {}, True),
        ({"effective_to": "2026-12-31"}, {}, True),
        # The draft is no longer what was asked for then.
        ({}, {"label": "renamed"}, True),
        ({}, {"effective_from": "2026-03-01"}, True),
        ({}, {"effective_to": "2026-12-31"}, True),
        ({}, {"note": "同一份"}, False),
    ],
)
def test_the_same_file_is_the_earlier_import_only_for_the_same_label_and_days(
    make_catalog: Callable[..., Catalog], maker: Api, asked: dict[str, str], changed: dict[str, str], is_new: bool
) -> None:
    catalog = make_catalog()
    first = imported(catalog, rows(3))
    assert first.version is not None
    if changed:
        days = {name: date.fromisoformat(text) if name.startswith("eff") else text for name, text in changed.items()}
        services.edit_version(version=first.version, by="alice", **days)
    file = SimpleUploadedFile("again.csv", rows(3).encode())
    fields = {"catalog": catalog.code, "label": "v1", "effective_from": "2026-01-01", **asked}
    answer = maker.upload("/imports/", file, **fields)

    assert answer.status_code == (202 if is_new else 200), answer.json()
    assert (answer.json()["id"] == str(first.pk)) is not is_new


def test_the_same_rows_in_other_bytes_say_that_nothing_differs(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, rows(3))

    run = imported(catalog, rows(3).replace("\n", "\r\n"), label="v2")

    assert run.no_difference
    assert run.counts["unchanged"] == 3


def test_a_draft_is_replaced_by_a_corrected_file_and_a_published_version_is_not(
    make_catalog: Callable[..., Catalog],
) -> None:
    catalog = make_catalog()
    imported(catalog, rows(3), label="v1")
    imported(catalog, rows(4), label="v1", by="carol")

    version = catalog.versions.get()
    assert (version.entry_count, version.created_by) == (4, "carol")
    services.publish_version(version=version, by="bob")
    with pytest.raises(services.LabelTaken):
        imported(catalog, rows(5), label="v1")


def test_a_mass_change_needs_to_be_confirmed(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, rows(20))
    draft = imported(catalog, rows(17), label="v2").version
    assert draft is not None

    with pytest.raises(services.MassChange):
        services.publish_version(version=draft, by="bob")

    assert services.publish_version(version=draft, by="bob", confirm=True).state == "published"


def test_ten_percent_is_not_yet_a_mass_change(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, rows(20))
    draft = imported(catalog, rows(18), label="v2").version
    assert draft is not None

    assert services.publish_version(version=draft, by="bob").state == "published"


def test_changes_tell_each_field_and_whether_it_can_alter_a_payment(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, HEADER + "A,甲片,C34,10.00,\nB,乙片,C34,10.00,\nC,丙片,C34,10.00,\n")
    run = imported(catalog, HEADER + "A,甲片,C34,9.00,\nB,乙片,C34;C50,10.00,\nD,丁片,C34,,\n", label="v2")

    changes = {c.entry_code: c for c in VersionChange.objects.filter(version=run.version)}
    assert {code: c.change for code, c in changes.items()} == {
        "A": "changed",
        "B": "changed",
        "C": "removed",
        "D": "added",
    }
    assert changes["A"].major and changes["A"].narrower and "payment_standard" in changes["A"].fields
    assert changes["B"].major and not changes["B"].narrower
    assert changes["C"].narrower


def test_a_draft_is_compared_anew_where_another_version_was_published_meanwhile(
    make_catalog: Callable[..., Catalog],
) -> None:
    catalog = make_catalog()
    published(catalog, rows(20), label="v1")
    draft = imported(catalog, rows(19), label="v3").version
    assert draft is not None
    published(catalog, rows(40), label="v2")

    with pytest.raises(services.BaseChanged, match="v1.*v2"):
        services.publish_version(version=draft, by="bob", confirm=True)
    with pytest.raises(services.MassChange):
        services.publish_version(version=draft, by="bob", against="v2")
    assert services.publish_version(version=draft, by="bob", against="v2", confirm=True).state == "published"


def test_an_edition_that_has_ended_is_still_followed(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    year = {"effective_from": date(2025, 1, 1), "effective_to": date(2025, 12, 31)}
    ended = published(catalog, rows(20), label="2025", **year)
    draft = imported(catalog, rows(17), label="2026", effective_from=date(2026, 3, 1)).version
    assert draft is not None

    assert draft.parent == ended
    with pytest.raises(services.MassChange):
        services.publish_version(version=draft, by="bob")


def test_new_codes_for_the_same_drugs_are_no_mass_change(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    year = {"effective_from": date(2025, 1, 1), "effective_to": date(2025, 12, 31)}
    published(catalog, rows(20), label="2025", **year)
    draft = imported(catalog, rows(20).replace("E-", "F-"), label="2026").version
    assert draft is not None

    version = services.publish_version(version=draft, by="bob")
    assert (version.change_counts["changed"], version.change_counts["remark"], version.change_counts["narrower"]) == (
        20,
        20,
        0,
    )


def test_the_first_edition_follows_nothing(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    first = imported(catalog, rows(5), label="2026").version
    assert first is not None and first.parent is None

    services.publish_version(version=first, by="bob")
    earlier = imported(catalog, rows(1), label="2025", effective_from=date(2025, 1, 1)).version
    assert earlier is not None and earlier.parent is None


def test_a_draft_follows_another_edition_once_its_own_is_withdrawn(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, rows(20), label="v1", effective_from=date(2025, 1, 1))
    second = published(catalog, rows(3), label="v2", effective_from=date(2026, 1, 1))
    draft = imported(catalog, rows(3) + "\n", label="v3", effective_from=date(2026, 6, 1)).version
    assert draft is not None and draft.parent == second
    withdrawn(second)

    with pytest.raises(services.BaseChanged):
        services.publish_version(version=draft, by="bob")
    with pytest.raises(services.MassChange):
        services.publish_version(version=draft, by="bob", against="v1")


def test_a_draft_that_follows_nothing_any_more_can_be_published(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    only = published(catalog, rows(3), label="v1")
    draft = imported(catalog, rows(4), label="v2", effective_from=date(2026, 6, 1)).version
    assert draft is not None and draft.parent == only
    withdrawn(only)

    with pytest.raises(services.BaseChanged):
        services.publish_version(version=draft, by="bob")
    assert services.publish_version(version=draft, by="bob", against="").parent is None


def test_entries_altered_behind_the_services_back_are_noticed(make_catalog: Callable[..., Catalog]) -> None:
    draft = imported(make_catalog(), rows(3)).version
    assert draft is not None
    CatalogEntry.objects.filter(version=draft, entry_code="E-001").update(row_hash=b"\0" * 32)

    with pytest.raises(services.Altered):
        services.publish_version(version=draft, by="bob")


def test_a_waiting_import_can_be_cancelled(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    run, _new = services.upload_catalog(
        catalog=catalog,
        label="v1",
        effective_from=date(2026, 1, 1),
        effective_to=None,
        chunks=[rows(3).encode()],
        file_name="list.csv",
        by="alice",
    )
    services.cancel_import(run=run, by="alice")
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)

    run.refresh_from_db()
    assert Job.objects.get().state == "cancelled"
    assert (ImportRun.objects.get().state, run.outcome) == ("cancelled", "")
    with pytest.raises(services.Ended):
        services.cancel_import(run=run, by="alice")


@pytest.mark.django_db
def test_checking_a_file_tells_everything_and_writes_nothing(tmp_path: Path, capsys: Any) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(HEADER + "A,,C34,,\nB,乙片,X,,\n", encoding="utf-8")

    with pytest.raises(SystemExit):
        call_command("check_file", bad)

    told = capsys.readouterr().out
    assert "REQUIRED" in told and "BAD_CODE" in told
    assert not ImportRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_importing_from_the_terminal_ends_with_a_draft_or_with_the_problems(tmp_path: Path, capsys: Any) -> None:
    services.create_catalog(code="T", name="T", kind="commercial", by="alice")
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(rows(3), encoding="utf-8")
    bad.write_text(HEADER + "A,,C34,,\n", encoding="utf-8")
    options = {"catalog": "T", "effective_from": date(2026, 1, 1), "by": "alice"}

    call_command("import_catalog", good, label="v1", **options)
    with pytest.raises(CommandError):
        call_command("import_catalog", bad, label="v2", **options)

    assert "REQUIRED" in capsys.readouterr().out
    assert [(v.label, v.entry_count) for v in CatalogVersion.objects.all()] == [("v1", 3)]
