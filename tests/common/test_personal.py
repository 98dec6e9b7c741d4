"""Personal identity is recognised however it is written, is never shown whole, and honest references are left alone."""

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common import personal
from tables.cells import Fault, reference

REAL = "11010519491231002X"


def code_of(parse, written):
    with pytest.raises(Fault) as refused:
        parse(written)
    return refused.value.code


@pytest.mark.parametrize(
    "written",
    [
        REAL,
        "110105194912310021",  # its check digit is wrong
        "11010519491231002x",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "C-11010519491231002X",
        "130503670401001",
        "1101**********1234",
        "110105xxxxxxxx002x",
        "13800138000",
        "138****8000",
        "+8613800138000",
        "0086 138 0013 8000",
        "138-0013-8000",
        "张三",
        "张 三",
        "欧阳某某",
        "张*",
        "李xx",
        "买买提·吐尔逊",
        "𠮷田",
        "1.10105E+17",
        "110105199001010000",
        "１１０１０５１９４９１２３１００２Ｘ",
        f"9{REAL}",
        f"{REAL}1",
        f"m-0{REAL}7",
        "p13800138000",
        "m-138-0013-8000",
        "tel:+8613800138000#",
        "p138****8000",
        "m-张三",
        "张三-A",
        "张三01",
        "李四_2026",
        "Mr.欧阳某某",
        "11010119900307****",
        "110101199003**0011",
        "1101011990****0011",
        "1101011990xxxx0011",
        "110101****0307001X",
        "******19900307****",
        "11010119900307xx",
        "m-110101199003**0011",
        "1101011990●●●●0011",
        "110101 1990 **** 0011",
        "11010119900307*011",
        "1101011990____0011",
        "1101011990....0011",
        "1101011990■■■■0011",
        "1380013****",
        "13800138***",
        "m1-13800138000",
        "a1x13800138000",
        "13800138000a1",
        "13800138000x9",
        "13800138000-1",
        "013800138000",
        "m1-138-0013-8000",
        "m1-8613800138000",
        "١٣٨٠٠١٣٨٠٠٠",
        "欧阳锋1",
        "1欧阳锋",
        "司马光9",
        "張三1",
        "歐陽鋒1",
    ],
)
def test_a_member_reference_is_no_person(written):
    assert code_of(personal.member_ref, written) == "PERSONAL_DATA"


@pytest.mark.parametrize(
    "written",
    ["M-DEMO-0001", "m-77", "a1b2c3d4e5", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "10001", "2026000123", "44010000000123456789",
     "a1b213800138000c3d4", "9f13912345678e0b", "会员0001", "M1-3800138000-2", "个险00012345678", "113800138000", "2026138001380001", "m-213800138000",
     "POL2026X0001234", "2026000123XX0011", "M2026031500012345XX01", "东方人寿01", "m--2026000123", "2026000123--45", "1380013X", "欧阳1", "XX-000123", "0f1e2d3c-1390-1234-5678-9a0b1c2d3e4f"],
)  # fmt: skip
def test_a_pseudonym_is_a_member_reference(written):
    assert personal.member_ref(written).value == written


@pytest.mark.parametrize(
    "written",
    [
        REAL,
        f"C-{REAL}",
        f"{REAL}-2026",
        "110105 19491231 002X",
        f"张三 {REAL}",
        f"ID{REAL.lower()}/1",
        f"第1号{REAL}",
        f"1 {REAL}",
        f"①{REAL}",
        "1 110105 19491231 002X",
        "110105.19491231.002X",
        "110105/19491231/002X",
        "110105:19491231:002X",
        "110105,19491231,002X",
        "110105*19491231*002X",
        "110105·19491231·002X",
        "110105 - 19491231 - 002X",
        "1_1_0_1_0_5_1_9_4_9_1_2_3_1_0_0_2_X",
        "110105\u200b19491231\u2060002X",
        "110105\n19491231\t002X",
        "110105\u00a019491231\u3000002X",
        "①①⓪①⓪⑤①⑨④⑨①②③①⓪⓪②X",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
        "".join(chr(0x1D7CE + int(one)) for one in REAL[:-1]) + "Ⅹ",
        REAL[:-1] + "\u0425",
        REAL[:-1] + "×",
    ],
)
def test_a_real_identity_number_is_refused_everywhere(written):
    assert code_of(personal.impersonal(reference), written) == "PERSONAL_DATA"


@pytest.mark.parametrize(
    "written",
    ["110105194912310021", "13800138000", "张三", "130503670401001", f"9{REAL}", f"{REAL[:-1]}00", "XL01EBA001A010010100001"],
)  # fmt: skip
def test_elsewhere_only_a_real_identity_number_is_personal(written):
    assert personal.impersonal(lambda text: text)(written) == written


@pytest.mark.parametrize(
    "written", [REAL, f"C-{REAL}", "110105194912310021", "130503670401001", "13800138000", "１３８００１３８０００"]
)
def test_what_may_identify_a_person_is_never_shown_whole(written):
    shown = personal.shown(written)

    assert shown != written and "*" in shown
    assert "19491231" not in shown and "00138" not in shown and "670401" not in shown


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        (f"/lines/0/{REAL}", "/lines/0/"),
        (f"The key {REAL.lower()} stands twice.", "The key "),
        ("键１１０１０５１９４９１２３１００２Ｘ重复。", "键"),
        (f"{REAL} and 110105-19491231-002X", ""),
    ],
)
def test_a_sentence_is_told_without_the_number_in_it(sentence, kept):
    told = personal.without_numbers(sentence)

    assert personal.identity_number_in(told) is None and "*" in told and told.startswith(kept)
    assert personal.without_numbers("nothing in it") == "nothing in it"


@given(st.text(max_size=12))
def test_other_texts_are_shown_as_they_are(text):
    assert personal.shown(text) == text or personal.likeness_of_person(text) == personal.MOBILE_NUMBER


@pytest.mark.parametrize(
    "name", "name 姓名 psn_name ID-Card idcardno 身份证号码 certno phone 联系电话 Mobile 地址 e-mail 出生日期 bankCardNo 银行卡号 passport".split()
)  # fmt: skip
def test_fields_that_say_who_a_person_is_are_known_by_name(name):
    assert personal.names_a_person(name)


@pytest.mark.parametrize(
    "name", ["generic_name", "brand_name", "colour", "数量", "claim_no", "member_ref", "psn_no", "sex", "age"]
)
def test_other_fields_are_not(name):
    assert not personal.names_a_person(name)


@pytest.mark.parametrize("name", ["企业电话", "地址", "phone", "name"])
def test_in_a_list_of_drugs_a_makers_address_is_nobodys(name):
    assert personal.names_a_person(name) and not personal.names_a_person(name, in_claim=False)


@given(
    prefix=st.text(max_size=8).filter(lambda text: not (text and text[-1].isdigit())),
    separators=st.lists(
        st.sampled_from(["", " ", "-", ".", "/", "\u200b", "\n", "—", "　", "::"]), min_size=17, max_size=17
    ),
    suffix=st.text(max_size=8).filter(lambda text: not (text and text[0].isdigit())),
)
def test_nothing_before_within_or_behind_it_hides_a_number(prefix, separators, suffix):
    # Digits further off count only where nothing but signs lies between: then the run is another number's.
    assume(not _digit_beyond_signs(prefix[::-1]) and not _digit_beyond_signs(suffix))
    written = "".join(digit + between for digit, between in zip(REAL, [*separators, ""], strict=True))

    assert personal.identity_number_in(prefix + written + suffix) is personal.IDENTITY_NUMBER


def _digit_beyond_signs(text):
    """Whether the first letter or digit of a text is a digit, or is made one or an X by compatibility."""
    for character in text:
        if character.isalnum():
            plain = unicodedata.normalize("NFKC", character)
            return any(one.isdigit() or one.upper() == "X" for one in plain)
    return False


@given(
    hidden=st.integers(0, 16).flatmap(
        lambda begin: st.tuples(st.just(begin), st.integers(begin + 1, min(begin + 8, 17)))
    ),
    sign=st.sampled_from("*＊x●"),
    before=st.sampled_from(["", "m-", "ID", "会员"]),
)
def test_a_masked_number_that_shows_ten_digits_is_no_pseudonym(hidden, sign, before):
    begin, end = hidden
    assume(sign != "x" or begin)  # an X at the beginning is a letter before it
    masked = REAL[:begin] + sign * (end - begin) + REAL[end:]

    assume(sum(one.isdigit() for one in masked) >= 10)
    assert personal.likeness_of_person(before + masked) is personal.IDENTITY_NUMBER


@given(
    before=st.from_regex(r"([a-z]{1,3}[0-9]{0,3}[-_x])?", fullmatch=True),
    behind=st.from_regex(r"([-_xz][a-z0-9]{0,3})?", fullmatch=True),
    number=st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
)
def test_a_mobile_number_is_no_pseudonym_whatever_stands_beside_it(before, behind, number):
    assert personal.likeness_of_person(before + number + behind) is not None


@given(st.uuids() | st.binary(min_size=8, max_size=32).map(bytes.hex), st.sampled_from(["", "-"]))
def test_a_digest_or_a_uuid_is_a_pseudonym(digest, between):
    written = str(digest)
    assume(any(one in "abcdef" for one in written))
    assert personal.likeness_of_person(written.replace("-", between)) is not personal.MOBILE_NUMBER


def test_the_guard_takes_time_in_proportion_to_the_text():
    for worst in ("1" * 200_000, "1 " * 100_000, "1---" * 50_000, "-" * 200_000, "１" * 200_000):
        assert personal.identity_number_in(worst) is None
