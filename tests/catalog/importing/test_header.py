"""Headers in every way people write them; what is wrong with one is named."""

import pytest

from catalog.importing.columns import CATALOG_KINDS, ENTRIES, header_key, headers_of, table_of
from tests.files import found, outcome, outcome_and_rows


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


@pytest.mark.parametrize("kind", [*CATALOG_KINDS, "drugs", "claims"])
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
