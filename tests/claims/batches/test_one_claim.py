"""Claims of a batch, one by one: found, shown as decided, decided again with the same digest."""

from typing import Any

import pytest

from catalog.models import Catalog
from claims.models import ClaimBatch
from insurers.models import Insurer, Product
from tests.claims.batches.conftest import HEADER, TABLET, accepted, decided, results
from tests.claims.batches.once import made_product, product
from tests.conftest import Api, published

__all__ = ["made_product", "product"]  # fixtures

# m-1 has three claims out of their order, whose deductible and limits carry; C-9 is invalid; "x" in quotes is a claim number too.
FILE = (
    HEADER
    + f"C-3,m-1,1,2026-03-03,{TABLET},9000.00\n"
    + f"C-1,m-1,1,2026-03-01,{TABLET},600.00\nC-1,m-1,2,2026-03-01,{TABLET},600.00\n"
    + f"C-2,m-1,1,2026-03-02,{TABLET},700.00\n"
    + f"C-4,m-2,1,2026-03-01,{TABLET},1500.00\n"
    + f"C-9,m-2,1,2026-03-01,{TABLET},-1\n"
    + f'"a ""x"", b",m-2,1,2026-03-05,{TABLET},80.00\n'
)


@pytest.fixture
def batch(product: Product) -> ClaimBatch:
    return decided(product, FILE)


def claims_of(api: Api, batch: ClaimBatch, **query: str) -> Any:
    return api.get(f"/claims/batches/{batch.pk}/claims/", query)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["C-3", "C-1", "C-2", "C-4", "C-9", 'a "x", b']),
        ({"member_ref": "m-1"}, ["C-3", "C-1", "C-2"]),
        ({"claim_no": "C-1"}, ["C-1"]),
        ({"claim_no": "C"}, []),
        ({"claim_no": 'a "x", b'}, ['a "x", b']),
        ({"claim_no": "C-%"}, []),
        ({"outcome": "invalid"}, ["C-9"]),
        ({"outcome": "eligible", "member_ref": "m-2"}, ["C-4", 'a "x", b']),
    ],
)
def test_claims_of_a_batch_are_found(api: Api, batch: ClaimBatch, query: dict[str, str], found: list[str]) -> None:
    assert [row["claim_no"] for row in claims_of(api, batch, **query).json()["results"]] == found


def test_pages_follow_the_files_order(api: Api, batch: ClaimBatch) -> None:
    first = claims_of(api, batch, page_size="4").json()
    second = api.client.get(first["next"], headers=api.headers).json()

    seqs = [row["seq"] for row in first["results"] + second["results"]]
    assert seqs == sorted(set(seqs)) and len(seqs) == 6
    assert (second["next"], first["count"]) == (None, 6)


def test_a_claim_is_shown_as_the_results_tell_it_and_replayed_to_the_same_digest(api: Api, batch: ClaimBatch) -> None:
    told = {one["claim_no"]: one for one in results(batch)}
    for row in claims_of(api, batch).json()["results"]:
        path, result = f"/claims/batches/{batch.pk}/claims/{row['seq']}/", told[row["claim_no"]]
        shown, replayed = api.get(path).json(), api.post(f"{path}replay/", {})
        assert (shown["rows"], shown["outcome"]) == (result["rows"], result["outcome"])
        if row["outcome"] == "invalid":
            assert shown["decision"] is None and shown["problems"] == result["problems"]
            assert (replayed.status_code, replayed.json()["code"]) == (409, "nothing_decided")
            continue
        assert shown["decision"] == {name: result[name] for name in shown["decision"]}
        assert shown["asked"]["lines"] and shown["problems"] == []
        answer = replayed.json()
        assert (answer["same"], answer["differences"], answer["causes"]) == (True, [], [])
        assert answer["decision"]["digest"] == answer["recorded_digest"] == row["digest"]
        assert answer["decision"]["totals"] == result["totals"]


def test_a_replay_as_known_later_tells_what_differs(api: Api, batch: ClaimBatch) -> None:
    published(
        Catalog.objects.get(code="NRDL"),
        "entry_code,generic_name,dosage_form,icd10\nN-2,奥希替尼片,片,C34\n",
        label="2",
    )
    seq = claims_of(api, batch, claim_no="C-4").json()["results"][0]["seq"]
    path = f"/claims/batches/{batch.pk}/claims/{seq}/replay/"

    now, then = api.post(path, {"known_at": "now"}).json(), api.post(path, {}).json()

    assert then["same"] and not now["same"]
    assert "outcome" in {one["field"] for one in now["differences"]}
    assert ("catalog", "NRDL") in {(one["what"], one.get("catalog")) for one in now["causes"]}


def test_two_rows_alike_are_noted(api: Api, batch: ClaimBatch) -> None:
    seq = claims_of(api, batch, claim_no="C-1").json()["results"][0]["seq"]

    notes = api.get(f"/claims/batches/{batch.pk}/claims/{seq}/").json()["notes"]
    assert [(note["code"], note["line_nos"]) for note in notes] == [("line_repeated", [1, 2])]


def test_what_is_not_done_or_not_there_or_anothers_is_told(
    api: Api, other_api: Api, batch: ClaimBatch, product: Product, insurer: Insurer
) -> None:
    waiting = accepted(product, FILE + "\n")

    assert claims_of(api, waiting).json()["code"] == "not_done"
    assert api.get(f"/claims/batches/{batch.pk}/claims/99/").status_code == 404
    assert api.get(f"/claims/batches/{batch.pk}/claims/{10**30}/").status_code == 404
    assert claims_of(other_api, batch).status_code == 404
    assert claims_of(api, batch, outcome="paid").status_code == 400


def test_batches_are_found_by_member_and_days(api: Api, batch: ClaimBatch) -> None:
    def found(**query: str) -> int:
        answer = api.get("/claims/batches/", query)
        assert answer.status_code == 200, answer.content
        return int(answer.json()["count"])

    day = api.get("/claims/batches/").json()["results"][0]["finished_at"]
    assert (found(member_ref="m-1"), found(member_ref="m-3")) == (1, 0)
    assert (found(decided_at=day), found(decided_at_after=day), found(decided_at_before=day)) == (1, 1, 1)
    assert (found(created_at_after="9999-12-30"), found(created_at_before="2020-01-01")) == (0, 0)
