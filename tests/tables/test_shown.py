"""A number as a sheet shows it: the formats people use, and None where it cannot be told."""

import time
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tables.number_format import BUILT_IN, format_of, formatted, is_day, plain
from tests.files import found, inline, outcome, outcome_and_rows, raw_xlsx


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("18", "General", "18"),
        ("18", "G/通用格式", "18"),
        ("0.25", "@", "0.25"),
        ("80", 'General"mg"', "80mg"),
        ("0.05", "0%", "5%"),
        ("0.009", "0.0%", "0.9%"),
        ("0.125", "0.00%", "12.50%"),
        ("1.5", "0%", "150%"),
        ("100", '0"mg"', "100mg"),
        ("80", "0\\m\\g", "80mg"),
        ("80", "0元", "80元"),
        ("0.2", '0.00"g"', "0.20g"),
        ("5", '"共"0"片"', "共5片"),
        ("20000001", '"国药准字H"00000000', "国药准字H20000001"),
        ("1", "000000", "000001"),
        ("20000001", "0000000", "20000001"),
        ("20260131", "0000-00-00", "2026-01-31"),
        ("13800001111", "000-0000-0000", "138-0000-1111"),
        ("46053", "#,##0", "46,053"),
        ("1234567.891", "#,##0.00", "1,234,567.89"),
        ("12", "#,##0", "12"),
        ("12000", "0,", "12"),
        ("2.5", "0", "3"),
        ("0.5", "#.##", ".5"),
        ("12.5", ".00", "12.50"),
        ("5", "0.###", "5."),
        ("0.5", "0.0?", "0.5"),
        ("12345", "0.00E+00", "1.23E+04"),
        ("0.00012", "0.00E+00", "1.20E-04"),
        ("9.999", "0.0E+00", "1.0E+01"),
        ("-5", "0.0", "-5.0"),
        ("-5", "0_);(0)", "(5)"),
        ("-0.001", "0.00", "0.00"),
        ("0", '0;-0;"-"', "-"),
        ("3", "[Red]0.0", "3.0"),
        ("3", "[$¥-804]#,##0.00", "¥3.00"),
        ("3", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "3.00"),
        ("7", '"有;无"', "有;无"),
        # What cannot be told.
        ("0.5", "# ?/?", None),
        ("3", "[>1]0;0", None),
        ("5", "[DBNum1]0", None),
        ("3", "##0.0E+0", None),
        ("3", ";;;", None),
        ("3", "0.00.00", None),
        ("3", "0x", None),
        ("3", "0" * 300, None),
    ],
)
def test_a_number_in_its_format(value, code, text):
    assert formatted(Decimal(value), code) == text


@pytest.mark.parametrize(
    ("code", "expected"),
    [("yyyy-mm-dd", True), ('yyyy"年"m"月"d"日"', True), ("[h]:mm", True), ("[$-804]aaaa;@yy", False), ("m/d", True)]
    + [
        ('0"mg"', False),
        ("General", False),
        ("[Red]0.00", False),
        ('"d"0', False),
        ("0.00E+00", False),
        ("\\d0", False),
    ]
    + [('0;"ym"', False), ("h:mm AM/PM", True)],
)
def test_a_format_that_shows_a_day(code, expected):
    assert is_day(code) is expected


@pytest.mark.parametrize("number", range(60))
def test_a_built_in_format_is_shown_a_day_or_not_told(number):
    code = format_of(str(number))
    text = formatted(Decimal("1234.5"), code)

    assert is_day(code) == (number in {*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
    assert (text is not None) == (number in BUILT_IN)


NUMBERS = st.decimals("-99999999", "99999999", places=6)


@given(NUMBERS, st.integers(0, 6))
def test_decimals_are_rounded_half_up_as_a_sheet_does(value, places):
    code = "0." + "0" * places if places else "0"
    expected = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)

    assert formatted(value, code) == f"{expected:.{places}f}" if expected else formatted(value, code).strip("0.") == ""


@given(NUMBERS, st.integers(0, 4))
def test_a_percentage_is_the_number_times_a_hundred(value, places):
    text = formatted(value, ("0." + "0" * places if places else "0") + "%")

    assert text.endswith("%")
    assert Decimal(text[:-1]) == (value * 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@given(
    st.integers(0, 10**14),
    st.integers(1, 20),
    st.text("国药准字共片mgHZ （）", max_size=6),
    st.text("片盒mg/", max_size=4),
)
def test_zeros_stand_before_a_number_and_texts_around_it(value, width, before, behind):
    text = formatted(Decimal(value), f'"{before}"{"0" * width}"{behind}"')

    assert text == f"{before}{str(value).zfill(width)}{behind}".strip()


@given(st.integers(0, 10**14), st.integers(0, 3))
def test_thousands_are_grouped(value, places):
    code = "#,##0" + ("." + "0" * places if places else "")

    assert formatted(Decimal(value), code) == f"{value:,}" + ("." + "0" * places if places else "")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14, places=8))
def test_a_plain_number_loses_nothing(value):
    assert Decimal(plain(value)) == value
    assert "e" not in plain(value).lower()


@given(NUMBERS, st.text('0#?.,%;"\\_*[]E+-@/GeneralymdhsAF元年 ', max_size=14))
def test_no_format_breaks_the_reading(value, code):
    text = formatted(value, code)

    assert text is None or (text and text == text.strip())
    is_day(code)


STYLES = "<numFmts><numFmt numFmtId='170' formatCode='{}'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='170'/></cellXfs>"


def sheet(value, header, code):
    row = f'<row r="2"><c r="A2" t="inlineStr"><is><t>甲药片</t></is></c><c r="B2" s="1"><v>{value}</v></c></row>'
    return raw_xlsx(inline(1, ("generic_name", header)) + row, styles=STYLES.format(code))


@pytest.mark.parametrize(
    ("header", "value", "code", "stored"),
    [
        ("strength", "0.05", "0%", "5%"),
        ("strength", "5.0000000000000003E-2", "0%", "5%"),
        ("entry_code", "1.0", "0000", "0001"),
        ("national_code", "1", "&quot;XL0&quot;0", "XL01"),
        ("approval_no", "2.0171234E7", "&quot;国药准字H&quot;0", "H20171234"),
        ("note", "0.5", "0.0%", "50.0%"),
        # A number is a number, however it is shown.
        ("payment_standard", "0.05", "0%", "0.0500"),
        ("payment_standard", "12.5", "0&quot;元&quot;", "12.5000"),
        ("age_min", "18.0", "0&quot;岁&quot;", "18"),
        ("effective_from", "20260131.0", "0", "2026-01-31"),
    ],
)
def test_a_text_column_takes_what_is_shown_and_a_number_column_the_number(header, value, code, stored, tmp_path):
    result, rows = outcome_and_rows(sheet(value, header, code), "commercial", path=tmp_path)

    assert result.ok, result.errors
    assert rows[0][header] == stored


@pytest.mark.parametrize("header", ["strength", "entry_code", "note"])
@pytest.mark.parametrize("code", ["# ?/?", "[DBNum1]0", "[&gt;1]0;0"])
def test_a_number_that_is_shown_in_a_way_not_understood_is_refused(header, code, tmp_path):
    assert found(outcome(sheet("0.5", header, code), path=tmp_path)) == [("BAD_CODE", 2, header)]


@pytest.mark.parametrize("piece", ["[", "_", "\\", "[a", '"a', "0", "E", "General"])
def test_a_format_without_end_is_read_at_once_and_told_as_not_understood(piece, tmp_path):
    code = (piece * (200_000 // len(piece))).replace('"', "&quot;")
    begun = time.process_time()

    assert found(outcome(sheet("0.5", "strength", code), path=tmp_path)) == [("BAD_CODE", 2, "strength")]
    assert time.process_time() - begun < 1
