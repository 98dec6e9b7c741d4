"""The coding desk's queue and decisions: what waits, what a decision codes and what it leaves alone, over REST."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import Catalog, CatalogEntry, CatalogVersion
from common.audit.models import Record
from common.database.texts import as_read_sql
from common.text import as_read
from curation.models import CodingDecision
from insurers.key_issuing import issue_insurer_key
from tests.conftest import Api, imported, published

pytestmark = pytest.mark.django_db

LUNG, LUNG_TYPED = "限二级及以上医疗机构，用于成人非小细胞肺癌", "限二级及以上医疗机构, 用于成人非小细胞肺癌。"
LIST = (
    "entry_code,generic_name,icd10,restriction,indication\n"
    f"E-1,奥希替尼片,,{LUNG},\n"
    f'E-2,伏美替尼片,,"{LUNG_TYPED}",\n'
    f"E-3,阿美替尼片,C34,{LUNG},\n"
    "E-4,养血片,,限儿童,\n"
    "E-5,门冬胰岛素注射液,,,2型糖尿病\n"
    "E-6,甘精胰岛素注射液,E11,,2型糖尿病\n"
)
MEANT = {"icd10": ["C34"], "age_min": 18, "min_institution_level": 2, "criteria": [{"code": "NSCLC", "text": "病理"}]}
V2 = "catalogs/COM/versions/v2/"


def coded(version: CatalogVersion) -> dict[str, list[Any]]:
    rows = CatalogEntry.objects.filter(version=version).order_by("entry_code")
    return {row.entry_code: [row.icd10, row.age_min, row.min_institution_level, row.criteria] for row in rows}


@pytest.fixture
def draft(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    version = imported(make_catalog(), LIST, label="v2").version
    assert version is not None
    return version


def test_the_queue_has_each_text_once_the_most_frequent_first(draft: CatalogVersion, maker: Api) -> None:
    answer = maker.get("/coding/queue/?catalog=COM&label=v2&page_size=2").json()

    assert [(row["text"], row["count"]) for row in answer["results"]] == [(LUNG_TYPED, 2), ("2型糖尿病", 1)]
    assert answer["count"] == 3 and answer["next"]
    lung = answer["results"][0]
    assert sorted(lung["drugs"]) == ["伏美替尼片", "奥希替尼片"]
    assert lung["versions"] == [{"catalog": "COM", "label": "v2"}]
    suggested = {(one["column"], str(one["value"]), one["text"]) for one in lung["suggestions"]}
    assert suggested >= {("icd10", "C34", "非小细胞肺癌"), ("age_min", "18", "成人")}
    for one in lung["suggestions"]:
        assert set(one) == {"column", "value", "text", "span", "why", "confidence"}
        assert lung["text"][slice(*one["span"])] == one["text"] and one["why"]
    criteria = [one["value"] for one in lung["suggestions"] if one["column"] == "criteria"]
    assert criteria == [{"code": "NSCLC", "text": "病理为非小细胞肺癌"}]


def test_a_decision_codes_every_entry_that_says_the_same_and_is_remembered(draft: CatalogVersion, maker: Api) -> None:
    answer = maker.post("/coding/decisions/", {"text": LUNG, "columns": MEANT, "apply_to": [V2]})

    assert answer.status_code == 201, answer.json()
    assert answer.json()["applied"] == [{"catalog": "COM", "label": "v2", "count": 2}]
    assert (answer.json()["count"], answer.json()["left"], answer.json()["columns"]) == (2, 1, MEANT)
    found = coded(draft)
    assert found["E-1"] == found["E-2"] == [["C34"], 18, 2, ["NSCLC=病理"]]
    assert found["E-3"] == [["C34"], None, None, []]
    kept = Record.objects.order_by("-id").first()
    assert kept is not None and (kept.deed, kept.after["count"]) == ("coding.decided", 2)
    edits = maker.get(f"/{V2}edits/").json()["results"]
    assert {one["entry_code"] for one in edits} == {"E-1", "E-2"} and all(one["reason"] for one in edits)
    texts = [row["text"] for row in maker.get("/coding/queue/").json()["results"]]
    assert texts == ["2型糖尿病", "限儿童"]

    later = imported(
        draft.catalog, LIST.replace("奥希替尼片", "贝福替尼片"), label="v3", effective_from=date(2027, 1, 1)
    )
    assert later.version is not None
    (row,) = [
        row for row in maker.get("/coding/queue/?catalog=COM&label=v3").json()["results"] if "肺癌" in row["text"]
    ]
    values = {one["column"]: one["value"] for one in row["suggestions"]}
    assert values == {"icd10": "C34", "age_min": 18, "min_institution_level": 2, "criteria": MEANT["criteria"][0]}
    assert {one["confidence"] for one in row["suggestions"]} == {1.0}


def test_without_drafts_all_drafts_are_meant_and_a_decision_can_be_mended(
    draft: CatalogVersion, make_catalog: Callable[..., Catalog], maker: Api
) -> None:
    other = imported(make_catalog("BASE", kind="base"), LIST, label="b1").version
    assert other is not None
    excluded = imported(make_catalog("NEG", kind="negative"), LIST, label="n1").version
    assert excluded is not None
    first = maker.post("/coding/decisions/", {"text": LUNG, "columns": {"icd10": ["C33"]}}).json()
    assert {(one["catalog"], one["count"]) for one in first["applied"]} == {("BASE", 2), ("COM", 2)}

    mended = maker.post(
        "/coding/decisions/", {"text": LUNG_TYPED, "columns": {"icd10": "C34；C78.2", "sex": "女"}}
    ).json()
    assert (mended["count"], mended["used"], mended["columns"]) == (4, 2, {"icd10": ["C34", "C78.2"], "sex": "F"})
    for version in (draft, other):
        assert coded(version)["E-2"][0] == ["C34", "C78.2"]
        assert coded(version)["E-3"][0] == ["C34"]
    assert coded(excluded)["E-1"][0] == []
    assert CodingDecision.objects.get().entries_coded == 8


@pytest.mark.parametrize(
    "body, found",
    [
        ({"text": LUNG, "columns": {}}, {("/columns", "required")}),
        ({"text": " 。", "columns": {"icd10": ["C34"]}}, {("/text", "required")}),
        ({"text": LUNG, "columns": {"icd10": ["2C25"], "age_min": 200}}, {("/columns/icd10", "bad_code"), ("/columns/age_min", "out_of_range")}),
        ({"text": LUNG, "columns": {"age_min": 18, "age_max": 3}}, {("/columns/age_min", "age_order")}),
        ({"text": LUNG, "columns": {"settings": ["home"]}}, {("/columns/settings", "bad_choice")}),
        ({"text": LUNG, "columns": {"note": "x"}}, {("/columns/note", "unknown_field")}),
        ({"text": LUNG, "columns": {"icd10": ["C34"]}, "apply_to": [V2, "catalogs/COM/versions/v9/"]}, {("/apply_to/1", "not_found")}),
        ({"text": LUNG, "columns": {"icd10": ["C34"]}, "apply_to": ["v2"]}, {("/apply_to/0", "invalid")}),
        ({"columns": {"icd10": ["C34"]}}, {("/text", "required")}),
    ],
    ids=lambda case: str(sorted(case) if isinstance(case, set) else case)[:60],
)  # fmt: skip
def test_what_cannot_be_decided_is_refused_with_the_codes_of_a_file(
    draft: CatalogVersion, maker: Api, body: dict[str, Any], found: set[tuple[str, str]]
) -> None:
    answer = maker.post("/coding/decisions/", body)

    assert answer.status_code == 400
    assert {(one["pointer"], one["code"]) for one in answer.json()["errors"]} == found
    assert coded(draft)["E-1"][0] == [] and not CodingDecision.objects.exists()


def test_only_drafts_are_coded_all_of_them_or_none(draft: CatalogVersion, maker: Api) -> None:
    published(draft.catalog, LIST, label="v1", effective_from=date(2025, 1, 1))
    body = {"text": LUNG, "columns": MEANT, "apply_to": ["COM@v2", "COM@v1"]}

    assert maker.post("/coding/decisions/", body).status_code == 409
    assert coded(draft)["E-1"][0] == [] and not CodingDecision.objects.exists()


def test_an_insurer_codes_its_own_lists_and_what_it_decides_is_its_own(
    draft: CatalogVersion, make_catalog: Callable[..., Catalog], insurer: Any, other_api: Api, maker: Api
) -> None:
    api = Api(issue_insurer_key(insurer=insurer, scopes=["catalog:read", "catalog:write"], by="root")[1])
    own = imported(make_catalog("OWN", owner_id=insurer.pk), LIST, label="o1").version
    assert own is not None
    assert api.get("/coding/queue/").json()["results"][0]["versions"] == [{"catalog": "OWN", "label": "o1"}]
    assert api.get("/coding/queue/?catalog=COM").json()["results"] == []
    assert api.get("/coding/queue/?catalog=COM&label=v2").status_code == 404
    assert other_api.get("/coding/queue/?catalog=OWN").status_code == 404
    assert api.post("/coding/decisions/", {"text": LUNG, "columns": MEANT, "apply_to": ["COM@v2"]}).status_code == 400

    assert api.post("/coding/decisions/", {"text": LUNG, "columns": MEANT}).json()["count"] == 2
    assert coded(draft)["E-1"][0] == []
    (row,) = [row for row in maker.get("/coding/queue/?catalog=COM").json()["results"] if "肺癌" in row["text"]]
    assert all(one["confidence"] < 1 for one in row["suggestions"])


def test_what_published_lists_have_coded_is_suggested(draft: CatalogVersion, maker: Api) -> None:
    published(
        draft.catalog,
        "entry_code,generic_name,indication,icd10,criteria\nP-1,甲片,2型糖尿病,E11.9,T2D=确诊\n",
        label="v1",
    )
    (row,) = [row for row in maker.get("/coding/queue/").json()["results"] if row["text"] == "2型糖尿病"]

    values = [(one["column"], one["value"], one["confidence"]) for one in row["suggestions"]]
    assert values == [("icd10", "E11.9", 0.95), ("criteria", {"code": "T2D", "text": "确诊"}, 0.95)]


def test_the_page_of_the_queue_takes_few_statements(
    draft: CatalogVersion, maker: Api, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    maker.get("/coding/queue/")
    with django_assert_max_num_queries(12):
        maker.get("/coding/queue/")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=("Cs", "Cn", "Co")), max_size=30))
def test_the_database_reads_texts_as_people_do(db: None, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {as_read_sql('%s::text')}", [text])
        (read,) = cursor.fetchone()
    assert read == as_read(text)
