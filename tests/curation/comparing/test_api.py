"""Comparing and the timeline over REST: any two versions, days and instants, for whoever may see them, held against the slow version."""

import copy
import csv
import io
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from catalog import clock, services
from catalog.entries import COLUMNS
from catalog.in_force import in_force
from catalog.known_drugs import dosage_forms
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from catalog.services import create_catalog
from common import cache
from common.dates import instant_text
from insurers.models import Insurer
from tests.catalog.test_master_approval import HEADER, loaded
from tests.conftest import Api, Once, imported, published, withdrawn
from tests.curation.comparing.test_compare import naive

COLUMNS_GIVEN = "entry_code,generic_name,class_code,icd10,age_min,restriction,effective_from,effective_to,note\n"


def question(**asked: Any) -> dict[str, str]:
    return {name: instant_text(value) if isinstance(value, datetime) else str(value) for name, value in asked.items()}


def kinds(answer: Any) -> dict[str, str]:
    """Drug → kind of an answer."""
    return {one["drug"]["generic_name"]: one["kind"] for one in answer["results"]}


def random_list(chance: random.Random, prefix: str) -> str:
    names = ["阿来替尼片", "阿来替尼胶囊", "盐酸阿来替尼片", "奥希替尼片", "贝伐珠单抗注射液"]
    lines = []
    for number in range(chance.randint(3, 8)):
        days = chance.choice([",", ",", ",2026-02-28", "2026-02-01,", "2026-01-01,2026-12-31"])
        lines.append(
            f"{prefix}{number},{chance.choice(names)},XL01,{chance.choice(['', 'C34', 'C34.1', 'C35', 'D31', 'C30-C34'])},"
            f"{chance.choice(['', '18'])},{chance.choice(['', '', '限二线'])},{days},{chance.choice(['', '注'])}"
        )
    return COLUMNS_GIVEN + "\n".join(lines) + "\n"


@pytest.mark.django_db
def test_any_two_lists_days_and_instants_compare_as_the_slow_version_tells(
    make_catalog: Callable[..., Catalog], maker: Api
) -> None:
    chance = random.Random(7)
    instants = []
    for code, prefix in (("AAA", "E"), ("BBB", "E"), ("BBB", "E"), ("AAA", "F"), ("AAA", "E")):
        catalog = Catalog.objects.filter(code=code).first() or make_catalog(code)
        days = {"label": f"v{len(instants)}", "effective_from": date(2026, chance.randint(1, 3), 1)}
        version = published(catalog, random_list(chance, prefix), **days)
        instants.append(clock.observe().known_at)
        if len(instants) == 3:
            withdrawn(version)
            instants.append(clock.observe().known_at)
    versions = list(CatalogVersion.objects.all())
    asked = 0
    for _number in range(24):
        sides, days, known = [], [], []
        for _side in range(2):
            code = chance.choice(["AAA", "BBB"])
            day, at = date(2026, chance.randint(1, 4), 15), chance.choice(instants)
            version = in_force([one for one in versions if one.catalog.code == code], day, at)
            sides.append((code, version))
            days.append(day)
            known.append(at)
        by = chance.choice(["drug", "drug_indication", "entry"])
        response = maker.get(
            "/compare/",
            question(
                left=sides[0][0],
                right=sides[1][0],
                left_date=days[0],
                right_date=days[1],
                left_known_at=known[0],
                right_known_at=known[1],
                by=by,
                page_size=500,
            ),
        )
        if None in (sides[0][1], sides[1][1]):
            assert response.status_code == 404 and response.json()["code"] == "nothing_in_force"
            continue
        asked += 1
        rows = [_rows(version, day) for (_code, version), day in zip(sides, days, strict=True)]
        found = {
            (
                one["kind"],
                (one["weight"] or "") if one["kind"] == "same" else "",
                frozenset(entry["entry_code"] for entry in one["left"]),
                frozenset(entry["entry_code"] for entry in one["right"]),
            )
            for one in response.json()["results"]
        }
        assert found == _naive(*rows, by, one_catalog=sides[0][0] == sides[1][0])
    assert asked > 8


def _rows(version: Any, day: date) -> list[dict[str, Any]]:
    listed = CatalogEntry.objects.filter(version=version).order_by("row_no").values(*COLUMNS)
    return [row for row in listed if (row["effective_from"] or day) <= day and (row["effective_to"] or day) >= day]


def _naive(left: list[Any], right: list[Any], by: Any, one_catalog: bool) -> set[tuple[Any, ...]]:
    return naive(
        left,
        right,
        by,
        one_catalog,
        drug_of=lambda row: dosage_forms().base_name(row["generic_name"]).name,
        forms=dosage_forms(),
    )


LEFT = """entry_code,generic_name,brand_name,class_code,icd10,indication,reimbursement_class,payment_standard
L-1,甲磺酸奥希替尼片,,XL01,C34,肺癌（晚期）。,B,100.00
L-2,仑卡奈单抗注射液,,XN06,G30,阿尔茨海默病,,
L-3,阿昔替尼片,,XL01,C64,肾癌,,
"""
RIGHT = """entry_code,generic_name,brand_name,class_code,icd10,indication,reimbursement_class,payment_standard
R-7,奥希替尼片,,XL01,C34,肺癌(晚期),B,90.00
R-8,仑卡奈单抗注射液,,XN06,C50,乳腺癌,,
R-9,贝伐珠单抗注射液,,XL01,C18,结直肠癌,,
"""


@pytest.fixture(scope="module")
def made_lists(once: Once) -> tuple[CatalogVersion, CatalogVersion]:
    def make() -> tuple[CatalogVersion, CatalogVersion]:
        left = create_catalog(code="LEFT", name="左", kind="commercial", by="alice")
        right = create_catalog(code="RIGHT", name="右", kind="base", by="alice")
        return published(left, LEFT), published(right, RIGHT)

    return once(make)


@pytest.fixture
def lists(made_lists: tuple[CatalogVersion, CatalogVersion], db: None) -> tuple[CatalogVersion, CatalogVersion]:
    return copy.deepcopy(made_lists)


def test_an_answer_tells_sides_counts_and_what_differs(lists: Any, api: Api) -> None:
    answer = api.get("/compare/", {"left": "LEFT@v1", "right": "RIGHT"}).json()

    assert (answer["left"]["catalog"], answer["left"]["version"], answer["left"]["date"]) == ("LEFT", "v1", None)
    assert answer["right"]["date"] == clock.china_today(clock.observe().known_at).isoformat()
    assert answer["by"] == "drug" and answer["count"] == 4
    counts = {name: answer["counts"][name] for name in ("left", "right", "same", "different")}
    assert counts == {"left": 1, "right": 1, "same": 0, "different": 2}
    assert kinds(answer) == {
        "仑卡奈单抗": "different",
        "奥希替尼": "different",
        "贝伐珠单抗": "right",
        "阿昔替尼": "left",
    }
    osimertinib = next(one for one in answer["results"] if one["drug"]["generic_name"] == "奥希替尼")
    assert osimertinib["fields"] == {
        "generic_name": ["甲磺酸奥希替尼片", "奥希替尼片"],
        "indication": ["肺癌（晚期）。", "肺癌(晚期)"],
        "payment_standard": ["100.0000", "90.0000"],
    }
    assert osimertinib["left"][0]["payment_standard"] == "100.00" and len(osimertinib["right"]) == 1
    gone = next(one for one in answer["results"] if one["kind"] == "left")
    assert (gone["right"], gone["fields"], gone["drug"]["id"][:5]) == ([], {}, "drug_")


def test_a_drug_for_other_diseases_is_told_apart(lists: Any, api: Api) -> None:
    answer = api.get("/compare/", {"left": "LEFT", "right": "RIGHT", "by": "drug_indication", "kind": "left"}).json()

    told = {one["drug"]["generic_name"]: one["other_diseases"] for one in answer["results"]}
    assert told == {"仑卡奈单抗": True, "阿昔替尼": False}
    assert answer["counts"]["left"] == answer["count"] == 2 and answer["counts"]["other_diseases"] == 2


def test_pages_and_kinds(lists: Any, api: Api) -> None:
    asked = {"left": "LEFT", "right": "RIGHT", "page_size": "3"}
    first = api.get("/compare/", asked).json()
    second = api.client.get(first["next"], headers=api.headers).json()

    assert len(first["results"]) == 3 and len(second["results"]) == 1 and first["counts"] == second["counts"]
    assert {one["kind"] for one in api.get("/compare/", asked | {"kind": "right"}).json()["results"]} == {"right"}


def test_the_table_has_new_old_and_what_changed(lists: Any, api: Api) -> None:
    asked = {"left": "LEFT", "right": "RIGHT"}
    content = b"".join(api.get("/compare.csv", asked, **{"Accept-Language": "zh"}).streaming_content).decode(
        "utf-8-sig"
    )
    header, *rows = csv.reader(io.StringIO(content))
    workbook = load_workbook(
        io.BytesIO(b"".join(api.get("/compare.xlsx", asked, **{"Accept-Language": "zh"}).streaming_content))
    )

    assert header == ["新内容", "原内容", "变化内容"]
    told = {new.split("\n")[0] + "|" + old.split("\n")[0]: what for new, old, what in rows}
    assert told.keys() == {
        "R-8 仑卡奈单抗注射液|L-2 仑卡奈单抗注射液",
        "R-7 奥希替尼片|L-1 甲磺酸奥希替尼片",
        "R-9 贝伐珠单抗注射液|",
        "|L-3 阿昔替尼片",
    }
    assert "支付标准: 100.0000 → 90.0000" in told["R-7 奥希替尼片|L-1 甲磺酸奥希替尼片"]
    assert (told["R-9 贝伐珠单抗注射液|"], told["|L-3 阿昔替尼片"]) == ("调入", "调出")
    assert [[cell or "" for cell in row] for row in workbook.active.iter_rows(values_only=True)] == [header, *rows]


def test_a_withdrawn_version_is_compared_by_its_label_and_as_known_before(lists: Any, maker: Api) -> None:
    before = clock.observe().known_at
    withdrawn(lists[0])

    by_label = maker.get("/compare/", {"left": "LEFT@v1", "right": "RIGHT"}).json()
    assert by_label["left"]["state"] == "withdrawn" and by_label["counts"]["different"] == 2
    gone = maker.get("/compare/", {"left": "LEFT", "right": "RIGHT"})
    assert (gone.status_code, gone.json()["code"]) == (404, "nothing_in_force")
    then = maker.get("/compare/", question(left="LEFT", right="RIGHT", left_known_at=before)).json()
    assert then["counts"] == by_label["counts"]
    # Nothing was published then.
    early = question(left="LEFT@v1", right="RIGHT", left_known_at=before - timedelta(days=1))
    assert maker.get("/compare/", early).status_code == 404


def test_an_agreement_that_is_over_on_the_day_does_not_count(make_catalog: Callable[..., Catalog], api: Api) -> None:
    content = "entry_code,generic_name,effective_to\nE-1,奥希替尼片,2026-03-31\nE-2,阿昔替尼片,\n"
    version = published(make_catalog("COM"), content)

    asked = {"left": "COM", "right": "COM", "left_date": "2026-03-31", "right_date": "2026-04-01"}
    assert kinds(api.get("/compare/", asked).json()) == {"奥希替尼": "left", "阿昔替尼": "same"}
    # The day of both is for sides without a label: a version is compared as it stands.
    whole = {"left": f"COM@{version.label}", "right": "COM", "date": "2026-04-01"}
    assert kinds(api.get("/compare/", whole).json()) == {"奥希替尼": "left", "阿昔替尼": "same"}
    assert kinds(api.get("/compare/", whole | {"left_date": "2026-04-01"}).json()) == {"阿昔替尼": "same"}


def test_drugs_are_recognised_as_was_known_then(make_catalog: Callable[..., Catalog], api: Api) -> None:
    published(make_catalog("ONE"), "entry_code,generic_name\nE-1,AZD9291\n")
    published(make_catalog("TWO"), "entry_code,generic_name\nE-1,奥希替尼片\n")
    before = clock.observe().known_at
    loaded(HEADER + ",H20170167,甲磺酸奥希替尼片,AZD9291,片,80mg,泰瑞沙,AstraZeneca AB,,30片\n")

    asked = {"left": "ONE", "right": "TWO"}
    assert kinds(api.get("/compare/", asked).json()) == {"奥希替尼": "different"}
    assert kinds(api.get("/compare/", asked | question(known_at=before)).json()) == {
        "azd9291": "left",
        "奥希替尼": "right",
    }


def test_drafts_are_the_offices_and_lists_their_owners(
    lists: Any, insurer: Insurer, api: Api, other_api: Api, maker: Api
) -> None:
    imported(lists[0].catalog, LEFT.replace("肾癌", "肾细胞癌"), label="v2")
    private = services.create_catalog(code="OWN", name="自有", kind="commercial", by="key:a", owner_id=insurer.pk)
    published(private, LEFT, label="p1", by="key:a")
    imported(private, LEFT, label="p2", by="key:a")
    for left, who in (
        ("LEFT@v2", [maker]),
        ("OWN@p1", [maker, api]),
        ("OWN@p2", [maker, api]),
        ("OWN", [maker, api]),
        ("LEFT@v1", [maker, api, other_api]),
    ):
        for caller in (maker, api, other_api):
            status = caller.get("/compare/", {"left": left, "right": "RIGHT"}).status_code
            assert status == (200 if caller in who else 404), (left, who.index(caller) if caller in who else None)
    for caller, status in ((maker, 200), (api, 200), (other_api, 404)):
        assert caller.get("/catalogs/OWN/timeline/").status_code == status


def test_a_draft_is_compared_as_it_stands_now(lists: Any, maker: Api) -> None:
    draft = imported(lists[0].catalog, LEFT, label="v2").version
    asked = {"left": "LEFT@v1", "right": "LEFT@v2", "by": "entry"}
    assert maker.get("/compare/", asked).json()["counts"]["same"] == 3

    path = f"/api/v1/catalogs/LEFT/versions/{draft.label}/entries/L-3/"
    changed = maker.client.patch(path, {"class_code": "XL02"}, content_type="application/json", headers=maker.headers)

    assert changed.status_code == 200
    assert maker.get("/compare/", asked).json()["counts"]["different"] == 1


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"left": "LEFT"}, "/right"),
        ({"right": "LEFT"}, "/left"),
        ({"left": "LEFT@", "right": "RIGHT"}, "/left"),
        ({"left": "@v1", "right": "RIGHT"}, "/left"),
        ({"left": "LEFT", "right": "RIGHT", "by": "name"}, "/by"),
        ({"left": "LEFT", "right": "RIGHT", "kind": "removed"}, "/kind"),
        ({"left": "LEFT@v1", "right": "RIGHT@v1", "date": "1.1.2026"}, "/date"),
        ({"left": "LEFT", "right": "RIGHT", "right_date": "2026-02-30"}, "/right_date"),
        ({"left": "LEFT", "right": "RIGHT", "left_known_at": "2026-01-01"}, "/left_known_at"),
        ({"left": "LEFT", "right": "RIGHT", "middle": "X"}, "/middle"),
    ],
)
def test_what_is_not_understood_is_a_400_that_names_it(lists: Any, api: Api, asked: Any, pointer: str) -> None:
    response = api.get("/compare/", asked)

    assert response.status_code == 400
    assert [one["pointer"] for one in response.json()["errors"]] == [pointer]


def test_a_page_takes_few_statements_and_the_next_one_less(
    lists: Any, api: Api, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(10):
        api.get("/compare/", {"left": "LEFT", "right": "RIGHT"})
    with django_assert_max_num_queries(5):
        again = api.get("/compare/", {"left": "LEFT", "right": "RIGHT", "kind": "left"})
    cache.clear_all()
    assert (
        again.json()["results"]
        == api.get("/compare/", {"left": "LEFT", "right": "RIGHT", "kind": "left"}).json()["results"]
    )


def test_the_timeline_tells_both_clocks(make_catalog: Callable[..., Catalog], api: Api) -> None:
    catalog = make_catalog("COM")
    content = "entry_code,generic_name\nE-1,奥希替尼片\n"
    first = published(catalog, content, label="2025", effective_from=date(2025, 1, 1), effective_to=date(2025, 12, 31))
    second = published(catalog, content + "E-2,阿昔替尼片\n", label="2026", effective_from=date(2026, 1, 1))
    second = withdrawn(second)
    imported(catalog, content, label="draft", effective_from=date(2027, 1, 1))

    answer = api.get("/catalogs/COM/timeline/").json()

    assert [one["label"] for one in answer["versions"]] == ["2025", "2026"]
    at = [instant_text(one) for one in (first.published_at, second.published_at, second.withdrawn_at)]
    told = [
        tuple(one[name] for name in ("version", "effective_from", "effective_to", "known_from", "known_to"))
        for one in answer["segments"]
    ]
    assert told == [
        ("2025", "2025-01-01", "2025-12-31", at[0], None),
        (None, "2026-01-01", None, at[0], at[1]),
        ("2026", "2026-01-01", None, at[1], at[2]),
        (None, "2026-01-01", None, at[2], None),
    ]
    earlier = api.get("/catalogs/COM/timeline/", question(known_at=second.published_at)).json()
    assert [one["version"] for one in earlier["segments"]] == ["2025", None, "2026"]
    assert earlier["versions"][1]["withdrawn_at"] is None
