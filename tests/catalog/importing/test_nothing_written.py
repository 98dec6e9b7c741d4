"""Cells that say in words that there is nothing, and cells in quotes that were left around them."""

import pytest

from catalog.importing.columns import ENTRIES, MASTER
from tests.files import csv_text, found, outcome, outcome_and_rows, xlsx

WORDS = ("无", "/", "-", "—", "--", "暂无", "NULL", "nan", "None", "N/A")
OPTIONAL = [
    c.name for c in ENTRIES if c.storage in ("text", "list") and c.wrong == "BAD_CODE" and c.name != "generic_name"
]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("name", OPTIONAL)
def test_a_word_for_nothing_in_an_optional_text_column_is_not_given_and_told(name, word, tmp_path):
    result, rows = outcome_and_rows(f"generic_name,{name}\n甲药片,{word}\n", path=tmp_path)
    empty = outcome_and_rows(f"generic_name,{name}\n甲药片,\n", path=tmp_path)[1]

    assert result.ok, result.errors
    assert (rows, result.warnings) == (empty, ())
    assert [(c.row, c.column, c.before, c.after) for c in result.normalised] == [(2, name, word, "")]


@pytest.mark.parametrize("name", [c.name for c in MASTER if c.wrong == "BAD_CODE" and c.name != "generic_name"])
def test_the_drug_master_alike(name, tmp_path):
    result = outcome(f"generic_name,{name}\n甲药片,无\n", "drugs", path=tmp_path)

    assert result.ok and [(c.column, c.before, c.after) for c in result.normalised] == [(name, "无", "")]


@pytest.mark.parametrize(
    ("name", "code"),
    [("payment_standard", "BAD_NUMBER"), ("age_min", "BAD_NUMBER"), ("effective_from", "BAD_DATE")]
    + [("prior_auth", "BAD_YES_NO"), ("sex", "BAD_CHOICE"), ("marks", "BAD_CHOICE")],
)
def test_other_columns_say_what_they_hold(name, code, tmp_path):
    assert found(outcome(f"generic_name,{name}\n甲药片,暂无\n", path=tmp_path)) == [(code, 2, name)]


@pytest.mark.parametrize("text", ["无特殊限制", "无、", "限无禁忌者", "N/A级"])
def test_a_word_inside_a_sentence_stays(text, tmp_path):
    assert outcome_and_rows(f"generic_name,restriction\n甲药片,{text}\n", path=tmp_path)[1][0]["restriction"] == text


def test_a_required_name_is_kept_as_it_is(tmp_path):
    assert outcome_and_rows("generic_name,strength\n无,1mg\n", path=tmp_path)[1][0]["generic_name"] == "无"


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"E-1", "甲药片", "1mg"', ("E-1", "甲药片", "1mg")),
        ('E-1, "甲药片" , "1mg,2mg"', ("E-1", "甲药片", "1mg,2mg")),
        ('="E-1",="甲药片",="0,5"', ("E-1", "甲药片", "0,5")),
        ('E-1, "甲""药""片", 1mg', ("E-1", '甲"药"片', "1mg")),
        ('E-1,甲药片, "a, b, c"', ("E-1", "甲药片", "a, b, c")),
        ('E-1,甲药片,"a, ""b"""', ("E-1", "甲药片", 'a, "b"')),
    ],
)
def test_quotes_left_around_a_cell_are_taken_off(line, cells, tmp_path):
    result, rows = outcome_and_rows(f"entry_code,generic_name,strength\n{line}\n", path=tmp_path, names="plain")

    assert result.ok, result.errors
    assert (rows[0]["entry_code"], rows[0]["generic_name"], rows[0]["strength"]) == cells


def test_quotes_taken_off_are_told(tmp_path):
    result = outcome('generic_name,strength\n甲药片, "1mg"\n="乙药片",2mg\n', path=tmp_path)

    assert [(c.row, c.column, c.before, c.after) for c in result.normalised] == [
        (2, "strength", ' "1mg"', "1mg"),
        (3, "generic_name", '="乙药片"', "乙药片"),
    ]


def test_quotes_left_around_a_header_are_taken_off(tmp_path):
    result = outcome('generic_name, "剂型", ="规格"\n甲药片,片,1mg\n', path=tmp_path)

    assert result.columns == ("generic_name", "dosage_form", "strength")


def test_a_workbook_alike(tmp_path):
    header = ("entry_code", "generic_name", "strength")
    sheet = outcome_and_rows(xlsx([("E-1", '"甲药片"', "无")], header=header), path=tmp_path)[1]

    assert sheet == outcome_and_rows(csv_text([("E-1", "甲药片", "")], header=header), path=tmp_path)[1]
