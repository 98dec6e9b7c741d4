"""Codes of drugs, as people write them and as spreadsheets leave them."""

import pytest

from catalog.drugs import codes
from tables.cells import Fault


def code_of(parse, written):
    with pytest.raises(Fault) as fault:
        parse(written)
    return fault.value.code


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("XL01EXA123A001010100166", "XL01EXA123A001010100166"),
        ("ZA04CAE0023010100166", "ZA04CAE0023010100166"),
        ("xl01ex", "XL01EX"),
        ("XL0", "XL0"),
        ("ＸＬ０１ＥＸ", "XL01EX"),
        ("T001700664", "T001700664"),
        # As the spec's rule vectors write them.
        ("XL04AC002B0000102030405", "XL04AC002B0000102030405"),
        ("XA07FA999C7770102030400", "XA07FA999C7770102030400"),
        ("ZA04BA002B0010102030", "ZA04BA002B0010102030"),
        ("XL01EB999A009", "XL01EB999A009"),
    ],
)
def test_national_codes_whole_and_prefixes(written, value):
    assert codes.national_code(written).value == value


@pytest.mark.parametrize(
    "written",
    [
        "XL",
        "XLO1EX",
        "XL01EXA123A0010101001667",
        "ZA04CAE00230101001667",
        "L01EX",
        "XL01EXA12BA001010100166",
        "ХL01EX",
        "86900001000012",
    ]
    + ["1.23E+22", "XL01EX A123", "XL01EXA123A001O10100166", "T001-7"]
    + [
        "XL04AC0O2B0000102030405",
        "XL04AC0020000",
        "XL04AC002B00A0102030405",
        "ZA04BA002BB010102030",
        "XL01EXA1B",
    ],
)
def test_what_is_no_national_code(written):
    assert code_of(codes.national_code, written) == "BAD_CODE"


def test_the_drug_master_needs_whole_codes():
    assert codes.whole_national_code("XL01EXA123A001010100166").value
    assert code_of(codes.whole_national_code, "XL01EXA123A00101010016") == "BAD_CODE"
    assert code_of(codes.whole_national_code, "XL01EX") == "BAD_CODE"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("国药准字H20201234", "H20201234"),
        ("H20201234", "H20201234"),
        ("国药准字 h20201234", "H20201234"),
        ("国药准字：S20201234", "S20201234"),
        ("国药准字Ｚ２０２０１２３４", "Z20201234"),
        ("国药准字HJ20160012", "HJ20160012"),
        ("SC20201234", "SC20201234"),
        ("J20130001", "J20130001"),
    ],
)
def test_approval_numbers_lose_their_lead(written, value):
    parsed = codes.approval_no(written)

    assert (parsed.value, parsed.warning) == (value, None)


@pytest.mark.parametrize(
    "written",
    [
        "国药准字H2020123",
        "国药准字H202012345",
        "国药准子H20201234",
        "H2O201234",
        "BH20201234",
        "X20201234",
        "注册证号H2020",
    ],
)
def test_an_unusual_approval_number_is_kept_with_a_warning(written):
    parsed = codes.approval_no(written)

    assert parsed.warning == "UNUSUAL_APPROVAL_NO"
    assert parsed.value == written.removeprefix("国药准字")


@pytest.mark.parametrize("written", ["国药准字Н20201234", "国药准字Ѕ20201234", "2.02E+07", "国药准字"])
def test_an_approval_number_that_only_looks_right_is_refused(written):
    assert code_of(codes.approval_no, written) == "BAD_CODE"


@pytest.mark.parametrize("written", ["X", "XL", "XL0", "XL01", "XL01F", "XL01FX", "xl01fx", "ZA04CA", "T12345"])
def test_class_codes(written):
    assert codes.class_code(written).value == written.upper()


@pytest.mark.parametrize("written", ["L01FX", "XL01FX5", "XLO1FX", "X01", "XLL", "肿瘤"])
def test_what_is_no_class_code(written):
    assert code_of(codes.class_code, written) == "BAD_CODE"
