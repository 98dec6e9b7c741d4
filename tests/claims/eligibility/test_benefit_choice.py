"""The benefit that takes a line, and what is said when none does (eligibility 6)."""

import pytest

from tests.claims.eligibility.small_world import (
    LISTED,
    Json,
    catalog,
    codes,
    decide_line,
    make_claim,
    make_world,
    outcome,
)

CIDL = [{"catalog": "CIDL"}]
BASE = [{"entry_code": "N-1", "generic_name": "奥希替尼", "icd10": ["C34"]}]


def special(**changes: object) -> Json:
    return {"code": "special", "catalogs": CIDL, "ratio": "0.7000", **changes}


@pytest.mark.parametrize(
    ("scope", "status", "takes"),
    [
        ("base_listed", "covered", True),
        ("base_listed", "not_listed", False),
        ("base_listed", "restricted_out", False),
        ("base_listed", "excluded", False),
        ("base_listed", "undetermined", True),
        ("off_base", "covered", False),
        ("off_base", "not_listed", True),
        ("off_base", "restricted_out", True),
        ("off_base", "excluded", True),
        ("off_base", "undetermined", True),
        ("any", "covered", True),
        ("any", "not_listed", True),
        ("any", "excluded", True),
        ("any", "undetermined", True),
    ],
)
def test_a_scope_takes_its_base_statuses(scope: str, status: str, takes: bool) -> None:
    base = {
        "covered": BASE,
        "restricted_out": [{**BASE[0], "icd10": ["C50"]}],
        "undetermined": [{**BASE[0], "icd10": ["C34.11"]}],
    }.get(status)
    excluded = [{"entry_code": "X-1", "generic_name": "奥希替尼"}] if status == "excluded" else None
    world = make_world(base=base, excluded=excluded, benefits=[special(scope=scope)])

    line = decide_line(world, make_claim())

    assert line.judgement.base is not None
    assert line.judgement.base.status == status
    assert (line.judgement.benefit is not None) is takes
    assert ("NO_BENEFIT_FOR_BASE_STATUS" in codes(line)) is not takes


@pytest.mark.parametrize(
    ("benefit", "claim", "outcome_and_codes"),
    [
        (special(settings=["outpatient"]), {}, ("eligible", [])),
        (special(settings=["inpatient"]), {}, ("ineligible", ["SETTING_NOT_COVERED"])),
        (special(settings=["inpatient"]), {"setting": None}, ("review", ["SETTING_MISSING"])),
        (special(catalogs=[]), {"line": {"generic_name": "氯吡格雷"}}, ("review", ["DRUG_NOT_RECOGNISED"])),
        (special(catalogs=[{"catalog": "OTHER"}]), {}, ("ineligible", ["CATALOG_NOT_IN_FORCE"])),
        (special(catalogs=[{"catalog": "CIDL", "label": "2025"}]), {}, ("ineligible", ["CATALOG_NOT_IN_FORCE"])),
        (special(catalogs=[{"catalog": "OTHER"}, *CIDL]), {}, ("eligible", [])),
        (special(), {"line": {"generic_name": "乙药"}}, ("ineligible", ["NOT_IN_CATALOG"])),
        (special(), {"member": {"pre_existing": ["C34"]}}, ("eligible", [])),
        (
            special(ratio_pre_existing="0"),
            {"member": {"pre_existing": ["C34"]}},
            ("ineligible", ["PRE_EXISTING_EXCLUDED"]),
        ),
        (
            special(ratio_pre_existing="0"),
            {"member": {"pre_existing": ["C30-C39"]}},
            ("ineligible", ["PRE_EXISTING_EXCLUDED"]),
        ),
        (special(ratio_pre_existing="0"), {"member": {"pre_existing": ["C34.11"]}}, ("eligible", [])),
        (special(ratio_pre_existing="0.1"), {"member": {"pre_existing": ["C34"]}}, ("eligible", [])),
        (special(), {"member": {"pre_existing": ["I10"]}, "diagnoses": []}, ("review", ["DIAGNOSIS_MISSING"])),
        # the ratio that would pay this line counts: here the unsettled one
        (
            special(ratio_unsettled="0", ratio_pre_existing="1"),
            {"member": {"pre_existing": ["C34"]}},
            ("ineligible", ["PRE_EXISTING_EXCLUDED"]),
        ),
        (
            special(ratio_unsettled="0", ratio_pre_existing="1"),
            {"member": {"pre_existing": ["C34"]}, "line": {"base_settled": True}},
            ("eligible", []),
        ),
        # bands replace the ratios: some band above 0 is enough
        (
            special(ratio_pre_existing="0", bands=[{"up_to": "1.00", "ratio": "0"}, {"up_to": None, "ratio": "0.1"}]),
            {"member": {"pre_existing": ["C34"]}},
            ("eligible", []),
        ),
        (
            special(bands=[{"up_to": None, "ratio": "0"}]),
            {"member": {"pre_existing": ["C34"]}},
            ("ineligible", ["PRE_EXISTING_EXCLUDED"]),
        ),
    ],
)
def test_each_test_of_a_benefit_says_why_it_fails(
    benefit: Json, claim: Json, outcome_and_codes: tuple[str, list[str]]
) -> None:
    world = make_world(benefits=[benefit], base=[{"entry_code": "N-1", "generic_name": "乙药", "icd10": ["Z99"]}])

    assert outcome(world, make_claim(**claim)) == outcome_and_codes


@pytest.mark.parametrize(("line", "found"), [({}, ["PRIOR_AUTH_REQUIRED"]), ({"prior_auth_no": "PA-1"}, [])])
def test_an_entry_may_ask_for_prior_authorisation(line: Json, found: list[str]) -> None:
    assert codes(decide_line(make_world(listed=[{**LISTED, "prior_auth": True}]), make_claim(line))) == found


def test_a_benefit_without_catalogs_takes_any_drug_and_has_no_match() -> None:
    world = make_world(listed=[], benefits=[special(catalogs=[])], base=BASE)

    judgement = decide_line(world, make_claim()).judgement

    assert (judgement.outcome, judgement.match) == ("eligible", None)


def test_a_product_without_benefits_pays_nothing() -> None:
    assert outcome(make_world(benefits=[]), make_claim()) == ("ineligible", ["NO_BENEFIT_FOR_BASE_STATUS"])


@pytest.mark.parametrize(
    ("entries", "matched"),
    [
        (({"icd10": ["C50"]}, {}), "B-1"),  # the first catalog with a full match
        (({"icd10": ["C50"]}, {"icd10": ["C34.11"]}), "B-1"),  # else the first unknown
        (({"icd10": ["C50"]}, {"sex": "M"}), "A-1"),  # else the first that fails
        (({}, {}), "A-1"),
    ],
)
def test_of_several_catalogs_the_best_match_counts(entries: tuple[Json, Json], matched: str) -> None:
    world = make_world(benefits=[special(catalogs=[{"catalog": "A"}, {"catalog": "B"}])])
    for code, entry in zip("AB", entries, strict=True):
        world["catalogs"].append(
            catalog(code, "commercial", [{"entry_code": f"{code}-1", "generic_name": "奥希替尼", **entry}])
        )

    line = decide_line(world, make_claim())

    found = line.judgement.match.entry.entry_code if line.judgement.match else line.reasons[0].cites[0].entry_code
    assert found == matched


def test_when_no_benefit_takes_the_line_the_nearest_speaks() -> None:
    by_scope = special(code="scope", scope="base_listed")  # rank 0, I
    by_setting = special(code="setting", settings=["inpatient"])  # rank 1: I, or R without a setting
    by_entry = special(code="entry")  # rank 3, I
    listed = [{**LISTED, "icd10": ["C50"]}]

    def spoken(claim: Json, *benefits: Json) -> list[tuple[str, str | None]]:
        line = decide_line(make_world(listed=listed, benefits=list(benefits)), claim)
        return [(reason.code, reason.cites[0].benefit) for reason in line.reasons]

    # The highest rank of all where none failed by R alone ...
    assert spoken(make_claim(), by_scope, by_setting, by_entry) == [("INDICATION_MISMATCH", "entry")]
    # ... the earlier of two of one rank ...
    assert spoken(make_claim(), by_entry, {**by_entry, "code": "twin"}) == [("INDICATION_MISMATCH", "entry")]
    # ... but one that failed by R alone comes first, whatever its rank.
    assert spoken(make_claim(setting=None), by_entry, by_setting) == [("SETTING_MISSING", "setting")]


def test_a_later_benefit_that_takes_the_line_notes_what_an_earlier_one_lacked() -> None:
    asks_for_setting = special(code="inpatient_only", settings=["inpatient"])
    never = special(code="never", scope="base_listed")
    world = make_world(benefits=[never, asks_for_setting, special()])

    line = decide_line(world, make_claim(setting=None))

    assert (line.judgement.outcome, codes(line)) == ("eligible", ["EARLIER_BENEFIT_UNDETERMINED"])
    assert line.judgement.benefit is not None
    assert line.judgement.benefit.code == "special"
    assert [cite.benefit for cite in line.reasons[0].cites] == ["inpatient_only"]
    assert "SETTING_MISSING" in line.reasons[0].message("en")
    # With the setting given the earlier benefit says no for sure, and there is nothing to note.
    assert codes(decide_line(world, make_claim())) == []


def test_benefit_and_match_are_told_even_where_a_gate_says_no() -> None:
    judgement = decide_line(make_world(), make_claim(circumstance="overseas")).judgement

    assert judgement.outcome == "ineligible"
    assert judgement.benefit is not None
    assert judgement.match is not None


def test_the_trace_shows_each_benefits_steps_and_skips_the_later_ones() -> None:
    world = make_world(benefits=[special(code="a", settings=["inpatient"]), special(code="b"), special(code="c")])

    steps = dict(decide_line(world, make_claim()).judgement.trace)

    assert [steps[f"benefit:a/{step}"] for step in ("scope", "setting", "catalog")] == ["pass", "fail", "skipped"]
    assert steps["benefit:b/pre_existing"] == "pass"
    assert {steps[f"benefit:c/{step}"] for step in ("scope", "restrictions")} == {"skipped"}
