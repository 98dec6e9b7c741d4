"""The right text, or one clear refusal: never text with holes in it."""

import codecs

import pytest

from tables.encoding import encoding_of
from tables.refusal import Refusal
from tests.files import HEADER, ROWS, csv_text, found, outcome, outcome_and_rows

TEXT = csv_text(ROWS)
CHINESE = csv_text(ROWS, header=("条目编码", "通用名", "生产企业", "疾病编码", "支付标准"))
RARE = "generic_name,manufacturer\n𠮷野片,\U00020087制药\n复方㐂片,ḿ\n"


@pytest.mark.parametrize("text", [TEXT, CHINESE, RARE], ids=["english", "chinese", "rare"])
@pytest.mark.parametrize(
    ("encode", "encoding"),
    [
        (lambda text: text.encode(), "utf-8"),
        (lambda text: codecs.BOM_UTF8 + text.encode(), "utf-8-sig"),
        (lambda text: text.encode("gb18030"), "gb18030"),
        (lambda text: text.encode("utf-16"), "utf-16"),
        (lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"), "utf-16"),
        (lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), "utf-16"),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "le", "be"],
)
def test_every_accepted_encoding_gives_the_same_rows(text, encode, encoding, tmp_path):
    plain, expected = outcome_and_rows(text, path=tmp_path)
    result, rows = outcome_and_rows(encode(text), path=tmp_path)

    assert plain.ok and expected
    assert (result.ok, result.encoding) == (True, encoding)
    assert rows == expected


@pytest.mark.parametrize("codec", ["gbk", "gb2312"])
def test_the_older_chinese_encodings_are_read(codec, tmp_path):
    assert outcome_and_rows(CHINESE.encode(codec), path=tmp_path)[1] == outcome_and_rows(CHINESE, path=tmp_path)[1]


def test_traditional_characters_in_gbk_are_not_taken_for_big5(tmp_path):
    content = "generic_name,manufacturer\n甲磺酸奧希替尼片,阿斯利康製藥\n鹽酸二甲雙胍緩釋片,北京諾華製藥有限公司\n"

    assert outcome_and_rows(content.encode("gbk"), path=tmp_path)[1] == outcome_and_rows(content, path=tmp_path)[1]


def test_a_gbk_file_may_hold_two_utf8_lines_never(tmp_path):
    lines = ["generic_name,manufacturer", *(f"达沙替尼片{number},百时美施贵宝" for number in range(50))]
    content = "\n".join(lines).encode("gbk") + "\n索拉非尼片,拜耳\n".encode()

    result = outcome(content, path=tmp_path)

    assert [(problem.code, problem.row) for problem in result.errors] == [("BAD_ENCODING", 52)]


def test_characters_with_a_place_of_their_own_leave_private_use(tmp_path):
    content = "generic_name\n片".encode("gb18030") + b"\xfe\x59" + "药\n".encode("gb18030")

    result, rows = outcome_and_rows(content, path=tmp_path)

    assert result.ok
    assert rows[0]["generic_name"] == "片\u9fb4药"


HEAD = b"generic_name,manufacturer\n"
GOOD = "甲磺酸奥希替尼片,阿斯利康\n索拉非尼片,拜耳\n".encode()


@pytest.mark.parametrize(
    ("content", "row"),
    [
        (HEAD + GOOD + "达沙替尼,百时美\n".encode("gbk"), 4),  # mixed, UTF-8 first
        (HEAD + "达沙替尼,百时美\n".encode("gbk") + GOOD, 2),  # mixed, GBK first
        (HEAD + GOOD + "达沙替尼".encode()[:-1], 4),  # cut off within a character
        (HEAD + GOOD + b"A\xc0\xafB,x\n", 4),  # overlong
        (HEAD + GOOD + b"A\xed\xa0\xbd\xed\xb8\x80B,x\n", 4),  # CESU-8
        (HEAD + GOOD + b"\xff\n", 4),
        (
            HEAD
            + "复方甘草片".encode("big5hkscs", "ignore") * 3
            + "氫氧化鋁、碳酸鈣與維生素補充劑的製造廠商\n".encode("big5"),
            None,
        ),
        (HEAD + "アムロジピン錠,武田薬品工業株式会社大阪工場\n".encode("shift-jis"), None),
        (codecs.BOM_UTF8 + HEAD + "达沙替尼\n".encode("gbk"), 2),  # the BOM lied
        (codecs.BOM_UTF16_LE + "generic_name\n奥希替尼\n".encode("utf-16-le") + b"\x00", None),  # half a unit
        (codecs.BOM_UTF16_LE + b"g\x00\n\x00\x00\xd8a\x00", None),  # half a surrogate pair
        (codecs.BOM_UTF32_LE + "generic_name\n奥希替尼\n".encode("utf-32-le"), None),
        ("generic_name,manufacturer\n奥希替尼,x\n".encode("utf-16-le"), None),  # no BOM
        ("generic_name,manufacturer\n奥希替尼,x\n".encode("utf-16-be"), None),
    ],
    ids="mixed mixed-gbk-first cut overlong cesu byte big5 shift-jis lying-bom half-unit half-pair utf-32 le-no-bom be-no-bom".split(),
)
def test_what_cannot_be_read_is_one_clear_refusal(content, row, tmp_path):
    result = outcome(content, path=tmp_path)

    assert {problem.code for problem in result.errors} == {"BAD_ENCODING"}
    if row:
        assert result.errors[0].row == row


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("奥希\ufffd尼", "CONTROL_CHARACTER"),
        ("锟斤拷锟斤拷", "BAD_ENCODING"),
        ("鐢茬：閰稿ゥ甯屾浛灏肩墖", "BAD_ENCODING"),
        ("ç²ç£ºé¸å¥¥å¸\x8cæ\x9b¿å°¼ç\x89\x87", "CONTROL_CHARACTER"),
        ("奥希\ue123替尼", "CONTROL_CHARACTER"),
        ("奥希\x00替尼", "CONTROL_CHARACTER"),
        ("奥希\x85替尼", "CONTROL_CHARACTER"),
    ],
)
def test_damage_done_before_is_refused_at_its_cell(cell, code, tmp_path):
    result = outcome(f"generic_name\n索拉非尼\n{cell}\n达沙替尼\n", path=tmp_path)

    assert found(result) == [(code, 3, "generic_name")]


def test_a_garbled_header_is_named(tmp_path):
    header = "通用名".encode().decode("gb18030", "ignore")

    result = outcome(f"{header},icd10\n奥希替尼,C34\n", path=tmp_path)

    assert ("BAD_ENCODING", 1, header) in found(result)


def test_the_line_of_the_fault_is_counted_whatever_ends_a_line(tmp_path):
    file = tmp_path / "upload"
    for end in (b"\n", b"\r\n", b"\r"):
        file.write_bytes(end.join([b"generic_name", "奥希替尼".encode(), "索拉非尼".encode(), b"\xff", b""]))
        with pytest.raises(Refusal) as refused:
            encoding_of(file)
        assert refused.value.problem.row == 4


def test_a_fault_across_two_chunks_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("tables.encoding.CHUNK", 7)
    file = tmp_path / "upload"
    file.write_bytes("generic_name\n奥希替尼片\n索拉非尼片\n".encode() + b"\xe5\n")

    with pytest.raises(Refusal) as refused:
        encoding_of(file)

    assert refused.value.problem.row == 4
    file.write_bytes("generic_name\n奥希替尼片\n索拉非尼片\n".encode())
    assert encoding_of(file) == "utf-8"


def test_header_names_are_those_of_the_table():
    assert HEADER[1] == "generic_name"
