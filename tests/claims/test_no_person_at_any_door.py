"""A resident identity number is refused at every door, in every field, however it is written, and is never quoted whole; nor do hidden characters pass."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from claims.authorisations.request import parse_asked
from claims.batches.columns import CLAIM_LINES
from claims.batches.read import BatchResult, Claim, read_batch
from claims.eligibility import coverage_fields, parse_claim, parse_coverage
from common.request_reader import Unreadable
from tests.files import xlsx

DAY = date(2026, 3, 14)
REAL = "11010519491231002X"
SPELLINGS = [
    REAL,
    f"C{REAL}",
    f"赔案{REAL}",
    "110105.19491231.002x",
    "1 110105 19491231 002X",
    "１１０１０５１９４９１２３１００２Ｘ",
]
HIDDEN = ["C\u200b1", "C\n1", "C\r\n1", "C\u20281", "C\u202e1", "C\t1", "C\x001", "C\x851", "C\ufeff1", "C\U000e00411"]

LINE = {
    "generic_name": "奥希替尼片",
    "quantity": "1",
    "amount": "10.00",
    "service_date": "2026-03-14",
    "diagnoses": ["C34"],
}
CLAIM = {"claim_no": "C1", "member": {"member_ref": "m-1"}, "lines": [LINE]}
ROW = {"claim_no": "C1", "member_ref": "m-1", "generic_name": "奥希替尼片", "quantity": "1", "amount": "10.00"} | {
    "service_date": "2026-03-14",
    "diagnoses": "C34",
}
DRUG = ("generic_name", "brand_name", "strength", "manufacturer", "national_code", "approval_no", "dosage_form")

Told = tuple[set[str], str]  # the codes, and everything that is said


def told_by(read: Callable[..., object], *given: object, **more: object) -> Told:
    try:
        return set(), repr(read(*given, **more))
    except Unreadable as refused:
        return {one.code.upper() for one in refused.errors}, repr((refused.errors, refused.said))


def a_claim(field: str, written: str) -> dict[str, Any]:
    if field == "claim_no":
        return {**CLAIM, field: written}
    if field == "member_ref":
        return {**CLAIM, "member": {field: written}}
    value: Any = [written] if field == "diagnoses" else {written: True} if field == "evidence" else written
    return {**CLAIM, "lines": [{**LINE, field: value}]}


def by_check(field: str, written: str, _folder: Path) -> Told:
    return told_by(parse_claim, {**a_claim(field, written), "product": "P"})


def by_ndjson(field: str, written: str, folder: Path) -> Told:
    return _batched((json.dumps(a_claim(field, written), ensure_ascii=False) + "\n").encode(), folder)


def by_csv(field: str, written: str, folder: Path) -> Told:
    row, text = {**ROW, field: written}, io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([row, row.values()])
    return _batched(text.getvalue().encode(), folder)


def by_xlsx(field: str, written: str, folder: Path) -> Told:
    row = {**ROW, field: written}
    return _batched(xlsx([list(row.values())], header=list(row)), folder)


def by_coverage(field: str, written: str, _folder: Path) -> Told:
    return told_by(parse_coverage, {"generic_name": "x", _asked(field): written}, today=DAY)


def by_coverage_get(field: str, written: str, _folder: Path) -> Told:
    parameters = coverage_fields({"generic_name": ["x"], _asked(field): [written]})
    return told_by(parse_coverage, parameters, today=DAY)


def by_authorisation(field: str, written: str, _folder: Path) -> Told:
    value: Any = [written] if field == "diagnoses" else {written: True} if field == "evidence" else written
    asked = {"product": "P", "member_ref": "m-1", "generic_name": "x", "diagnoses": ["C34"], field: value}
    return told_by(parse_asked, asked, today=DAY)


def _asked(field: str) -> str:
    return "icd10" if field == "diagnoses" else field


def _batched(raw: bytes, folder: Path) -> Told:
    path = folder / "claims"
    path.write_bytes(raw)
    found = list(read_batch(path))
    problems = [one for message in found if isinstance(message, Claim) for one in message.problems]
    problems += [one for message in found if isinstance(message, BatchResult) for one in message.errors]
    return {one.code for one in problems}, repr(found)


OF_CLAIMS = {"check": by_check, "NDJSON": by_ndjson, "CSV": by_csv, "XLSX": by_xlsx}
OF_COVERAGE = {"coverage": by_coverage, "coverage GET": by_coverage_get}
ASKED = {
    **{("authorisation", field): by_authorisation for field in ("member_ref", "diagnoses", "evidence", *DRUG)},
    **{(name, field): door for name, door in OF_COVERAGE.items() for field in ("diagnoses", "sex", "setting", *DRUG)},
    **{
        (name, field): door
        for name, door in OF_CLAIMS.items()
        for field in ("claim_no", "member_ref", "reference", "prior_auth_no", "diagnoses", "setting", *DRUG)
    },
}


@pytest.mark.parametrize(("door", "field"), ASKED)
def test_an_identity_number_is_refused_and_not_quoted(door: str, field: str, tmp_path: Path) -> None:
    for written in SPELLINGS:
        codes, said = ASKED[door, field](field, written, tmp_path)

        assert codes == {"PERSONAL_DATA"}, (written, codes, said)
        assert written not in said
        assert "19491231" not in said
        assert "１９４９１２３１" not in said


@pytest.mark.parametrize("door", OF_CLAIMS)
@pytest.mark.parametrize("field", ["claim_no", "member_ref", "reference", "prior_auth_no"])
def test_no_hidden_character_and_no_line_break_stands_in_a_reference(door: str, field: str, tmp_path: Path) -> None:
    for written in HIDDEN:
        if written == "C\x001" and door in {"CSV", "XLSX"}:
            continue  # no cell and no file of text has one
        codes, said = OF_CLAIMS[door](field, written, tmp_path)

        assert codes == {"CONTROL_CHARACTER"}, (written, codes, said)


@pytest.mark.parametrize("places", range(1, len(ROW)))
def test_a_row_that_slipped_shows_no_number_of_a_person(places: int, tmp_path: Path) -> None:
    for number in (REAL, "110105194912310021", "130503670401001", "13800138000"):
        cells = [*ROW.values()]
        cells[1] = number
        slipped = cells[-places:] + cells[:-places]
        text = io.StringIO()
        csv.writer(text).writerows([ROW, slipped])
        path = tmp_path / "claims.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        problems = [one for message in read_batch(path) if isinstance(message, Claim) for one in message.problems]

        assert problems
        # Where a wrong number became the claim's own number it is that, and may be answered as such.
        assert not [one for one in problems if number in (one.value + one.zh + one.en)]


def test_half_a_number_at_the_end_of_what_is_quoted_is_not_shown(tmp_path: Path) -> None:
    codes, said = by_ndjson("setting", "门" * 85 + " " + REAL, tmp_path)

    assert codes == {"PERSONAL_DATA"}
    assert REAL[:15] not in said


def test_the_columns_tried_are_columns() -> None:
    assert set(ROW) <= {column.name for column in CLAIM_LINES}
