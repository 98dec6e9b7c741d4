"""The pages of many lists at once, and the tab of a version that says what may be used at which level of institution."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog import mending
from catalog.models import Catalog, ImportRun
from common.jobs import services as jobs
from curation.market.cover_table import NAMES
from curation.models import CollectedList, Collection
from tests.conftest import Api, imported, published
from tests.curation.market.packages import zipped
from tests.desk.test_catalogs import curator, page, text_of

pytestmark = pytest.mark.django_db

LIST = "通用名,适应症,疾病编码\n奥希替尼片,肺癌,C34\n"
LEVELS = (
    "entry_code,generic_name,icd10,min_institution_level\n"
    "E-1,奥希替尼片,C34,\nE-2,司库奇尤单抗注射液,M45,三级\nE-3,司库奇尤单抗注射液,L40,2\nE-4,达沙替尼片,C92,1\n"
)


@pytest.fixture(autouse=True)
def _without_heartbeat() -> Iterator[None]:
    with patch.object(jobs, "PROGRESS_SECONDS", 3600.0):
        yield


def reader(name: str) -> Client:
    """A curator who reads Chinese."""
    client = curator(name)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    return client


def uploaded(client: Client, files: dict[str, Any], **fields: Any) -> Collection:
    """Upload a package on its page and do its job."""
    file = SimpleUploadedFile("清单.zip", zipped(files))
    form = {"file": file, "label": "2026", "effective_from": "2026-01-01", **fields}
    answer = client.post(page("curation_collection_upload"), form)
    assert answer.status_code == 302, text_of(answer)
    made = Collection.objects.latest("created_at")
    assert made.job is not None
    jobs.run(made.job.pk)
    return Collection.objects.get(pk=made.pk)


def test_the_page_says_which_are_in_and_which_are_not_and_a_second_person_publishes(
    django_assert_max_num_queries: Any,
) -> None:
    alice, bob = reader("alice"), reader("bob")
    cover = "产品名称,省份,文件\n京惠保,北京,a.csv\n沪惠保,上 海,b.csv\n苏惠保,江苏,c.csv\n津惠保,天津,d.csv\n粤惠保,广州,a2.csv\n"
    files = {
        "清单目录.csv": cover,
        "a.csv": LIST,
        "b.csv": LIST.replace("C34", "34"),
        "c.csv": LIST.replace(",C34", ","),
    }
    made = uploaded(alice, files)

    with django_assert_max_num_queries(20):
        answer = alice.get(page("curation_collection_change", made.pk))
    told = text_of(answer)
    for expected in (
        "共 5 份清单，已导入 2 份，未导入 3 份",
        "没有找到“d.csv”",
        "广州",
        "1 个错误",
        "1 个提醒",
        "草稿，待复核发布",
    ):
        assert expected in told
    html = answer.content.decode()
    assert f'href="{page("curation_collection_publish", made.pk)}"' not in html and "请由另一人" in html
    refused = text_of(alice.get(page("curation_collection_change", made.pk) + "?state=refused"))
    assert "津惠保" in refused and "沪惠保" not in refused
    csv = b"".join(alice.get(page("curation_collection_results", made.pk)).streaming_content).decode("utf-8-sig")
    assert "沪惠保,上海" in csv and csv.count("\r\n") == 6

    form = text_of(bob.get(page("curation_collection_publish", made.pk)))
    assert "1 份草稿没有任何问题" in form and "1 份草稿有提醒" in form
    answer = bob.post(page("curation_collection_publish", made.pk), {"note": "首批"})
    assert answer.status_code == 302
    job = Collection.objects.get(pk=made.pk).publish_job
    assert job is not None
    assert bob.get(page("curation_collection_progress", made.pk)).json()["final"] is False
    jobs.run(job.pk)
    assert made.lists.counted()["published"] == 1
    with django_assert_max_num_queries(20):
        assert "共 5 份，已发布 1 份，未导入 3 份" in text_of(bob.get(page("curation_collection_changelist")))

    # Whoever mends the one with an error on its page has mended it here too.
    run = ImportRun.objects.get(catalog__name="沪惠保")
    mended = mending.mend_import(run=run, cells={(2, "icd10"): "C34"}, by="alice")
    assert mended.job is not None
    jobs.run(mended.job.pk)
    alice.get(page("curation_collection_change", made.pk))
    assert CollectedList.objects.get(name="沪惠保").run == mended


def test_other_facts_are_shown_and_changed_when_asked(make_catalog: Callable[..., Catalog]) -> None:
    alice = reader("alice")
    there = make_catalog("R-1", kind="reference", name="京惠保", province="天津")
    made = uploaded(alice, {"lists.csv": "code,name,province,file\nR-1,京惠保,北京市,a.csv\n", "a.csv": LIST})

    told = text_of(alice.get(page("curation_collection_change", made.pk)))
    assert "天津" in told and "更新已有目录的信息" in told
    assert "天津 → 北京" in text_of(alice.get(page("curation_collection_facts", made.pk)))
    alice.post(page("curation_collection_facts", made.pk))

    there.refresh_from_db()
    assert there.province == "北京"
    assert "更新已有目录的信息" not in text_of(alice.get(page("curation_collection_change", made.pk)))


def test_the_empty_cover_table_is_one(tmp_path: Any) -> None:
    answer = reader("alice").get(page("curation_collection_cover"))
    file = tmp_path / "cover.xlsx"
    file.write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
    rows = list(openpyxl.load_workbook(file).active.values)  # type: ignore[union-attr]
    assert None not in [NAMES.column_of(str(cell)) for cell in rows[0]]


# --- Levels of institution


def test_what_may_be_used_at_which_level(
    make_catalog: Callable[..., Catalog], maker: Api, django_assert_max_num_queries: Any
) -> None:
    version = published(make_catalog("COM"), LEVELS)
    client = reader("carol")
    with django_assert_max_num_queries(20):
        told = text_of(client.get(page("catalog_catalogversion_levels", version.pk)))

    assert "2 / 3 2 / 4" in told and "3 / 3 3 / 4" in told and "3 / 3 4 / 4" in told
    assert "司库奇尤单抗注射液 2 – 不可用 ◐ 2 条中 1 条 ● 可用" in told
    limited = text_of(client.get(page("catalog_catalogversion_levels", version.pk) + "?limited=1&page=99&print=1"))
    assert "司库奇尤" in limited and "奥希替尼" not in limited
    assert "E-3" in text_of(client.get(page("catalog_catalogversion_entries", version.pk) + "?institution_level=2"))

    path = "/catalogs/COM/versions/v1/"
    for level, codes in (("1", "E-1 E-4"), ("2", "E-1 E-3 E-4"), ("3", "E-1 E-2 E-3 E-4")):
        listed = maker.get(f"{path}entries/", {"institution_level": level}).json()
        assert [one["entry_code"] for one in listed["results"]] == codes.split()
        export = maker.get(f"{path}export.csv", {"institution_level": level})
        lines = b"".join(export.streaming_content).decode("utf-8-sig").splitlines()
        assert [line.split(",")[0] for line in lines[1:]] == codes.split()
        assert f"level{level}" in export["Content-Disposition"]
    just = maker.get(f"{path}entries/", {"min_institution_level": "2"}).json()["results"]
    assert [one["entry_code"] for one in just] == ["E-3"]
    etags = {maker.get(f"{path}export.csv", {"institution_level": level})["ETag"] for level in "123"}
    assert len(etags | {maker.get(f"{path}export.csv")["ETag"]}) == 4
    for wrong in ("4", "三级", "0"):
        assert maker.get(f"{path}entries/", {"institution_level": wrong}).status_code == 400
        assert maker.get(f"{path}export.xlsx", {"institution_level": wrong}).status_code == 400


def test_a_draft_is_edited_in_bulk_by_level(make_catalog: Callable[..., Catalog], maker: Api) -> None:
    imported(make_catalog("COM"), LEVELS)
    body = {"where": {"institution_level": "1"}, "set": {"note": "基层可用"}, "reason": "标注"}

    answer = maker.post("/catalogs/COM/versions/v1/entries/bulk/", body)

    assert answer.status_code == 200 and answer.json()["count"] == 2
