"""Base names and dosage forms (eligibility 3.1 and 4.1)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.drugs.base_names import drug_id, is_mark
from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.drugs.three_valued import Agreement
from common.text import norm

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
        # A mark stands behind the name, whether the form stands before it or not.
        ("硝苯地平缓释片(Ⅰ)", "硝苯地平i", "缓释片"),
        ("硝苯地平缓释片（Ⅱ）", "硝苯地平ii", "缓释片"),
        ("硝苯地平Ⅰ", "硝苯地平i", ""),
        ("硝苯地平缓释片Ⅰ", "硝苯地平缓释片i", ""),  # no bracket, no mark
        ("注射用紫杉醇(白蛋白结合型)", "紫杉醇白蛋白结合型", "注射用粉末"),
        ("紫杉醇［白蛋白结合型］", "紫杉醇白蛋白结合型", ""),
        ("精蛋白重组人胰岛素混合注射液(30R)", "精蛋白重组人胰岛素混合30r", "注射液"),
        ("复方氨基酸注射液(18AA-Ⅰ)", "复方氨基酸18aa-i", "注射液"),
        ("脂肪乳注射液(C14～24)", "脂肪乳c14~24", "注射液"),
        ("注射用重组人干扰素α2b(酵母)", "重组人干扰素α2b酵母", "注射用粉末"),
        ("重组人促红素注射液(CHO细胞)", "重组人促红素cho细胞", "注射液"),
        ("盐酸多柔比星注射液(脂质体型)", "多柔比星脂质体型", "注射液"),  # the salt goes too
        ("生脉片(党参方)", "生脉党参方", "片"),
        ("妥珠单抗注射液(皮下注射)", "妥珠单抗皮下注射", "注射液"),
        ("甲乙片(0123456789AB)", "甲乙0123456789ab", "片"),
        ("甲乙片(0123456789ABC)", "甲乙片(0123456789abc)", ""),  # more than twelve
        ("甲乙片(大蜜丸)", "甲乙片(大蜜丸)", ""),  # no mark
        ("甲乙片((Ⅰ))", "甲乙片((i))", ""),  # a bracket inside it
        ("甲乙片(Ⅰ)丙", "甲乙片(i)丙", ""),  # not at the end
        ("(Ⅰ)", "(i)", ""),
        ("注射用甲乙单抗(冻干)", "甲乙单抗", "注射用粉末"),  # no mark, and goes
        # Salts, but not before a metal.
        ("乳酸钠林格注射液", "乳酸钠林格", "注射液"),
        ("枸橼酸铋钾片", "枸橼酸铋钾", "片"),
        ("硫酸铝钾", "硫酸铝钾", ""),
        ("门冬氨酸钾镁片", "门冬氨酸钾镁", "片"),
        ("醋酸钠", "醋酸钠", ""),
        ("磷酸二氢钠钾", "磷酸二氢钠钾", ""),
        ("硫酸氢氯吡格雷", "氯吡格雷", ""),
        ("重酒石酸间羟胺", "间羟胺", ""),
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
        ("口服常释剂型(不含分散片)", "片", PASS),
        ("口服常释剂型（不含分散片）", "胶囊", PASS),
        ("口服常释剂型(不含分散片)", "分散片", FAIL),
        ("口服常释剂型(不含分散片、胶囊剂)", "胶囊", FAIL),
        ("口服常释剂型(不含分散片；胶囊)", "胶囊", FAIL),
        ("口服常释剂型(不含胶囊,分散片)", "分散片", FAIL),
        ("口服常释剂型(不含分散片)", "口服常释剂型", PASS),  # it is the form before the bracket
        ("口服常释剂型(不含分散片)", "口服常释剂型(不含胶囊)", PASS),
        ("口服常释剂型(不含分散片)", "缓释片", FAIL),
        ("片", "口服常释剂型(不含分散片)", UNKNOWN),
        ("丸剂(不含滴丸)", "滴丸", FAIL),
        ("丸剂(不含滴丸)", "丸", PASS),
        ("注射剂(不含粉针剂)", "注射用粉末", FAIL),
        ("没有的剂型", "没有的剂型", PASS),
        ("口服常释剂型", "没有的剂型", FAIL),
    ],
)
def test_an_entrys_form_against_a_lines(entry: str, line: str, agreement: Agreement) -> None:
    assert FORMS.matches(entry, line) is agreement


@pytest.mark.parametrize(
    ("entry", "name", "line", "agreement"),
    [
        ("片", "片", "", PASS),
        ("片", "片剂", "胶囊", PASS),  # the line's own form is not asked
        ("片", "分散片", "片", FAIL),
        ("滴丸", "丸剂", "", FAIL),  # of names no group counts
        ("丸剂", "丸", "", PASS),
        ("注射用粉末", "粉针剂", "", PASS),
        ("片", "", "片剂", PASS),
        ("片", "", "分散片", UNKNOWN),
        ("片", "", "口服常释剂型", UNKNOWN),
        ("片", "", "口服常释剂型(不含分散片)", UNKNOWN),
        ("片", "", "缓释片", FAIL),
        ("滴丸", "", "丸剂", UNKNOWN),
        ("丸剂", "", "滴丸", UNKNOWN),
        ("散剂", "", "外用散剂", UNKNOWN),
        ("贴", "", "贴剂", PASS),
        ("贴", "", "片", FAIL),
        ("片", "", "没有的剂型", FAIL),
        ("片", "", "", UNKNOWN),
    ],
)
def test_a_form_in_an_entrys_name_against_a_line(entry: str, name: str, line: str, agreement: Agreement) -> None:
    assert FORMS.matches_name(entry, name, line) is agreement


ANY_FORM = st.sampled_from(
    "片 片剂 分散片 缓释片 胶囊 胶囊剂 注射液 粉针剂 注射用粉末 注射剂 滴丸 丸 丸剂 散剂 乳膏 软膏剂 贴 口服常释剂型 外用散剂 没有".split()
)


@UNHURRIED
@given(ANY_FORM, ANY_FORM)
def test_a_form_in_a_name_passes_only_where_a_given_form_would_or_is_equal(one: str, other: str) -> None:
    by_name, by_line = FORMS.matches_name(one, other, ""), FORMS.matches_name(one, "", other)

    assert by_name is not UNKNOWN
    # A name is the stricter word: what it lets through the line's form does too, and what that refuses no name lets through.
    assert (by_name is PASS) == (by_line is PASS) == (FORMS.matches_name(other, one, "") is PASS)
    if FORMS.agree(one, other):
        assert by_line is not FAIL
    # No group is shared in one direction only.
    assert by_line is FORMS.matches_name(other, "", one)


@UNHURRIED
@given(ANY_FORM, st.lists(ANY_FORM, min_size=1, max_size=3), ANY_FORM, st.sampled_from("、,;，；"))
def test_what_a_form_leaves_out_it_does_not_match_and_all_else_as_before(
    form: str, left_out: list[str], line: str, between: str
) -> None:
    written = f"{form}(不含{between.join(left_out)})"
    plain = FORMS.matches(form, line)

    found = FORMS.matches(written, line)

    equal = FORMS.matches_name(form, line, "") is PASS
    excluded = any(FORMS.matches(part, line) is PASS for part in left_out)
    assert found is (FAIL if excluded and not equal else plain)


MARKS = st.from_regex(r"[0-9a-z./%~+,\-]{1,12}", fullmatch=True) | st.sampled_from(
    "白蛋白结合型 CHO细胞 党参方 大肠杆菌 酵母 皮下注射 静脉输注 静脉注射 肌内注射 预充式 大豆油 蜜炼 Ⅱ 30R C14-24".split()
)
BARE = st.sampled_from("紫杉醇 硝苯地平 盐酸多柔比星 硫酸铝钾 乳酸钠林格 生脉 单抗".split())


@UNHURRIED
@given(
    BARE, MARKS, st.sampled_from(["片", "缓释片", "注射液", "胶囊", ""]), st.sampled_from(["()", "[]", "（）", "［］"])
)
def test_a_mark_is_one_wherever_the_form_stands(bare: str, mark: str, form: str, bracket: str) -> None:
    marked = f"{bracket[0]}{mark}{bracket[1]}"
    with_mark = FORMS.base_name(bare + form + marked)

    assert is_mark(norm(mark))
    assert with_mark.form == form
    assert with_mark.name == FORMS.base_name(bare).name + norm(mark)
    assert FORMS.base_name(f"注射用{bare}{marked}").name == with_mark.name if not form else True
    # A name is what it is cut down to: cutting it again, with its mark in a bracket, changes nothing.
    assert FORMS.base_name(with_mark.name.removesuffix(norm(mark)) + marked).name == with_mark.name


def test_forms_may_be_the_same_whichever_names_the_group() -> None:
    assert FORMS.agree("分散片", "口服常释剂型")
    assert FORMS.agree("口服常释剂型", "分散片")
    assert not FORMS.agree("分散片", "片")
    assert FORMS.agree("片", "口服常释剂型(不含分散片)")
    assert not FORMS.agree("分散片", "口服常释剂型(不含分散片)")
    assert not FORMS.agree("口服常释剂型(不含分散片)", "分散片")


def test_powder_for_injection_is_always_a_form_of_the_table() -> None:
    bare = DosageForms([])

    assert bare.matches("注射剂", bare.base_name("注射用头孢曲松").form) is PASS


def test_two_forms_that_point_at_each_other_are_one() -> None:
    table = DosageForms([FormRow("片", "甲", "锭"), FormRow("锭", "乙", "片")])

    assert table.matches("片", "锭") is PASS


def test_a_drug_has_a_lasting_id() -> None:
    assert drug_id("奥希替尼") == "drug_475045ffe1312dbc"
    assert drug_id("奥希替尼") != drug_id("索拉非尼")
