"""What the API tells of one drug on a day: class, names, makers, approvals at home and abroad, marks, lists; and by what it is found."""

from datetime import date
from typing import Any

import pytest

from catalog.drugs.base_names import drug_id
from catalog.services import create_catalog
from insurers.models import Insurer
from tests.catalog.test_master_approval import loaded
from tests.conftest import Api, Once, published

MASTER = """national_code,approval_no,generic_name,aliases,dosage_form,strength,brand_name,manufacturer,class_code,regulators
XL01EBA001A010010100001,国药准字H20170167,甲磺酸奥希替尼片,AZD9291;奥斯替尼,片,80mg,泰瑞沙,阿斯利康,XL01EB,NMPA:2017-03-22;FDA:2015-11-13
"""
LIST = """entry_code,generic_name,brand_name,manufacturer,class_code,reimbursement_class,indication,icd10,regulators,rare_disease,marks,effective_to
1,奥希替尼,,,XL01EB,谈判,非小细胞肺癌,C34,EMA,,vbp,2026-06-30
2,维拉西酶α,唯铂,武田,XA16AB,,戈谢病,E75.2,FDA,Y,,
3,尼拉帕利,则乐,再鼎医药,XL01XK,,卵巢癌,C56,,,class_1,
"""
OSI, VELA = drug_id("奥希替尼"), drug_id("维拉西酶α")


@pytest.fixture(scope="module", autouse=True)
def lists(once: Once) -> None:
    """A drug in the master, a shared list, and one of insurer A's own."""

    def make() -> None:
        owner = Insurer.objects.create(code="INS-A", name="甲保险")
        loaded(MASTER)
        published(create_catalog(code="COM", name="COM", kind="commercial", by="alice"), LIST)
        own = create_catalog(code="PRIV", name="PRIV", kind="commercial", by="alice", owner_id=owner.pk)
        published(own, "entry_code,generic_name,brand_name\nP,尼拉帕利,秘密牌\n")

    once(make)


def test_a_drug_is_told_with_all_that_is_known_of_it(api: Api, lists: None) -> None:
    told = api.get(f"/drugs/{OSI}/", {"date": "2026-03-01"}).json()

    assert [node["code"] for node in told["class_path"]][-1:] == ["XL01EB"]
    assert (told["brands"], told["aliases"], told["makers"]) == (["泰瑞沙"], ["AZD9291", "奥斯替尼"], ["阿斯利康"])
    assert [(one["regulator"], one["approved_on"], one["abroad"], one["source"]) for one in told["approvals"]] == [
        ("NMPA", "2017-03-22", False, "master"),
        ("FDA", "2015-11-13", True, "master"),
        ("EMA", None, True, "COM"),
    ]
    assert told["approvals"][0]["approval_no"]
    assert {one["mark"] for one in told["marks"]} == {"vbp", "negotiated"}
    assert [one["catalog"] for one in told["listings"]] == ["COM"]
    assert [one["change"] for one in told["history"]] == ["in"]
    assert len(told["products"]) == 1
    after = api.get(f"/drugs/{OSI}/", {"date": "2026-07-01"}).json()
    assert after["listings"] == after["marks"] == []


@pytest.mark.parametrize(
    ("text", "drug"),
    [
        ("奥希", "奥希替尼"),
        ("泰瑞", "奥希替尼"),
        ("奥斯替尼", "奥希替尼"),
        ("azd9291", "奥希替尼"),
        ("aoxitini", "奥希替尼"),
        ("axtn", "奥希替尼"),
        ("XL01EBA001A01", "奥希替尼"),
        ("国药准字H20170167", "奥希替尼"),
        ("则乐", "尼拉帕利"),
        ("再鼎", "尼拉帕利"),
        ("tairuisha", "奥希替尼"),
        ("trs", "奥希替尼"),
        ("aositini", "奥希替尼"),
        ("zele", "尼拉帕利"),
    ],
)
def test_a_drug_is_found_by_all_that_it_is_called(api: Api, lists: None, text: str, drug: str) -> None:
    assert drug in [one["base_name"] for one in api.get("/drugs/", {"q": text}).json()["results"]]


def test_what_an_own_list_calls_a_drug_finds_it_for_its_owner_alone(
    api: Api, other_api: Api, maker: Api, lists: None
) -> None:
    def found(by: Api) -> list[str]:
        return [one["base_name"] for one in by.get("/drugs/", {"q": "秘密牌"}).json()["results"]]

    assert (found(api), found(other_api), found(maker)) == (["尼拉帕利"], [], ["尼拉帕利"])
    assert "秘密牌" in api.get(f"/drugs/{drug_id('尼拉帕利')}/").json()["brands"]
    assert "秘密牌" not in other_api.get(f"/drugs/{drug_id('尼拉帕利')}/").json()["brands"]


@pytest.mark.parametrize(
    ("query", "drugs"),
    [
        ({"mark": "vbp"}, ["奥希替尼"]),
        ({"mark": "negotiated"}, ["奥希替尼"]),
        ({"mark": "rare_disease"}, ["维拉西酶α"]),
        ({"mark": "class_1"}, ["尼拉帕利"]),
        ({"regulator": "FDA"}, ["奥希替尼", "维拉西酶α"]),
        ({"regulator": "FDA", "mark": "vbp"}, ["奥希替尼"]),
        ({"approval": "home"}, ["奥希替尼"]),
        ({"approval": "abroad"}, ["奥希替尼", "维拉西酶α"]),
        ({"approval": "abroad_only"}, ["维拉西酶α"]),
        ({"catalog": "PRIV"}, ["尼拉帕利"]),
        ({"mark": "vbp", "q": "axtn"}, ["奥希替尼"]),
        ({"mark": "vbp", "q": "则乐"}, []),
        ({"mark": "vbp", "date": "2026-07-01"}, []),
    ],
)
def test_drugs_are_filtered_by_what_lists_and_master_say_of_them(
    api: Api, lists: None, query: dict[str, str], drugs: list[str]
) -> None:
    asked: dict[str, Any] = {"date": date(2026, 3, 1).isoformat(), **query}

    assert sorted(one["base_name"] for one in api.get("/drugs/", asked).json()["results"]) == sorted(drugs)
