"""A decision over REST: recorded with its facts, replayed for ever, never changed by what is recorded later."""

import json
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import known_drugs
from catalog.drugs.three_valued import Agreement
from catalog.models import Catalog
from claims import retention
from claims.eligibility import request
from claims.models import ClaimCheck
from common import cache
from insurers.models import Insurer
from tests.conftest import Api, imported, published, withdrawn

CIDL = "entry_code,generic_name,icd10,class_code\nC-1,仑卡奈单抗注射液,G30,XN06DX\nC-2,多奈单抗注射液,G30,XN06DX\n"
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "benefits": [
        {"code": "special", "catalogs": [{"catalog": "CIDL"}], "ratio": "0.7000", "ratio_pre_existing": "0.3000"}
    ],
}
CLAIM: dict[str, Any] = {
    "product": "HMB",
    "claim_no": "C-1",
    "service_date": "2026-03-14",
    "diagnoses": ["G30.9"],
    "member": {"member_ref": "m-1"},
    "lines": [{"generic_name": "仑卡奈单抗注射液", "quantity": "2", "amount": "1000.00"}],
}


@pytest.fixture
def cidl(make_catalog: Callable[..., Catalog]) -> Catalog:
    catalog = make_catalog("CIDL", provenance="hand_coded")
    published(catalog, CIDL, label="2025")
    return catalog


@pytest.fixture
def hmb(api: Api, cidl: Catalog) -> str:
    assert api.post("/products/", {"code": "HMB", "name": "惠民保"}).status_code == 201
    assert api.post("/products/HMB/versions/", TERMS).status_code == 201
    assert api.post("/products/HMB/versions/2026/publish/").status_code == 200
    return "HMB"


def test_a_claim_is_decided_with_money_and_what_it_rests_on(api: Api, hmb: str) -> None:
    answer = api.post("/claims/checks/", CLAIM).json()

    line = answer["lines"][0]
    assert (line["outcome"], line["benefit"], line["money"]["payable"]) == ("eligible", "special", "700.00")
    assert line["match"]["catalog"] == "CIDL"
    assert answer["catalogs"][0]["provenance"] == "hand_coded"
    assert len(answer["catalogs"][0]["checksum"]) == len(answer["digest"]) == 64
    assert api.get(f"/claims/checks/{answer['id']}/").json()["lines"] == answer["lines"]


def test_a_number_with_an_exponent_is_recorded_as_what_it_says(api: Api, hmb: str) -> None:
    body = json.dumps({**CLAIM, "lines": [{**CLAIM["lines"][0], "amount": 0}]}).replace('"amount": 0', '"amount": 1e3')
    check = api.client.post("/api/v1/claims/checks/", body, content_type="application/json", headers=api.headers).json()

    assert check["lines"][0]["money"]["amount"] == "1000.00"
    assert api.post(f"/claims/checks/{check['id']}/replay/").json()["same"]


def test_a_dry_run_records_nothing(api: Api, hmb: str) -> None:
    answer = api.post("/claims/checks/?dry_run=true", CLAIM).json()

    assert answer["id"] is None
    assert not ClaimCheck.objects.exists()


def test_a_replay_gives_the_same_digest_whatever_was_recorded_since(
    api: Api, hmb: str, cidl: Catalog, make_catalog: Callable[..., Catalog]
) -> None:
    first = api.post("/claims/checks/", CLAIM).json()
    version = published(cidl, "entry_code,generic_name,icd10\nC-9,阿司匹林片,I10\n", label="2027")
    withdrawn(cidl.versions.get(label="2025"))
    published(make_catalog("LATER"), "entry_code,generic_name,brand_name\nX,仑卡奈单抗,乐意保\n")

    then = api.post(f"/claims/checks/{first['id']}/replay/").json()
    now = api.post(f"/claims/checks/{first['id']}/replay/", {"known_at": "now"}).json()

    assert then["same"] and then["decision"]["digest"] == first["digest"]
    assert then["differences"] == then["causes"] == []
    assert not now["same"]
    assert now["decision"]["lines"][0]["outcome"] == "ineligible"
    changed = {difference["field"] for difference in now["differences"]}
    assert {"outcome", "benefit", "match", "money", "reasons"} <= changed
    cause = next(cause for cause in now["causes"] if cause["what"] == "catalog")
    assert (cause["before"]["version"], cause["after"]["version"]) == ("2025", version.label)


def test_a_callers_clock_may_be_a_little_ahead_of_ours(api: Api, hmb: str) -> None:
    check = api.post("/claims/checks/", CLAIM).json()

    def replayed(ahead: timedelta) -> Any:
        known_at = (timezone.now() + ahead).isoformat()
        return api.post(f"/claims/checks/{check['id']}/replay/", {"known_at": known_at})

    near, far = replayed(timedelta(minutes=2)), replayed(timedelta(minutes=10))
    assert near.status_code == 200, near.content
    assert near.json()["decision"]["as_known_at"] <= timezone.now().isoformat()
    assert (far.status_code, [one["code"] for one in far.json()["errors"]]) == (400, ["out_of_range"])


def recorded_by_rules_1(api: Api, claim: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Let a claim be decided and recorded as rules version 1 did: it did not test the form in an entry's name, and took a code with
    words behind it."""
    with monkeypatch.context() as then:
        # By their names: the package's `answer` is the function.
        for module in map(import_module, ("claims.services", "claims.eligibility.digest", "claims.eligibility.answer")):
            then.setattr(module, "RULES_VERSION", "1")
        then.setattr(known_drugs.dosage_forms(), "matches_name", lambda *_forms: Agreement.PASS)
        then.setattr(request, "_diagnoses", lambda text: (text.replace(".", "")[:4],))
        response = api.post("/claims/checks/", claim)
    assert response.status_code == 200, response.content
    return response.json()


def test_a_decision_of_rules_1_says_so_keeps_its_digest_and_is_told_what_the_rules_of_today_change(
    api: Api, hmb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    otherwise = {**CLAIM, "lines": [{**CLAIM["lines"][0], "generic_name": "仑卡奈单抗片"}]}
    alike, changed = (recorded_by_rules_1(api, claim, monkeypatch) for claim in (CLAIM, otherwise))

    kept = [api.get(f"/claims/checks/{check['id']}/").json() for check in (alike, changed)]
    again = [api.post(f"/claims/checks/{check['id']}/replay/").json() for check in (alike, changed)]

    assert [check["rules_version"] for check in kept] == ["1", "1"]
    assert [check["digest"] for check in kept] == [alike["digest"], changed["digest"]]
    for check, replayed in zip((alike, changed), again, strict=True):
        assert (replayed["recorded_digest"], replayed["recorded_rules_version"]) == (check["digest"], "1")
        assert not replayed["same"] and replayed["decision"]["rules_version"] == "2"
        assert replayed["causes"] == [{"what": "rules_version", "before": "1", "after": "2"}]
    assert again[0]["differences"] == []
    told = {one["field"]: (one["before"], one["after"]) for one in again[1]["differences"]}
    assert told["outcome"] == ("eligible", "ineligible")
    assert told["reasons"] == ([], ["NOT_IN_CATALOG"])
    assert set(ClaimCheck.objects.values_list("rules_version", "digest")) == {
        ("1", alike["digest"]),
        ("1", changed["digest"]),
    }


def test_a_request_that_only_earlier_rules_took_is_replayed_as_refused_and_its_record_stands(
    api: Api, hmb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = recorded_by_rules_1(api, {**CLAIM, "diagnoses": ["G30.9 阿尔茨海默病"]}, monkeypatch)

    replayed = api.post(f"/claims/checks/{check['id']}/replay/")

    assert replayed.status_code == 200
    told = replayed.json()
    assert (told["same"], told["decision"], told["recorded_digest"]) == (False, None, check["digest"])
    assert [cause["what"] for cause in told["causes"]] == ["rules_version", "request"]
    assert [(fault["pointer"], fault["code"]) for fault in told["causes"][1]["errors"]] == [
        ("/diagnoses/0", "bad_code")
    ]
    assert api.get(f"/claims/checks/{check['id']}/").json()["lines"] == check["lines"]


def test_as_known_at_an_earlier_instant_a_later_list_is_not_seen(api: Api, hmb: str, cidl: Catalog) -> None:
    before = api.post("/claims/checks/", CLAIM).json()["as_known_at"]
    published(cidl, "entry_code,generic_name,icd10\nC-9,阿司匹林片,I10\n", label="2027")

    then = api.post("/claims/checks/", {**CLAIM, "as_known_at": before}).json()
    now = api.post("/claims/checks/", CLAIM).json()

    assert (then["lines"][0]["outcome"], now["lines"][0]["outcome"]) == ("eligible", "ineligible")


def test_a_version_is_known_at_the_very_instant_that_its_publishing_answered(
    api: Api, maker: Api, checker: Api, hmb: str, cidl: Catalog
) -> None:
    imported(cidl, "entry_code,generic_name,icd10\nC-9,阿司匹林片,I10\n", label="2027")
    instant = checker.post("/catalogs/CIDL/versions/2027/publish/", {"confirm": True}).json()["published_at"]

    then = api.post("/claims/checks/", {**CLAIM, "as_known_at": instant}).json()

    assert [cited["version"] for cited in then["catalogs"]] == ["2027"]
    assert then["as_known_at"] == instant


def test_an_instant_in_the_future_is_now(api: Api, hmb: str) -> None:
    answer = api.post("/claims/checks/", {**CLAIM, "as_known_at": "2099-01-01T00:00:00Z"}).json()

    assert answer["as_known_at"] < timezone.now().isoformat().replace("+00:00", "Z") < "2099"


def test_messages_follow_the_reader_also_when_read_again(api: Api, hmb: str) -> None:
    claim = {**CLAIM, "diagnoses": []}
    answer = api.post("/claims/checks/", claim, **{"Accept-Language": "en"}).json()
    english = answer["lines"][0]["reasons"][0]["message"]
    chinese = api.get(f"/claims/checks/{answer['id']}/").json()["lines"][0]["reasons"][0]["message"]

    assert english.isascii() and not chinese.isascii()


@pytest.mark.parametrize("field", ["name", "id_card", "phone", "姓名"])
def test_fields_of_personal_identity_are_refused_by_name(api: Api, hmb: str, field: str) -> None:
    answer = api.post("/claims/checks/", {**CLAIM, "member": {**CLAIM["member"], field: "x"}})

    assert answer.status_code == 400
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(f"/member/{field}", "personal_data")]
    assert not ClaimCheck.objects.exists()


PERSON = "11010519491231002X"


@pytest.mark.parametrize(
    "change",
    [
        {"member": {"member_ref": PERSON}},
        {"member": {"member_ref": "13800138000"}},
        {"member": {"member_ref": "张三"}},
        {"claim_no": f"C-{PERSON}"},
        {"lines": [{**CLAIM["lines"][0], "reference": PERSON}]},
        {"lines": [{**CLAIM["lines"][0], "prior_auth_no": PERSON}]},
        {"lines": [{**CLAIM["lines"][0], "evidence": {PERSON: True}}]},
        {"lines": [{**CLAIM["lines"][0], "brand_name": PERSON}]},
        {"member": {"member_ref": "m", "accumulators": {"benefit_paid": {PERSON: "1.00"}}}},
    ],
    ids=lambda change: json.dumps(change, ensure_ascii=False)[:60],
)
def test_an_identity_number_is_refused_and_nothing_of_it_is_kept(
    api: Api, hmb: str, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    answer = api.post("/claims/checks/", {**CLAIM, **change})

    assert answer.status_code == 400
    assert [problem["code"] for problem in answer.json()["errors"]] == ["personal_data"]
    assert not ClaimCheck.objects.exists()
    for person in (PERSON, "13800138000", "张三"):
        assert person not in answer.content.decode() and person not in caplog.text


def test_a_recorded_decision_cannot_be_changed_or_deleted_by_raw_sql(api: Api, hmb: str) -> None:
    api.post("/claims/checks/", CLAIM)

    for sql in ("UPDATE claims_claimcheck SET outcome = 'review'", "DELETE FROM claims_claimcheck"):
        with pytest.raises(DatabaseError, match="recorded"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_after_the_retention_the_facts_are_gone_and_the_digest_stays(api: Api, hmb: str, insurer: Insurer) -> None:
    check = api.post("/claims/checks/", CLAIM).json()

    at = timezone.now()
    assert retention.purge_facts(insurer_id=insurer.pk, older_than=at - timedelta(days=1), by="alice", at=at) == 0
    assert retention.purge_facts(insurer_id=insurer.pk, older_than=at, by="alice", at=at) == 1

    kept = ClaimCheck.objects.get()
    assert (kept.facts, kept.decision, kept.claim_no, kept.digest) == (None, None, "", check["digest"])
    assert kept.purged_at == at
    assert api.post(f"/claims/checks/{check['id']}/replay/").status_code == 410


def test_a_repeated_key_gives_the_first_answer_and_records_once(api: Api, hmb: str) -> None:
    first = api.post("/claims/checks/", CLAIM, **{"Idempotency-Key": "k1"}).json()
    again = api.post("/claims/checks/", CLAIM, **{"Idempotency-Key": "k1"})
    other = api.post("/claims/checks/", {**CLAIM, "claim_no": "C-2"}, **{"Idempotency-Key": "k1"})

    assert again.json() == first
    assert other.status_code == 409
    assert ClaimCheck.objects.count() == 1


def _statements(api: Api, claim: dict[str, Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert api.post("/claims/checks/", claim).status_code == 200
    return len(
        [query for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
    )


@pytest.mark.parametrize("lines", [1, 5, 500])
def test_a_claim_costs_the_same_few_statements_whatever_its_lines(api: Api, hmb: str, lines: int) -> None:
    claim = {**CLAIM, "lines": [{**CLAIM["lines"][0], "line_no": number + 1} for number in range(lines)]}
    cache.clear_all()

    assert _statements(api, claim) <= 10  # facts from SQL, and the data key of the month made
    assert _statements(api, claim) <= 3  # from compiled versions: the key with the instant, and the record


def test_a_publication_is_seen_by_the_next_request_of_a_warm_process(api: Api, hmb: str, cidl: Catalog) -> None:
    query = {"generic_name": "仑卡奈单抗注射液", "icd10": "G30", "date": "2026-03-14"}
    assert api.get("/products/HMB/coverage/", query).json()["outcome"] == "covered"

    withdrawn(cidl.versions.get())

    assert api.get("/products/HMB/coverage/", query).json()["outcome"] == "not_covered"


def test_coverage_names_the_other_drugs_of_the_class(api: Api, hmb: str) -> None:
    query = {"generic_name": "仑卡奈单抗注射液", "icd10": "G30", "date": "2026-03-14"}

    one = api.get("/products/HMB/coverage/", query).json()
    many = api.post("/products/HMB/coverage/", [query, {**query, "icd10": ["I10"]}]).json()["results"]

    assert [drug["generic_name"] for drug in one["alternatives"]] == ["多奈单抗"]
    assert [answer["outcome"] for answer in many] == ["covered", "not_covered"]
