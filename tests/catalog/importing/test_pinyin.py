"""How a name is found by its sound."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from catalog.importing.pinyin import search_fields, sounds
from common.text import norm

NAMES = [
    "甲磺酸奥希替尼片",
    "注射用重组人凝血因子Ⅷ",
    "重组人生长激素注射液",
    "达妥昔单抗β注射液",
    "阿莫西林克拉维酸钾",
    "人参",
    "长春新碱",
    "单硝酸异山梨酯缓释片",
    "〇五",
    # What begins like a phrase is none.
    "用行长",
    "银行长",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_sounds_as_the_whole_of_it_is_read(name):
    assert sounds(name)[0] == "".join(lazy_pinyin(norm(name), errors=list))


@settings(max_examples=500)
@given(st.text(st.sampled_from("阿莫西林片重组单长春行都注射用αβ-2a钠钾银重大不了一心意得地"), max_size=12))
def test_word_by_word_is_as_good_as_all_at_once(text):
    assert sounds(text)[0] == "".join(lazy_pinyin(text, errors=list))


def test_name_and_brand_are_found_by_pinyin_and_initials():
    assert search_fields("奥希替尼", "泰瑞沙") == "aoxitini tairuisha\taxtn trs"
    assert search_fields("", "泰瑞沙") == "tairuisha\ttrs"
    assert search_fields("", "") == "\t"
    assert search_fields("PD-1抑制剂", "") == "pd-1yizhiji\tpd-1yzj"


def test_what_is_found_fits_its_columns():
    pinyin, initials = search_fields("装" * 200, "装" * 200).split("\t")

    assert len(pinyin) <= 1000 and len(initials) <= 200
