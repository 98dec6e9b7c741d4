"""ICD-10 codes in cells: as people write them, read by the reader of all doors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.diseases import codes_or_ranges, diagnoses, listed_codes
from tables.cells import Fault


def code_of(parse, written):
    with pytest.raises(Fault) as fault:
        parse(written)
    return fault.value.code


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("C34", ("C34",)),
        ("c34.1", ("C34.1",)),
        ("C341", ("C341",)),
        ("C34.100x003", ("C34.100x003",)),
        ("C34.100X003", ("C34.100x003",)),
        ("Ｃ３４．１", ("C34.1",)),
        ("C18-C20", ("C18-C20",)),
        ("C18－C20", ("C18-C20",)),
        ("C18~C20", ("C18-C20",)),
        ("C34;C50；C22、C16,C92，M45|L40", ("C34", "C50", "C22", "C16", "C92", "M45", "L40")),
        ("C34;;C34; ", ("C34",)),
        ("G63.2*", ("G63.2",)),
        ("E11.4+", ("E11.4",)),
        ("A17.0†", ("A17.0",)),
        ("A17.0‡", ("A17.0",)),
        ("C80!", ("C80",)),
        ("M54.", ("M54",)),
        ("M54.-", ("M54",)),
        ("E11.4+G63.2*", ("E11.4", "G63.2")),
        ("E11.4†；G63.2＊", ("E11.4", "G63.2")),
        ("C34.1 Z51.1", ("C34.1", "Z51.1")),
        ("C34.1\nZ51.1", ("C34.1", "Z51.1")),
        ("C18 - C20、C34", ("C18-C20", "C34")),
        ("D3A", ("D3A",)),
    ],
)
def test_icd10_codes_prefixes_and_ranges(written, value):
    assert listed_codes(written).value == value


@pytest.mark.parametrize(
    "written",
    [
        "C34。1",
        "2C25.0",
        "BA00",
        "C3",
        "C",
        "肺癌",
        "C34..1",
        "С34",
        "C34 1",
        "C20-C18",
        "C18.0-C20.9",
        "C34-",
        ";",
        "C34.1.2",
        "1E10",
        "C34.1 肺癌",
        "C34.1肺癌",
        "C34(肺癌)",
        "*",
        "C3456789012345",
    ],
)
def test_what_is_no_icd10_code(written):
    assert code_of(listed_codes, written) == "BAD_CODE"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("C34;C34.1;C34.100x003;U07.1;Z51.1;C00-C99;I10.x001;J96;K64.9;A97", ""),
        ("Z99.Z", "Z99.Z"),
        ("Z99.Z;K999", "Z99.Z"),
        ("C34;C59.1;C98-C99", ""),
        ("G8A.B", "G8A.B"),
    ],
)
def test_codes_that_look_like_none_are_kept_and_told(written, told):
    read = listed_codes(written)

    assert (read.warning, read.about) == (("UNUSUAL_DISEASE", told) if told else (None, ""))
    assert ";".join(read.value) == written


@pytest.mark.parametrize(
    ("written", "mend"), [("C83.3-C83.9", "写 C83（"), ("C18.0-C20.9", "写 C18-C20（"), ("C341-C349", "写 C34（")]
)
def test_a_range_of_longer_codes_is_told_what_to_write(written, mend):
    with pytest.raises(Fault) as fault:
        listed_codes(written)

    assert "三位编码" in fault.value.details["why_zh"] and mend in fault.value.details["why_zh"]
    assert listed_codes(mend[2:-1]).value == (mend[2:-1],)


@pytest.mark.parametrize("mark", ["†", "‡", "*", "+", "!", ".", "＊", ".-"])
def test_the_notation_of_a_code_goes_and_is_told(mark):
    for parse in (listed_codes, codes_or_ranges, diagnoses):
        assert parse(f"G63.2{mark}") == (("G63.2",), "G63.2", None, "")


@given(st.lists(st.from_regex(r"[A-TV-Z][0-9][0-9A-Z](\.[0-9]{1,3})?", fullmatch=True), min_size=1, max_size=5, unique=True),
       st.sampled_from([";", "；", ",", "，", "、", "|", " ", "\n", " ; "]), st.sampled_from(["", "*", "†", "+", "!", "."]))  # fmt: skip
def test_codes_are_the_same_whatever_parts_them_and_stands_behind_them(codes, separator, mark):
    written = separator.join(code + mark for code in codes)

    assert diagnoses(written).value == listed_codes(written).value == tuple(codes)


def test_a_diagnosis_is_no_range():
    assert diagnoses("C34.1;I10").value == ("C34.1", "I10")
    assert code_of(diagnoses, "C18-C20") == "BAD_CODE"
