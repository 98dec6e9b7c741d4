"""Provinces: one closed vocabulary, whatever a file calls them."""

import pytest

from catalog.provinces import PROVINCES, REGION_LETTERS, REGIONS, province_named, region_of


def test_there_are_31_provinces_and_four_regions_that_are_none_of_them() -> None:
    assert len(PROVINCES.codes) == 31
    assert set(REGIONS.codes) - set(PROVINCES.codes) == {"新疆兵团", "台湾", "香港", "澳门"}
    assert len(set(REGION_LETTERS.values())) == 35


def test_no_word_names_two_of_them() -> None:
    words = [word for term in REGIONS.terms for word in {term.code, term.zh, *term.aliases}]

    assert len(words) == len(set(words))
    assert all(region_of(word) for word in words)


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("北京", "北京"),
        (" 北京市 ", "北京"),
        ("beijing", "北京"),
        ("ＢＪ", "北京"),
        ("110000", "北京"),
        ("内蒙", "内蒙古"),
        ("广西壮族自治区", "广西"),
        ("陕西省", "陕西"),
        ("Shaanxi", "陕西"),
        ("Shanxi", "山西"),
        ("Inner  Mongolia", "内蒙古"),
        ("新疆生产建设兵团", "新疆兵团"),
        ("兵团", "新疆兵团"),
        ("hong kong", "香港"),
    ],
)
def test_each_is_known_by_all_its_names(written: str, region: str) -> None:
    assert region_of(written) == region == province_named(written)


@pytest.mark.parametrize("written", ["", "全国", "深圳", "江芬", "北京上海"])
def test_another_text_is_no_province_and_stays_what_it_is(written: str) -> None:
    assert region_of(written) is None
    assert province_named(f" {written} ") == written
