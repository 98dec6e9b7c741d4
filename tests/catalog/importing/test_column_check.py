"""The short ways of a column: the same outcome as the long way, cell by cell, remembered or not; and hashes that are those of canonical JSON."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.importing import column_check
from catalog.importing.column_check import ColumnCheck, Outcome
from catalog.importing.columns import ENTRIES, ENTRY_COPY_COLUMNS
from common.jcs import canonical_json
from tables.cells import Typed
from tables.header import Placed
from tests.files import FORMS, OPTIONS, outcome_and_rows

COLUMNS = {column.name: column for column in ENTRIES}
SHORT = [
    name for name in COLUMNS if ColumnCheck(Placed(COLUMNS[name], 0, name), "base", OPTIONS, DosageForms([]))._shortcut
]

words = st.text(
    st.sampled_from(
        "奥希替尼片盐酸乙锟烫屯锘斤拷鏄涓氭〃Aa0 '\"\\#=+-@.,;:（）％％/\t\n\r®α\u200b\u0301é\ue000\U00020000_"
    ),
    max_size=12,
)
codes = st.from_regex(r"(国药准字)?[HZSX][A-Z]?[0-9A-Z-]{0,24}|[0-9]{0,11}(\.[0-9]{0,5})?", fullmatch=True)
cells = st.one_of(
    words,
    codes,
    st.sampled_from(["合计", "Total", "编号", "通用名", "generic_name", "Generic Name", "药品 名称", "合计：7", "总统药", "#REF!", "锟斤拷", "烫烫烫", "涓氭", "甲磺酸奥希替尼片", "H20171234", "XL01EBA001A001010100001", "0", "0.10", "007"]),
    st.integers(195, 205).map("药".__mul__),
    st.sampled_from([Typed("number", "12"), Typed("error", "#N/A"), Typed("formula", "")]),
)  # fmt: skip


def column(name: str) -> ColumnCheck:
    return ColumnCheck(Placed(COLUMNS[name], 0, name), "base", OPTIONS, DosageForms(FormRow(*row) for row in FORMS))


CHECKS = {name: column(name) for name in SHORT}


def test_the_columns_whose_cells_differ_have_a_short_way() -> None:
    assert {"entry_code", "generic_name", "manufacturer", "indication", "note", "payment_standard"} <= set(SHORT)


@given(cell=cells)
@settings(max_examples=300, deadline=None)
@example("片")
@example("锟")
@example("鏄涓氭")
def test_the_short_way_says_what_the_long_way_says(cell: Any) -> None:
    if not isinstance(cell, str) or not cell:
        return
    for name, check in CHECKS.items():
        short = check._shortcut(cell) if check._shortcut else None
        if short is not None:
            long = check._make(cell)
            assert short._replace(value=None) == long._replace(value=None), name
            assert short.value == long.value or Decimal(short.value) == long.value, name


@pytest.mark.parametrize("name", SHORT)
def test_ordinary_cells_take_the_short_way(name: str) -> None:
    ordinary = {
        "entry_code": "E-0000001",
        "national_code": "XL01EBA001A001010100001",
        "approval_no": "国药准字H20171234",
    }
    ordinary |= {"payment_standard": "165.90"}
    check = column(name)
    assert check._shortcut is not None

    assert check._shortcut(ordinary.get(name, "甲磺酸奥希替尼片80mg（泰瑞沙）")) is not None


@given(st.lists(cells, max_size=60))
@settings(max_examples=100, deadline=None)
def test_a_column_that_forgets_says_the_same_as_one_that_remembers(written: list[Any]) -> None:
    def outcomes(most: int) -> list[Outcome]:
        check = column("generic_name")
        before, column_check.REMEMBERED = column_check.REMEMBERED, most
        try:
            return [made for at, cell in enumerate(written) for made in check.outcomes([cell], at)]
        finally:
            column_check.REMEMBERED = before

    assert outcomes(2) == outcomes(1_000)


def test_a_rows_hash_is_that_of_its_canonical_json(tmp_path: Any) -> None:
    """The fragments of a row are joined, never serialised as a whole: here they are."""
    header = (
        "entry_code,generic_name,note,icd10,age_min,payment_standard,prior_auth,rare_disease,effective_from,criteria"
    )
    cells = 'Ω-1,"甲""药\\片","a\n\t\u007f\u00e9\U00020000",C34;C18-C20,0,12.50,Y,N,2026-1-31,ALK=阳性；EGFR'
    result, (row,) = outcome_and_rows(f"{header}\n{cells.replace(chr(0x7F), '')}\n", path=tmp_path)
    assert result.ok
    document = {
        "entry_code": "Ω-1", "generic_name": '甲"药\\片', "note": "a\n\t\u00e9\U00020000", "icd10": ["C34", "C18-C20"], "age_min": 0,
        "payment_standard": str(Decimal("12.5000")), "prior_auth": True, "rare_disease": False,
        "effective_from": date(2026, 1, 31).isoformat(), "criteria": ["ALK=阳性", "EGFR"],
    }  # fmt: skip

    assert row["row_hash"] == "\\\\x" + hashlib.sha256(canonical_json(document)).hexdigest()
    assert json.loads(canonical_json(document)) == document
    assert set(row) == set(ENTRY_COPY_COLUMNS)
