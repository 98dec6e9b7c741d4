"""Base names and dosage forms (eligibility 3.1 and 4.1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.drugs.names import Agreement, DosageForms, FormRow, drug_id

# A machine that is busy with other things must not fail a test.
UNHURRIED = settings(deadline=None)

FORMS = DosageForms(
    [
        FormRow("片", "口服常释剂型"),
        FormRow("片剂", "口服常释剂型"),
        FormRow("分散片", "口服常释剂型"),
        FormRow("缓释片", "缓释控释剂型"),
        FormRow("胶囊", "口服常释剂型"),
        FormRow("注射液", "注射剂"),
        FormRow("粉针剂", "注射剂", "注射用粉末"),
        FormRow("滴丸", "丸剂"),
        FormRow("丸", "丸剂"),
        FormRow("散剂", "口服散剂"),
        FormRow("散剂", "外用散剂"),
        FormRow("乳膏", "软膏剂"),
        FormRow("乳膏剂", "软膏剂"),
        FormRow("贴", ""),
    ]
)


@pytest.mark.parametrize(
    ("written", "name", "form"),
    [
        ("甲磺酸奥希替尼片", "奥希替尼", "片"),
        ("奥希替尼", "奥希替尼", ""),
        ("奥希替尼缓释片", "奥希替尼", "缓释片"),  # the longest form
        ("奥希替尼片剂", "奥希替尼", "片剂"),
        ("甲片", "甲片", ""),  # two characters must remain
        ("甲乙片", "甲乙", "片"),
        ("注射用戈沙妥珠单抗", "戈沙妥珠单抗", "注射用粉末"),
        ("注射用甲", "注射用甲", ""),  # one would remain
        ("注射用甲乙片", "甲乙片", "注射用粉末"),  # only one of the first two steps
        ("注射用盐酸吉西他滨", "吉西他滨", "注射用粉末"),
        ("硫酸氢氯吡格雷片", "氯吡格雷", "片"),  # the longest salt
        ("硫酸吗啡", "吗啡", ""),
        ("对甲苯磺酸索拉非尼", "索拉非尼", ""),
        ("盐酸盐酸二甲双胍", "盐酸二甲双胍", ""),  # once
        ("盐酸胍", "盐酸胍", ""),  # one would remain
        ("硫酸亚铁", "硫酸亚铁", ""),
        ("乳酸菌素片", "乳酸菌素", "片"),
        ("磷酸氢钙", "磷酸氢钙", ""),
        ("磷酸二氢钾", "磷酸二氢钾", ""),
        ("磷酸氢二钠", "磷酸氢二钠", ""),
        ("枸橼酸三钾", "枸橼酸三钾", ""),
        ("枸橼酸钙片", "枸橼酸钙", "片"),
        ("枸橼酸铁铵", "枸橼酸铁铵", ""),  # begins with a metal but is none alone
        ("硫酸氢钠", "硫酸氢钠", ""),  # then no shorter prefix is tried
        ("ＡＬＫ　Ｂ片", "alkb", "片"),
        ("", "", ""),
    ],
)
def test_a_name_is_cut_down_to_its_base(written: str, name: str, form: str) -> None:
    base = FORMS.base_name(written)

    assert (base.name, base.form) == (name, form)


@UNHURRIED
@given(st.text(alphabet="注射用盐酸甲磺硫氢钙亚菌奥希片剂液丸滴 ", max_size=12))
def test_a_base_name_keeps_two_characters_of_a_longer_name(written: str) -> None:
    whole = written.replace(" ", "")

    assert len(FORMS.base_name(written).name) >= min(len(whole), 2)


PASS, FAIL, UNKNOWN = Agreement.PASS, Agreement.FAIL, Agreement.UNKNOWN


@pytest.mark.parametrize(
    ("entry", "line", "agreement"),
    [
        ("片", "片", PASS),
        ("片", "片剂", PASS),
        ("片剂", "片", PASS),
        ("口服常释剂型", "分散片", PASS),  # the entry names the group
        ("口服常释剂型", "口服常释剂型", PASS),
        ("分散片", "口服常释剂型", UNKNOWN),  # the line names only the group
        ("分散片", "片", FAIL),  # the same group, but the entry names a member
        ("缓释片", "口服常释剂型", FAIL),
        ("注射剂", "粉针剂", PASS),
        ("注射用粉末", "粉针剂", PASS),  # compared as that form
        ("丸剂", "滴丸", PASS),  # both 丸 and the group of 滴丸
        ("丸剂", "丸", PASS),
        ("滴丸", "丸剂", UNKNOWN),
        ("滴丸", "丸", FAIL),
        ("外用散剂", "散剂", PASS),  # any of several groups counts
        ("口服散剂", "散剂", PASS),
        ("软膏剂", "乳膏剂", PASS),
        ("贴", "贴", PASS),
        ("没有的剂型", "没有的剂型", PASS),
        ("口服常释剂型", "没有的剂型", FAIL),
    ],
)
def test_an_entrys_form_against_a_lines(entry: str, line: str, agreement: Agreement) -> None:
    assert FORMS.matches(entry, line) is agreement


def test_forms_may_be_the_same_whichever_names_the_group() -> None:
    assert FORMS.agree("分散片", "口服常释剂型")
    assert FORMS.agree("口服常释剂型", "分散片")
    assert not FORMS.agree("分散片", "片")


def test_powder_for_injection_is_always_a_form_of_the_table() -> None:
    bare = DosageForms([])

    assert bare.matches("注射剂", bare.base_name("注射用头孢曲松").form) is PASS


def test_two_forms_that_point_at_each_other_are_one() -> None:
    table = DosageForms([FormRow("片", "甲", "锭"), FormRow("锭", "乙", "片")])

    assert table.matches("片", "锭") is PASS


def test_a_drug_has_a_lasting_id() -> None:
    assert drug_id("奥希替尼") == "drug_475045ffe1312dbc"
    assert drug_id("奥希替尼") != drug_id("索拉非尼")
