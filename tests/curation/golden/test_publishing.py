"""A draft that changes an agreed answer is published by no door before somebody has said why that answer is right."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from catalog import moves, services
from catalog.models import Catalog, CatalogVersion
from claims.retention import purge_facts
from common import tenancy
from common.audit.models import Record
from curation.golden.services import GoldenCasesDiffer
from curation.models import GoldenCase, GoldenExpectation
from insurers.models import Insurer
from tests.claims.once import cidl, hmb, made_cidl
from tests.claims.test_checks import CLAIM, TERMS
from tests.conftest import Api, imported, published

__all__ = ["cidl", "hmb", "made_cidl"]  # fixtures

# The published list has 仑卡奈 and 多奈; the draft loses the first.
DRAFT = "entry_code,generic_name,icd10,class_code\nC-2,多奈单抗注射液,G30,XN06DX\n"
V = "/catalogs/CIDL/versions/2026"
PAID = {"lines": [{"outcome": "eligible", "reasons": [], "payable": "700.00"}]}


@pytest.fixture
def draft(cidl: Catalog) -> CatalogVersion:
    # Its first day is long after the claim's: it is tried as if in force all the same.
    version = imported(cidl, DRAFT, label="2026", effective_from=date(2027, 1, 1)).version
    assert version is not None
    return version


def made(caller: Api, status: int = 201, **body: Any) -> Any:
    given = {"name": "仑卡奈单抗", "product": "HMB", "claim": CLAIM, "expect": PAID} | body
    answer = caller.post("/golden-cases/", {name: value for name, value in given.items() if value is not None})
    assert answer.status_code == status, answer.content
    return answer.json()


def tried(caller: Api, version: str = V) -> Any:
    answer = caller.get(f"{version}/golden-cases/")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_a_flipped_case_blocks_until_it_is_acknowledged_and_then_expects_the_new_answer(
    api: Api, maker: Api, checker: Api, hmb: str, draft: CatalogVersion
) -> None:
    case = made(maker, note="阿尔茨海默病")
    assert (case["product"], case["catalogs"], case["expect"]) == ("HMB", [], PAID)
    assert "claim_no" not in case["claim"] and case["claim"]["member"] == {}
    stays = made(
        maker, name="多奈单抗", claim=CLAIM | {"lines": [CLAIM["lines"][0] | {"generic_name": "多奈单抗注射液"}]}
    )

    [first, second] = sorted(tried(maker), key=lambda one: one["passes"])
    found = {"line_no": 1, "outcome": "ineligible", "reasons": ["NOT_IN_CATALOG"], "payable": "0.00"}
    assert first == {
        "case": case["id"],
        "name": "仑卡奈单抗",
        "insurer": None,
        "expected": PAID,
        "found": {"lines": [found]},
        "differs": [
            {"line_no": 1, "field": "outcome", "expected": "eligible", "found": "ineligible"},
            {"line_no": 1, "field": "reasons", "expected": [], "found": ["NOT_IN_CATALOG"]},
            {"line_no": 1, "field": "payable", "expected": "700.00", "found": "0.00"},
        ],
        "passes": False,
    }
    assert (second["case"], second["passes"], second["differs"]) == (stays["id"], True, [])

    body = {"confirm": True}
    refused = checker.post(f"{V}/publish/", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "golden_cases")
    assert refused.json()["golden_cases"] == [first] and "仑卡奈单抗" in refused.json()["detail"]
    # Another case, a text about counts, or no reason are no acknowledgement of this one.
    for said in ([{"case": stays["id"], "reason": "是"}], "印刷如此", [{"reason": "印刷如此"}], []):
        assert checker.post(f"{V}/publish/", body | {"acknowledge": said}).json()["code"] == "golden_cases"
    assert (
        checker.post(f"{V}/publish/", body | {"acknowledge": [{"case": case["id"], "reason": " "}]}).status_code == 400
    )
    assert CatalogVersion.objects.get(pk=draft.pk).published_at is None

    said = [{"case": case["id"], "reason": "2027年不再列入"}]
    assert checker.post(f"{V}/publish/", body | {"acknowledge": said}).status_code == 200

    now = maker.get(f"/golden-cases/{case['id']}/").json()
    assert now["expect"] == {"lines": [{"outcome": "ineligible", "reasons": ["NOT_IN_CATALOG"], "payable": "0.00"}]}
    assert [(one["expect"], one["by"], one["reason"], one["version"]) for one in now["history"]] == [
        (now["expect"], "bob", "2027年不再列入", "2026"),
        (PAID, "alice", None, None),
    ]
    assert maker.get(f"/golden-cases/{stays['id']}/").json()["expect"] == PAID
    assert all(one["passes"] for one in tried(maker))
    deed = Record.objects.get(deed="golden_case.acknowledged")
    assert (deed.who, deed.object_id, deed.reason) == ("bob", case["id"], "2027年不再列入")
    assert deed.after["version"] == "2026" and deed.before == {"expect": PAID}


def test_both_kinds_of_acknowledgement_go_together(maker: Api, checker: Api, hmb: str, draft: CatalogVersion) -> None:
    moves.edit_version(version=draft, by="alice", expected_counts={"drugs": 2})
    case = made(maker)["id"]
    flipped = {"case": case, "reason": "不再列入"}

    def code(said: Any) -> str:
        return str(checker.post(f"{V}/publish/", {"confirm": True, "acknowledge": said}).json().get("code"))

    assert code([flipped]) == "incomplete_count"
    assert code("原表未印全") == "golden_cases"
    assert code([flipped, {"reason": "原表未印全"}]) == "CIDL" or CatalogVersion.objects.get(pk=draft.pk).published_at


def test_every_door_goes_through_the_service_and_the_service_asks(maker: Api, hmb: str, draft: CatalogVersion) -> None:
    case = made(maker)["id"]

    with pytest.raises(GoldenCasesDiffer) as refused:
        services.publish_version(version=draft, by="bob", confirm=True)
    with pytest.raises(GoldenCasesDiffer):
        services.publish_version(version=draft, by="bob", confirm=True, reasons={case: "  "})
    assert [one["case"] for one in refused.value.more["golden_cases"]] == [case]
    assert (
        not Record.objects.filter(deed__in=("version.published", "golden_case.acknowledged"))
        .filter(who="bob", object="CIDL 2026")
        .exists()
    )

    services.publish_version(version=draft, by="bob", confirm=True, reasons={case: "不再列入"})
    assert GoldenExpectation.objects.filter(case=case).count() == 2


def test_an_insurers_case_blocks_the_office_which_learns_the_answers_and_not_the_claim(
    api: Api, other_api: Api, maker: Api, checker: Api, hmb: str, draft: CatalogVersion, other_insurer: Insurer
) -> None:
    check = api.post("/claims/checks/", CLAIM | {"member": {"member_ref": "m-1", "age": 61}}).json()["id"]
    own = made(api, product=None, claim=None, expect=None, check=check)
    assert own["expect"] == PAID and own["claim"]["member"] == {"age": 61}
    assert "C-1" not in str(own) and "m-1" not in str(own)
    other_api.post("/products/", {"code": "HMB", "name": "乙"})
    other_api.post("/products/HMB/versions/", TERMS)
    other_api.post("/products/HMB/versions/2026/publish/")
    theirs = made(other_api)["id"]

    # Nobody has anything of another's: not the office either, but for what its publication changes.
    for caller in (other_api, maker):
        assert caller.get(f"/golden-cases/{own['id']}/").status_code == 404
        assert caller.delete(f"/golden-cases/{own['id']}/").status_code == 404
    assert [len(one.get("/golden-cases/").json()["results"]) for one in (api, other_api, maker)] == [1, 1, 0]
    made(other_api, 404, product=None, claim=None, expect=None, check=check)
    made(maker, 403, product=None, claim=None, expect=None, check=check)
    with tenancy.acting_for(str(other_insurer.pk)), connection.cursor() as cursor:
        for table in ("curation_goldencase", "curation_goldenexpectation"):
            cursor.execute(f"SELECT insurer_id FROM {table}")
            assert {row[0] for row in cursor.fetchall()} <= {other_insurer.pk}

    assert api.get(f"{V}/golden-cases/").status_code == 404  # a draft is the office's
    moves.submit_version(version=draft, by="alice")
    assert [one["case"] for one in tried(api)] == [own["id"]]
    seen = tried(maker)
    assert sorted(one["insurer"] for one in seen) == ["INS-A", "INS-B"]
    assert all(one.keys() == {"case", "name", "insurer", "expected", "found", "differs", "passes"} for one in seen)

    moves.end_consultation(version=draft, by="alice")
    both = [{"case": one, "reason": "不再列入"} for one in (own["id"], theirs)]
    refused = checker.post(f"{V}/publish/", {"confirm": True, "acknowledge": both[:1]})
    assert [one["case"] for one in refused.json()["golden_cases"]] == [theirs]
    assert checker.post(f"{V}/publish/", {"confirm": True, "acknowledge": both}).status_code == 200
    history = api.get(f"/golden-cases/{own['id']}/").json()["history"]
    assert [(one["by"], one["reason"]) for one in history][0] == ("office", "不再列入")


def test_a_case_over_catalogs_is_judged_by_the_lists_alone(
    maker: Api,
    checker: Api,
    make_catalog: Callable[..., Catalog],
    cidl: Catalog,
    draft: CatalogVersion,
    insurer: Insurer,
) -> None:
    negative = make_catalog("NEG", "negative")
    published(negative, "entry_code,generic_name\nN-1,甲药\n", label="1")
    make_catalog("OWN", owner_id=insurer.pk)
    make_catalog("REF", "reference")
    claim = {name: value for name, value in CLAIM.items() if name != "product"}
    made(
        maker,
        product=None,
        catalogs=["CIDL", "NEG"],
        claim=claim,
        expect={"lines": [{"outcome": "eligible", "payable": "1000.00"}]},
    )

    assert [one["passes"] for one in tried(maker)] == [False]
    assert [one["passes"] for one in tried(maker, "/catalogs/CIDL/versions/2025")] == [True]
    more = imported(negative, "entry_code,generic_name\nN-1,仑卡奈单抗注射液\n", label="2").version
    assert tried(maker, "/catalogs/NEG/versions/2")[0]["found"]["lines"][0]["reasons"] == ["NEGATIVE_LIST"]
    with pytest.raises(GoldenCasesDiffer):
        services.publish_version(version=more, by="bob", confirm=True)

    for codes, code in ((["OWN"], "unknown_catalog"), (["NONE"], "unknown_catalog"), (["REF"], "wrong_kind")):
        wrong = made(maker, 400, product=None, catalogs=codes, claim=claim)
        assert [(one["pointer"], one["code"]) for one in wrong["errors"]] == [("/catalogs/0", code)]


def test_a_product_pinned_to_another_edition_is_not_asked(
    api: Api, maker: Api, cidl: Catalog, draft: CatalogVersion
) -> None:
    terms = TERMS | {
        "benefits": [{"code": "special", "catalogs": [{"catalog": "CIDL", "label": "2025"}], "ratio": "0.7000"}]
    }
    api.post("/products/", {"code": "PIN", "name": "固定"})
    assert api.post("/products/PIN/versions/", terms).status_code == 201
    assert api.post("/products/PIN/versions/2026/publish/").status_code == 200
    made(maker, product="PIN", claim=CLAIM | {"product": "PIN"})

    assert tried(maker) == [] and len(tried(maker, "/catalogs/CIDL/versions/2025")) == 1
    services.publish_version(version=draft, by="bob", confirm=True)


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"product": None}, ["/product"]),
        ({"catalogs": ["CIDL"]}, ["/catalogs"]),
        ({"claim": CLAIM | {"product": "OTHER"}}, ["/claim/product"]),
        ({"claim": CLAIM | {"lines": []}}, ["/claim/lines"]),
        (
            {"claim": CLAIM | {"lines": [{"quantity": "1", "amount": "x", "generic_name": "药"}]}},
            ["/claim/lines/0/amount"],
        ),
        ({"claim": None}, ["/claim"]),
        ({"expect": None}, ["/expect"]),
        ({"expect": {"lines": []}}, ["/expect/lines"]),
        ({"expect": {"lines": [{"outcome": "eligible"}] * 2}}, ["/expect/lines"]),
        ({"expect": {"lines": [{"outcome": "paid"}]}}, ["/expect/lines/0/outcome"]),
        ({"expect": {"lines": [{"outcome": "review", "reasons": ["NO_SUCH"]}]}}, ["/expect/lines/0/reasons/0"]),
        ({"expect": {"lines": [{"outcome": "review", "payable": "1.001"}]}}, ["/expect/lines/0/payable"]),
        ({"name": "11010519491231002X 的用例"}, ["/name"]),
        ({"colour": "red"}, ["/colour"]),
    ],
)
def test_what_is_wrong_with_a_case_is_told_at_its_place(maker: Api, hmb: str, body: Any, pointers: list[str]) -> None:
    assert [one["pointer"] for one in made(maker, 400, **body)["errors"]] == pointers
    assert not GoldenCase.objects.exists()


def test_a_case_is_changed_and_removed(api: Api, maker: Api, checker: Api, hmb: str, draft: CatalogVersion) -> None:
    case = made(api)["id"]
    etag = api.get(f"/golden-cases/{case}/")["ETag"]

    def patched(body: Any, **headers: str) -> Any:
        return api.client.patch(
            f"/api/v1/golden-cases/{case}/", body, content_type="application/json", headers=api.headers | headers
        )

    changed = patched({"name": "改名", "expect": {"lines": [{"outcome": "ineligible"}]}})
    assert changed.status_code == 200 and changed.json()["name"] == "改名"
    assert [one["expect"]["lines"][0]["outcome"] for one in changed.json()["history"]] == ["ineligible", "eligible"]
    assert patched({"name": "又改"}, **{"If-Match": etag}).status_code == 412
    assert patched({"catalogs": ["CIDL"]}).json()["product"] is None
    assert [one["passes"] for one in tried(maker)] == [True]

    assert api.delete(f"/golden-cases/{case}/").status_code == 204
    assert tried(maker) == [] and not GoldenExpectation.objects.exists()
    deeds = Record.objects.filter(deed__startswith="golden_case.").order_by("pk").values_list("deed", flat=True)
    assert list(deeds) == ["golden_case.made", "golden_case.changed", "golden_case.changed", "golden_case.removed"]


def test_a_check_whose_facts_are_gone_makes_no_case(api: Api, hmb: str, insurer: Insurer) -> None:
    from django.utils import timezone

    check = api.post("/claims/checks/", CLAIM).json()["id"]
    purge_facts(insurer_id=insurer.pk, older_than=timezone.now(), by="root", at=timezone.now())

    assert made(api, 410, product=None, claim=None, expect=None, check=check)["code"] == "facts_removed"


def test_a_product_code_of_several_insurers_is_told_apart(api: Api, other_api: Api, maker: Api, hmb: str) -> None:
    other_api.post("/products/", {"code": "HMB", "name": "乙"})

    assert [one["pointer"] for one in made(maker, 400)["errors"]] == ["/insurer"]
    assert made(maker, insurer="INS-A")["insurer"] == "INS-A"
    assert made(maker, 404, product="NONE")["code"] == "unknown_product"
