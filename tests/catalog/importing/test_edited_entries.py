"""Entries edited one by one: what is wrong is said in the words of the page, not in the codes of columns."""

import re

import pytest

from catalog import reference
from catalog.importing.columns import ENTRIES
from catalog.importing.edited_entries import check_edited, new_entry
from catalog.importing.result import CheckOptions
from catalog.known_drugs import dosage_forms

pytestmark = pytest.mark.django_db

NAMED = {"generic_name": "药"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({**NAMED, "age_min": "70", "age_max": "18"}, "“最小年龄”大于“最大年龄”"),
        ({**NAMED, "effective_from": "2026-02-01", "effective_to": "2026-01-01"}, "”晚于“"),
        ({**NAMED, "strength": "1" * 201}, "“规格”有 201 个字符"),
        ({"brand_name": "牌"}, "”必填"),
        ({**NAMED, "dosage_form": "片剂/胶囊剂"}, "“剂型”里写了几个值"),
        ({**NAMED, "icd10": "C34;Z99.Z;K999"}, "“Z99.Z”"),
        ({**NAMED, "restriction": "限二线"}, "只有文字、没有编码"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_chinese_sentences_call_columns_by_their_chinese_names(given: dict[str, str], says: str) -> None:
    options = CheckOptions(dosage_forms=reference.dosage_form_rows())
    checked = check_edited([new_entry(given)], "commercial", options, dosage_forms())

    told = [one.zh for _place, one in (*checked.errors, *checked.warnings)]
    assert any(says in one for one in told), told
    codes = "|".join(column.name for column in ENTRIES)
    assert not [one for one in told if re.search(rf"\b({codes})\b", one)]
