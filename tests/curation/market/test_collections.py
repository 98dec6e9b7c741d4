"""Many lists at once: each made a catalog and a draft by the import of any single upload, and published by a second person."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import Catalog, CatalogVersion, ImportRun
from common.audit.models import Record
from common.jobs import services as jobs
from curation.models import CollectedList, Collection
from tests.conftest import Api
from tests.curation.market.packages import seeds_zipped, workbook, zipped

pytestmark = pytest.mark.django_db

WHEN = {"label": "2026", "effective_from": "2026-01-01"}
LIST = "通用名,适应症,疾病编码\n奥希替尼片,肺癌,C34\n"


@pytest.fixture(autouse=True)
def _without_heartbeat() -> Iterator[None]:
    """The heartbeat works on a connection of its own, which cannot see a test's transaction."""
    with patch.object(jobs, "PROGRESS_SECONDS", 3600.0):
        yield


def _file(content: bytes, name: str) -> Any:
    return SimpleUploadedFile(name, content)


def collected(api: Api, content: bytes, name: str = "清单.zip", **fields: Any) -> dict[str, Any]:
    """Upload a package and do its job."""
    answer = api.upload("/collections/", _file(content, name), **(fields or WHEN))
    assert answer.status_code in {200, 202}, answer.json()
    made = Collection.objects.get(pk=answer.json()["id"])
    assert made.job is not None
    jobs.run(made.job.pk)
    found: dict[str, Any] = api.get(f"/collections/{made.pk}/").json()
    return found


def _by_row(found: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {one["row"]: one for one in found["results"]}


@pytest.mark.own_process
def test_the_lists_of_the_seeds_come_in_as_they_stand_and_a_second_person_publishes_them(
    maker: Api, checker: Api
) -> None:
    found = collected(maker, seeds_zipped())

    assert found["state"] == "ready" and found["cover"] == "lists.csv" and found["problems"] == []
    assert found["counts"]["all"] == found["counts"]["ready"] == 8
    beijing = _by_row(found)[3]
    assert (beijing["catalog"], beijing["province"], beijing["premium_cny"]) == ("REF-DEMO-BJ", "北京", "500000000.00")
    assert (beijing["entry_count"], beijing["error_count"], beijing["new_catalog"]) == (31, 0, True)
    catalog = Catalog.objects.get(code="REF-DEMO-BJ")
    assert (catalog.kind, catalog.name, catalog.insured_count) == ("reference", "示例·北京特药清单", 2_600_000)
    run = ImportRun.objects.get(pk=beijing["import_id"])
    assert (run.file_name, run.created_by, run.expected_counts) == ("ref_demo_bj.csv", "alice", {"drugs": 31})

    refused = maker.post(f"/collections/{found['id']}/publish/")
    assert refused.status_code == 403  # no right to publish
    asked = checker.post(f"/collections/{found['id']}/publish/", {"note": "首批"})
    assert asked.status_code == 202 and asked.json()["publishing"] == "queued"
    assert checker.post(f"/collections/{found['id']}/publish/").json()["code"] == "under_way"
    job = Collection.objects.get(pk=found["id"]).publish_job
    assert job is not None
    jobs.run(job.pk)
    after = checker.get(f"/collections/{found['id']}/").json()
    assert after["publishing"] == "done" and after["counts"]["published"] == 8
    assert set(CatalogVersion.objects.values_list("published_by", "publish_note")) == {("bob", "首批")}
    deeds = list(Record.objects.order_by("id").values_list("deed", flat=True))
    assert deeds.count("catalogs.collected") == 1
    assert deeds.count("catalog.created") == deeds.count("import.uploaded") == deeds.count("version.published") == 8
    assert checker.post(f"/collections/{found['id']}/publish/").json()["code"] == "nothing_to_publish"


def test_whoever_brought_the_lists_in_publishes_none_of_them(checker: Api) -> None:
    found = collected(checker, zipped({"lists.csv": "name,province,file\n甲,北京,a.csv\n", "a.csv": LIST}))

    answer = checker.post(f"/collections/{found['id']}/publish/")

    assert (answer.status_code, answer.json()["code"]) == (409, "same_person")


def test_a_workbook_as_a_colleague_makes_it(maker: Api) -> None:
    cover = [
        ["2026年度各地惠民保特药清单汇总"],
        [],
        ["序号", "省份", "产品名称", "承保公司", "保费（万元）", "参保人数（万人）", "工作表", "备注"],
        [1, "北京市", "京惠保2026", "人保财险、平安养老", 61234.5, 310.25, "北京", "二季度"],
        [2, "江苏生", "苏惠保2026", "太保", 42000, 400, "江苏", ""],
        [3, "上海", "沪惠保2026", "太保", 60000, 460, "上海特药", ""],
        [4, "广东", "穗岁康2026", "国寿", "3千万", 300, "广东", ""],
        [5, "浙江", "浙里保", "", None, None, "", ""],
        ["制表人：张三"],
    ]
    entries = [["药品通用名", "适应症", "疾病编码", "医疗机构级别"], ["奥希替尼片", "肺癌", "C34", "三级"]]
    wrong = [*entries, ["", "胃癌", "C16", "九级"]]
    content = workbook(
        {
            "封面": cover,
            "北京": entries,
            "江苏": entries,
            "广东": entries,
            "浙江": wrong,
            "湖南": entries,
            "说明": [["填表须知"]],
        }
    )

    found = collected(maker, content, "清单.xlsx")

    lists = _by_row(found)
    assert found["cover"] == "封面" and found["state"] == "ready"
    assert {row: one["state"] for row, one in lists.items()} == {
        4: "ready",
        5: "refused",
        6: "refused",
        7: "refused",
        8: "failed",
    }
    beijing = lists[4]
    assert (beijing["province"], beijing["premium_cny"], beijing["insured_count"]) == (
        "北京",
        "612345000.00",
        3_102_500,
    )
    assert (beijing["publisher"], beijing["entry_count"]) == ("人保财险、平安养老", 1)
    assert beijing["catalog"].startswith("REF-BJ-JHB2026-")
    typed, missing, amount = lists[5]["problems"][0], lists[6]["problems"][0], lists[7]["problems"][0]
    assert (typed["row"], typed["column"], typed["value"], typed["code"]) == (5, "province", "江苏生", "BAD_CHOICE")
    assert "是否为“江苏”" in typed["message_zh"]
    assert (missing["row"], missing["column"], missing["value"], missing["code"]) == (
        6,
        "file",
        "上海特药",
        "NO_SUCH_FILE",
    )
    assert (amount["column"], amount["value"], amount["code"]) == ("premium_in_10000", "3千万", "BAD_NUMBER")
    assert lists[8]["error_count"] == 2
    told = {(problem["code"], problem["value"]) for problem in found["problems"]}
    assert {("NOT_ON_COVER", "湖南"), ("NOT_A_LIST", "说明")} <= told
    # Nothing of what was refused is there.
    assert set(Catalog.objects.values_list("name", flat=True)) == {"京惠保2026", "浙里保"}
    assert CatalogVersion.objects.count() == 1
    run = ImportRun.objects.get(catalog__name="浙里保")
    assert run.file_name == "清单–浙江.xlsx" and set(run.problems.values_list("row", flat=True)) == {3}


def test_next_years_lists_become_versions_and_facts_change_only_when_asked(maker: Api, checker: Api) -> None:
    files = {
        "lists.csv": "产品名称,省份,文件,保费\n京惠保,北京,a.csv,100\n沪惠保,上海,b.csv,200\n",
        "a.csv": LIST,
        "b.csv": LIST,
    }
    first = collected(maker, zipped(files))
    files["lists.csv"] = "产品名称,省份,文件,保费,承保公司\n京惠保,北京市,a.csv,150,人保\n沪惠保,上海,b.csv,200,\n"
    files["a.csv"] = LIST + "曲妥珠单抗,胃癌,C16\n"

    second = collected(maker, zipped(files), label="2027", effective_from="2027-01-01")

    one, other = second["results"]
    assert one["catalog"] == first["results"][0]["catalog"] and not one["new_catalog"]
    assert (
        one["differences"] == {"premium_cny": ["100.00", "150.00"], "publisher": ["", "人保"]}
        and not one["facts_changed"]
    )
    assert other["differences"] == {}
    catalog = Catalog.objects.get(code=one["catalog"])
    assert str(catalog.premium_cny) == "100.00"
    assert sorted(catalog.versions.values_list("label", flat=True)) == ["2026", "2027"]

    answer = checker.post(f"/collections/{second['id']}/facts/")

    assert answer.status_code == 200 and answer.json()["results"][0]["facts_changed"]
    catalog.refresh_from_db()
    assert (str(catalog.premium_cny), catalog.publisher) == ("150.00", "人保")
    assert Record.objects.filter(deed="catalog.changed", who="bob").count() == 1


def test_the_same_package_again_is_the_earlier_one_but_what_failed_may_be_tried_again(
    maker: Api, make_catalog: Any
) -> None:
    make_catalog("COM")
    whole = zipped({"lists.csv": "name,province,file\n甲,北京,a.csv\n", "a.csv": LIST})
    first = collected(maker, whole)
    assert collected(maker, whole)["id"] == first["id"]

    partly = zipped({"lists.csv": "code,name,file\nCOM,甲,a.csv\nR2,乙,b.csv\n", "a.csv": LIST, "b.csv": LIST})
    second = collected(maker, partly)
    assert [one["state"] for one in second["results"]] == ["refused", "ready"]
    assert second["results"][0]["problems"][0]["code"] == "WRONG_KIND"
    third = collected(maker, partly)
    assert third["id"] != second["id"]
    assert third["results"][1]["import_id"] == second["results"][1]["import_id"]


def test_names_of_files_in_the_old_encoding_and_what_systems_leave_behind(maker: Api) -> None:
    files = {
        "清单/清单目录.csv": "产品名称,省份,文件\n京惠保,北京,北京.csv\n沪惠保,上海,\n".encode("gb18030"),
        "清单/北京.csv": LIST.encode("gb18030"),
        "清单/上海市.csv": LIST.encode("gb18030"),
        "__MACOSX/清单/._北京.csv": b"x",
        "清单/Thumbs.db": b"x",
    }

    found = collected(maker, zipped(files, encoding="gb18030"))

    assert found["counts"]["ready"] == 2 and found["problems"] == []
    assert {one["file"] for one in found["results"]} == {"清单/北京.csv", "清单/上海市.csv"}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.csv": LIST}, "NO_COVER"),
        ({"lists.csv": "name,file\n甲,a.csv\n", "../a.csv": LIST}, "NOT_A_TABLE"),
        ({"lists.csv": "name,file\n甲,a.csv\n", "a.csv": b"0" * 60_000_000}, "TOO_LARGE"),
        ({"lists.csv": "name,file\n"}, "EMPTY_FILE"),
    ],
)
def test_a_package_that_cannot_be_read_leaves_nothing(maker: Api, files: dict[str, Any], code: str) -> None:
    found = collected(maker, zipped(files))

    assert (found["state"], found["problems"][0]["code"], found["counts"]["all"]) == ("failed", code, 0)
    assert not Catalog.objects.exists() and not CollectedList.objects.exists()


def test_what_a_single_publication_refuses_is_refused_for_that_list_alone(maker: Api, checker: Api) -> None:
    files = {"lists.csv": "name,province,file,rows\n甲,北京,a.csv,1\n乙,上海,b.csv,7\n", "a.csv": LIST, "b.csv": LIST}
    files["c.csv"] = "通用名,适应症\n奥希替尼片,肺癌\n"
    files["lists.csv"] += "丙,天津,c.csv,\n"
    found = collected(maker, zipped(files))
    path = f"/collections/{found['id']}/"
    for asked in ({}, {"with_warnings": True}):
        checker.post(f"{path}publish/", asked)
        job = Collection.objects.get(pk=found["id"]).publish_job
        assert job is not None
        jobs.run(job.pk)
        states = [one["state"] for one in checker.get(path).json()["results"]]
        assert states == ["published", "ready", "published" if asked else "ready"]

    why = _by_row(checker.get(path).json())[3]["not_published"]
    assert why["code"] == "incomplete_count" and why["message_zh"] != why["message_en"]
    assert checker.get(path, {"state": "ready"}).json()["count"] == 1
    assert checker.get(path, {"state": "else"}).status_code == 400


def test_insurers_neither_bring_lists_in_nor_see_who_did(maker: Api, api: Api) -> None:
    found = collected(maker, seeds_zipped())

    assert api.get(f"/collections/{found['id']}/").status_code == 403
    assert api.post("/collections/").status_code == 403
