"""Disease areas: every code falls where its category stands; a range falls into all areas it overlaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reference import rows_of
from curation.reports.areas import CHAPTERS, TUMOURS, areas_of


@pytest.mark.parametrize(
    ("code", "areas"),
    [
        ("C34.1", ("C00-D48", "C30-C39")),
        ("c50", ("C00-D48", "C50-C50")),
        ("C18-C20", ("C00-D48", "C15-C26")),
        ("C15-C34", ("C00-D48", "C15-C26", "C30-C39")),
        ("C97-D52", ("C00-D48", "D50-D89", "C97-C97", "D00-D48")),
        ("D47.1", ("C00-D48", "D00-D48")),
        ("D50", ("D50-D89",)),
        ("E74.002", ("E00-E90",)),
        ("U07.1", ("U00-U99",)),
        ("C42", ("C00-D48",)),
        ("不是编码", ()),
        ("C", ()),
        ("", ()),
    ],
)
def test_a_code_falls_into_its_areas(code: str, areas: tuple[str, ...]) -> None:
    assert areas_of(code) == areas


def test_every_category_falls_into_the_chapter_that_the_classification_says() -> None:
    for row in rows_of("icd10_categories"):
        assert areas_of(row["code"])[0] == row["chapter"], row


def test_every_tumour_of_an_organ_falls_into_one_group() -> None:
    for row in rows_of("icd10_categories"):
        groups = [one for one in areas_of(row["code"]) if one in {area.code for area in TUMOURS}]
        assert len(groups) == (row["chapter"] == "C00-D48"), row


@given(st.sampled_from(rows_of("icd10_categories")), st.sampled_from(rows_of("icd10_categories")))
def test_a_range_has_the_areas_of_all_categories_in_it(one: dict[str, str], other: dict[str, str]) -> None:
    first, last = sorted([one["code"], other["code"]])
    between = [row["code"] for row in rows_of("icd10_categories") if first <= row["code"] <= last]
    assert set(areas_of(f"{first}-{last}")) >= {area for code in between for area in areas_of(code)}


def test_the_areas_of_a_level_do_not_overlap() -> None:
    for level in (CHAPTERS, TUMOURS):
        for one, other in zip(level, level[1:], strict=False):
            assert one.first <= one.last < other.first
