"""A drug's name with a form put into it is read back as the same drug in that form."""

import pytest

from catalog.known_drugs import dosage_forms
from catalog.reference import dosage_form_rows
from lookup.dosage_forms import form_words, named_with_form


@pytest.mark.parametrize(
    ("name", "form", "said"),
    [
        ("阿莫西林", "口服常释剂型", "阿莫西林口服常释剂型"),
        ("阿莫西林", "口服常释剂型(不含分散片)", "阿莫西林口服常释剂型"),
        ("阿莫西林胶囊", "胶囊剂", "阿莫西林胶囊"),
        ("紫杉醇(白蛋白结合型)", "注射剂", "紫杉醇注射剂(白蛋白结合型)"),
        ("卡瑞利珠单抗", "注射用粉末", "注射用卡瑞利珠单抗"),
        ("阿莫西林", "", ""),
        ("阿莫西林", "没有这种剂型的", ""),
        ("", "片", ""),
    ],
)
def test_a_form_is_put_into_a_name(name: str, form: str, said: str) -> None:
    assert named_with_form(name, form, dosage_forms()) == said


@pytest.mark.parametrize("form", sorted({row[0] for row in dosage_form_rows()}))
def test_what_is_offered_is_the_same_drug_in_that_form(form: str) -> None:
    forms = dosage_forms()
    said = named_with_form("阿莫西林", form, forms)

    assert said
    read = forms.base_name(said)
    assert read.name == "阿莫西林" and forms.agree(form, read.form)


def test_a_group_that_nobody_says_at_a_counter_is_told_by_its_forms() -> None:
    assert form_words("阿莫西林口服常释剂型", dosage_forms()) == "片、胶囊"
    assert form_words("阿莫西林颗粒剂", dosage_forms()) == ""
