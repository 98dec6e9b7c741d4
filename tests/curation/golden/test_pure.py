"""What is another answer than expected, what a case keeps of a claim, and what product a case over catalogs is judged by."""

from typing import Any

import pytest

from curation.golden.bare import bare_terms
from curation.golden.expecting import differences, expectation_of, expecting_anew
from curation.golden.keeping import kept_of
from insurers.terms import parse_terms, terms_document

NOTE = "NOTHING_CLAIMABLE"


def found(*lines: Any) -> dict[str, Any]:
    return {
        "lines": [
            {"line_no": place, "outcome": outcome, "reasons": list(reasons), "payable": payable}
            for place, (outcome, reasons, payable) in enumerate(lines, 1)
        ]
    }


PAID = ("eligible", (), "7.00")
REFUSED = ("ineligible", ("NOT_IN_CATALOG", "WAITING_PERIOD"), "0.00")


@pytest.mark.parametrize(
    ("expected", "answered", "differs"),
    [
        ({"outcome": "eligible"}, PAID, []),
        ({"outcome": "eligible", "reasons": [], "payable": "7.00"}, PAID, []),
        ({"outcome": "ineligible"}, PAID, ["outcome"]),
        ({"outcome": "eligible", "payable": "7.01"}, PAID, ["payable"]),
        ({"outcome": "ineligible"}, REFUSED, []),
        ({"outcome": "ineligible", "reasons": ["WAITING_PERIOD", "NOT_IN_CATALOG"]}, REFUSED, []),
        ({"outcome": "ineligible", "reasons": ["NOT_IN_CATALOG"]}, REFUSED, ["reasons"]),
        ({"outcome": "ineligible", "reasons": []}, REFUSED, ["reasons"]),
        ({"outcome": "ineligible", "reasons": ["STATUTORY_EXCLUSION"]}, REFUSED, ["reasons"]),
        # A note more decides nothing; one that was expected is to be there.
        ({"outcome": "eligible", "reasons": []}, ("eligible", (NOTE,), "0.00"), []),
        ({"outcome": "eligible", "reasons": [NOTE]}, ("eligible", (), "0.00"), ["reasons"]),
        ({"outcome": "review", "reasons": ["X"], "payable": "1.00"}, PAID, ["outcome", "reasons", "payable"]),
    ],
)
def test_only_what_a_case_names_is_held_against_the_answer(expected: Any, answered: Any, differs: list[str]) -> None:
    told = differences({"lines": [{"outcome": "eligible"}, expected]}, found(PAID, answered))

    assert [(one["line_no"], one["field"]) for one in told] == [(2, name) for name in differs]
    for one in told:
        assert one["expected"] == expected[one["field"]] != one["found"]


def test_other_lines_and_a_claim_that_is_refused_differ_as_a_whole() -> None:
    expected = {"lines": [{"outcome": "eligible"}]}

    assert differences(expected, None)[0]["field"] == "claim"
    assert differences(expected, found(PAID, PAID)) == [{"line_no": None, "field": "lines", "expected": 1, "found": 2}]


@pytest.mark.parametrize("answered", [found(PAID), found(REFUSED), found(REFUSED, PAID)])
@pytest.mark.parametrize(
    "named", [{"outcome": "review"}, {"outcome": "review", "reasons": []}, {"outcome": "review", "payable": "1.00"}]
)
def test_the_new_expectation_names_what_the_old_one_named_and_is_met(named: Any, answered: Any) -> None:
    anew = expecting_anew({"lines": [named]}, answered)

    assert differences(anew, answered) == []
    if len(answered["lines"]) == 1:
        assert anew["lines"][0].keys() == named.keys()
    assert differences(expectation_of(answered), answered) == []


def test_nothing_that_leads_to_a_person_is_kept_of_a_claim() -> None:
    line = {
        "generic_name": "药",
        "quantity": "1",
        "amount": "1.00",
        "reference": "RX-SECRET",
        "prior_auth_no": "PA-SECRET",
    }
    back = line | {
        "reference": "RX-2",
        "refund_of": "RX-SECRET ",
        "quantity": "-1",
        "amount": "-1.00",
        "prior_auth_no": "",
    }
    claim = {
        "product": "P",
        "claim_no": "C-SECRET",
        "as_known_at": "now",
        "diagnoses": ["C34"],
        "member": {"member_ref": "M-SECRET", "age": 61},
        "lines": [line, back],
    }

    kept = kept_of(claim)

    assert "SECRET" not in str(kept)
    assert (kept["diagnoses"], kept["member"]) == (["C34"], {"age": 61})
    # A row still takes back from the line that it took back from.
    assert kept["lines"][1]["refund_of"] == kept["lines"][0]["reference"] != kept["lines"][1]["reference"]
    assert kept["lines"][0]["prior_auth_no"] and not kept["lines"][1]["prior_auth_no"]
    assert claim["claim_no"] == "C-SECRET" and kept_of(kept) == kept


@pytest.mark.parametrize(
    ("catalogs", "base", "benefits"),
    [
        ([("COM", "commercial")], None, [["COM"]]),
        ([("NRDL", "base")], "NRDL", [["NRDL"]]),
        ([("NRDL", "base"), ("B", "commercial"), ("A", "commercial")], "NRDL", [["B", "A"], ["NRDL"]]),
        ([("NEG", "negative"), ("EXCL", "base_exclusion")], None, [[]]),
    ],
)
def test_a_case_over_catalogs_is_judged_by_nothing_but_the_lists(catalogs: Any, base: Any, benefits: Any) -> None:
    terms = bare_terms(catalogs)

    assert (terms.base.catalog if terms.base else None) == base
    assert [[one.catalog for one in benefit.catalogs] for benefit in terms.benefits] == benefits
    assert {benefit.ratio for benefit in terms.benefits} == {10_000}
    assert {one.catalog for one in terms.references()} == {code for code, _kind in catalogs}
    # Terms as any product version's.
    assert parse_terms(terms_document(terms)) == terms
