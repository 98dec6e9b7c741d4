"""Drafting by frequency over REST: the seeds come to the demonstration's selection; lists left out; what is refused; evidence stays with entries."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction

from catalog import entry_editing
from catalog import services as catalogs
from catalog.importing import load
from catalog.importing.check import check
from catalog.models import Catalog, CatalogVersion, EntryEvidence, ImportRun
from common.audit.deeds import Deed
from common.audit.models import Record
from common.jobs import services as jobs
from insurers import key_issuing
from insurers.models import Insurer
from tests.conftest import Api, published
from tests.curation.market.conftest import ASKED, seed_rows

pytestmark = pytest.mark.django_db
DRAFT = {**ASKED, "label": "2026", "effective_from": "2026-01-01"}
ADDRESS = "/catalogs/A-DEMO/draft-by-frequency/"
HEADER = "entry_code,generic_name,dosage_form,icd10,indication,class_code\n"


def done(response: Any) -> ImportRun:
    """Do the job that an answer speaks of, at once."""
    assert response.status_code == 202, response.json()
    run = ImportRun.objects.get(pk=response.json()["id"])
    assert run.job is not None
    with patch.object(load, "check_in_child", check):
        jobs.run(run.job.pk, heartbeat=False)
    return ImportRun.objects.get(pk=run.pk)


def drafted(api: Api, **asked: Any) -> CatalogVersion:
    run = done(api.post(ADDRESS, {**DRAFT, **asked}))
    assert run.version is not None, list(run.problems.values_list("code", "column", "value", "message_en"))
    return run.version


def errors(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 400, response.json()
    return [(one["pointer"], one["code"]) for one in response.json()["errors"]]


def test_the_seeds_come_to_the_selection_of_the_demonstration(seed_lists: None, series: Catalog, maker: Api) -> None:
    expected = seed_rows("a_demo.csv")

    answered = maker.post(ADDRESS, DRAFT)
    run = done(answered)

    assert answered["Location"] == f"/api/v1/imports/{run.pk}/"
    followed = maker.get(f"/imports/{run.pk}/").json()
    assert (followed["state"], followed["version"]) == ("ready", {"catalog": "A-DEMO", "label": "2026"})
    assert followed["progress"].keys() == {"done", "total", "phase"}
    entries = maker.get("/catalogs/A-DEMO/versions/2026/entries/", {"page_size": 100}).json()["results"]
    taken = ("entry_code", "generic_name", "dosage_form", "class_code", "indication", "icd10", "criteria", "age_min")
    shown = [{name: entry[name] for name in taken} for entry in entries]
    assert len(shown) == 21
    for entry, row in zip(shown, expected, strict=True):
        criteria = [
            {"code": code, "text": text}
            for code, _, text in (c.partition("=") for c in row["criteria"].split(";") if c)
        ]
        assert entry == {
            **{name: row[name] for name in ("entry_code", "generic_name", "dosage_form", "class_code", "indication")},
            "icd10": row["icd10"].split(";"),
            "criteria": criteria,
            "age_min": int(row["age_min"]) if row["age_min"] else None,
        }
    for entry, row in zip(entries, expected, strict=True):
        evidence = entry["evidence"]
        told = f"示例：出现于{evidence['products']}份清单，重点省份{evidence['key_provinces_hit']}个，保费占比{evidence['premium_share']}"
        assert told == row["note"]
        assert len(evidence["lists"]) == evidence["products"] == evidence["provinces"]
        assert evidence["pinned"] is None


def test_a_preview_shows_the_curve_and_writes_nothing(seed_lists: None, series: Catalog, maker: Api) -> None:
    records = Record.objects.count()
    found = maker.post(f"{ADDRESS}preview/", ASKED).json()

    assert [(one["rank"], one["drug"]) for one in found["curve"] if one["kept"]][:2] == [
        (1, "富马酸吉瑞替尼片"),
        (2, "度伐利尤单抗注射液"),
    ]
    assert found["curve"][0] == {
        "rank": 1,
        "drug": "富马酸吉瑞替尼片",
        "indication": "急性髓系白血病",
        "products": 8,
        "provinces": 8,
        "premium_share": "1.0000",
        "key_provinces_hit": 5,
        "kept": True,
        "pinned": None,
    }
    order = [
        (-one["products"], -one["provinces"], -Decimal(one["premium_share"]), one["drug"]) for one in found["curve"]
    ]
    assert order == sorted(order)
    assert found["counts"]["kept"] == 21 == sum(one["kept"] for one in found["curve"])
    assert found["counts"]["lists"] == 8
    assert (found["provinces"]["covered"], found["provinces"]["of"], len(found["provinces"]["missing"])) == (8, 31, 23)
    assert found["key_provinces"] == ["上海", "北京", "广东", "浙江", "江苏"]
    assert found["left_out"] == []
    assert (Record.objects.count(), ImportRun.objects.filter(catalog=series).count()) == (records, 0)


def test_pins_override_the_cut_and_their_reason_stays_with_the_evidence(
    seed_lists: None, series: Catalog, maker: Api
) -> None:
    pins = [
        {"drug": "多奈单抗", "keep": False, "reason": "专家不同意"},
        {"drug": "贝组替凡片", "indication": "VHL综合征", "keep": True, "reason": "罕见病"},
        {"drug": "阿替利珠单抗注射液", "indication": "lung_cancer", "keep": False, "reason": "医保已支付"},
    ]
    version = drafted(maker, pins=pins)

    entries = {(one.generic_name, tuple(one.icd10)) for one in version.entries.all()}
    assert not {name for name, _codes in entries} & {"多奈单抗注射液"}
    assert ("贝组替凡片", ("Q85.8",)) in entries
    assert {codes for name, codes in entries if name == "阿替利珠单抗注射液"} == {("C22.0",)}
    pinned = version.evidence.exclude(pinned=None).get()
    assert pinned.pinned == {"keep": True, "reason": "罕见病"}
    # What was pinned out has no entry: it is in the log, with who and why.
    deed = Record.objects.get(deed=Deed.VERSION_DRAFTED, kind="catalogversion")
    assert deed.who == "alice" and deed.object_id == str(version.pk)
    assert [one["reason"] for one in deed.after["asked"]["pins"]] == ["专家不同意", "罕见病", "医保已支付"]


def test_lists_count_that_are_in_force_and_open_to_the_catalog(
    make_list: Callable[..., Catalog], series: Catalog, maker: Api, insurer: Insurer
) -> None:
    make_list("R-1", HEADER + "1,甲磺酸奥希替尼片,片,C34,肺癌,XL01EB\n", province="上海市", premium_cny=Decimal(10))
    make_list("R-2", HEADER + "1,奥希替尼,,C34.1,肺癌,\n", province=" 广东 ")
    # The entry's own agreement is over on the day.
    make_list(
        "R-3",
        HEADER.strip() + ",effective_from,effective_to\n1,奥希替尼片,片,C34,肺癌,,2025-01-01,2025-06-30\n",
        province="深圳",
    )
    make_list("R-OWN", HEADER + "1,奥希替尼片,片,C34,肺癌,\n", province="北京", owner_id=insurer.pk)
    later = catalogs.create_catalog(code="R-LATE", name="迟", kind="reference", by="alice")
    published(later, HEADER + "1,奥希替尼片,片,C34,肺癌,\n", effective_from=date(2026, 2, 1))
    withdrawn = make_list("R-GONE", HEADER + "1,奥希替尼片,片,C34,肺癌,\n")
    version = withdrawn.versions.get()
    catalogs.withdraw_version(version=version, by="erin", reason="误发")
    catalogs.withdraw_version(version=version, by="bob")

    found = maker.post(f"{ADDRESS}preview/", {**ASKED, "min_products": 1, "min_key_provinces": 0}).json()

    # With and without its salt and form it is one drug, C34.1 is the same disease as C34.
    assert [(one["drug"], one["indication"], one["products"], one["provinces"]) for one in found["curve"]] == [
        ("奥希替尼", "肺癌", 2, 2)
    ]
    assert found["curve"][0]["premium_share"] == "1.0000"
    assert found["counts"] | {"kept": 1} == {
        "lists": 3,
        "left_out": 3,
        "without_premium": 2,
        "without_province": 0,
        "groups": 1,
        "kept": 1,
        "pinned": 0,
    }
    assert found["key_provinces"] == ["上海", "广东", "深圳"]
    assert found["provinces"]["names"] == ["上海", "广东"]
    assert {one["catalog"]: one["why"] for one in found["left_out"]} == {
        "R-GONE": "not_in_force",
        "R-LATE": "not_in_force",
        "INS-A:R-OWN": "another_owner",
    }


def test_an_alias_of_the_master_is_the_same_drug(
    make_list: Callable[..., Catalog], series: Catalog, maker: Api
) -> None:
    catalogs.upload_drugs(
        chunks=["generic_name,aliases,dosage_form\n奥希替尼片,泰瑞沙替尼,片\n".encode()], file_name="m.csv", by="carol"
    )
    run = ImportRun.objects.get(kind="drugs")
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    make_list("R-1", HEADER + "1,奥希替尼片,片,C34,,\n")
    make_list("R-2", HEADER + "1,泰瑞沙替尼片,片,C34,,\n")
    make_list("R-3", HEADER + "1,泰瑞沙替尼片,片,C34,,\n")

    version = drafted(
        maker, min_products=3, min_key_provinces=0, pins=[{"drug": "奥希替尼", "keep": True, "reason": "同一药品"}]
    )

    assert [entry.generic_name for entry in version.entries.all()] == ["泰瑞沙替尼片"]
    assert version.evidence.get().lists == ["R-1", "R-2", "R-3"]


def test_an_insurer_drafts_its_own_catalog_from_what_it_sees(
    make_list: Callable[..., Catalog], insurer: Insurer, other_insurer: Insurer
) -> None:
    catalogs.create_catalog(code="A-DEMO", name="自用", kind="commercial", by="a", owner_id=insurer.pk)
    make_list("R-1", HEADER + "1,甲药片,片,C34,,\n")
    make_list("R-MINE", HEADER + "1,甲药片,片,C34,,\n", owner_id=insurer.pk)
    make_list("R-OTHER", HEADER + "1,甲药片,片,C34,,\n", owner_id=other_insurer.pk)
    own = Api(key_issuing.issue_insurer_key(insurer=insurer, scopes=["catalog:read", "catalog:write"], by="root")[1])
    other = Api(
        key_issuing.issue_insurer_key(insurer=other_insurer, scopes=["catalog:read", "catalog:write"], by="root")[1]
    )

    found = own.post(f"{ADDRESS}preview/", {**ASKED, "min_products": 1, "min_key_provinces": 0}).json()
    version = drafted(own, min_products=2, min_key_provinces=0)

    assert (found["counts"]["lists"], found["left_out"]) == (2, [])
    assert version.evidence.get().lists == ["R-1", "R-MINE"]
    asked = {**DRAFT, "lists": ["R-1", "R-OTHER", "NONE"]}
    assert errors(own.post(ADDRESS, asked)) == [("/lists/1", "unknown_catalog"), ("/lists/2", "unknown_catalog")]
    assert other.post(ADDRESS, DRAFT).status_code == 404


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"lists": ["NONE"]}, [("/lists/0", "unknown_catalog")]),
        ({"lists": ["A-DEMO"]}, [("/lists/0", "not_a_reference_list")]),
        ({"lists": []}, [("/lists", "required")]),
        ({"lists": "some"}, [("/lists", "wrong_type")]),
        ({"date": "2026-02-30"}, [("/date", "bad_date")]),
        ({"date": "2020-01-01"}, [("/lists", "nothing_in_force")]),
        ({"min_products": 0}, [("/min_products", "out_of_range")]),
        ({"min_products": "4"}, [("/min_products", "wrong_type")]),
        ({"min_key_provinces": -1}, [("/min_key_provinces", "out_of_range")]),
        ({"key_provinces": ["上海", "火星"]}, [("/key_provinces/1", "unknown_province")]),
        ({"effective_to": "2025-01-01"}, [("/effective_to", "date_order")]),
        ({"label": "a b"}, [("/label", "invalid")]),
        ({"pins": [{"drug": "没有药", "keep": True, "reason": "要"}]}, [("/pins/0/drug", "unknown_drug")]),
        (
            {"pins": [{"drug": "甲药", "indication": "乳腺癌", "keep": True, "reason": "要"}]},
            [("/pins/0/indication", "unknown_indication")],
        ),
        ({"pins": [{"drug": "甲药", "keep": True}]}, [("/pins/0/reason", "required")]),
        (
            {
                "pins": [
                    {"drug": "甲药", "keep": True, "reason": "一"},
                    {"drug": "甲药片", "keep": False, "reason": "二"},
                ]
            },
            [("/pins/1", "pinned_twice")],
        ),
        ({"min_product": 1}, [("/min_product", "unknown_field")]),
    ],
)
def test_what_is_wrong_is_pointed_at(
    make_list: Callable[..., Catalog],
    series: Catalog,
    maker: Api,
    asked: dict[str, Any],
    expected: list[tuple[str, str]],
) -> None:
    make_list("R-1", HEADER + "1,甲药片,片,C34,,\n")

    assert errors(maker.post(ADDRESS, {**DRAFT, **asked})) == expected


def test_a_label_that_is_no_draft_s_and_an_edited_draft_are_refused(
    make_list: Callable[..., Catalog], series: Catalog, maker: Api
) -> None:
    make_list("R-1", HEADER + "1,甲药片,片,C34,,\n2,乙药片,片,C50,,\n")
    asked = {"min_products": 1, "min_key_provinces": 0}
    version = drafted(maker, **asked)
    entry_editing.remove_entry(version=version, entry_code="A-DEMO-001", by="alice")

    assert maker.post(ADDRESS, {**DRAFT, **asked}).json()["code"] == "draft_edited"
    again = drafted(maker, **asked, replace=True)
    assert again.entry_count == 2 and not CatalogVersion.objects.filter(pk=version.pk).exists()
    catalogs.publish_version(version=again, by="bob")
    assert maker.post(ADDRESS, {**DRAFT, **asked}).json()["code"] == "label_taken"


def test_nothing_kept_is_an_empty_draft_s_refusal(
    make_list: Callable[..., Catalog], series: Catalog, maker: Api
) -> None:
    make_list("R-1", HEADER + "1,甲药片,片,C34,,\n")

    run = done(maker.post(ADDRESS, {**DRAFT, "min_products": 9}))

    assert (run.state, run.version) == ("failed", None)
    assert maker.get(f"/imports/{run.pk}/").json()["errors"][0]["code"] == "NOTHING_KEPT"


class TestEvidence:
    @pytest.fixture
    def version(self, make_list: Callable[..., Catalog], series: Catalog, maker: Api) -> CatalogVersion:
        make_list("R-1", HEADER + "1,甲药片,片,C34,,\n2,乙药片,片,C50,,\n")
        make_list("R-2", HEADER + "1,甲药片,片,C34,,\n")
        return drafted(maker, min_products=1, min_key_provinces=0)

    def evidence(self, version: CatalogVersion) -> dict[str, int]:
        return dict(version.evidence.values_list("entry_code", "products"))

    def test_it_goes_with_its_entry(self, version: CatalogVersion, maker: Api) -> None:
        assert self.evidence(version) == {"A-DEMO-001": 2, "A-DEMO-002": 1}
        entry_editing.change_entry(version=version, entry_code="A-DEMO-001", values={"note": "改"}, by="alice")
        entry_editing.change_entry(version=version, entry_code="A-DEMO-001", values={"entry_code": "X"}, by="alice")
        entry_editing.remove_entry(version=version, entry_code="A-DEMO-002", by="alice")
        entry_editing.add_entry(version=version, values={"entry_code": "N", "generic_name": "丙药片"}, by="alice")

        assert self.evidence(version) == {"X": 2}
        one, new = (maker.get(f"/catalogs/A-DEMO/versions/2026/entries/{code}/").json() for code in ("X", "N"))
        assert one["evidence"]["lists"] == ["R-1", "R-2"] and "evidence" not in new
        # What was read can be sent back.
        assert (
            maker.client.patch(
                "/api/v1/catalogs/A-DEMO/versions/2026/entries/X/",
                one,
                content_type="application/json",
                headers=maker.headers,
            ).status_code
            == 200
        )
        asked = {"fields": "evidence"}
        page = maker.get("/catalogs/A-DEMO/versions/2026/entries/", asked).json()["results"]
        assert page == [{"entry_code": "N"}, {"entry_code": "X", "evidence": one["evidence"]}]

    def test_it_is_no_part_of_the_checksum_and_goes_into_copies(self, version: CatalogVersion, series: Catalog) -> None:
        copy = catalogs.create_draft(
            catalog=series, label="copy", effective_from=date(2027, 1, 1), by="alice", copy_of=version
        )
        EntryEvidence.objects.filter(version=copy, entry_code="A-DEMO-002").delete()

        assert copy.checksum == version.checksum
        assert self.evidence(copy) == {"A-DEMO-001": 2}
        catalogs.discard_draft(version=copy, by="alice")
        assert not EntryEvidence.objects.filter(version_id=copy.pk).exists()

    def test_it_survives_publication_and_never_changes_after(self, version: CatalogVersion) -> None:
        catalogs.publish_version(version=version, by="bob")

        assert self.evidence(version) == {"A-DEMO-001": 2, "A-DEMO-002": 1}
        for statement in (
            "UPDATE catalog_entryevidence SET products = 9",
            "DELETE FROM catalog_entryevidence",
            "INSERT INTO catalog_entryevidence (version_id, entry_code, rank, products, provinces, premium_share, key_provinces_hit, lists)"
            " SELECT version_id, 'N', 9, 1, 1, 0, 0, '{}' FROM catalog_entryevidence LIMIT 1",
        ):
            with pytest.raises(DatabaseError, match="published"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    def test_the_next_edition_takes_over_the_codes_of_this_one(
        self, version: CatalogVersion, make_list: Callable[..., Catalog], maker: Api
    ) -> None:
        catalogs.publish_version(version=version, by="bob")
        for code in ("R-3", "R-4"):
            make_list(code, HEADER + "1,乙药片,片,C50,,\n2,丙药片,片,C34,,\n")

        following = drafted(maker, label="2027", effective_from="2027-01-01", min_products=2, min_key_provinces=0)

        assert dict(following.entries.values_list("generic_name", "entry_code")) == {
            "甲药片": "A-DEMO-001",
            "乙药片": "A-DEMO-002",
            "丙药片": "A-DEMO-003",
        }
        changes = following.change_counts
        assert (changes["added"], changes["removed"], changes["changed"]) == (1, 0, 0)
