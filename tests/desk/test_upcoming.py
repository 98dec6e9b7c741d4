"""某日变化 and 更正 as people see them: the office and an insurer's user, each what is theirs, in a bounded number of statements."""

from typing import Any

from django.test import Client
from django.urls import reverse

from catalog.models import Catalog
from curation.models import SettledCheck
from insurers.models import Insurer
from tests.claims.test_checks import cidl, hmb
from tests.conftest import Api, published
from tests.curation.corrections.test_corrections import SHORTER, checked
from tests.curation.upcoming.test_upcoming import lists, product, turn_of_the_year
from tests.desk.test_catalogs import curator, text_of
from tests.desk.test_matrix_page import person_of

__all__ = ["cidl", "hmb", "lists"]  # fixtures


def shown(client: Client, name: str, **asked: str) -> Any:
    answer = client.get(reverse(f"desk:{name}"), asked)
    assert answer.status_code == 200
    return answer


def test_the_page_of_a_day_tells_moves_and_products(
    api: Api, other_api: Api, insurer: Insurer, lists: dict[str, Catalog], django_assert_max_num_queries: Any
) -> None:
    product(api)
    product(other_api, "PIN", label="old")
    turn, alice = turn_of_the_year().isoformat(), curator("alice")

    with django_assert_max_num_queries(24):  # three of them are savepoints of the test
        whole = shown(alice, "upcoming", date=turn)
    with django_assert_max_num_queries(24):
        of_list = shown(alice, "upcoming", date=turn, list="NRDL")

    # Without a day it is the next on which something changes: an agreement is over before the year is.
    assert shown(alice, "upcoming").context["day"].isoformat() < turn and turn in map(str, whole.context["coming"])
    assert [(name, one.left, one.entered) for name, _href, one in whole.context["moves"]] == [
        ("仑卡奈单抗注射液", ("CIDL",), ("NRDL",))
    ]
    assert {one.version.product.code for one in whole.context["products"]} == {"HMB", "PIN"}
    assert [(one["what"], one["name"]) for one in of_list.context["changes"]] == [
        ("comes in", "仑卡奈单抗"),
        ("listed otherwise", "奥希替尼"),
    ]
    assert "Reimbursement class" in text_of(of_list) or "reimbursement" in text_of(of_list).lower()
    own = shown(person_of(insurer, "ines"), "upcoming", date=turn)
    assert {one.version.product.code for one in own.context["products"]} == {"HMB"}
    assert "某日变化" in text_of(own)
    assert "没有目录发生变化" in text_of(shown(person_of(insurer, "ivan"), "upcoming", date="2099-01-02"))
    assert "What changes on a day" in text_of(alice.get(reverse("admin:index")))


def test_corrections_are_the_insurers_and_their_number_the_offices(
    api: Api,
    hmb: str,
    cidl: Catalog,
    insurer: Insurer,
    other_insurer: Insurer,
    django_assert_max_num_queries: Any,
) -> None:
    check = checked(api, "SECRET-1")
    published(cidl, SHORTER, label="2026")
    ines, ruth = person_of(insurer, "ines"), person_of(other_insurer, "ruth")

    with django_assert_max_num_queries(30):  # facts are loaded anew after a publication
        shown(ines, "corrections")
    with django_assert_max_num_queries(24):
        mine = shown(ines, "corrections", settled="no")
    assert [(str(one["check"].pk), one["old_payable"], one["new_payable"]) for one in mine.context["rows"]] == [
        (check, "700.00", "0.00")
    ]
    office = shown(curator("alice"), "corrections")
    assert office.context["resting"] == 1 and "SECRET-1" not in text_of(office)
    assert shown(ruth, "corrections").context["rows"] == []

    settle = reverse("desk:settle_claimcheck", args=[check])
    assert ruth.post(settle).status_code == 404
    assert curator("bob").post(settle).status_code == 403
    answer = ines.post(settle, {"query": "settled=no"})
    assert answer.status_code == 302 and answer["Location"].endswith("?settled=no")
    assert SettledCheck.objects.get().settled_by == "ines"
    assert shown(ines, "corrections", settled="no").context["rows"] == []
    (one,) = shown(ines, "corrections", settled="yes").context["rows"]
    assert one["settled_by"] == "ines"
    page = ines.get(reverse("admin:claims_claimcheck_change", args=[check]))
    assert "已处理" in text_of(page)
    assert shown(ines, "corrections", since="2099-01-01").context["resting"] == 0
