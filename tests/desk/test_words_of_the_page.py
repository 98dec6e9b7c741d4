"""A page in Chinese says nothing in English that has a Chinese word: vocabularies, rights, background work, what a file was read as."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from catalog import reference
from catalog.models import Catalog, DosageForm
from common.jobs import services as jobs
from common.jobs.models import Job
from desk.vocabularies import confidence_told
from desk.words import job_words, phase_words
from embedded.environment import ROOT
from tables.problems import in_language
from tests.conftest import imported
from tests.desk.test_accounts import entering, person
from tests.desk.test_catalogs import curator, page, text_of

pytestmark = pytest.mark.django_db

ZH = {"accept-language": "zh-CN"}
_ENGLISH = re.compile(r"\b[a-z]{3,}\b")


@pytest.fixture
def erin() -> Client:
    return curator("erin")


def test_why_a_form_is_sure_is_said_in_chinese(erin: Client) -> None:
    for row in reference.rows_of("dosage_forms"):
        DosageForm.objects.get_or_create(form=row["form"], group=row["group"], confidence=row["confidence"])
    shown = erin.get(reverse("admin:catalog_dosageform_changelist"), headers=ZH).content.decode()
    for written in {row["confidence"] for row in reference.rows_of("dosage_forms")}:
        assert written not in shown


def test_every_confidence_of_the_table_has_words(settings: Any) -> None:
    from django.utils import translation

    with translation.override("zh-hans"):
        for written in {row["confidence"] for row in reference.rows_of("dosage_forms")}:
            assert not _ENGLISH.search(confidence_told(written)), written


def test_rights_of_a_group_that_is_only_shown_are_in_words(erin: Client) -> None:
    sam = entering(person("sam", "系统管理"), "zh-CN")
    for group in Group.objects.all():
        shown = text_of(sam.get(reverse("admin:auth_group_change", args=[group.pk])))
        assert "Can " not in shown, group.name
    assert "上传文件" in text_of(
        sam.get(reverse("admin:auth_group_change", args=[Group.objects.get(name="目录编辑").pk]))
    )


def test_an_account_s_rights_are_in_words(erin: Client) -> None:
    sam, nora = person("sam", "系统管理"), person("nora")
    from django.contrib.auth.models import Permission

    nora.user_permissions.add(Permission.objects.get(codename="add_comment"))
    for one in (sam, nora):
        shown = text_of(entering(sam, "zh-CN").get(reverse("admin:auth_user_change", args=[one.pk])))
        assert "Can " not in shown


def test_a_job_is_called_by_its_work(erin: Client) -> None:
    job = Job.objects.create(kind="curation.impact.try", subject="x/1", state="done")
    shown = text_of(entering(person("sam", "系统管理"), "zh-CN").get(reverse("admin:jobs_job_change", args=[job.pk])))

    assert f"后台任务 {job.pk}" in shown
    assert "(done)" not in shown and "curation.impact.try x/1" not in shown


def test_every_kind_of_job_has_words() -> None:
    assert job_words().keys() == jobs._WORK.keys()


def test_every_step_of_a_job_has_words() -> None:
    rooms = [ROOT / room for room in ("catalog", "claims", "curation", "insurers")]
    sources = "".join(file.read_text() for room in rooms for file in room.rglob("*.py"))
    steps = set(re.findall(r'\bprogress\("(\w+)"', sources))

    assert {"unpack", "decide", "checksum"} <= steps <= phase_words().keys()


def test_what_was_read_otherwise_is_told_in_one_language(erin: Client, make_catalog: Callable[..., Catalog]) -> None:
    run = imported(make_catalog(), "某目录,,\n\n通用名,备注,生效日期\n甲药,一,2026/1/1\n")
    shown = text_of(erin.get(page("catalog_importrun_change", run.pk), headers=ZH))
    english = text_of(erin.get(page("catalog_importrun_change", run.pk), headers={"accept-language": "en"}))

    assert "表头之前，未读取" in shown and "表头在第 3 行" in shown
    assert "above the header" not in shown and "the header is row" not in shown
    assert "above the header, not read" in english and "表头之前" not in english


@pytest.mark.parametrize(
    "after",
    [
        "与第 4 行合为表头 the header, together with row 4",
        "按要求未读取 left out as asked",
        "未读取，以“名称”为准 not read, “名称” counts",
        "目录（第一张有表头的工作表 the first sheet that has a header）",
        "18（数字 number）",
    ],
)
def test_each_reading_has_both_languages(after: str) -> None:
    zh, en = in_language(after, "zh"), in_language(after, "en")

    assert not _ENGLISH.search(zh)
    assert not re.search("[一-龥]", en.replace("名称", "").replace("目录", ""))
    assert in_language(zh, "zh") == zh
