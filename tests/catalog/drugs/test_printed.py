"""Names as a list prints them (csv.md): one cell, the names it holds."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import reference
from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.drugs.printed import NOTATION, PrintedNames, last_bracket, names_apart, without_marks
from common.text import norm

NAMES = PrintedNames(DosageForms(FormRow(*row) for row in reference.dosage_form_rows()))
CASES = json.loads((Path(__file__).resolve().parents[2] / "cases" / "printed_names.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["printed"])
def test_a_cell_of_the_national_list_reads_as_its_names(case):
    read = NAMES.read(case["printed"])

    assert (list(read.names), read.is_certain) == (case["names"], True)


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        # 1: separators outside brackets; the printer's marks.
        ("甲名、乙名", ["甲名", "乙名"]),
        ("甲名、、乙名、", ["甲名", "乙名"]),
        ("甲名、甲名", ["甲名"]),
        ("△甲名、★ 乙名", ["甲名", "乙名"]),
        ("＊甲名", ["甲名"]),
        ("★", ["★"]),
        # 2: forms, where the name ends in one.
        ("甲乙丸（片、胶囊）", ["甲乙丸", "甲乙片", "甲乙胶囊"]),
        ("甲乙丸(片、胶囊)", ["甲乙丸", "甲乙片", "甲乙胶囊"]),
        ("甲乙丸［片］", ["甲乙丸", "甲乙片"]),
        ("甲乙丸（片)", ["甲乙丸", "甲乙片"]),
        ("甲乙丸（片/胶囊）", ["甲乙丸", "甲乙片", "甲乙胶囊"]),
        ("甲乙丸（片，胶囊及颗粒）", ["甲乙丸", "甲乙片", "甲乙胶囊", "甲乙颗粒"]),
        ("甲乙颗粒剂（片剂）", ["甲乙颗粒剂", "甲乙片剂"]),
        ("甲乙贴膏（凝胶膏、巴布膏）", ["甲乙贴膏", "甲乙凝胶膏", "甲乙巴布膏"]),
        ("甲乙露（口服乳液、饮）", ["甲乙露", "甲乙口服乳液", "甲乙饮"]),
        ("甲乙片（颗粒）（胶囊）", ["甲乙片", "甲乙颗粒", "甲乙胶囊"]),
        # The longest form that leaves two characters.
        ("甲乙软胶囊（滴丸）", ["甲乙软胶囊", "甲乙滴丸"]),
        ("软胶囊（滴丸）", None),
        # Other names.
        ("甲乙（丙丁）", ["甲乙", "丙丁"]),
        ("甲乙【丙丁】", ["甲乙", "丙丁"]),
        ("甲乙（又称：丙丁）", ["甲乙", "丙丁"]),
        ("甲乙（又名丙丁）", ["甲乙", "丙丁"]),
        ("甲乙（丙丁、戊己）", ["甲乙", "丙丁", "戊己"]),
        ("甲乙（丙丁[酵母]）", ["甲乙", "丙丁[酵母]"]),
        ("甲乙片（颗粒、丙丁颗粒）", ["甲乙片", "甲乙颗粒", "丙丁颗粒"]),
        ("甲乙（甲乙丙丁戊己/丙丁戊己(Ⅰ)）", ["甲乙", "甲乙丙丁戊己", "丙丁戊己(Ⅰ)"]),
        ("甲乙（丙丁/戊己）", ["甲乙", "丙丁/戊己"]),
        ("甲乙（甲丙丁/丙丁）", ["甲乙", "甲丙丁/丙丁"]),
        # Marks, and how a drug is made.
        ("甲乙（Ⅱ）", ["甲乙（Ⅱ）"]),
        ("甲乙(C14～24)", ["甲乙(C14～24)"]),
        ("甲乙（Vero细胞）", ["甲乙（Vero细胞）"]),
        ("甲乙片（颗粒）（冻干）", ["甲乙片(冻干)", "甲乙颗粒(冻干)"]),
        ("甲乙片（丙方）（颗粒）", ["甲乙片（丙方）", "甲乙颗粒（丙方）"]),
        ("甲乙（Ⅰ）（丙丁）", ["甲乙（Ⅰ）", "丙丁"]),
        ("甲乙（丙丁）（Ⅰ）", ["甲乙(Ⅰ)", "丙丁(Ⅰ)"]),
        # Explanations.
        ("甲乙（指丙丁）", ["甲乙"]),
        ("甲乙（含儿童型）", ["甲乙", "甲乙(儿童型)"]),
        ("甲乙（含儿童型、成人型）", ["甲乙", "甲乙(儿童型)", "甲乙(成人型)"]),
        # In the middle: of the name.
        ("甲[99mTc]乙丙", ["甲[99mTc]乙丙"]),
        ("甲乙(15AA-Ⅱ)/丙丁(10%)注射液", ["甲乙(15AA-Ⅱ)/丙丁(10%)注射液"]),
        ("甲乙片/丙丁片组合包装", ["甲乙片/丙丁片组合包装"]),
        # What no rule reads for certain.
        ("甲乙（片）", None),
        ("甲乙丸（浓缩丸）", None),
        ("甲乙（丙）", None),
        ("甲乙（含丙丁）", None),
        ("甲乙（外用）", None),
        ("甲乙（每片含丙丁10毫克）", None),
        ("甲乙（", None),
        ("甲乙）", None),
        ("甲乙（丙丁]", None),
        ("（甲乙）", None),
        ("甲乙()", None),
        ("甲乙(丙丁)戊己", None),
        ("甲乙[丙丁(戊己)]", None),
        ("甲乙片甲乙胶囊", None),
        ("甲乙注射液注射用甲乙（冻干）", None),
        ("甲乙(C8)甲乙(C9)", None),
        ("甲乙片/丙丁", None),
        ("甲乙；丙丁", None),
        ("甲" * 1001, None),
        ("甲乙" + "（" * 60 + "丙" + "）" * 60, None),
    ],
)
def test_each_rule_reads_its_kind_and_the_rest_is_kept_whole(cell, names):
    read = NAMES.read(cell)

    assert (list(read.names), read.is_certain) == ((names, True) if names else ([cell], False))


def test_one_part_that_is_not_read_leaves_the_others_read():
    assert NAMES.read("甲乙片（颗粒）、丙丁（戊）") == (("甲乙片", "甲乙颗粒", "丙丁（戊）"), False)


BASE = st.text(st.sampled_from("参芪归地茯苓黄连素"), min_size=2, max_size=5)
FORM = st.sampled_from("片 胶囊 颗粒 口服液 软胶囊 丸 散 注射液 糖浆 膏 酊 水".split())
MARK = st.sampled_from("Ⅰ 18AA 30R 党参方 CHO细胞 酵母 儿童型 皮下注射 C14-24".split())
BRACKETS = st.sampled_from(["()", "（）", "[]", "［］"])


@given(base=BASE, forms=st.lists(FORM, min_size=2, max_size=5, unique=True), pair=BRACKETS)
def test_every_form_takes_the_place_of_the_first(base, forms, pair):
    read = NAMES.read(f"{base}{forms[0]}{pair[0]}{'、'.join(forms[1:])}{pair[1]}")

    assert read == (tuple(base + form for form in forms), True)


@given(base=BASE, forms=st.lists(FORM, min_size=2, max_size=4, unique=True), mark=MARK)
def test_a_mark_behind_forms_follows_each_name(base, forms, mark):
    read = NAMES.read(f"{base}{forms[0]}（{'、'.join(forms[1:])}）（{mark}）")

    assert read == (tuple(f"{base}{form}({mark})" for form in forms), True)


ANY = st.text(st.sampled_from("甲乙丙丁片丸颗粒胶囊膏水型含指又称方注射用/Ⅰ0A-、；：()（）[]［］ △★*"), max_size=24)


@given(ANY)
def test_whatever_is_read_reads_as_itself_and_no_name_is_empty(cell):
    read = NAMES.read(cell)

    assert all(name.strip() for name in read.names) or not cell.strip()
    assert len({norm(name) for name in read.names}) == len(read.names)
    if read.is_certain:
        assert all(NAMES.read(name) == ((name,), True) for name in read.names)


@given(ANY)
def test_no_letter_is_lost_but_what_explains(cell):
    """The letters of a cell are all in its names, but for those of an explanation and a word such as 又称."""
    read = NAMES.read(cell)
    told = "".join(read.names)

    assert set(cell) - set(told) <= set("指又称含、：()（）[]［］ △★*") or "指" in cell or "又称" in cell


@given(st.text(st.sampled_from("甲乙丙Ⅰ0A-% "), max_size=12))
def test_a_cell_without_notation_is_one_name(cell):
    assert NOTATION.search(cell) is None
    assert NAMES.read(cell) in (((cell,), True), ((cell.strip(),), True))


@given(st.text(max_size=40))
def test_any_text_can_be_read(cell):
    read = NAMES.read(cell)

    assert read.names and without_marks(cell) is not None
    assert last_bracket(cell) is None or cell.startswith(last_bracket(cell)[0])
    assert names_apart(cell) is None or "" not in names_apart(cell)
