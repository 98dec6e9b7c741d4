"""A batch from file to file: chunks of members, accumulators in order, results in the file's order, one instant."""

import csv
import io
import json
import random
import re
from typing import Any

import pytest
from django.db import connection

from catalog.clock import observe
from catalog.models import Catalog
from claims import services as checks
from claims.batches import claim_rows, load
from claims.batches.claim_rows import DrugsAndDays, drugs_and_days, facts_of, member_key
from claims.models import BatchClaim, BatchDecision, ClaimBatch
from common.jobs import services as jobs
from insurers.models import Product
from tests.claims.batches.conftest import (
    HEADER,
    TABLET,
    accepted,
    decided,
    results,
    results_file,
    waiting_jobs,
    worked_off,
)
from tests.claims.batches.once import made_product, product
from tests.conftest import published

__all__ = ["made_product", "product"]  # fixtures

State = ClaimBatch.State


def payable(result: dict[str, Any]) -> list[str]:
    return [line["money"]["payable"] for line in result["lines"]]


def rows_of(batch: ClaimBatch, language: str = "zh") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(results_file(batch, "csv", language).decode("utf-8-sig"))))


# --- Order and accumulators


def test_the_months_key_is_made_before_the_transaction_in_which_the_file_is_read(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep, make, read = [], load.month_box, load.read_in_child

    def making(*of: Any) -> Any:
        deep.append(len(connection.savepoint_ids))
        return make(*of)

    def reading(*what: Any) -> Any:
        deep.append(len(connection.savepoint_ids))
        return read(*what)

    monkeypatch.setattr(load, "month_box", making)
    monkeypatch.setattr(load, "read_in_child", reading)
    decided(product, HEADER + f"C-1,m-1,1,2026-03-02,{TABLET},1500.00\n")

    made, read_at = deep
    assert made < read_at  # whoever waits for the key does not wait for the file


def test_claims_of_a_member_are_paid_by_service_date_whatever_the_files_order(product: Product) -> None:
    batch = decided(
        product,
        HEADER + f"C-1,m-1,1,2026-03-02,{TABLET},1500.00\n" + f"C-2,m-1,1,2026-03-01,{TABLET},800.00\n",
    )

    later, earlier = results(batch)
    # 800 all goes to the deductible of 1000; of 1500 then 1300 is left, of which 70 %.
    assert (payable(earlier), payable(later)) == (["0.00"], ["910.00"])


def test_claims_of_one_day_are_paid_by_claim_number_in_code_points(product: Product) -> None:
    batch = decided(
        product,
        HEADER + f"b,m-1,1,2026-03-01,{TABLET},1000.00\n" + f"B,m-1,1,2026-03-01,{TABLET},1000.00\n",
    )

    small, capital = results(batch)
    assert (payable(capital), payable(small)) == (["0.00"], ["700.00"])


def test_members_do_not_use_up_each_others_deductible(product: Product) -> None:
    batch = decided(
        product,
        HEADER + f"C-1,m-1,1,2026-03-01,{TABLET},1000.00\n" + f"C-2,m-2,1,2026-03-01,{TABLET},1000.00\n",
    )

    assert [payable(result) for result in results(batch)] == [["0.00"], ["0.00"]]


def test_accumulators_carry_separately_for_each_product_version(product: Product) -> None:
    batch = decided(
        product,
        HEADER
        + f"C-1,m-1,1,2026-12-31,{TABLET},2000.00\n"
        + f"C-2,m-1,1,2027-01-01,{TABLET},2000.00\n"
        + f"C-3,m-1,1,2027-01-02,{TABLET},2000.00\n",
    )

    assert [payable(result) for result in results(batch)] == [["700.00"], ["700.00"], ["200.00"]]
    assert [result["product_version"] for result in results(batch)] == ["2026", "2027", "2027"]


def many_claims(seed: int, members: int = 12, claims: int = 60) -> str:
    chance = random.Random(seed)
    drugs = ("阿司匹林片", "奥希替尼片", "戈沙妥珠单抗", "维恩妥尤单抗", "没听说过的药")
    rows = []
    for number in range(claims):
        member, day = chance.randrange(members), f"{chance.choice((2026, 2027))}-{chance.randint(1, 12):02d}-15"
        for line in range(chance.randint(1, 3)):
            disease = chance.choice(("I10", "C34.1", "C50.1", "C67.2"))
            amount = f"{chance.randint(0, 900_000) / 100:.2f}"
            rows.append(
                f"C-{number:03d},m-{member},{line + 1},{day},{disease},inpatient,{chance.choice(drugs)},{chance.randint(1, 9)},{amount}"
            )
    return HEADER + "\n".join(rows) + "\n"


@pytest.mark.parametrize("seed", [1, 2])
def test_a_batch_answers_as_the_same_claims_asked_one_by_one_with_accumulators_passed_on(
    product: Product, seed: int
) -> None:
    batch = decided(product, many_claims(seed))
    in_batch = {result["claim_no"]: result for result in results(batch)}

    requests = [facts_of(text)[1] for text in BatchClaim.objects.filter(batch=batch.pk).values_list("facts", flat=True)]
    used: dict[tuple[str, str], Any] = {}
    for data in sorted(requests, key=lambda data: (data["service_date"], data["claim_no"])):
        version, member = data["service_date"][:4], data["member"]["member_ref"]
        data = {**data, "product": product.code, "as_known_at": batch.known_at.isoformat()}
        if (member, version) in used:
            data["member"] = {**data["member"], "accumulators": used[member, version]}
        found = checks.decide_claim(
            insurer_id=product.insurer_id, data=data, by="alice", seen=observe(), language="zh", record=False
        )
        alone = checks.answer(found.decision, "zh")
        used[member, version] = alone["accumulators"]
        same = in_batch[data["claim_no"]]
        for line in same["lines"]:
            line.pop("row")
        for name in (
            "product",
            "product_version",
            "as_known_at",
            "rules_version",
            "catalogs",
            "lines",
            "totals",
            "accumulators",
        ):
            assert same[name] == alone[name], (data["claim_no"], name)


def test_a_claim_without_a_past_has_the_digest_of_the_same_check(product: Product) -> None:
    batch = decided(product, HEADER + f"C-1,m-1,1,2026-03-01,{TABLET},1500.00\n")
    data = {
        "product": "HMB",
        "claim_no": "C-1",
        "as_known_at": batch.known_at.isoformat(),
        "service_date": "2026-03-01",
        "member": {"member_ref": "m-1"},
        "lines": [
            {
                "line_no": 1,
                "diagnoses": ["I10"],
                "setting": "inpatient",
                "generic_name": "阿司匹林片",
                "quantity": "10",
                "amount": "1500.00",
            }
        ],
    }

    found = checks.decide_claim(
        insurer_id=product.insurer_id, data=data, by="alice", seen=observe(), language="zh", record=False
    )

    assert results(batch)[0]["digest"] == found.decision.digest


# --- Chunks


def test_all_claims_of_a_member_are_in_one_chunk(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CHUNK_LINES", 5)
    batch = decided(product, many_claims(3))

    chunk_of: dict[str, set[int]] = {}
    for decision in BatchDecision.objects.filter(batch=batch.pk):
        chunk_of.setdefault(json.loads(decision.decided or "")["member_ref"], set()).add(decision.chunk_id or 0)
    assert len(set().union(*chunk_of.values())) > 3
    assert all(len(chunks) == 1 for chunks in chunk_of.values())


@pytest.mark.parametrize("most", [0, 1, 20_000])
def test_days_and_drugs_are_noted_until_they_are_too_many(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(claim_rows, "LOADED_AT_ONCE", most)
    about = DrugsAndDays()
    about.note({"service_date": "2026-03-14", "lines": [{"generic_name": "奥希替尼片"}, {"generic_name": ["x"]}, "x"]})
    about.note(
        {
            "service_date": 7,
            "lines": [{"service_date": "2026-03-15", "national_code": "XL01"}, {"generic_name": "\ud800"}],
        }
    )

    days, identities = drugs_and_days(about.text())

    assert list(days) == (["2026-03-14", "2026-03-15"] if most == 20_000 else [])
    assert [one.generic_name or one.national_code for one in identities] == (
        ["奥希替尼片", "xl01"] if most == 20_000 else []
    )


@pytest.mark.parametrize("at_once", [True, False])
def test_how_many_drugs_are_gathered_at_once_does_not_show(
    product: Product, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    content = many_claims(6)
    monkeypatch.setattr(load, "CHUNK_LINES", 20)
    batch = accepted(product, content)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    if not at_once:
        ClaimBatch.objects.filter(pk=batch.pk).update(asked_about=None)
    batch = worked_off(batch)
    monkeypatch.undo()
    whole = decided(product, content)

    assert bool(batch.asked_about) == at_once and batch.chunks.count() > whole.chunks.count()
    assert batch.totals == whole.totals
    assert [result["lines"] for result in results(batch)] == [result["lines"] for result in results(whole)]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_neither_the_size_of_the_chunks_nor_their_order_shows_in_the_results(
    product: Product, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    content = many_claims(4)
    whole = decided(product, content)
    monkeypatch.setattr(load, "CHUNK_LINES", 7)
    cut = worked_off(accepted(product, content), backwards=True)

    since = [batch.known_at.isoformat().replace("+00:00", "Z").encode() for batch in (whole, cut)]
    files = [
        without_digests(results_file(batch, form).replace(at, b""))
        for batch, at in zip((whole, cut), since, strict=True)
    ]
    assert cut.chunks.count() > 3 and whole.chunks.count() == 1
    assert files[0] == files[1]
    assert whole.totals == cut.totals


def without_digests(file: bytes) -> bytes:
    """Digests hold the instant, which two batches never share."""
    return re.sub(rb"[0-9a-f]{64}", b"", file)


def test_a_member_key_is_the_same_for_ever() -> None:
    # Chunks are cut and found again by it, by different workers.
    assert member_key("m-1", b"k") == member_key("m-1", b"k") != member_key("m-2", b"k")
    assert member_key("m-1", b"k") != member_key("m-1", b"another month's")
    assert -(2**63) <= member_key("\ud800", b"k") < 2**63


# --- Invalid claims


def test_a_bad_row_is_answered_as_invalid_and_stops_no_other(product: Product) -> None:
    batch = decided(
        product,
        HEADER
        + f"C-1,m-1,1,2026-03-01,{TABLET},1500.00\n"
        + f"C-2,m-2,1,2026-02-30,{TABLET},-1.00\n"
        + f"C-3,m-3,1,2026-03-01,{TABLET},1500.00\n",
    )

    good, bad, also_good = results(batch)
    assert (good["outcome"], also_good["outcome"]) == ("eligible", "eligible")
    assert (bad["outcome"], bad["rows"], bad["claim_no"]) == ("invalid", [3], "C-2")
    assert {(p["row"], p["column"], p["value"], p["code"]) for p in bad["problems"]} >= {
        (3, "service_date", "2026-02-30", "BAD_DATE")
    }
    assert all(problem["message"] for problem in bad["problems"])


def test_the_csv_has_a_row_a_line_and_one_for_each_problem(product: Product) -> None:
    batch = decided(
        product,
        HEADER
        + f"C-1,m-1,1,2026-03-01,{TABLET},1500.00\n"
        + f"C-2,m-2,1,2026-03-01,{TABLET},1.00\n"
        + f"C-2,m-2,2,2026-02-30,{TABLET},x\n",
    )

    rows = rows_of(batch)
    assert [(row["row"], row["outcome"], row["column"], row["code"]) for row in rows] == [
        ("2", "eligible", "", ""),
        ("3", "invalid", "", ""),
        ("4", "invalid", "service_date", "BAD_DATE"),
        ("4", "invalid", "amount", "BAD_NUMBER"),
    ]


def test_invalid_rows_are_counted(product: Product) -> None:
    batch = decided(
        product, HEADER + f"C-1,m-1,1,2026-03-01,{TABLET},1500.00\n" + f"C-2,m-2,1,2026-02-30,{TABLET},1.00\n"
    )

    assert (batch.claims, batch.invalid_claims, batch.lines) == (2, 1, 2)
    assert batch.totals["outcome"]["invalid"] == [1, 0, 0, 0]


def ndjson(*claims: dict[str, Any]) -> str:
    return "".join(json.dumps(claim, ensure_ascii=False) + "\n" for claim in claims)


def claim(number: str = "C-1", **fields: Any) -> dict[str, Any]:
    line = {"generic_name": "阿司匹林片", "diagnoses": ["I10"], "quantity": "10", "amount": "1500.00"}
    return {
        "claim_no": number,
        "service_date": "2026-03-01",
        "setting": "inpatient",
        "member": {"member_ref": "m-1"},
        "lines": [line],
        **fields,
    }


@pytest.mark.parametrize(
    ("wrong", "column", "value", "code"),
    [
        ({"service_date": "2026-02-30"}, "service_date", "2026-02-30", "BAD_DATE"),
        ({"lines": []}, "", "", "REQUIRED"),
        ({"colour": "red"}, "colour", "red", "UNKNOWN_FIELD"),
        ({"product": "OTHER"}, "product", "OTHER", "BAD_CHOICE"),
        ({"as_known_at": "2020-01-01T00:00:00Z"}, "as_known_at", "2020-01-01T00:00:00Z", "BAD_CHOICE"),
        ({"member": {"member_ref": "m-1", "age": 200}}, "age", "200", "OUT_OF_RANGE"),
        (
            {"lines": [{"generic_name": "阿司匹林片", "quantity": "1", "amount": "1.001"}]},
            "amount",
            "1.001",
            "BAD_NUMBER",
        ),
        (
            {"lines": [{"generic_name": "\ud800", "quantity": "1", "amount": "1.00"}]},
            "generic_name",
            "\ud800",
            "CONTROL_CHARACTER",
        ),
        (
            {"lines": [{"generic_name": "\u0000药", "quantity": "1", "amount": "1.00"}]},
            "generic_name",
            "\u0000药",
            "CONTROL_CHARACTER",
        ),
        ({"claim_no": "C\u0000"}, "claim_no", "C\u0000", "CONTROL_CHARACTER"),
        ({"claim_no": "C\ud800"}, "claim_no", "C\ud800", "CONTROL_CHARACTER"),
    ],
)
def test_a_claim_that_a_check_would_refuse_is_invalid_in_a_batch(
    product: Product, wrong: dict[str, Any], column: str, value: str, code: str
) -> None:
    content = json.dumps(claim("C-1", **wrong)) + "\n" + ndjson(claim("C-2"))
    batch = decided(product, content, "claims.ndjson")

    bad, good = results(batch)
    assert (bad["outcome"], good["outcome"]) == ("invalid", "eligible")
    found = [(problem["row"], problem["column"], problem["value"], problem["code"]) for problem in bad["problems"]]
    assert found[0][3] == code
    assert found[0][1] in (column, "lines") and found[0][0] == 1
    if code != "REQUIRED":
        assert found[0][2] == value
    assert batch.invalid_claims == 1
    assert results_file(batch, "csv").decode()


# --- Formats and the file's order


def test_ndjson_is_answered_a_claim_a_line_in_its_order(product: Product) -> None:
    batch = decided(product, ndjson(claim("C-2"), claim("C-1", service_date="2026-01-01")), "claims.ndjson")

    assert [(result["claim_no"], result["rows"]) for result in results(batch)] == [("C-2", [1]), ("C-1", [2])]
    assert batch.file_format == "ndjson"


def test_rows_of_mixed_claims_come_back_in_the_files_order(product: Product) -> None:
    batch = decided(
        product,
        HEADER
        + f"A,m-1,1,2026-03-01,{TABLET},1.00\n"
        + f"B,m-2,1,2026-03-01,{TABLET},2.00\n"
        + f"A,m-1,2,2026-03-01,{TABLET},3.00\n"
        + f"C,m-3,1,2026-03-01,{TABLET},4.00\n"
        + f"B,m-2,2,2026-03-01,{TABLET},5.00\n",
    )

    assert [(row["row"], row["claim_no"], row["amount"]) for row in rows_of(batch)] == [
        ("2", "A", "1.00"),
        ("3", "B", "2.00"),
        ("4", "A", "3.00"),
        ("5", "C", "4.00"),
        ("6", "B", "5.00"),
    ]
    assert [result["rows"] for result in results(batch)] == [[2, 4], [3, 6], [5]]


def test_no_cell_of_the_results_runs_in_a_spreadsheet(product: Product) -> None:
    batch = decided(product, HEADER + f"=1+1,@m,1,2026-03-01,{TABLET},1.00\n+2,m-2,1,=A1,{TABLET},1.00\n")

    for row in rows_of(batch):
        assert not any(cell[:1] in "=+-@" for cell in row.values() if cell), row
    assert results(batch)[0]["claim_no"] == "=1+1"


@pytest.mark.parametrize(("language", "word"), [("zh", "免赔额"), ("en", "deductible")])
def test_messages_come_in_the_language_asked_for(product: Product, language: str, word: str) -> None:
    batch = decided(product, HEADER + f"C-1,m-1,1,2026-03-01,{TABLET},500.00\n")

    assert word in results(batch, language)[0]["lines"][0]["reasons"][0]["message"]
    assert word in rows_of(batch, language)[0]["messages"]


def test_a_file_that_is_wrong_as_a_whole_fails_the_batch_and_leaves_nothing(product: Product) -> None:
    batch = worked_off(accepted(product, "claim_no,service_date\nC-1,2026-03-01\n"))

    assert batch.state == State.FAILED
    assert {problem["column"] for problem in batch.errors} >= {"member_ref", "quantity", "amount"}
    assert not BatchDecision.objects.filter(batch=batch.pk).exists() and batch.chunks.count() == 0


def test_a_file_of_invalid_claims_only_is_done_without_a_chunk(product: Product) -> None:
    batch = decided(product, HEADER + f"C-1,m-1,1,never,{TABLET},1500.00\n")

    assert (batch.state, batch.chunks.count(), batch.invalid_claims) == (State.DONE, 0, 1)
    assert [result["outcome"] for result in results(batch)] == ["invalid"]


# --- One instant


def test_a_batch_is_decided_as_known_when_it_was_accepted(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CHUNK_LINES", 1)
    batch = accepted(
        product, HEADER + f"C-1,m-1,1,2026-03-01,{TABLET},1500.00\n" + f"C-2,m-2,1,2026-03-01,{TABLET},1500.00\n"
    )
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    jobs.run(waiting_jobs(batch)[0].pk, heartbeat=False)
    # Between the two chunks a list without the drug comes into force.
    nrdl = Catalog.objects.get(code="NRDL")
    published(nrdl, "entry_code,generic_name\nN-9,甲钴胺片\n", label="v2")
    batch = worked_off(batch)
    late = decided(product, HEADER + f"C-1,m-1,1,2026-03-01,{TABLET},1500.00\n")

    assert {result["lines"][0]["base"]["version"] for result in results(batch)} == {"v1"}
    assert {result["as_known_at"] for result in results(batch)} == {batch.known_at.isoformat().replace("+00:00", "Z")}
    assert results(late)[0]["lines"][0]["base"]["status"] == "not_listed"


# --- Totals


def test_totals_are_the_sums_of_the_results(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "CHUNK_LINES", 9)
    batch = decided(product, many_claims(5) + f"X,m-1,1,never,{TABLET},1.00\n")

    counted: dict[str, dict[str, list[int]]] = {"outcome": {}, "reason": {}, "benefit": {}, "drug": {}}
    for result in results(batch):
        if result["outcome"] == "invalid":
            add(counted["outcome"], "invalid", len(result["rows"]), {})
        for line in result.get("lines", ()):
            add(counted["outcome"], line["outcome"], 1, line["money"])
            for code in {reason["code"] for reason in line["reasons"]}:
                add(counted["reason"], code, 1, line["money"])
            if line["benefit"]:
                add(counted["benefit"], line["benefit"], 1, line["money"])
            if line["drug"]:
                add(counted["drug"], line["drug"]["generic_name"], 1, line["money"])
    assert batch.totals == counted
    assert sum(figures[0] for figures in counted["outcome"].values()) == batch.lines == batch.lines_done


def add(group: dict[str, list[int]], key: str, lines: int, money: dict[str, str]) -> None:
    figures = group.setdefault(key, [0, 0, 0, 0])
    figures[0] += lines
    for place, name in enumerate(("amount", "claimable", "payable"), 1):
        figures[place] += round(float(money.get(name, "0")) * 100)
