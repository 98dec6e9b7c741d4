"""Product versions: read strictly, every problem at its pointer (spec api.md, "A product version")."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from insurers.terms import (
    Band,
    Benefit,
    CatalogReference,
    InvalidTerms,
    ProductTerms,
    catalog_references,
    parse_terms,
    terms_document,
)

# The example of api.md.
EXAMPLE: dict[str, Any] = {
    "label": "2026", "effective_from": "2026-01-01", "effective_to": "2026-12-31",
    "base": {"catalog": "NRDL"}, "base_exclusions": [{"catalog": "BASE-EXCL"}], "negative_lists": [{"catalog": "NEG-HMB"}],
    "honours_base_exclusions": True, "requires_base_settlement": True, "waiting_days": 0, "covered_circumstances": [],
    "annual_limit": "3000000.00",
    "deductibles": {"hospital": "12000.00"}, "deductibles_pre_existing": {},
    "benefits": [
        {"code": "in_catalog", "name": "医保目录内自付", "scope": "base_listed", "settings": ["inpatient"], "catalogs": [],
         "deductible_group": "hospital", "ratio": "0.7000", "ratio_pre_existing": "0.5000", "ratio_unsettled": "0.2000",
         "ratio_unsettled_pre_existing": "0.1000", "bands": [], "annual_limit": "1000000.00"},
        {"code": "special_drug", "name": "特定高额药品", "scope": "off_base", "settings": [],
         "catalogs": [{"catalog": "CIDL", "label": "2025"}, {"catalog": "A"}],
         "deductible_group": None, "ratio": "0.7000", "ratio_pre_existing": "0.3000", "annual_limit": "1000000.00"},
    ],
}  # fmt: skip
LEAST: dict[str, Any] = {"label": "2026", "effective_from": "2026-01-01"}


def with_change(path: str, value: object) -> dict[str, Any]:
    """The example with one place changed; the path is written with slashes."""
    document: Any = copy.deepcopy(EXAMPLE)
    at = document
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in steps:
        at = at[step]
    at[last] = value
    return document


def problems(document: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidTerms) as refused:
        parse_terms(document, "en")
    return [(problem.pointer, problem.code) for problem in refused.value.errors]


def test_the_example_is_read() -> None:
    terms = parse_terms(EXAMPLE)

    assert terms.annual_limit == 300_000_000
    assert terms.deductibles == {"hospital": 1_200_000}
    assert terms.benefits[1] == Benefit(
        code="special_drug",
        name="特定高额药品",
        scope="off_base",
        catalogs=(CatalogReference("CIDL", "2025"), CatalogReference("A")),
        ratio=7_000,
        ratio_pre_existing=3_000,
        annual_limit=100_000_000,
    )


def test_what_is_not_given_has_its_default() -> None:
    terms = parse_terms({**LEAST, "benefits": [{"code": "b", "ratio": "1"}], "base": None, "annual_limit": ""})

    assert terms.benefits == (Benefit(code="b", name="b", ratio=10_000),)
    assert (terms.base, terms.waiting_days, terms.annual_limit, terms.honours_base_exclusions) == (None, 0, None, False)


@pytest.mark.parametrize(
    "document", [EXAMPLE, LEAST, {**LEAST, "benefits": [{"code": "b", "bands": [{"up_to": None, "ratio": 1}]}]}]
)
def test_terms_written_out_are_read_back(document: dict[str, Any]) -> None:
    terms = parse_terms(document)

    assert parse_terms(terms_document(terms)) == terms


@pytest.mark.parametrize(
    ("path", "value", "pointer", "code"),
    [
        ("label", "", "/label", "REQUIRED"),
        ("label", "2026 年", "/label", "BAD_LABEL"),
        ("label", 2026, "/label", "BAD_TYPE"),
        ("effective_from", None, "/effective_from", "REQUIRED"),
        ("effective_from", "2026-02-30", "/effective_from", "BAD_DATE"),
        ("effective_to", "2025-12-31", "/effective_to", "DATE_ORDER"),
        ("colour", "red", "/colour", "UNKNOWN_FIELD"),
        ("base", "NRDL", "/base", "BAD_TYPE"),
        ("base", {}, "/base/catalog", "REQUIRED"),
        ("base/version", "2025", "/base/version", "UNKNOWN_FIELD"),
        ("base_exclusions", {"catalog": "X"}, "/base_exclusions", "BAD_TYPE"),
        ("base_exclusions/0/catalog", 7, "/base_exclusions/0/catalog", "BAD_TYPE"),
        ("honours_base_exclusions", "perhaps", "/honours_base_exclusions", "BAD_YES_NO"),
        ("requires_base_settlement", 1, "/requires_base_settlement", "BAD_YES_NO"),
        ("waiting_days", -1, "/waiting_days", "OUT_OF_RANGE"),
        ("waiting_days", 30.0, "/waiting_days", "BAD_NUMBER"),
        ("waiting_days", True, "/waiting_days", "BAD_NUMBER"),
        ("covered_circumstances", ["none"], "/covered_circumstances/0", "BAD_CHOICE"),
        ("covered_circumstances", ["overseas", "war"], "/covered_circumstances/1", "BAD_CHOICE"),
        ("annual_limit", "3000000.001", "/annual_limit", "BAD_NUMBER"),
        ("annual_limit", "-1.00", "/annual_limit", "OUT_OF_RANGE"),
        ("annual_limit", 0.5, "/annual_limit", "BAD_NUMBER"),
        ("annual_limit", "NaN", "/annual_limit", "BAD_NUMBER"),
        ("deductibles_pre_existing", [], "/deductibles_pre_existing", "BAD_TYPE"),
        ("deductibles/hospital", None, "/benefits/0/deductible_group", "NO_DEDUCTIBLE"),
        ("deductibles/hospital", "x", "/deductibles/hospital", "BAD_NUMBER"),
        ("deductibles_pre_existing", {"a/b": "-2"}, "/deductibles_pre_existing/a~1b", "OUT_OF_RANGE"),
        ("benefits", {}, "/benefits", "BAD_TYPE"),
        ("benefits/0", "b", "/benefits/0", "BAD_TYPE"),
        ("benefits/0/code", None, "/benefits/0/code", "REQUIRED"),
        ("benefits/1/code", "in_catalog", "/benefits/1/code", "DUPLICATE"),
        ("benefits/0/scope", "everything", "/benefits/0/scope", "BAD_CHOICE"),
        ("benefits/0/settings", ["home"], "/benefits/0/settings/0", "BAD_CHOICE"),
        ("benefits/0/deductible_group", "outpatient", "/benefits/0/deductible_group", "NO_DEDUCTIBLE"),
        ("benefits/0/ratio", "1.0001", "/benefits/0/ratio", "OUT_OF_RANGE"),
        ("benefits/0/ratio", "0.70000", "/benefits/0/ratio", "BAD_NUMBER"),
        ("benefits/0/ratio", "-0.1", "/benefits/0/ratio", "OUT_OF_RANGE"),
        ("benefits/0/ratio", None, "/benefits/0", "RATIO_OR_BANDS"),
        ("benefits/0/premium", "1", "/benefits/0/premium", "UNKNOWN_FIELD"),
        ("benefits/0/bands", [{"up_to": "5.00", "ratio": "1"}], "/benefits/0/bands/0/up_to", "BANDS_ORDER"),
        ("benefits/0/bands", [{"up_to": None, "ratio": "1"}] * 2, "/benefits/0/bands/0/up_to", "BANDS_ORDER"),
        ("benefits/0/bands", [{"up_to": None}], "/benefits/0/bands/0/ratio", "REQUIRED"),
        ("benefits/0/bands", [{"up_to": None, "ratio": "2"}], "/benefits/0/bands/0/ratio", "OUT_OF_RANGE"),
        ("benefits/1/catalogs/0/label", ["2025"], "/benefits/1/catalogs/0/label", "BAD_TYPE"),
        ("benefits/0/name", "医\x00", "/benefits/0/name", "CONTROL_CHARACTER"),
        ("benefits/0/name", "医" * 201, "/benefits/0/name", "TOO_LONG"),
    ],
)  # fmt: skip
def test_each_fault_is_named_where_it_stands(path: str, value: object, pointer: str, code: str) -> None:
    assert problems(with_change(path, value)) == [(pointer, code)]


@pytest.mark.parametrize("edges", [["100.00", "100.00", None], ["100.00", "99.99", None], ["0.00", None]])
def test_bands_must_rise(edges: list[str | None]) -> None:
    bands = [{"up_to": edge, "ratio": "0.5"} for edge in edges]

    assert {code for _pointer, code in problems(with_change("benefits/0/bands", bands))} == {"BANDS_ORDER"}


def test_every_problem_is_found_at_once() -> None:
    document = {"label": "a/b", "effective_from": "soon", "benefits": [{"ratio": "2"}, {"code": "b"}], "extra": 1}

    assert problems(document) == [
        ("/extra", "UNKNOWN_FIELD"),
        ("/label", "BAD_LABEL"),
        ("/effective_from", "BAD_DATE"),
        ("/benefits/0/code", "REQUIRED"),
        ("/benefits/0/ratio", "OUT_OF_RANGE"),
        ("/benefits/1", "RATIO_OR_BANDS"),
    ]


@pytest.mark.parametrize("document", [None, [], "2026", 7])
def test_what_is_no_object_is_refused(document: object) -> None:
    assert problems(document) == [("", "BAD_TYPE")]


def test_numbers_may_be_text_whole_or_decimal() -> None:
    benefits = [{"code": "b", "bands": [{"up_to": Decimal("100.50"), "ratio": Decimal("0.5")}, {"ratio": 1}]}]

    assert parse_terms({**LEAST, "benefits": benefits}).benefits[0].bands == (Band(10_050, 5_000), Band(None, 10_000))


def test_a_message_says_the_mend_in_the_readers_language() -> None:
    document = with_change("benefits/0/deductible_group", "outpatient")
    told = {}
    for language in ("zh", "en"):
        with pytest.raises(InvalidTerms) as refused:
            parse_terms(document, language)  # type: ignore[arg-type]
        told[language] = refused.value.errors[0].detail

    assert told == {
        "zh": "免赔额组 outpatient 在 deductibles 中没有金额，请补上。",
        "en": "The deductible group outpatient has no amount in deductibles; add it.",
    }


def test_every_reference_is_told_with_the_kinds_that_may_stand_there() -> None:
    told = [
        (ref.pointer, ref.catalog, ref.label, sorted(ref.kinds)) for ref in catalog_references(parse_terms(EXAMPLE))
    ]

    assert told == [
        ("/base", "NRDL", None, ["base"]),
        ("/base_exclusions/0", "BASE-EXCL", None, ["base_exclusion"]),
        ("/negative_lists/0", "NEG-HMB", None, ["negative"]),
        ("/benefits/1/catalogs/0", "CIDL", "2025", ["base", "commercial"]),
        ("/benefits/1/catalogs/1", "A", None, ["base", "commercial"]),
    ]


def test_a_deductible_may_differ_for_pre_existing_lines() -> None:
    terms: ProductTerms = parse_terms(with_change("deductibles_pre_existing", {"hospital": "20000"}))

    assert terms.deductible("hospital", pre_existing=False) == 1_200_000
    assert terms.deductible("hospital", pre_existing=True) == 2_000_000
