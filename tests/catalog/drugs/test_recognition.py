"""Recognising a drug and its product (eligibility 3). Each case shows what is known and what a line says."""

import pytest

from catalog.drugs.dosage_forms import DosageForms, FormRow
from catalog.drugs.knowledge import Identity, Knowledge, KnownRow
from catalog.drugs.recognise import Recognition, recognise

FORMS = DosageForms(
    [
        FormRow("片", "口服常释剂型"),
        FormRow("分散片", "口服常释剂型"),
        FormRow("胶囊", "口服常释剂型"),
        FormRow("注射液", "注射剂"),
    ]
)
CODE_80 = "XL01EBA001A010010100001"
CODE_40 = "XL01EBA001A010020100001"
CODE_OTHER = "XL01EXA002A010010100001"


def master(generic_name: str, **facts: object) -> KnownRow:
    master.count += 1  # type: ignore[attr-defined]
    return KnownRow("master", (master.count,), generic_name, **facts)  # type: ignore[arg-type, attr-defined]


master.count = 0  # type: ignore[attr-defined]


def entry(generic_name: str, order: int = 1, **facts: str) -> KnownRow:
    return KnownRow("entry", (order, "CIDL", "2025", "E-1"), generic_name, **facts)  # type: ignore[arg-type]


def found(known: list[KnownRow], **line: str) -> Recognition:
    return recognise(Identity.of(**line), Knowledge.build(known, FORMS))


OSIMERTINIB = [
    master("甲磺酸奥希替尼片", national_code=CODE_80, approval_no="国药准字HJ20170167", dosage_form="片", strength="80mg",
           brand_name="泰瑞沙", manufacturer="AstraZeneca AB", class_code="XL01EB", aliases=("泰瑞莎",)),
    master("甲磺酸奥希替尼片", national_code=CODE_40, approval_no="国药准字HJ20170168", dosage_form="片", strength="40mg",
           brand_name="泰瑞沙", manufacturer="AstraZeneca AB"),
]  # fmt: skip
SORAFENIB = master("甲苯磺酸索拉非尼片", national_code=CODE_OTHER, approval_no="H20160201", brand_name="多吉美")


@pytest.mark.parametrize(
    ("line", "drug", "matched_by", "code"),
    [
        ({"national_code": CODE_80}, "奥希替尼", "national_code", CODE_80),
        ({"national_code": CODE_80.lower(), "generic_name": "索拉非尼"}, "奥希替尼", "national_code", CODE_80),
        ({"approval_no": "HJ20170167"}, "奥希替尼", "approval_no", CODE_80),
        ({"approval_no": "国药准字ＨＪ20170168"}, "奥希替尼", "approval_no", CODE_40),
        ({"national_code": "XL01EBZ", "approval_no": "HJ20170167"}, "奥希替尼", "approval_no", CODE_80),
        ({"generic_name": "奥希替尼"}, "奥希替尼", "name", None),  # two strengths
        ({"generic_name": "盐酸奥希替尼片", "strength": "80 mg"}, "奥希替尼", "name", CODE_80),
        ({"generic_name": "奥希替尼", "strength": "20mg"}, "奥希替尼", "name", None),
        ({"generic_name": "泰瑞莎"}, "奥希替尼", "name", None),  # an alias
        ({"brand_name": "泰瑞沙®", "strength": "40mg"}, "奥希替尼", "brand", CODE_40),
        ({"generic_name": "泰瑞沙"}, "奥希替尼", "brand", None),  # a brand in the place of the name
        ({"generic_name": "索拉非尼胶囊"}, "索拉非尼", "name", CODE_OTHER),  # the product gives no form: it stays
        ({"generic_name": "索拉非尼", "brand_name": "泰瑞沙"}, "索拉非尼", "name", None),  # another brand
    ],
)
def test_a_line_is_resolved_step_by_step(line: dict[str, str], drug: str, matched_by: str, code: str | None) -> None:
    recognised = found([*OSIMERTINIB, SORAFENIB], **line)

    assert (recognised.drug, recognised.matched_by) == (drug, matched_by)
    assert (recognised.product.written.national_code if recognised.product else None) == code


def test_what_no_step_finds_is_not_recognised() -> None:
    recognised = found(OSIMERTINIB, generic_name="维生素C", brand_name="力度伸")

    assert (recognised.difficulty, recognised.drug, recognised.matched_by) == ("not_recognised", None, None)


@pytest.mark.parametrize(
    "line",
    [{"approval_no": "H1"}, {"generic_name": "共用别名"}, {"brand_name": "康达"}, {"generic_name": "康达"}],
)
def test_what_fits_several_drugs_is_ambiguous(line: dict[str, str]) -> None:
    known = [
        master("甲药", approval_no="H1", brand_name="康达", aliases=("共用别名",)),
        master("乙药", approval_no="H1", brand_name="康达", aliases=("共用别名",)),
    ]

    recognised = found(known, **line)

    assert (recognised.difficulty, recognised.candidates) == ("ambiguous", ("乙药", "甲药"))


def test_an_alias_that_is_a_master_drugs_name_is_ignored() -> None:
    known = [master("甲药", aliases=("乙药",), approval_no="H1"), master("乙药")]

    assert found(known, generic_name="乙药").drug == "乙药"
    # So a code of 甲药 beside the name 乙药 is a conflict.
    assert found(known, approval_no="H1", generic_name="乙药").code_name_conflict


@pytest.mark.parametrize(
    ("generic_name", "conflict"),
    [
        ("奥希替尼胶囊", False),  # the drug's own name, in another form
        ("泰瑞莎", False),  # an alias
        ("泰瑞沙", False),  # a brand
        ("索拉非尼", True),
        ("没有的药", True),
        ("", False),
    ],
)
def test_a_name_that_is_not_the_codes_drug_is_a_conflict(generic_name: str, conflict: bool) -> None:
    assert found(OSIMERTINIB, national_code=CODE_80, generic_name=generic_name).code_name_conflict is conflict


def test_an_entry_of_an_alias_of_one_drug_is_that_drug_and_of_two_its_own() -> None:
    known = [
        master("甲药", aliases=("别名一", "别名二")),
        master("乙药", aliases=("别名二",)),
        entry("别名一片", brand_name="牌一"),
        entry("别名二片", brand_name="牌二"),
    ]

    assert found(known, generic_name="别名一").drug == "甲药"
    assert found(known, generic_name="别名二").drug == "别名二"
    assert found(known, generic_name="甲药").names == ("甲药", "别名一")
    # The drug has a master row, so a brand of its entry makes no product.
    assert found(known, brand_name="牌一").difficulty == "not_recognised"
    assert found(known, brand_name="牌二").drug == "别名二"


def test_a_sole_source_drug_is_found_by_its_name_alone() -> None:
    known = [entry("戈芮宁药", brand_name="戈芮宁", manufacturer="北海康成", strength="400U")]

    recognised = found(known, generic_name="戈芮宁药")

    assert (recognised.brand_name, recognised.manufacturer, recognised.strength) == ("戈芮宁", "北海康成", "400u")


def test_rows_with_one_whole_code_are_one_product_filled_from_the_first_that_gives_each_fact() -> None:
    known = [
        entry("奥希替尼", 2, national_code=CODE_80, brand_name="后来的牌", strength="80mg"),
        entry("奥希替尼", 1, national_code=CODE_80, brand_name="先来的牌"),
        master("甲磺酸奥希替尼片", national_code=CODE_80, dosage_form="片"),
    ]

    facts = found(known, national_code=CODE_80).product

    assert facts is not None
    assert (facts.written.brand_name, facts.written.strength, facts.written.dosage_form) == ("先来的牌", "80mg", "片")


def test_an_approval_number_makes_a_product_only_where_none_has_it() -> None:
    known = [
        master("甲药", approval_no="H1", strength="80mg"),
        entry("甲药", approval_no="H1", brand_name="甲牌"),  # no strength: already known
        entry("甲药", approval_no="H1", strength="80mg", brand_name="乙牌"),  # this strength: already known
        entry("甲药", approval_no="H1", strength="40mg", brand_name="丙牌"),
    ]

    assert found(known, brand_name="甲牌").difficulty == "not_recognised"
    assert found(known, brand_name="乙牌").difficulty == "not_recognised"
    assert found(known, brand_name="丙牌").drug == "甲药"


def test_a_line_by_its_brand_in_the_place_of_the_name_has_that_brand() -> None:
    known = [entry("甲药", brand_name="甲牌", approval_no="H1"), entry("甲药", brand_name="乙牌", approval_no="H2")]

    recognised = found(known, generic_name="甲牌", brand_name="乙牌2")

    assert (recognised.matched_by, recognised.brand_name, recognised.approval_no) == ("brand", "甲牌", "h1")


def test_a_line_has_its_own_facts_before_its_products_and_its_names_form_last() -> None:
    known = [master("甲药", national_code=CODE_80, dosage_form="片", strength="80mg", manufacturer="甲厂")]

    own = found(known, national_code=CODE_80, dosage_form="胶囊", manufacturer="乙厂")
    products = found(known, national_code=CODE_80, generic_name="甲药胶囊")
    names = found([master("甲药")], generic_name="甲药胶囊")

    assert (own.dosage_form, own.manufacturer, own.strength) == ("胶囊", "乙厂", "80mg")
    assert products.dosage_form == "片"
    assert names.dosage_form == "胶囊"


def test_class_codes_come_from_the_code_the_product_and_every_entry_of_the_drug() -> None:
    known = [
        master("甲药", national_code=CODE_80, class_code="XL01EB"),
        entry("盐酸甲药", class_code="XA10BA"),
        entry("乙药", class_code="XC01AA"),
    ]

    assert found(known, national_code=CODE_80).class_codes == ("xa10ba", "xl01eb")
    assert found(known, generic_name="甲药", national_code="XB").class_codes == ("xa10ba", "xb", "xl01eb")


def test_a_form_agrees_whichever_side_names_the_group() -> None:
    known = [
        master("甲药", approval_no="H1", dosage_form="分散片"),
        master("甲药", approval_no="H2", dosage_form="注射液"),
    ]

    assert found(known, generic_name="甲药", dosage_form="口服常释剂型").approval_no == "h1"
    assert found(known, generic_name="甲药注射液").approval_no == "h2"
    assert found(known, generic_name="甲药片").product is None
    # A form left out is none of those named by the group.
    but_for = [
        master("乙药", approval_no="H1", dosage_form="口服常释剂型(不含分散片)"),
        master("乙药", approval_no="H2", dosage_form="注射液"),
    ]
    assert found(but_for, generic_name="乙药片").approval_no == "h1"
    assert found(but_for, generic_name="乙药分散片").product is None


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ({"national_code": CODE_80}, "片"),  # the first row's name that has one, the master before the entries
        ({"national_code": CODE_80, "generic_name": "甲药"}, "片"),
        ({"national_code": CODE_80, "generic_name": "甲药胶囊"}, "胶囊"),  # the line's own name before its product's
        ({"national_code": CODE_40}, "分散片"),  # of two entries the earlier
        ({"approval_no": "H1"}, ""),
        ({"generic_name": "丁药"}, "注射液"),  # of the one product it is narrowed to
    ],
)
def test_the_form_in_a_name_is_the_lines_or_that_of_the_first_row_of_its_product(
    line: dict[str, str], form: str
) -> None:
    known = [
        master("甲药", national_code=CODE_80, dosage_form="胶囊"),
        master("甲药片", national_code=CODE_80),
        entry("甲药分散片", 1, national_code=CODE_80),
        entry("乙药片", 2, national_code=CODE_40),
        entry("乙药分散片", 1, national_code=CODE_40),
        master("丙药", approval_no="H1", dosage_form="片"),
        master("丁药注射液", approval_no="H2"),
    ]

    assert found(known, **line).name_form == form
