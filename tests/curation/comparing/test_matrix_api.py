"""The matrix over REST: a small table of lists and what each cell says; filters, days, tenancy, files."""

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from catalog.models import Catalog, CatalogVersion
from catalog.services import create_catalog
from insurers.models import Insurer
from tests.conftest import Api, Once, published, withdrawn

HEADER = (
    "entry_code,generic_name,dosage_form,class_code,reimbursement_class,indication,icd10,min_institution_level,"
    "effective_from,effective_to,brand_name,marks\n"
)
NRDL = HEADER + "\n".join(
    [
        "10,甲磺酸奥希替尼片,,XL01EB,乙类,非小细胞肺癌,C34,,2025-01-01,2026-06-30,,negotiated",
        "11,阿司匹林,口服常释剂型,XB01AC,甲类,,,,,,,",
        "12,阿司匹林,肠溶片,XB01AC,乙类,,,2,,,,",
        "13,贝伐珠单抗注射液,,XL01FG,乙类,结直肠癌,C18-C20,2,,,,",
        "14,胰岛素注射液,,XA10AB,甲类,,,,,,,",
    ]
)
CIDL = (
    HEADER
    + "1,贝伐珠单抗注射液,,XL01FG,,肝细胞癌,C22,3,,,安维汀,\n2,仑卡奈单抗注射液,,XN06DX,,尚未编码的适应症,,,,,乐意保,\n"
)
NEG = HEADER + "N1,,,XA10,,,,,,,,\nN2,贝伐珠单抗,,,,黄斑变性,H35,,,,,\nN3,,,,,,,,,,乐意保,\nN4,,泡腾片,,,,,,,,,\n"


@pytest.fixture(scope="module")
def made_lists(once: Once) -> dict[str, CatalogVersion]:
    def make() -> dict[str, CatalogVersion]:
        return {
            code: published(create_catalog(code=code, name=code, kind=kind, by="alice"), content, **reading)
            for code, kind, content, reading in (
                ("NRDL", "base", NRDL, {"names": "plain"}),
                ("CIDL", "commercial", CIDL, {}),
                ("NEG", "negative", NEG, {}),
            )
        }

    return once(make)


@pytest.fixture
def lists(made_lists: dict[str, CatalogVersion], db: None) -> dict[str, CatalogVersion]:
    return copy.deepcopy(made_lists)


def cells(response: Any) -> dict[str, list[tuple[str, str, list[str]]]]:
    """Return, by drug, how each list takes it: listed, class, entries."""
    assert response.status_code == 200, response.content
    return {
        row["drug"]["base_name"]: [
            (cell["listed"], cell["class"], cell["entry_codes"]) for cell in row["cells"].values()
        ]
        for row in response.json()["results"]
    }


def asked(api: Api, **query: Any) -> Any:
    return api.get("/matrix/", {"catalogs": "NRDL,CIDL,NEG", "date": "2026-03-01", **query})


NO = ("no", "", [])


def test_each_list_takes_each_drug_as_its_entries_say(api: Api, lists: dict[str, CatalogVersion]) -> None:
    assert cells(asked(api)) == {
        "仑卡奈单抗": [NO, ("restricted", "", ["2"]), ("excluded", "", ["N3"])],
        "奥希替尼": [("restricted", "B", ["10"]), NO, NO],
        "胰岛素": [("full", "A", ["14"]), NO, ("excluded", "", ["N1"])],
        "贝伐珠单抗": [("restricted", "B", ["13"]), ("restricted", "", ["1"]), ("excluded", "", ["N2"])],
        "阿司匹林": [("full", "A", ["11", "12"]), NO, NO],
    }
    answer = asked(api).json()
    assert [(one["catalog"], one["kind"], one["version"]) for one in answer["catalogs"]] == [
        ("NRDL", "base", "v1"),
        ("CIDL", "commercial", "v1"),
        ("NEG", "negative", "v1"),
    ]
    rows = {row["drug"]["base_name"]: row["cells"] for row in answer["results"]}
    assert rows["贝伐珠单抗"]["NRDL"]["conditions"] == ["indication", "institution"]
    assert rows["贝伐珠单抗"]["NEG"]["conditions"] == ["indication"]
    assert rows["仑卡奈单抗"]["NEG"]["conditions"] == ["product"]
    assert rows["阿司匹林"]["NRDL"]["classes"] == ["A", "B"]
    assert rows["阿司匹林"]["NRDL"]["min_institution_level"] is None
    assert [rows["贝伐珠单抗"][code]["min_institution_level"] for code in ("NRDL", "CIDL")] == [2, 3]


@pytest.mark.parametrize(
    ("query", "drugs"),
    [
        ({"q": "奥希"}, ["奥希替尼"]),
        ({"q": "乐意保"}, ["仑卡奈单抗"]),
        ({"q": "asp"}, ["阿司匹林"]),
        ({"class_code": "xl01"}, ["奥希替尼", "贝伐珠单抗"]),
        ({"mark": "negotiated"}, ["奥希替尼"]),
        ({"icd10": "C20.1"}, ["贝伐珠单抗"]),
        ({"icd10": "C34.1", "class_code": "XL01FG"}, []),
        ({"institution_level": "1"}, ["仑卡奈单抗", "奥希替尼", "胰岛素", "阿司匹林"]),
        ({"institution_level": "2", "catalogs": "NRDL"}, ["奥希替尼", "胰岛素", "贝伐珠单抗", "阿司匹林"]),
        ({"date": "2026-07-01"}, ["仑卡奈单抗", "胰岛素", "贝伐珠单抗", "阿司匹林"]),
        ({"date": "2025-12-31"}, []),
        ({"catalogs": "NEG"}, ["贝伐珠单抗"]),
    ],
)
def test_a_filter_keeps_the_drugs_with_an_entry_that_meets_it(
    api: Api, lists: dict[str, CatalogVersion], query: dict[str, str], drugs: list[str]
) -> None:
    assert list(cells(asked(api, **query))) == drugs
    assert list(cells(asked(api, **query))) == drugs  # as it is kept


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"catalogs": ","}, "/catalogs"),
        ({"catalogs": ",".join(f"C{n}" for n in range(21))}, "/catalogs"),
        ({"mark": "none"}, "/mark"),
        ({"icd10": "C34;C35"}, "/icd10"),
        ({"institution_level": "4"}, "/institution_level"),
        ({"date": "2026-13-01"}, "/date"),
        ({"known_at": "yesterday"}, "/known_at"),
        ({"sort": "name"}, "/sort"),
    ],
)
def test_what_cannot_be_asked_is_a_400_that_points_at_it(
    api: Api, lists: dict[str, CatalogVersion], query: dict[str, str], pointer: str
) -> None:
    response = asked(api, **query)

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_anothers_list_is_not_found_and_tells_nothing(
    api: Api, other_api: Api, insurer: Insurer, make_catalog: Callable[..., Catalog], lists: dict[str, CatalogVersion]
) -> None:
    published(make_catalog("PRIV", owner_id=insurer.pk), HEADER + "P1,贝伐珠单抗注射液,,XA10ZZ,,,,,,,秘密牌,\n")

    assert cells(asked(api, catalogs="PRIV,NEG")) == {
        "贝伐珠单抗": [("full", "", ["P1"]), ("excluded", "", ["N1", "N2"])]
    }
    assert asked(other_api, catalogs="PRIV,NEG").status_code == asked(other_api, catalogs="NONE").status_code == 404
    # What A's own list says of the drug's class and brand excludes it for A alone, and finds it for A alone.
    assert cells(asked(other_api, catalogs="NEG")) == {"贝伐珠单抗": [("excluded", "", ["N2"])]}
    assert list(cells(asked(api, catalogs="CIDL", q="秘密牌"))) == ["贝伐珠单抗"]
    assert cells(asked(other_api, catalogs="CIDL", q="秘密牌")) == {}


def test_both_clocks_say_which_version_is_shown(
    api: Api, make_catalog: Callable[..., Catalog], lists: dict[str, CatalogVersion]
) -> None:
    later = published(
        lists["CIDL"].catalog, CIDL.split("\n2,")[0] + "\n", label="v2", effective_from=date(2026, 2, 1), by="carol"
    )
    before, after = later.published_at, withdrawn(later).withdrawn_at
    assert before and after
    earlier = lists["CIDL"].published_at
    assert earlier

    def drugs(known_at: Any) -> list[str]:
        return list(cells(asked(api, catalogs="CIDL", known_at=known_at.isoformat())))

    assert drugs(earlier) == ["仑卡奈单抗", "贝伐珠单抗"]
    assert drugs(before) == ["贝伐珠单抗"]
    assert drugs(after) == ["仑卡奈单抗", "贝伐珠单抗"]


def test_pages_and_files_hold_the_same_rows(api: Api, lists: dict[str, CatalogVersion]) -> None:
    first = asked(api, page_size=2).json()
    assert (first["count"], len(first["results"]), first["previous"]) == (5, 2, None)
    assert first["next"]
    text = b"".join(
        api.get("/matrix.csv", {"catalogs": "NRDL,CIDL,NEG", "date": "2026-03-01"}).streaming_content
    ).decode("utf-8-sig")
    lines = text.strip().split("\r\n")
    assert len(lines) == 6
    assert lines[4].startswith("贝伐珠单抗注射液,XL01FG,限制列入（适应症、机构级别）,乙类,二级,13,")
    xlsx = api.get("/matrix.xlsx", {"catalogs": "NRDL", "date": "2026-03-01"})
    assert b"".join(xlsx.streaming_content)[:2] == b"PK"


def test_a_page_takes_few_statements(
    api: Api, lists: dict[str, CatalogVersion], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(16):
        assert asked(api).status_code == 200
