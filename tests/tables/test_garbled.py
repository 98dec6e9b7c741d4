"""Real Chinese is no garbled text, however short or rare; garbled text is told from it."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tables.cells import utf8_read_as_gbk, wrongly_decoded
from tests.files import outcome

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


def _texts():
    for path in sorted(SEEDS.rglob("*.csv")):
        with path.open(encoding="utf-8") as file:
            for row in csv.reader(file):
                yield from (cell for cell in row if cell and not cell.isascii())


TEXTS = sorted(set(_texts()))
COMPANIES = (
    "武汉五景 武汉五景药业有限公司 湖北五瑞 联通 中国医药 北京诺华 阿斯利康 上海罗氏 江苏恒瑞 正大天晴 石药集团 扬子江 齐鲁 华北 "
    "濱崎製藥 鹽野義 臺灣東洋 香港澳美 王喆 镕基堂 𠮷野家 㐂多 翀宇 昇龍 堃药 珺泽 甯康 暘谷 喆康 玥医 犇药 "
    "鹽酸二甲雙胍緩釋片 甲磺酸奧希替尼片 硫酸氫氯吡格雷片 阿莫西林膠囊"
).split()


def test_no_text_of_the_real_lists_is_garbled():
    assert len(TEXTS) > 1000
    assert [text for text in TEXTS if wrongly_decoded(text)] == []


def test_no_part_of_a_real_text_is_garbled():
    parts = {
        text[at : at + length]
        for text in TEXTS[::3]
        for length in (2, 3, 4, 5, 7)
        for at in range(len(text) - length + 1)
    }

    assert [part for part in parts if wrongly_decoded(part)] == []


@pytest.mark.parametrize("company", COMPANIES)
def test_no_company_is_garbled(company, tmp_path):
    assert not wrongly_decoded(company)
    for encoding in ("utf-8", "gb18030"):
        content = f"药品通用名,生产企业\n测试片,{company}\n".encode(encoding)
        assert outcome(content, path=tmp_path).errors == ()


EVERYDAY = st.characters(codec="gb2312", categories=["Lo"])


@given(st.text(EVERYDAY, max_size=12))
def test_everyday_characters_are_never_garbled(text):
    assert not utf8_read_as_gbk(text)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=3))
def test_a_short_text_is_never_garbled(text):
    assert not utf8_read_as_gbk(text)


@pytest.mark.parametrize("how", ["ignore", "replace"])
@pytest.mark.parametrize("codec", ["gb18030", "gbk"])
def test_garbled_texts_are_told(codec, how):
    texts = [text for text in TEXTS if 4 <= len(text) <= 40 and all("\u4e00" <= c <= "\u9fff" for c in text)]
    garbled = [text.encode().decode(codec, how) for text in texts]
    told = sum(map(wrongly_decoded, garbled))

    # A decoder that leaves out what it cannot read leaves less to tell it by.
    assert told > (0.9 if how == "replace" else 0.85) * len(texts)


@pytest.mark.parametrize(
    "text", ["鐢茬：閰稿ゥ甯屾浛灏肩墖", "閫氱敤鍚", "锟斤拷锟斤拷", "烫烫烫", "ÖÐ¹úÒ½Ò©", "ä¸\xadå\x9b½å\x8c»è\x8d¯"]
)
def test_the_usual_garbled_texts_are_told(text):
    assert wrongly_decoded(text)


@pytest.mark.parametrize(
    "text", ["Société Générale", "Ångström", "Müller & Söhne", "éàü", "naïve café", "TNF-α", "50µg"]
)
def test_western_texts_are_not(text):
    assert not wrongly_decoded(text)


NAMES = "甲磺酸奥希替尼片 阿司匹林肠溶片 注射用曲妥珠单抗 地舒单抗 非小细胞肺癌 阿斯利康制药有限公司".split()


@pytest.mark.parametrize("codec", ["latin-1", "cp1252", "cp437", "cp850", "mac_roman", "koi8-r", "cp1251", "cp866"])
@pytest.mark.parametrize("name", NAMES)
def test_utf8_that_was_read_a_byte_a_character_is_garbled(name, codec):
    assert wrongly_decoded(name.encode().decode(codec, "ignore" if codec in ("cp1252", "cp1251") else "strict"))


@pytest.mark.parametrize("name", NAMES)
def test_gbk_that_was_read_as_western_letters_is_garbled(name):
    assert wrongly_decoded(name.encode("gbk").decode("latin-1"))


@pytest.mark.parametrize(
    "name", ["Société Générale d’été à Zürich", "Общество с ограниченной", "ΑΣΤΡΑΖΕΝΕΚΑ α-β 受体", "°C ± 5 “—”"]
)
def test_what_other_languages_write_is_not_garbled(name):
    assert not wrongly_decoded(name)


@pytest.mark.parametrize("cell", ["奥希\ufffd尼", "鐢茬：閰稿ゥ甯屾浛灏肩墖"])
@pytest.mark.parametrize(("count", "errors"), [(4, 4), (5, 1), (60, 1)])
def test_many_garbled_cells_are_one_fault_of_the_file(cell, count, errors, tmp_path):
    rows = "".join(f"{cell},E{n}\n" for n in range(count))
    result = outcome(f"generic_name,entry_code\n{rows}", path=tmp_path)

    assert (result.error_count, len(result.errors)) == (errors, errors)
    if errors == 1:
        assert (result.errors[0].code, result.errors[0].row) == ("BAD_ENCODING", 2)
