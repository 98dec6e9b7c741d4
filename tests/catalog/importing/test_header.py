"""Headers in every way people write them; what is wrong with one is named."""

import pytest

from catalog.importing.columns import CATALOG_KINDS, ENTRIES, headers_of, table_of
from tables.header_names import header_key
from tests.files import csv_text, found, outcome, outcome_and_rows


@pytest.mark.parametrize(
    "header",
    [
        "generic_name",
        "GENERIC_NAME",
        "Generic Name",
        " generic_name ",
        "ｇｅｎｅｒｉｃ＿ｎａｍｅ",
        "通用名",
        " 通 用 名 ",
        "药品名称",
        "药品通用名",
    ]
    + ["\u200b通用名", "\ufeffgeneric_name", '"通用\n名"', "\u3000通用名\u3000"],
)
def test_a_header_is_known_in_any_width_case_and_space(header, tmp_path):
    result, rows = outcome_and_rows(f"{header},icd10\n奥希替尼,C34\n", path=tmp_path)

    assert result.ok, result.errors
    assert rows[0]["generic_name"] == "奥希替尼"


@pytest.mark.parametrize(("alias", "name"), [(alias, c.name) for c in ENTRIES for alias in c.headers])
def test_every_chinese_header_is_known(alias, name):
    assert headers_of(ENTRIES)[header_key(alias)].name == name


@pytest.mark.parametrize("kind", [*CATALOG_KINDS, "drugs"])
def test_no_header_names_two_columns(kind):
    names = [(header_key(header), c.name) for c in table_of(kind) for header in (c.name, *c.headers)]

    assert len({key for key, _ in names}) == len(set(names))


def test_columns_may_stand_in_any_order(tmp_path):
    one = outcome_and_rows("entry_code,generic_name,icd10,note\nE,奥希替尼,C34,x\n", path=tmp_path)[1]
    other = outcome_and_rows("note,icd10,generic_name,entry_code\nx,C34,奥希替尼,E\n", path=tmp_path)[1]

    assert one == other


@pytest.mark.parametrize(
    "header",
    ["generic_name,Generic_Name", "通用名,药品通用名", "通用名,通 用 名", "generic_name,ｇｅｎｅｒｉｃ＿ｎａｍｅ"],
)
def test_one_column_under_two_headers_is_refused(header, tmp_path):
    result = outcome(f"{header}\n奥希替尼,索拉非尼\n", path=tmp_path)

    assert ("DUPLICATE_COLUMN", 1, "generic_name") in found(result)


@pytest.mark.parametrize("kind", ["commercial", "base", "reference"])
@pytest.mark.parametrize("content", ["名称\n奥希替尼\n", "奥希替尼,C34\n索拉非尼,C22\n", "entry_code\nE-1\n"])
def test_a_missing_name_column_is_named(kind, content, tmp_path):
    result = outcome(content, kind, path=tmp_path)

    assert ("MISSING_COLUMN", 1, "generic_name") in found(result)
    assert "通用名" in result.errors[0].zh


@pytest.mark.parametrize("kind", ["negative", "base_exclusion"])
def test_an_excluding_list_needs_no_name(kind, tmp_path):
    assert outcome("class_code\nXL01\n", kind, path=tmp_path).ok
    assert outcome("名称,说法\n奥希替尼,x\n", kind, path=tmp_path).error_count == 1


@pytest.mark.parametrize(
    "content", ["\ufeff", "\n\n\n", "   \n", "generic_name\n", "generic_name\n\n\n", "generic_name,icd10\n,\n , \n"]
)
def test_a_file_without_rows_never_empties_a_catalog(content, tmp_path):
    assert found(outcome(content, path=tmp_path)) == [("EMPTY_FILE", None, "")]


def test_every_unknown_column_is_named_once(tmp_path):
    result = outcome("generic_name,颜色,地址,错误\n奥希替尼,红,x,旧的说明\n", path=tmp_path)

    assert result.ok
    assert [(w.code, w.column) for w in result.warnings] == [("UNKNOWN_COLUMN", "颜色"), ("UNKNOWN_COLUMN", "地址")]


def test_cells_under_no_header_are_told(tmp_path):
    assert outcome("generic_name,\n奥希替尼,\n", path=tmp_path).warning_count == 0

    result = outcome("generic_name,\n奥希替尼,\n索拉非尼,x\n达沙替尼,y\n", path=tmp_path)

    assert [(w.code, w.row) for w in result.warnings] == [("UNKNOWN_COLUMN", 3)]


def test_a_header_with_an_invisible_direction_is_refused(tmp_path):
    assert found(outcome("generic_name,no\u202ete\n奥希替尼,x\n", path=tmp_path))[0][0] == "CONTROL_CHARACTER"


@pytest.mark.parametrize("header", ["姓名", "身份证号", "患者姓名", "手机号", "psn_name", "certno"])
def test_a_catalog_has_no_persons(header, tmp_path):
    assert found(outcome(f"generic_name,{header}\n奥希替尼,x\n", path=tmp_path)) == [("PERSONAL_DATA", 1, header)]


def columns_of(header, path, kind="commercial", **how):
    cells = ["" if name not in ("药品名称", "通用名", "generic_name") else "甲药片" for name in header]
    result = outcome(csv_text([cells], header=header), kind, path=path, **how)
    return dict(zip(result.headers, result.columns, strict=True)), result


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("国标代码", "national_code"),
        ("国家药品代码", "national_code"),
        ("国家医保药品代码", "national_code"),
        ("剂型名称", "dosage_form"),
        ("生产厂家", "manufacturer"),
        ("药品规格", "strength"),
        ("商品名称", "brand_name"),
        ("ICD10", "icd10"),
        ("ICD-10编码", "icd10"),
        ("适应证", "indication"),
        ("限定条件", "restriction"),
        ("*剂型", "dosage_form"),
        ("剂型*", "dosage_form"),
        ("剂型＊", "dosage_form"),
        ("剂型（必填）", "dosage_form"),
        ("剂型(选填)", "dosage_form"),
        ("*剂型【必填】：", "dosage_form"),
        ("支付标准（元）", "payment_standard"),
        ("医保支付标准(元/片)", "payment_standard"),
        ("支付标准\n（元）", "payment_standard"),
        ("支付标准（单位：元）", "payment_standard"),
        ("最小年龄（岁）", "age_min"),
        ("协议开始日期（YYYY-MM-DD）", "effective_from"),
        ("罕见病（是/否）", "rare_disease"),
        ("生产\n企业", "manufacturer"),
        ("剂型 Dosage form", None),
        ("剂型\nDosage form", "dosage_form"),
        ("剂型（dosage_form）", "dosage_form"),
        ("规格/strength", "strength"),
        # Something else than the column.
        ("商品名（英文）", None),
        ("支付标准（万元）", None),
        ("最小年龄（月）", None),
        ("规格/包装", None),
        ("生产企业地址", None),
    ],
)
def test_headers_that_real_files_have(header, column, tmp_path):
    columns, result = columns_of(["药品名称", header], tmp_path)

    assert columns.get(header.replace("\n", "\n")) == column
    assert [w.code for w in result.warnings] == ([] if column else ["UNKNOWN_COLUMN"])


@pytest.mark.parametrize("header", ["注册名称", "通用名称", "药品通用名（必填）", "*药品名称"])
def test_names_that_real_files_have(header, tmp_path):
    rows = outcome_and_rows(f"{header},剂型\n甲药片,片\n", path=tmp_path)[1]

    assert rows[0]["generic_name"] == "甲药片"


@pytest.mark.parametrize(
    ("header", "column", "counts", "told"),
    [
        (["药品名称", "通用名"], "generic_name", "通用名", ["药品名称"]),
        (["通用名", "药品名称"], "generic_name", "通用名", ["药品名称"]),
        (["注册名称", "药品名称", "药品通用名"], "generic_name", "药品通用名", ["药品名称", "注册名称"]),
        (["通用名", "生产企业", "上市许可持有人"], "manufacturer", "生产企业", ["上市许可持有人"]),
        (["通用名", "上市许可持有人", "生产厂家"], "manufacturer", "生产厂家", ["上市许可持有人"]),
        (["通用名", "药品编码", "国家医保药品代码"], "national_code", "国家医保药品代码", ["药品编码"]),
        (["通用名", "编号", "条目编码"], "entry_code", "条目编码", ["编号"]),
        (["通用名", "支付标准", "医保支付标准"], "payment_standard", "医保支付标准", ["支付标准"]),
    ],
)
@pytest.mark.parametrize("kind", ["commercial", "drugs"])
def test_of_two_headers_side_by_side_the_more_specific_one_counts(header, column, counts, told, kind, tmp_path):
    columns, result = columns_of(header, tmp_path, kind)
    if column not in columns.values():
        return  # the drug master has no such column

    assert [written for written, name in columns.items() if name == column] == [counts]
    assert sorted(change.before for change in result.normalised if change.column == column) == sorted(told)
    assert "DUPLICATE_COLUMN" not in [error.code for error in result.errors]


@pytest.mark.parametrize(
    ("kind", "header", "column"),
    [("base", "备注", "restriction")]
    + [(kind, "备注", "note") for kind in ("commercial", "negative", "base_exclusion", "reference")],
)
def test_remarks_are_a_restriction_in_a_base_list_only(kind, header, column, tmp_path):
    result = outcome(f"通用名,{header}\n甲药片,限二线用药\n", kind, path=tmp_path)

    assert (result.headers, result.columns) == (("通用名", header), ("generic_name", column))


def test_remarks_beside_a_restriction_give_way(tmp_path):
    result, rows = outcome_and_rows("通用名,备注,限定支付范围,sex\n甲药片,略,限二线,F\n", path=tmp_path)

    assert rows[0]["restriction"] == "限二线"
    assert [change.before for change in result.normalised] == ["备注"]


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2026-01-01至2027-12-31", "2026-01-01", "2027-12-31"),
        ("2026年1月1日-2027年12月31日", "2026-01-01", "2027-12-31"),
        ("2026-01-01-2027-12-31", "2026-01-01", "2027-12-31"),
        ("2026/1/1~2027/12/31", "2026-01-01", "2027-12-31"),
        ("2026年1月1日—2027年12月31日", "2026-01-01", "2027-12-31"),
        ("2026年1月1日 —— 2027年12月31日", "2026-01-01", "2027-12-31"),
        ("20260101-20271231", "2026-01-01", "2027-12-31"),
        ('"2026-01-01\n2027-12-31"', "2026-01-01", "2027-12-31"),
        ('"2026年1月1日\n至\n2027年12月31日"', "2026-01-01", "2027-12-31"),
        ("自2026年1月1日起至2027年12月31日止", "2026-01-01", "2027-12-31"),
        ("２０２６－０１－０１至２０２７－１２－３１", "2026-01-01", "2027-12-31"),
        ("至2027年12月31日", "\\N", "2027-12-31"),
        ("2026年1月1日起", "2026-01-01", "\\N"),
        ("", "\\N", "\\N"),
        ("/", "\\N", "\\N"),
    ],
)
@pytest.mark.parametrize("header", ["协议有效期", "协议期限（必填）"])
def test_two_days_in_one_cell_are_the_first_and_the_last(written, first, last, header, tmp_path):
    result, rows = outcome_and_rows(f"通用名,{header},商品名\n甲药片,{written},甲牌\n", "commercial", path=tmp_path)

    assert result.ok, result.errors
    assert (rows[0]["effective_from"], rows[0]["effective_to"], rows[0]["brand_name"]) == (first, last, "甲牌")
    assert result.columns == ("generic_name", "brand_name", "effective_from", "effective_to")
    assert len(result.normalised) == bool(written)


@pytest.mark.parametrize(
    "written",
    [
        "长期",
        "2026-01-01",
        "2026年1月至2027年12月",
        "2026-02-30至2027-12-31",
        "2026-01-01 2026-06-01 2027-01-01",
        "一年",
    ],
)
def test_what_is_no_period_is_one_error(written, tmp_path):
    result = outcome(f"通用名,协议有效期\n甲药片,{written}\n", path=tmp_path)

    assert found(result) == [("BAD_DATE", 2, "effective_from")]
    assert result.errors[0].value == written


def test_a_period_beside_its_days_gives_way(tmp_path):
    result, rows = outcome_and_rows(
        "通用名,协议有效期,协议开始日期\n甲药片,2020-01-01至2021-01-01,2026-01-01\n", path=tmp_path
    )

    assert (rows[0]["effective_from"], rows[0]["effective_to"]) == ("2026-01-01", "\\N")
    assert [change.before for change in result.normalised] == ["协议有效期"]


MAPPING = {"品名": "generic_name", "甲 乙": "reimbursement_class", "说明": ""}


def test_a_mapping_says_what_own_headers_mean(tmp_path):
    result, rows = outcome_and_rows("品名,甲乙,说明\n甲药片,甲,略\n", path=tmp_path, mapping=MAPPING)

    assert result.ok, result.errors
    assert (rows[0]["generic_name"], rows[0]["reimbursement_class"], rows[0]["note"]) == ("甲药片", "A", "")
    assert (result.warnings, [change.before for change in result.normalised]) == ((), ["说明"])


def test_a_mapping_wins_over_what_a_header_is_known_for(tmp_path):
    result, rows = outcome_and_rows(
        "通用名,目录名称\n旧名,甲药片\n", path=tmp_path, mapping={"目录名称": "generic_name"}
    )

    assert rows[0]["generic_name"] == "甲药片"
    assert [change.before for change in result.normalised] == ["通用名"]


def test_a_mapping_finds_the_header(tmp_path):
    content = "某某目录\n品种,类型\n甲药片,片\n"
    rows = outcome_and_rows(content, path=tmp_path, mapping={"品种": "generic_name", "类型": "dosage_form"})[1]

    assert [(row["row_no"], row["generic_name"]) for row in rows] == [("3", "甲药片")]


@pytest.mark.parametrize(
    ("mapping", "errors", "warnings"),
    [
        ({"品名": "no_such_column"}, [("BAD_CHOICE", 1, "品名"), ("MISSING_COLUMN", 1, "generic_name")], ["色"]),
        ({"品名": "generic_name", "色": "generic_name"}, [("DUPLICATE_COLUMN", 1, "generic_name")], []),
        ({"品名": "generic_name", "没有": "note"}, [], ["色", "没有"]),
        ({"通用名": ""}, [("MISSING_COLUMN", 1, "generic_name")], ["色"]),
    ],
)
def test_a_mapping_that_says_too_little_or_too_much_is_told(mapping, errors, warnings, tmp_path):
    header = "通用名,色" if "通用名" in mapping else "品名,色"
    result = outcome(f"{header}\n甲药片,红\n", path=tmp_path, mapping=mapping)

    assert sorted(found(result)) == sorted(errors)
    assert [(warning.code, warning.column) for warning in result.warnings] == [("UNKNOWN_COLUMN", w) for w in warnings]


def test_a_person_stays_a_person_whatever_the_mapping_says(tmp_path):
    result = outcome("通用名,患者姓名\n甲药片,x\n", path=tmp_path, mapping={"患者姓名": ""})

    assert found(result) == [("PERSONAL_DATA", 1, "患者姓名")]
