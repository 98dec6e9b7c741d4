"""Corrections over REST: what a publication or a withdrawal would have answered otherwise, page by page; settled apart, for good, and each insurer's own."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from catalog.clock import observe
from catalog.models import Catalog
from claims.retention import purge_facts
from common.audit.models import Record
from curation.models import SettledCheck
from insurers.models import Insurer
from tests.claims.once import cidl, hmb, made_cidl
from tests.claims.test_checks import CLAIM, TERMS
from tests.conftest import Api, published, withdrawn

__all__ = ["cidl", "hmb", "made_cidl"]  # fixtures

# 仑卡奈 is gone.
SHORTER = "entry_code,generic_name,icd10,class_code\nC-2,多奈单抗注射液,G30,XN06DX\n"
OTHER_LINE = {"generic_name": "多奈单抗注射液", "quantity": "1", "amount": "100.00"}


def checked(api: Api, claim_no: str = "C-1", **changed: Any) -> str:
    answer = api.post("/claims/checks/", {**CLAIM, "claim_no": claim_no, **changed})
    assert answer.status_code == 200, answer.content
    check: str = answer.json()["id"]
    return check


def corrections(api: Api, **asked: Any) -> Any:
    answer = api.get("/claims/corrections/", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_publication_shows_old_and_new_line_by_line_as_a_replay_has_them(api: Api, hmb: str, cidl: Catalog) -> None:
    both = checked(api, lines=[CLAIM["lines"][0] | {"line_no": 1}, OTHER_LINE | {"line_no": 2}])
    checked(api, "C-2", lines=[OTHER_LINE])
    assert corrections(api)["resting"] == 0

    published(cidl, SHORTER, label="2026")
    later = checked(api, "C-3")
    found = corrections(api)

    assert (found["resting"], found["judged"], found["facts_removed"], found["next"]) == (2, 2, 0, None)
    (one,) = found["results"]
    assert (one["check"], one["claim_no"], one["product"], one["settled"]) == (both, "C-1", "HMB", False)
    assert (one["old"]["outcome"], one["old"]["payable"]) == ("eligible", "770.00")
    assert (one["new"]["outcome"], one["new"]["payable"]) == ("ineligible", "70.00")
    assert [line["outcome"] for line in one["new"]["lines"]] == ["ineligible", "eligible"]
    (line,) = one["lines"]
    assert (line["line_no"], line["drug"]) == (1, "仑卡奈单抗")
    assert line["old"] == {"outcome": "eligible", "payable": "700.00", "reasons": [], "benefit": "special"}
    assert (line["new"]["outcome"], line["new"]["payable"], line["new"]["benefit"]) == ("ineligible", "0.00", None)
    replayed = api.post(f"/claims/checks/{both}/replay/", {"known_at": "now"}).json()
    assert [part["outcome"] for part in replayed["decision"]["lines"]] == ["ineligible", "eligible"]
    assert [reason["code"] for reason in replayed["decision"]["lines"][0]["reasons"]] == line["new"]["reasons"]
    assert later not in str(found)
    assert Record.objects.filter(deed="checks.listed").exists()


def test_a_withdrawal_brings_back_what_was_before(api: Api, hmb: str, cidl: Catalog) -> None:
    shorter = published(cidl, SHORTER, label="2026")
    check = checked(api)
    withdrawn(shorter)

    (one,) = corrections(api)["results"]
    assert (one["check"], one["old"]["outcome"], one["new"]["outcome"]) == (check, "ineligible", "eligible")


def test_since_counts_what_changed_then_or_later(api: Api, hmb: str, cidl: Catalog) -> None:
    checked(api)
    version = published(cidl, SHORTER, label="2026")
    assert version.published_at is not None
    before, after = version.published_at - timedelta(days=2), observe().known_at

    for since in (before.isoformat(), before.date().isoformat(), version.published_at.isoformat()):
        assert len(corrections(api, since=since)["results"]) == 1, since
    assert corrections(api, since=after.isoformat())["resting"] == 0
    assert api.get("/claims/corrections/", {"since": "gestern"}).json()["errors"][0]["pointer"] == "/since"


def test_pages_are_decided_one_by_one_and_none_is_lost(api: Api, hmb: str, cidl: Catalog) -> None:
    wanted = [checked(api, f"C-{n}", **({} if n % 2 else {"lines": [OTHER_LINE]})) for n in range(5)]
    published(cidl, SHORTER, label="2026")

    found, sizes, page = [], [], corrections(api, page_size=2)
    while True:
        found += [one["check"] for one in page["results"]]
        sizes.append(page["judged"])
        if page["next"] is None:
            break
        page = api.client.get(page["next"], headers=api.headers).json()
    assert found == [wanted[3], wanted[1]]
    assert sizes == [2, 2, 1]
    assert api.get("/claims/corrections/", {"cursor": "nothing"}).status_code == 400


def test_what_is_settled_is_told_apart_and_stays_so(
    api: Api, other_api: Api, hmb: str, cidl: Catalog, insurer: Insurer, other_insurer: Insurer
) -> None:
    first, second = checked(api), checked(api, "C-2")
    published(cidl, SHORTER, label="2026")
    assert other_api.post(f"/claims/checks/{first}/settle/").status_code == 404
    assert not corrections(other_api)["results"]

    answer = api.post(f"/claims/checks/{first}/settle/")
    assert answer.status_code == 200 and answer.json()["settled"] and answer.json()["settled_by"].startswith("key:")
    assert api.post(f"/claims/checks/{first}/settle/").json() == answer.json()
    assert Record.objects.filter(deed="check.settled", object_id=first).count() == 1

    told = {one["check"]: one["settled"] for one in corrections(api)["results"]}
    assert told == {first: True, second: False}
    assert [one["check"] for one in corrections(api, settled="true")["results"]] == [first]
    assert [one["check"] for one in corrections(api, settled="false")["results"]] == [second]
    assert api.get(f"/claims/checks/{first}/").json()["lines"][0]["outcome"] == "eligible"

    for change in (SettledCheck.objects.all().delete, lambda: SettledCheck.objects.update(settled_by="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(DatabaseError), transaction.atomic():
        SettledCheck.objects.create(
            check_of_id=second, insurer=other_insurer, settled_by="x", settled_at=timezone.now()
        )


def test_what_retention_removed_is_told_apart(api: Api, hmb: str, cidl: Catalog, insurer: Insurer) -> None:
    check = checked(api)
    at = timezone.now() + timedelta(seconds=1)
    purge_facts(insurer_id=insurer.pk, older_than=at, by="alice", at=at)
    kept = checked(api, "C-2")
    published(cidl, SHORTER, label="2026")

    found = corrections(api)
    assert (found["resting"], found["judged"], found["facts_removed"]) == (2, 1, 1)
    assert [one["check"] for one in found["results"]] == [kept]
    assert api.post(f"/claims/checks/{check}/settle/").status_code == 200


def test_a_product_version_changes_answers_too(api: Api, hmb: str, cidl: Catalog) -> None:
    check = checked(api)
    lower = {**TERMS, "label": "2026-02", "effective_from": "2026-02-01"}
    lower["benefits"] = [{**TERMS["benefits"][0], "ratio": "0.5000"}]  # type: ignore[index]
    assert api.post("/products/HMB/versions/", lower).status_code == 201
    assert api.post("/products/HMB/versions/2026-02/publish/").status_code == 200

    (one,) = corrections(api)["results"]
    assert (one["check"], one["old"]["payable"], one["new"]["payable"]) == (check, "700.00", "500.00")
