"""What a cell may say, and what becomes of it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tables import cells
from tables.cells import Fault, clean


def code_of(parse, written):
    with pytest.raises(Fault) as fault:
        parse(written)
    return fault.value.code


@pytest.mark.parametrize("places", [2, 3, 4])
@pytest.mark.parametrize(
    "written",
    [
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "1E3",
        "9" * 5000,
        "1_000",
        "1,000",
        "١٢",
        "1²",
        "½",
        "1.2万元",
        "12.50元",
        "(12.50)",
    ]
    + [
        "#N/A",
        "0x10",
        "1.",
        ".5",
        "+5",
        "1 000",
        "12%",
        "¥12",
        "1.2.3",
        "--1",
        "-",
        "一百",
        "1／2",
        "12．50．1",
        "١٢.٥",
        "1\u20dd",
    ],
)
def test_what_is_no_plain_number_is_refused(written, places):
    assert code_of(cells.positive(places), written) == "BAD_NUMBER"


@pytest.mark.parametrize(
    ("written", "places", "code"),
    [("1.234", 2, "BAD_NUMBER"), ("1.23450", 4, "BAD_NUMBER"), ("0", 2, "OUT_OF_RANGE"), ("0.00", 2, "OUT_OF_RANGE")]
    + [("-1", 2, "OUT_OF_RANGE"), ("-0.01", 2, "OUT_OF_RANGE"), ("12345678901", 2, "OUT_OF_RANGE")],
)
def test_a_number_is_never_rounded_and_stays_in_range(written, places, code):
    assert code_of(cells.positive(places), written) == code


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12.5", "12.5"),
        ("0.0001", "0.0001"),
        ("9999999999.9999", "9999999999.9999"),
        ("１２．５０", "12.50"),
        ("007", "7"),
    ],
)
def test_plain_numbers_are_read_full_width_too(written, value):
    assert cells.positive(4)(written).value == Decimal(value)


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-31",
        "2026/1/31",
        "2026/01/31",
        "20260131",
        "2026年1月31日",
        "2026年01月31日",
        "２０２６－０１－３１",
        "2026-1-31",
    ],
)
def test_a_day_is_read_in_every_accepted_way(written):
    assert cells.day_of(written).value == date(2026, 1, 31)


@pytest.mark.parametrize(
    "written",
    [
        "01/02/2025",
        "31/01/2026",
        "45658",
        "60",
        "45658.5",
        "2025-02-29",
        "2025-13-01",
        "2025-00-10",
        "26-01-31",
        "2026.01.31",
    ]
    + [
        "民国115年1月31日",
        "2026-01-31T00:00:00Z",
        "2026-01-31 00:00:00",
        "2026-01",
        "2026年1月",
        "明天",
        "2026131",
        "0000-00-00",
    ]
    + ["2026-01-31+08:00", "20261301", "２０２６年", "-2026-01-31", "٢٠٢٦-٠١-٣١", "2026/1-31", "2026-02-30"],
)
def test_a_day_is_never_guessed(written):
    assert code_of(cells.day_of, written) == "BAD_DATE"


@pytest.mark.parametrize("written", ["9999-12-31", "1899-12-31", "2200-01-01"])
def test_a_year_nobody_means_is_out_of_range(written):
    assert code_of(cells.day_of, written) == "OUT_OF_RANGE"


def test_leap_days_exist_in_leap_years_only():
    assert cells.day_of("2028-02-29").value == date(2028, 2, 29)
    assert code_of(cells.day_of, "1900-02-29") == "BAD_DATE"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("是", True),
        ("否", False),
        ("Y", True),
        ("n", False),
        ("TRUE", True),
        ("False", False),
        ("1", True),
        ("0", False),
    ]
    + [("yes", True), ("No", False), ("Ｙ", True)],
)
def test_yes_and_no(written, value):
    assert cells.yes_no(written).value is value


@pytest.mark.parametrize("written", ["是的", "2", "T", "√", "-", "无", "nein"])
def test_what_is_neither_yes_nor_no(written):
    assert code_of(cells.yes_no, written) == "BAD_YES_NO"


# ---------------------------------------------------------------------------------------------- characters


@pytest.mark.parametrize(
    "character",
    [chr(point) for point in [0x00, 0x01, 0x07, 0x08, 0x0B, 0x0C, 0x0E, 0x1B, 0x1C, 0x1F, 0x7F, 0x80, 0x85, 0x9F]]
    + list(
        "\u00ad\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\u061c\u180e\u034f\u3164\ufe0f"
    )
    + [
        "\ufffd",
        "\ufdd0",
        "\ufffe",
        "\uffff",
        "\U0001fffe",
        "\U0010ffff",
        "\ue000",
        "\uf8ff",
        "\U000f0000",
        "\U000e0041",
        "\U000e0100",
    ],
)
@pytest.mark.parametrize("free", [True, False])
def test_characters_nobody_can_see_are_refused_everywhere(character, free):
    assert code_of(lambda text: clean(text, free=free), f"奥希{character}替尼") == "CONTROL_CHARACTER"
    assert code_of(lambda text: clean(text, free=free), f"abc{character}def") == "CONTROL_CHARACTER"


def test_tabs_and_line_breaks_are_for_free_text():
    assert clean("限\t一线\n二线", free=True) == "限\t一线\n二线"
    assert code_of(clean, "奥希\n替尼") == "CONTROL_CHARACTER"
    assert code_of(clean, "a\tb") == "CONTROL_CHARACTER"


@pytest.mark.parametrize("written", [" 奥希替尼 ", "\u3000奥希替尼\u00a0", "\t奥希替尼\r\n"])
def test_white_space_around_a_cell_is_taken_off(written):
    assert clean(written) == "奥希替尼"


@pytest.mark.parametrize(
    "written",
    [
        "½片",
        "℃",
        "Ⅲ期",
        "①",
        "㎎",
        "β-2a",
        "IFN-α2b",
        "TNFα",
        "𠮷野",
        "5′",
        "«x»",
        "é",
        "株式会社ﾃｽﾄ",
        "{{7*7}}",
        "<script>alert(1)</script>",
    ],
)
def test_names_keep_what_people_wrote(written):
    assert clean(written) == written


@pytest.mark.parametrize(("written", "kept"), [("e\u0301", "é"), ("\uf9e4", "理"), ("⼈参", "人参"), ("⽚", "片")])
def test_letters_with_two_encodings_get_one(written, kept):
    assert clean(written) == kept


@pytest.mark.parametrize("written", ["Аspirin", "aspirіn", "PD-1Н", "Οsimertinib", "XL01ЕХ"])
def test_a_word_of_two_scripts_is_refused(written):
    assert code_of(cells.text, written) == "CONTROL_CHARACTER"
    assert code_of(cells.reference, written) == "CONTROL_CHARACTER"


@pytest.mark.parametrize(
    "written",
    [
        "甲磺酸奥希替尼片".encode().decode("gb18030", "ignore"),
        "甲磺酸奥希替尼片".encode().decode("latin-1"),
        "甲磺酸奥希替尼".encode("gbk").decode("latin-1"),
        "锟斤拷锟斤拷",
        "烫烫烫",
    ],
)
def test_garbled_text_is_recognised(written):
    with pytest.raises(Fault) as fault:
        clean(written)

    assert fault.value.code in ("BAD_ENCODING", "CONTROL_CHARACTER")


@pytest.mark.parametrize(
    "written",
    [
        "阿斯利康",
        "Café Zürich",
        "联通",
        "Ångström",
        "北京诺华制药有限公司",
        "盐酸二甲双胍缓释片",
        "üöä",
        "重组人凝血因子Ⅷ",
    ],
)
def test_honest_text_is_not_taken_for_garbled(written):
    assert clean(written) == written


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"x"', "x"),
        ('="x"', "x"),
        ('"a ""b"" c"', 'a "b" c'),
        ('=" 00123 "', "00123"),
        ('""', ""),
        ('"""x"""', "x"),
        ('"a" and "b"', '"a" and "b"'),
        ('5"', '5"'),
        ('"x', '"x'),
        ("x", "x"),
        ('="x"&"y"', '="x"&"y"'),
    ],
)
def test_quotes_left_around_a_text_are_taken_off(written, text):
    assert cells.unquoted(written) == text


@given(st.text('"=x y', max_size=12))
def test_a_text_without_quotes_around_it_stays(text):
    bare = cells.unquoted(text)

    assert cells.unquoted(bare) == bare


@pytest.mark.parametrize("written", "无 / ／ - — -- —— － 暂无 NULL null nan NaN None none N/A n/a".split())
def test_words_for_nothing(written):
    assert cells.says_nothing(written)


@pytest.mark.parametrize("written", ["无糖", "N", "无。", "NA", "nano", "+", "0", "", "无 无", "-----", "暂无数据"])
def test_words_that_say_something(written):
    assert not cells.says_nothing(written)
