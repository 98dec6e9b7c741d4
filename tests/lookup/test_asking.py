"""What stands in the address of the look-up page: read leniently, never lost, never more than fits."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import reference
from lookup.asking import LONGEST, Asked
from lookup.meaning import disease_meant

NAMES = st.sampled_from([*Asked.__dataclass_fields__, "utm_source", "page"])


@given(st.dictionaries(NAMES, st.text()))
def test_whatever_stands_in_the_address_is_read_and_written_again_alike(parameters: dict[str, str]) -> None:
    asked = Asked.of(parameters)

    again = {name: values[0] for name, values in parse_qs(urlsplit(asked.but()).query).items()}
    assert Asked.of(again) == asked
    assert all(len(value) <= LONGEST and value == value.strip() for value in again.values())


def test_a_question_is_passed_on_with_something_changed() -> None:
    asked = Asked.of({"drug": " 奥希替尼\x00", "lang": "en", "utm_source": "x"})

    assert parse_qs(urlsplit(asked.but(product="A:B", lang="")).query) == {"drug": ["奥希替尼"], "product": ["A:B"]}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("C34.1", "C34.1"),
        ("c34.1，G30", "C34.1; G30"),
        ("阿尔茨海默病", "G30"),  # the disease of this name, though people call another one so too
        ("肺癌", "C34"),  # as people call it
        ("肺", ""),  # many
        ("过敏", ""),  # a part of the name of one, and of what people mean seldom
        ("脑瘤", ""),  # a rule takes it for the malignant one; people do not
        ("没有这种病", ""),
        ("C18-C20", ""),  # nobody has a range
    ],
)
def test_a_disease_is_its_code_or_its_name(text: str, codes: str) -> None:
    assert disease_meant(text).codes == codes


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("老年痴呆", "G30 F03"),
        ("中风", "I63 I61 I60 I62 I64"),  # of a range, what is in it
        ("血癌", "C91 C92"),
        ("脑瘤", "C71 D33 D43"),
        ("小儿麻痹", "A80 B91 G14"),
        ("老慢支", "J44"),
        ("艾滋病", "B20 B21 B22 B23 B24"),
        ("过敏", "J30 L23 L50 T78 J67"),
    ],
)
def test_what_people_call_a_disease_is_asked_about(text: str, offered: str) -> None:
    assert [one.code for one in disease_meant(text).choices] == offered.split()


def test_the_names_people_use_stand_once_with_codes_that_are_known() -> None:
    rows = reference.rows_of("disease_lay_names")
    words = [word for row in rows for word in row["words"].split("|")]

    assert len(words) == len(set(words))
    assert not [code for row in rows for code in row["icd10"].split(";") if not reference.disease_names().of(code)]


def test_a_disease_that_may_be_several_is_asked_about() -> None:
    assert len(disease_meant("肺").choices) > 1
    assert not disease_meant("没有这种病").choices
