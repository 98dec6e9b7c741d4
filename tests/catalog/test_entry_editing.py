"""Editing a draft's entries one by one: an edit is read and refused as a file's row is, and all that is derived is right afterwards."""

import copy
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import entry_editing, services
from catalog.changes import changes_between, counted
from catalog.checksum import checksum_of
from catalog.entries import COLUMNS, rows_of
from catalog.importing.export import csv_lines
from catalog.models import CatalogEntry, CatalogVersion, EntryEdit
from common.audit.models import Record
from tests.conftest import Api, Once, imported, published

pytestmark = pytest.mark.django_db

LIST = (
    "entry_code,generic_name,class_code,icd10,payment_standard,criteria\n"
    "E-1,奥希替尼片,XL01,C34,10.5,EGFR=检测阳性\nE-2,伏美替尼片,XL01,C34,*,\nE-3,养血片,ZA01,D50,,\n"
)
V = "/catalogs/COM/versions/v2/"


@pytest.fixture(scope="module")
def _draft(once: Once) -> CatalogVersion:
    def make() -> CatalogVersion:
        catalog = services.create_catalog(code="COM", name="COM", kind="commercial", by="alice")
        published(catalog, LIST, label="v1")
        version = imported(catalog, LIST, label="v2", effective_from=date(2026, 2, 1)).version
        assert version is not None
        return version

    return once(make)


@pytest.fixture
def draft(_draft: CatalogVersion, db: None) -> CatalogVersion:
    """v2 of COM, whose v1 is in force."""
    return copy.deepcopy(_draft)


def is_right(version: CatalogVersion) -> CatalogVersion:
    """Fail where a stored number, checksum or comparison of a version is not what working it out anew gives; returns the version."""
    version = CatalogVersion.objects.get(pk=version.pk)
    assert version.checksum == checksum_of(version.pk)
    assert version.entry_count == version.entries.count()
    if version.parent is None:
        assert version.change_counts["added"] == version.entry_count and not version.changes.exists()
        return version
    anew = list(changes_between(version.parent, version))
    stored = [{name: getattr(one, name) for name in anew_names} for one in version.changes.order_by("entry_code")]
    assert stored == [{name: one[name] for name in anew_names} for one in anew]
    assert version.change_counts == counted(anew, version.entry_count)
    return version


anew_names = ("change", "entry_code", "old_entry_code", "generic_name", "fields", "weight", "narrower")


def _as_imported(version: CatalogVersion) -> str:
    """Return the checksum that a version's export has when it comes in as a file."""
    content = b"".join(csv_lines(rows_of(version.pk)))
    again = imported(version.catalog, content, label=f"again-{EntryEdit.objects.count()}", names="plain")
    assert again.version is not None, list(again.problems.values_list("code", "row", "message_en"))
    return again.version.checksum


# --- Over REST


def test_an_entry_is_added_changed_and_removed_over_rest(maker: Api, draft: CatalogVersion) -> None:
    new = {"entry_code": "E-9", "generic_name": "甲片", "icd10": ["C50", "C51"], "age_min": 18, "prior_auth": True}
    added = maker.post(V + "entries/", {**new, "criteria": [{"code": "HER2", "text": "阳性"}], "reason": "增补"})
    assert added.status_code == 201, added.json()
    assert added["Location"].endswith("/versions/v2/entries/E-9/")
    shown = added.json()
    assert {name: shown[name] for name in new} == new
    assert shown["criteria"] == [{"code": "HER2", "text": "阳性"}]
    read = maker.get(V + "entries/E-9/")
    assert read["ETag"] == added["ETag"]
    assert {**read.json(), "warnings": []} == shown

    patched = maker.client.patch(
        f"/api/v1{V}entries/E-9/", {"payment_standard": "12.50"}, "application/json", headers=maker.headers
    )
    assert patched.status_code == 200, patched.json()
    assert patched.json()["payment_standard"] == "12.50"
    assert patched["ETag"] != read["ETag"]
    is_right(draft)

    removed = maker.client.delete(
        f"/api/v1{V}entries/E-9/", {"reason": "不要了"}, "application/json", headers=maker.headers
    )
    assert removed.status_code == 204
    assert maker.get(V + "entries/E-9/").status_code == 404
    version = is_right(draft)
    assert version.checksum == draft.checksum

    history = maker.get(V + "edits/").json()
    assert [(one["kind"], one["by"], one["entry_code"], one["reason"]) for one in history["results"]] == [
        ("removed", "alice", "E-9", "不要了"),
        ("changed", "alice", "E-9", ""),
        ("added", "alice", "E-9", "增补"),
    ]
    assert history["results"][1]["changes"] == {"payment_standard": {"old": None, "new": "12.50"}}
    assert history["results"][2]["changes"]["icd10"] == {"old": None, "new": ["C50", "C51"]}
    deeds = Record.objects.filter(kind="catalogversion", object_id=str(draft.pk), deed="version.edited")
    assert deeds.count() == 3


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({}, "/generic_name", "required"),
    ({"entry_code": "N"}, "/generic_name", "required"),
    ({"generic_name": "甲片", "icd10": ["XXX"]}, "/icd10", "bad_code"),
    ({"generic_name": "甲片", "age_min": "十八"}, "/age_min", "bad_number"),
    ({"generic_name": "甲片", "age_min": 151}, "/age_min", "out_of_range"),
    ({"generic_name": "甲片", "age_min": 60, "age_max": 18}, "/age_min", "age_order"),
    ({"generic_name": "甲片", "effective_from": "2026-13-01"}, "/effective_from", "bad_date"),
    (
        {"generic_name": "甲片", "effective_from": "2026-02-01", "effective_to": "2026-01-01"},
        "/effective_from",
        "date_order",
    ),
    ({"generic_name": "甲片", "sex": "X"}, "/sex", "bad_choice"),
    ({"generic_name": "甲片", "prior_auth": "也许"}, "/prior_auth", "bad_yes_no"),
    ({"generic_name": "甲片", "marks": ["无此标记"]}, "/marks", "bad_choice"),
    ({"generic_name": "甲片", "payment_standard": "-1"}, "/payment_standard", "out_of_range"),
    ({"generic_name": "甲片", "payment_standard_text": "面议"}, "/payment_standard", "bad_number"),
    ({"generic_name": "甲\u200b片"}, "/generic_name", "control_character"),
    ({"generic_name": "甲\x07片"}, "/generic_name", "control_character"),
    ({"generic_name": "甲" * 201}, "/generic_name", "too_long"),
    ({"generic_name": "甲片", "brand_name": "甲、乙"}, "/brand_name", "several_values"),
    ({"generic_name": "甲", "dosage_form": "片剂/胶囊剂"}, "/dosage_form", "several_values"),
    ({"generic_name": "甲片", "criteria": [{"code": "her2"}]}, "/criteria", "bad_code"),
    ({"entry_code": "E-1", "generic_name": "甲片"}, "/entry_code", "conflicting_rows"),
    ({"entry_code": "E-7", "generic_name": "养血片", "class_code": "ZA01", "icd10": ["D50"], "note": "x"}, "/generic_name", "conflicting_rows"),
    ({"entry_code": "E-3", "generic_name": "养血片", "class_code": "ZA01", "icd10": ["D50"]}, "/entry_code", "duplicate_row"),
    ({"generic_name": "甲片", "colour": "red"}, "/colour", "unknown_field"),
    ({"generic_name": ["甲片"]}, "/generic_name", "wrong_type"),
    ({"generic_name": "甲片", "icd10": [1]}, "/icd10", "wrong_type"),
    ({"generic_name": "甲片", "rare_disease": 1}, "/rare_disease", "wrong_type"),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "where", "code"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_a_file_refuses_is_refused_with_the_same_code(
    maker: Api, draft: CatalogVersion, sent: dict[str, Any], where: str, code: str
) -> None:
    answer = maker.post(V + "entries/", sent)

    assert answer.status_code == 400, answer.json()
    assert (where, code) in {(one["pointer"], one["code"]) for one in answer.json()["errors"]}
    assert is_right(draft).checksum == draft.checksum
    assert not EntryEdit.objects.exists()


def test_what_a_file_warns_of_is_told_and_kept(maker: Api, draft: CatalogVersion) -> None:
    answer = maker.post(
        V + "entries/", {"generic_name": "埃索美拉唑(艾司奥美拉唑)", "restriction": "限二线", "approval_no": "X1"}
    )

    assert answer.status_code == 201
    assert {one["code"] for one in answer.json()["warnings"]} == {"stacked_name", "uncoded", "unusual_approval_no"}
    assert answer.json()["generic_name"] == "埃索美拉唑(艾司奥美拉唑)"


def test_an_entry_without_a_code_has_the_one_that_an_import_makes(maker: Api, draft: CatalogVersion) -> None:
    made = maker.post(V + "entries/", {"generic_name": "甲片", "icd10": ["C50"]}).json()["entry_code"]
    file = imported(draft.catalog, "generic_name,icd10\n甲片,C50\n", label="file").version

    assert file is not None
    assert made == file.entries.get().entry_code


def test_an_echo_of_what_is_read_changes_nothing(maker: Api, draft: CatalogVersion) -> None:
    for code in ("E-1", "E-2", "E-3"):
        entry = maker.get(f"{V}entries/{code}/").json()
        answer = maker.client.patch(f"/api/v1{V}entries/{code}/", entry, "application/json", headers=maker.headers)
        assert {name: answer.json()[name] for name in entry} == entry
    assert not EntryEdit.objects.exists()
    assert is_right(draft).checksum == draft.checksum


def test_who_read_something_else_is_told(maker: Api, draft: CatalogVersion) -> None:
    def patch(code: str, note: str, tag: str) -> Any:
        headers = {**maker.headers, "If-Match": tag}
        return maker.client.patch(f"/api/v1{V}entries/{code}/", {"note": note}, "application/json", headers=headers)

    entry, version = maker.get(V + "entries/E-1/")["ETag"], maker.get(V)["ETag"]
    assert patch("E-1", "一", entry).status_code == 200
    assert patch("E-1", "二", entry).status_code == 412
    assert patch("E-2", "三", entry).status_code == 412
    assert maker.delete(V + "entries/E-1/", **{"If-Match": entry}).status_code == 412
    assert maker.post(V + "entries/", {"generic_name": "甲片"}, **{"If-Match": version}).status_code == 412
    assert maker.get(V)["ETag"] != version


def test_a_published_version_and_one_that_is_asked_about_are_not_edited(
    maker: Api, checker: Api, api: Api, draft: CatalogVersion
) -> None:
    path = "/catalogs/COM/versions/v1/entries/"
    for answer in (
        maker.post(path, {"generic_name": "甲片"}),
        maker.delete(path + "E-1/"),
        maker.post(path + "bulk/", {"where": {}, "remove": True, "reason": "x"}),
        maker.post("/catalogs/COM/versions/v1/merge-base/", {}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "not_a_draft")
    services.submit_version(version=draft, by="alice")
    assert maker.post(V + "entries/", {"generic_name": "甲片"}).json()["code"] == "not_a_draft"
    assert api.get(path + "E-1/").status_code == 200
    assert api.get("/catalogs/COM/versions/v1/edits/").status_code == 404
    assert api.post(path, {"generic_name": "甲片"}).status_code == 403


def test_whoever_edits_an_entry_cannot_publish(checker: Api, draft: CatalogVersion) -> None:
    assert checker.delete(V + "entries/E-3/").status_code == 204
    assert checker.post(V + "publish/", {"confirm": True}).json()["code"] == "same_person"
    assert CatalogVersion.objects.get(pk=draft.pk).editors == ["alice", "bob"]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalog_catalogversion SET state = 'published', published_at = now(), published_by = 'bob' WHERE id = %s",
            [draft.pk],
        )


BULK: list[tuple[dict[str, Any], list[str]]] = [
    ({"entry_codes": ["E-1", "E-3"]}, ["E-1", "E-3"]),
    ({"class_code": "XL"}, ["E-1", "E-2"]),
    ({"icd10": "C34.1"}, ["E-1", "E-2"]),
    ({"q": "养血"}, ["E-3"]),
    ({"q": "替尼", "icd10": "D50"}, []),
    ({"prior_auth": False}, ["E-1", "E-2", "E-3"]),
]


@pytest.mark.parametrize(("where", "codes"), BULK, ids=lambda value: str(value))
def test_many_are_edited_at_once(maker: Api, draft: CatalogVersion, where: dict[str, Any], codes: list[str]) -> None:
    answer = maker.post(V + "entries/bulk/", {"where": where, "set": {"marks": ["negotiated"]}, "reason": "谈判成功"})

    assert (answer.status_code, answer.json()) == (200, {"count": len(codes)})
    assert sorted(draft.entries.filter(marks=["negotiated"]).values_list("entry_code", flat=True)) == codes
    assert set(EntryEdit.objects.values_list("entry_code", "kind", "reason")) == {
        (code, "changed", "谈判成功") for code in codes
    }
    assert Record.objects.filter(deed="version.edited").count() == bool(codes)
    is_right(draft)
    removed = maker.post(V + "entries/bulk/", {"where": where, "remove": True, "reason": "撤"})
    assert removed.json() == {"count": len(codes)}
    assert is_right(draft).entry_count == 3 - len(codes)


BULK_REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"where": {}, "remove": True}, "/reason"),
    ({"where": {}, "reason": "x"}, "/set"),
    ({"where": {}, "set": {}, "reason": "x"}, "/set"),
    ({"where": {}, "set": {"note": "a"}, "remove": True, "reason": "x"}, "/set"),
    ({"where": {"colour": "red"}, "remove": True, "reason": "x"}, "/where/colour"),
    ({"where": {"icd10": "C34;C35"}, "remove": True, "reason": "x"}, "/where/icd10"),
    ({"where": {"entry_codes": ["E-1", "E-8"]}, "remove": True, "reason": "x"}, "/where/entry_codes/1"),
    ({"where": {"entry_codes": "E-1"}, "remove": True, "reason": "x"}, "/where/entry_codes"),
    ({"where": {}, "set": {"icd10": ["Q"]}, "reason": "x"}, "/set/icd10"),
    ({"where": {}, "set": {"colour": "red"}, "reason": "x"}, "/set/colour"),
    (
        {
            "where": {},
            "set": {"generic_name": "甲片", "icd10": ["C34"], "class_code": "X", "criteria": []},
            "reason": "x",
        },
        "/set/generic_name",
    ),
    ({"set": {"note": "a"}, "reason": "x"}, "/where"),
]


@pytest.mark.parametrize(("sent", "where"), BULK_REFUSED, ids=lambda value: str(value)[:70])
def test_all_or_nothing_is_edited(maker: Api, draft: CatalogVersion, sent: dict[str, Any], where: str) -> None:
    answer = maker.post(V + "entries/bulk/", sent)

    assert answer.status_code == 400, answer.json()
    assert where in {one["pointer"] for one in answer.json()["errors"]}
    assert is_right(draft).checksum == draft.checksum


# --- The history


@pytest.mark.parametrize("sql", ["UPDATE catalog_entryedit SET by = 'eve'", "DELETE FROM catalog_entryedit"])
def test_the_history_of_edits_only_grows(draft: CatalogVersion, sql: str) -> None:
    services.remove_entry(version=draft, entry_code="E-3", by="alice")
    with pytest.raises(IntegrityError, match="history"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    services.discard_draft(version=draft, by="alice")
    assert not EntryEdit.objects.exists()


# --- An import over what was edited


def test_an_edited_draft_is_not_replaced_unasked(maker: Api, draft: CatalogVersion) -> None:
    again = imported(draft.catalog, LIST + "E-4,丁片,XL01,C34,,\n", label="v2", effective_from=date(2026, 2, 1)).version
    assert again is not None
    services.remove_entry(version=again, entry_code="E-4", by="alice")
    with pytest.raises(services.DraftEdited, match="replace=true"):
        imported(again.catalog, LIST + "E-5,戊片,XL01,C34,,\n", label="v2", effective_from=date(2026, 2, 1))
    assert is_right(again).entry_count == 3

    run = imported(
        again.catalog, LIST + "E-5,戊片,XL01,C34,,\n", label="v2", effective_from=date(2026, 2, 1), replace=True
    )

    assert run.version is not None and run.version.entry_count == 4
    assert not EntryEdit.objects.exists()


def test_an_edit_while_an_import_waits_is_not_lost(draft: CatalogVersion) -> None:
    from common.jobs import services as jobs

    run, _new = services.upload_catalog(
        catalog=draft.catalog,
        label="v2",
        effective_from=date(2026, 2, 1),
        effective_to=None,
        chunks=[(LIST + "E-4,丁片,XL01,C34,,\n").encode()],
        file_name="x.csv",
        by="alice",
    )
    services.remove_entry(version=draft, entry_code="E-3", by="alice")
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)

    run.refresh_from_db()
    assert (run.outcome, [one.code for one in run.problems.all()]) == ("failed", ["DRAFT_EDITED"])
    assert CatalogVersion.objects.get(pk=draft.pk).entry_count == 2


# --- Whatever is edited


NAMES = ["奥希替尼片", "伏美替尼片", "养血片", "奥希替尼胶囊"]
CODES = ["E-1", "E-2", "E-3", "E-4", "E-5"]
values = st.fixed_dictionaries(
    {},
    optional={
        "generic_name": st.sampled_from(NAMES),
        "icd10": st.sampled_from([["C34"], ["D50"], []]),
        "note": st.sampled_from(["", "一", "二"]),
        "manufacturer": st.sampled_from(["", "甲厂", "乙厂"]),
        "entry_code": st.sampled_from(CODES),
        "payment_standard": st.sampled_from([None, "5", "*"]),
    },
)
acts = st.lists(st.tuples(st.sampled_from(["add", "change", "remove"]), st.sampled_from(CODES), values), max_size=8)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
def test_after_any_edits_all_that_is_derived_is_as_if_worked_out_anew(
    draft: CatalogVersion, acts: list[tuple[str, str, dict[str, Any]]]
) -> None:
    with transaction.atomic():
        for act, code, given_values in acts:
            try:
                if act == "add":
                    services.add_entry(version=draft, values={"generic_name": NAMES[0], **given_values}, by="alice")
                elif act == "change":
                    services.change_entry(version=draft, entry_code=code, values=given_values, by="alice")
                else:
                    services.remove_entry(version=draft, entry_code=code, by="alice")
            except (entry_editing.NoSuchEntry, services.InvalidInput):
                pass
            is_right(draft)
        version = CatalogVersion.objects.get(pk=draft.pk)
        _replayed(version)
        if acts and version.entry_count:
            assert _as_imported(version) == version.checksum
        transaction.set_rollback(True)


def _replayed(version: CatalogVersion) -> None:
    """Fail where the history does not lead from what was imported to what is there."""
    entries = {code: {} for code in ("E-1", "E-2", "E-3")}
    for edit in EntryEdit.objects.filter(version=version).order_by("id"):
        code = edit.changes.get("entry_code", {}).get("old") or edit.entry_code
        if edit.kind == "removed":
            del entries[edit.entry_code]
            continue
        entry = entries.pop(code, {}) if edit.kind == "changed" else {}
        entries[edit.entry_code] = entry | {name: change["new"] for name, change in edit.changes.items()}
    assert entries.keys() == set(version.entries.values_list("entry_code", flat=True))
    for code, told in entries.items():
        row = CatalogEntry.objects.filter(version=version, entry_code=code).values(*COLUMNS).get()
        assert (
            entry_editing.changes_of(None, entry_editing.entry_shown(row)).items()
            >= {name: {"old": None, "new": value} for name, value in told.items() if value is not None}.items()
        )
