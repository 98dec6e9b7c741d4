"""The client computes a list's checksum from the file alone, whatever stands in its cells."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.feed import canonical_entry
from catalog.importing.export import EXPORTED, csv_lines, ndjson_lines
from common.jcs import canonical_json, sha256_of
from shangbao_client import lists

# What a cell can hold once it was read: no blank at its ends, nothing that no file can hold.
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cn"]), min_size=1, max_size=12)
TEXTS = st.one_of(WORDS, st.sampled_from(["=1+1", "-3", "@x", "'=1", "+86", "a\nb", 'say "x"', "，；", "𠮷"]))
PIECES = st.lists(TEXTS.filter(lambda text: not set(text) & set(";；\n")), max_size=3)
KINDS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("icd10", "settings", "criteria", "regulators", "marks"), PIECES),
    **dict.fromkeys(("age_min", "age_max", "min_institution_level"), st.none() | st.integers(0, 150)),
    "prior_auth": st.booleans(),
    "rare_disease": st.none() | st.booleans(),
    **dict.fromkeys(("effective_from", "effective_to"), st.none() | st.dates(date(1949, 10, 1), date(2100, 1, 1))),
    "payment_standard": st.none() | st.decimals(0, 99999, places=4, allow_nan=False).map(lambda one: one + Decimal(0)),
    "max_quantity": st.none() | st.decimals(0, 99999, places=3, allow_nan=False),
    "payment_standard_text": st.sampled_from(["", "*", "5.70元(10mg/片)；9.69元(20mg/片)"]),
}
ENTRY = st.fixed_dictionaries(
    {name: KINDS.get(name, st.just("") | TEXTS) for name in (*EXPORTED, "payment_standard_text")}
)


@given(st.lists(ENTRY, max_size=4), st.lists(st.sampled_from(["X", "XA", "Z"]), unique=True))
def test_of_either_export_the_checksum_is_the_lists(entries: list[dict[str, Any]], complete_for: list[str]) -> None:
    for number, entry in enumerate(entries):
        entry["entry_code"] = f"{number % 3}乙-{number}"
    held = sorted(entries, key=lambda entry: str(entry["entry_code"]))
    hashes = [hashlib.sha256(canonical_json(canonical_entry(entry))).digest() for entry in held]
    if complete_for:
        hashes.append(bytes.fromhex(sha256_of({"complete_for": complete_for})))
    expected = hashlib.sha256(b"".join(hashes)).hexdigest()

    for lines in (csv_lines(entries), ndjson_lines(entries)):
        assert lists.checksum_of(lists.entries_of(b"".join(lines)), complete_for) == expected


@pytest.mark.parametrize(
    "exported",
    [
        b"\xff\xfe",
        b"nothing of a list\n1\n",
        b'{"entry_code": 5}',
        b'{"generic_name": "x"}',
        b"entry_code,age_min\nE-1\n",
        b"entry_code,age_min\nE-1,x\n",
        b"entry_code\nE-1,2\n",
    ],
)
def test_what_is_no_exported_list_is_no_list(exported: bytes) -> None:
    with pytest.raises(ValueError):
        lists.checksum_of(lists.entries_of(exported), [])


def test_an_entry_that_stands_twice_is_no_list() -> None:
    with pytest.raises(ValueError, match="twice"):
        lists.checksum_of(lists.entries_of(b"entry_code\nE-1\nE-1\n"), [])
