"""The national interface's fee detail (费用明细 2301) in its own types, and refunds 退费 in a batch (csv.md, "Claim batches")."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from claims.batches.read import Claim, read_batch
from claims.models import ClaimBatch
from insurers.models import Product
from tests.claims.batches.conftest import HEADER, decided, results, results_file
from tests.claims.batches.once import made_product, product
from tests.conftest import Api
from tests.files import xlsx

__all__ = ["made_product", "product"]  # fixtures

UPLOADS = Path(__file__).parent.parent.parent / "cases" / "uploads"
HEADS = "mdtrt_id,psn_no,feedetl_sn,init_feedetl_sn,fee_ocur_time,generic_name,cnt,pric,det_item_fee_sumamt"


def fee(
    claim: str,
    serial: str,
    *,
    taken_from: str = "",
    at: str = "2026-03-14 10:22:33",
    count: str = "3",
    amount: str = "37.50",
) -> str:
    return f"{claim},P-{claim},{serial},{taken_from},{at},阿司匹林片,{count},12.500000,{amount}"


def read(content: str | bytes, folder: Path) -> list[Claim]:
    file = folder / "batch"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [message for message in read_batch(file) if isinstance(message, Claim)]


def read_lines(*rows: str, folder: Path) -> list[dict[str, Any]]:
    (claim,) = read("\n".join([HEADS, *rows, ""]), folder)
    assert claim.request is not None, claim.problems
    return list(claim.request["lines"])


def problems(*rows: str, folder: Path) -> list[tuple[str, int | None, str]]:
    return [
        (found.code, found.row, found.column)
        for claim in read("\n".join([HEADS, *rows, ""]), folder)
        for found in claim.problems
    ]


def rows_of(batch: ClaimBatch) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(results_file(batch, "csv").decode("utf-8-sig"))))


def test_the_interfaces_own_types_are_taken_as_they_come(tmp_path: Path) -> None:
    claims = read((UPLOADS / "batch_2301_types.csv").read_bytes(), tmp_path)

    lines = {claim.claim_no: claim.request["lines"][0] for claim in claims if claim.request}
    assert {
        no: (line["quantity"], line["amount"], line["line_no"], line["reference"]) for no, line in lines.items()
    } == {
        "V1": ("1", "12.50", 1, "1"),
        "V2": ("0.3333", "4.17", 1, "1"),
        "V3": ("2", "25.00", 1, "1"),
        "V4": ("1", "12.50", 1, "FEE0001"),
        "V5": ("1", "12.50", 1, "20260314102233000123"),
        "V6": ("1", "12.50", 1, "9007199254740993"),
    }
    # A negative row that says of no line that it takes back from it.
    (refused,) = [claim for claim in claims if claim.request is None]
    assert [(p.code, p.row, p.column) for p in refused.problems] == [
        ("OUT_OF_RANGE", 9, "quantity"),
        ("OUT_OF_RANGE", 9, "amount"),
    ]


@pytest.mark.parametrize(
    ("serials", "numbers"),
    [
        (["1", "2"], [1, 2]),
        (["000017", "3"], [17, 3]),
        (["2147483647", "2147483648"], [2_147_483_647, 2]),
        (["FEE-A", "FEE-B"], [1, 2]),
        (["7", "FEE-B"], [7, 2]),
        (["FEE-A", "1"], [1, 2]),  # a place that another's number is: all take their places
        (["0", "-1"], [1, 2]),
        (["", "5"], [1, 5]),
    ],
)
def test_a_serial_number_is_the_reference_and_where_it_fits_the_line_number(
    serials: list[str], numbers: list[int], tmp_path: Path
) -> None:
    lines = read_lines(*[fee("V", serial) for serial in serials], folder=tmp_path)

    assert [line["line_no"] for line in lines] == numbers
    assert [line.get("reference", "") for line in lines] == serials


def test_a_column_of_line_numbers_counts_before_the_serial_numbers(tmp_path: Path) -> None:
    header = "claim_no,member_ref,line_no,feedetl_sn,service_date,generic_name,quantity,amount\n"
    (claim,) = read(header + "V,p,9,4,2026-03-14,阿司匹林片,1,1.00\nV,p,,FEE,2026-03-14,阿司匹林片,1,1.00\n", tmp_path)

    assert claim.request is not None
    assert [(line["line_no"], line["reference"]) for line in claim.request["lines"]] == [(9, "4"), (2, "FEE")]


@pytest.mark.parametrize(
    "moment",
    ["20260314102233", "2026-03-14 10:22:33", "2026-03-14", "2026-03-14T10:22:33", "20260314 10:22", "2026/3/14 9:05:00", "2026-03-14 10:22:33.000", "2026年3月14日 10:22"],
)  # fmt: skip
def test_the_moment_of_a_fee_is_its_day(moment: str, tmp_path: Path) -> None:
    assert read_lines(fee("V", "1", at=moment), folder=tmp_path)[0]["service_date"] == "2026-03-14"


def test_its_chinese_names_are_known_too(tmp_path: Path) -> None:
    header = "就诊ID,人员编号,费用明细流水号,原费用流水号,费用发生时间,药品名称,数量,单价,明细项目费用总额"
    (claim,) = read(f"{header}\nV,P,A1,,2026-03-14 08:00:00,阿司匹林片,2.0000,1.5,3.0000\n", tmp_path)

    assert claim.request is not None
    assert claim.request["lines"] == [
        {"line_no": 1, "reference": "A1", "service_date": "2026-03-14", "generic_name": "阿司匹林片", "quantity": "2", "unit_price": "1.5", "amount": "3.00"}
    ]  # fmt: skip


def test_alike_rows_are_told_to_be_alike(tmp_path: Path) -> None:
    (claim,) = read((UPLOADS / "batch_exact_duplicate_rows.csv").read_bytes(), tmp_path)

    (found,) = claim.problems
    assert (found.code, found.row, found.column) == ("CONFLICTING_ROWS", 3, "line_no")
    assert "第 2 行与第 3 行完全相同" in found.zh and "不同" not in found.zh
    assert "Rows 2 and 3 are alike" in found.en and "differ" not in found.en


def test_rows_that_only_share_a_number_are_told_to_differ(tmp_path: Path) -> None:
    content = (UPLOADS / "batch_exact_duplicate_rows.csv").read_text().replace("3,300.00\n", "3,300.00\n", 1)
    (claim,) = read(content[: content.rindex("3,300.00")] + "4,400.00\n", tmp_path)

    (found,) = claim.problems
    assert "不同" in found.zh and "differ" in found.en


# --- Refunds


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([fee("V", "A"), fee("V", "B", taken_from="A", count="-4", amount="-12.50")], ("OUT_OF_RANGE", 2, "quantity")),
        ([fee("V", "A"), fee("V", "B", taken_from="Z", count="-1", amount="-12.50")], ("BAD_CHOICE", 3, "refund_of")),
        ([fee("V", "A"), fee("V", "B", taken_from="A", count="1", amount="-12.50")], ("OUT_OF_RANGE", 3, "quantity")),
        ([fee("V", "A"), fee("V", "B", count="1", amount="-12.50")], ("OUT_OF_RANGE", 3, "amount")),
        (
            [fee("V", "A"), fee("V", "A"), fee("V", "B", taken_from="A", count="-1", amount="-1")],
            ("CONFLICTING_ROWS", 4, "refund_of"),
        ),
    ],
)
def test_what_cannot_be_taken_back_is_told_at_its_row(rows: list[str], expected: Any, tmp_path: Path) -> None:
    assert problems(*rows, folder=tmp_path) == [expected]


FILE = "\n".join(
    [
        HEADS,
        fee("V1", "A", count="3", amount="3000.00"),
        fee("V1", "B", taken_from="A", count="-1", amount="-1000.0000", at="2026-04-01 09:00:00"),
        fee("V2", "C", taken_from="D", count="-2", amount="-25.00"),
        fee("V2", "D", count="2", amount="25.00"),
        fee("V2", "E", count="1", amount="1500.00"),
        "",
    ]
)


def as_checks() -> list[dict[str, Any]]:
    """The claims of FILE as a check and NDJSON have them."""
    line = {"generic_name": "阿司匹林片", "service_date": "2026-03-14", "unit_price": "12.5"}

    def of(claim: str, *lines: tuple[str, str, str, str]) -> dict[str, Any]:
        return {
            "claim_no": claim,
            "service_date": "2026-03-14",
            "member": {"member_ref": f"P-{claim}"},
            "lines": [
                {**line, "reference": name, "refund_of": back, "quantity": count, "amount": amount}
                for name, back, count, amount in lines
            ],
        }

    return [
        of("V1", ("A", "", "3", "3000.00"), ("B", "A", "-1", "-1000.00")),
        of("V2", ("C", "D", "-2", "-25.00"), ("D", "", "2", "25.00"), ("E", "", "1", "1500.00")),
    ]


def test_refunds_are_added_up_before_anything_is_judged(product: Product) -> None:
    batch = decided(product, FILE)

    first, second = results(batch)
    (line,) = first["lines"]
    assert (line["row"], line["reference"], line["refunds"], line["money"]["amount"]) == (2, "A", [2], "2000.00")
    assert first["rows"] == [2, 3]
    gone, stays = second["lines"]
    assert (gone["row"], gone["reference"], gone["outcome"], gone["money"]["payable"]) == (5, "D", "refunded", "0.00")
    assert (stays["row"], stays["line_no"], stays["money"]["amount"]) == (6, 3, "1500.00")
    assert second["outcome"] == stays["outcome"]


def test_every_row_of_the_file_has_its_row_in_the_results(product: Product) -> None:
    batch = decided(product, FILE)

    rows = rows_of(batch)
    assert [(row["row"], row["claim_no"], row["reference"], row["refund_of"]) for row in rows] == [
        ("2", "V1", "A", ""),
        ("3", "V1", "B", "A"),
        ("4", "V2", "C", "D"),
        ("5", "V2", "D", ""),
        ("6", "V2", "E", ""),
    ]
    assert [rows[place]["outcome"] for place in (1, 2, 3)] == ["refunded"] * 3
    assert [rows[place]["amount"] for place in range(5)] == ["2000.00", "", "", "0.00", "1500.00"]


def test_totals_count_every_row_and_no_money_twice(product: Product, api: Api) -> None:
    batch = decided(product, FILE)

    shown = api.get(f"/claims/batches/{batch.pk}/").json()
    totals = shown["totals"]
    assert (shown["lines"], totals["lines"], totals["amount"]) == (5, 5, "3500.00")
    refunded = next(group for group in totals["by_outcome"] if group["outcome"] == "refunded")
    assert (refunded["lines"], refunded["amount"], refunded["payable"]) == (3, "0.00", "0.00")


@pytest.mark.parametrize("form", ["ndjson", "xlsx"])
def test_every_form_of_a_batch_is_answered_alike(product: Product, form: str) -> None:
    rows = [line.split(",") for line in FILE.splitlines()]
    content = (
        xlsx(rows[1:], header=rows[0])
        if form == "xlsx"
        else "\n".join(json.dumps(claim) for claim in as_checks()).encode()
    )

    def told(batch: ClaimBatch) -> list[Any]:
        told_of = ("line_no", "reference", "refunds", "outcome", "money")
        return [[{name: line[name] for name in told_of} for line in claim["lines"]] for claim in results(batch)]

    assert told(decided(product, content)) == told(decided(product, FILE))


def test_a_check_answers_the_same(product: Product, api: Api) -> None:
    checked = [api.post("/claims/checks/", {**claim, "product": "HMB"}).json() for claim in as_checks()]

    assert [[line["outcome"] for line in answer["lines"]] for answer in checked] == [
        [line["outcome"] for line in answer["lines"]] for answer in results(decided(product, FILE))
    ]
    assert checked[1]["lines"][0]["trace"] == []
    assert checked[0]["totals"]["amount"] == "2000.00"


def test_a_claim_of_which_nothing_is_left_is_recorded_as_refunded(product: Product, api: Api) -> None:
    claim = as_checks()[1]
    claim = {**claim, "product": "HMB", "lines": claim["lines"][:2]}
    check = api.post("/claims/checks/", claim).json()

    assert [line["outcome"] for line in check["lines"]] == ["refunded"]
    found = api.get("/claims/checks/?outcome=refunded").json()
    assert [one["id"] for one in found["results"]] == [check["id"]]
    replayed = api.post(f"/claims/checks/{check['id']}/replay/").json()
    assert replayed["same"]


def test_what_was_decided_before_refunds_were_known_is_still_shown(product: Product) -> None:
    batch = decided(product, HEADER + "C-1,m-1,1,2026-03-01,I10,inpatient,阿司匹林片,10,1500.00\n")
    before = results(batch)
    from claims.batches.record import KeptLine
    from claims.models import BatchDecision

    kept = json.loads(BatchDecision.objects.values_list("decided", flat=True).get(batch=batch.pk) or "{}")
    older = KeptLine(*kept["lines"][0][: KeptLine._fields.index("reference")])

    assert (older.reference, list(older.refunds)) == ("", [])
    assert before[0]["lines"][0]["reference"] is None
