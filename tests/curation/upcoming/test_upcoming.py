"""What of a list begins, ends and changes by a day, drug by drug; the turn of a year at which a drug goes from the commercial list to the national."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalog.clock import china_today, observe
from catalog.in_force import spans
from catalog.models import Catalog
from curation.upcoming.days import day_of_change, days_of_change, names_of, products_reached
from insurers.models import Insurer
from tests.conftest import Api, published

HEADER = (
    "entry_code,generic_name,dosage_form,class_code,reimbursement_class,icd10,age_min,effective_from,effective_to\n"
)


def turn_of_the_year() -> date:
    """The first day of a year to come, at least a month away."""
    return date((china_today(timezone.now()) + timedelta(days=31)).year + 1, 1, 1)


@pytest.fixture
def lists(make_catalog: Callable[..., Catalog]) -> dict[str, Catalog]:
    """NRDL and CIDL of this year and of the next: 仑卡奈 goes over, 阿昔替尼 leaves, 奥希替尼 changes its class, an agreement ends on the way."""
    turn = turn_of_the_year()
    last, middle = turn - timedelta(days=1), china_today(timezone.now()) + timedelta(days=10)
    nrdl, cidl = make_catalog("NRDL", "base"), make_catalog("CIDL")
    published(
        nrdl,
        HEADER
        + f"1,甲磺酸奥希替尼片,,XL01EB,乙类,C34,,,\n2,贝伐珠单抗注射液,,XL01FG,乙类,C18,,,{middle}\n3,阿司匹林片,,XB01AC,甲类,,,,\n",
        label="old",
    )
    published(
        nrdl,
        HEADER
        + "1,奥希替尼片,,XL01EB,甲类,C34,,,\n3,阿司匹林片,,XB01AC,甲类,,,,\n4,仑卡奈单抗注射液,,XN06DX,乙类,G30,,,\n",
        label="new",
        effective_from=turn,
    )
    published(
        cidl,
        HEADER + "1,仑卡奈单抗注射液,,XN06DX,,G30,,,\n2,阿昔替尼片,,XL01EK,,C64,,,\n3,多奈单抗注射液,,XN06DX,,G30,,,\n",
        label="old",
        effective_to=last,
    )
    published(cidl, HEADER + "3,多奈单抗注射液,,XN06DX,,G30,50,,\n", label="new", effective_from=turn)
    return {"NRDL": nrdl, "CIDL": cidl}


def product(api: Api, code: str = "HMB", **reference: str) -> None:
    terms = {
        "label": "v1",
        "effective_from": "2026-01-01",
        "base": {"catalog": "NRDL"},
        "benefits": [{"code": "b", "catalogs": [{"catalog": "CIDL", **reference}], "ratio": "0.7000"}],
    }
    assert api.post("/products/", {"code": code, "name": f"{code} 保"}).status_code == 201
    assert api.post(f"/products/{code}/versions/", terms).status_code == 201
    assert api.post(f"/products/{code}/versions/v1/publish/").status_code == 200


def upcoming(api: Api, code: str, **asked: Any) -> Any:
    answer = api.get(f"/catalogs/{code}/upcoming/", {name: str(value) for name, value in asked.items()})
    assert answer.status_code == 200, answer.content
    return answer.json()


def told(answer: Any) -> list[tuple[str, str, str, str]]:
    return [(one["day"], one["kind"], one["by"], one["drug"]["generic_name"]) for one in answer["results"]]


def test_what_begins_and_ends_drug_by_drug(api: Api, lists: dict[str, Catalog]) -> None:
    turn = turn_of_the_year()
    last, middle = str(turn - timedelta(days=1)), str(china_today(timezone.now()) + timedelta(days=10))

    nrdl, cidl = (upcoming(api, code, until=turn) for code in ("NRDL", "CIDL"))

    assert told(nrdl) == [
        (middle, "ends", "agreement", "贝伐珠单抗"),
        (str(turn), "begins", "edition", "仑卡奈单抗"),
        (str(turn), "changes", "edition", "奥希替尼"),
    ]
    assert nrdl["counts"] == {"begins": 1, "ends": 1, "changes": 1}
    assert nrdl["results"][2]["fields"]["reimbursement_class"] == ["B", "A"]
    assert nrdl["editions"] == [
        {"version": "old", "begins": None, "ends": last, "follows": None, "followed_by": "new", "entry_count": 3},
        {"version": "new", "begins": str(turn), "ends": None, "follows": "old", "followed_by": None, "entry_count": 3},
    ]
    assert told(cidl) == [
        (last, "ends", "edition", "仑卡奈单抗"),
        (last, "ends", "edition", "阿昔替尼"),
        (str(turn), "changes", "edition", "多奈单抗"),
    ]
    assert cidl["results"][0]["version"] == "old" and cidl["results"][0]["before"][0]["entry_code"] == "1"
    # The last day of the year still is: what ends then is told, what begins a day later is not.
    assert told(upcoming(api, "CIDL", until=last)) == told(cidl)[:2]
    assert told(upcoming(api, "NRDL", until=last)) == told(nrdl)[:1]
    assert told(upcoming(api, "CIDL", until=turn, kind="changes")) == told(cidl)[2:]
    page = upcoming(api, "CIDL", until=turn, page_size=2, page=2)
    assert (page["count"], told(page)) == (3, told(cidl)[2:])


def test_what_is_asked_wrongly_is_refused(api: Api, lists: dict[str, Catalog]) -> None:
    yesterday = china_today(timezone.now()) - timedelta(days=1)
    for asked, pointer in (
        ({"until": str(yesterday)}, "/until"),
        ({"until": "bald"}, "/until"),
        ({"kind": "x"}, "/kind"),
    ):
        answer = api.get("/catalogs/CIDL/upcoming/", asked)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert api.get("/catalogs/NONE/upcoming/").status_code == 404


def test_products_that_follow_and_products_that_are_pinned_each_insurer_its_own(
    api: Api, other_api: Api, maker: Api, lists: dict[str, Catalog]
) -> None:
    product(api)
    product(other_api, "PIN", label="old")
    until = turn_of_the_year()

    def reached(caller: Api) -> list[tuple[str, bool, list[str]]]:
        answer = upcoming(caller, "CIDL", until=until)
        assert answer["products_count"] == len(answer["products"])
        return [(one["product"], one["follows"], one["pinned"]) for one in answer["products"]]

    assert reached(api) == [("HMB", True, [])]
    assert reached(other_api) == [("PIN", False, ["old"])]
    assert reached(maker) == [("HMB", True, []), ("PIN", False, ["old"])]


def test_a_check_of_next_year_is_answered_today_by_next_years_lists(api: Api, lists: dict[str, Catalog]) -> None:
    product(api)
    turn = turn_of_the_year()
    claim: dict[str, Any] = {
        "product": "HMB",
        "diagnoses": ["G30.9"],
        "member": {"age": 60},
        "lines": [{"generic_name": "仑卡奈单抗注射液", "quantity": "1", "amount": "100.00"}],
    }
    old, new = (
        api.post("/claims/checks/", {**claim, "service_date": str(day)}).json()
        for day in (turn - timedelta(days=1), turn)
    )

    assert {one["version"] for one in old["catalogs"]} == {"old"} and {one["version"] for one in new["catalogs"]} == {
        "new"
    }
    assert [one["lines"][0]["base"]["status"] for one in (old, new)] == ["not_listed", "covered"]
    again = api.post("/claims/checks/", {**claim, "service_date": str(turn), "as_known_at": new["as_known_at"]}).json()
    assert again["digest"] == new["digest"]
    covered = api.get(
        "/products/HMB/coverage/", {"generic_name": "仑卡奈单抗注射液", "icd10": "G30.9", "date": str(turn)}
    )
    assert covered.json()["base"]["status"] == "covered"


def test_over_all_lists_a_drug_moves_at_the_turn_of_the_year(
    api: Api, other_api: Api, insurer: Insurer, lists: dict[str, Catalog], django_assert_max_num_queries: Any
) -> None:
    product(api)
    product(other_api, "PIN", label="old")
    turn, seen = turn_of_the_year(), observe()

    with django_assert_max_num_queries(10):
        found = day_of_change(turn, insurer_id=None, seen=seen)
        products, more = products_reached(found, insurer_id=insurer.pk, seen=seen)

    assert [(one.catalog.code, sorted(one.came), sorted(one.gone), one.stayed) for one in found.lists] == [
        ("CIDL", [], ["仑卡奈单抗", "阿昔替尼"], 1),
        ("NRDL", ["仑卡奈单抗"], [], 2),
    ]
    assert [(one.drug, one.left, one.entered) for one in found.moves] == [("仑卡奈单抗", ("CIDL",), ("NRDL",))]
    assert names_of(["仑卡奈单抗"]) == {"仑卡奈单抗": "仑卡奈单抗注射液"} and not more
    assert [[(named.address, how.follows) for named, how in one.lists] for one in products] == [
        [("CIDL", True), ("NRDL", True)]
    ]
    # An agreement that ends changes its list alone; on other days nothing does.
    middle = china_today(timezone.now()) + timedelta(days=11)
    (one,) = day_of_change(middle, insurer_id=None, seen=seen).lists
    assert (one.catalog.code, one.agreements, sorted(one.gone)) == ("NRDL", 1, ["贝伐珠单抗"])
    assert not day_of_change(turn + timedelta(days=1), insurer_id=None, seen=seen).lists
    assert days_of_change(china_today(timezone.now()), insurer_id=None, seen=seen) == [middle, turn]


def test_what_is_told_of_each_day_is_what_the_lists_say_on_it(api: Api, lists: dict[str, Catalog]) -> None:
    """Going through the days one by one over what is told gives every day's list as it is in force."""
    today, until = china_today(timezone.now()), turn_of_the_year() + timedelta(days=3)
    known = observe().known_at
    for code, catalog in lists.items():
        answer = upcoming(api, code, until=until, page_size=500)

        def drugs_on(day: date, catalog: Catalog = catalog) -> set[str]:
            there = spans(list(catalog.versions.all()), known, day, day)[0].version
            if there is None:
                return set()
            entries = there.entries.all()
            return {
                one.base_name
                for one in entries
                if (one.effective_from or date.min) <= day <= (one.effective_to or date.max)
            }

        day, held = today, drugs_on(today)
        while day < until:
            held -= {
                one["drug"]["generic_name"]
                for one in answer["results"]
                if (one["kind"], one["day"]) == ("ends", str(day))
            }
            day += timedelta(days=1)
            held |= {
                one["drug"]["generic_name"]
                for one in answer["results"]
                if (one["kind"], one["day"]) == ("begins", str(day))
            }
            if day.day in (1, 2, 11, 31) or day == until:
                assert held == drugs_on(day), day
