"""What would have paid: which changes are proposed for which shortfall, how they are said, and that nothing else is proposed."""

from typing import Any

import pytest

from claims.alternatives.find import LineAlternatives, line_alternatives
from claims.alternatives.wording import alternatives_document, message
from claims.eligibility import Authorisation, parse_claim
from tests.claims.eligibility.small_world import Json, make_claim, make_world
from tests.worlds import snapshot_of

DRUG: Json = {"entry_code": "C-1", "generic_name": "甲磺酸奥希替尼", "class_code": "XL01EB"}
TWO = [{**DRUG, "criteria": ["EGFR=EGFR突变", "LINE_1=一线"]}]
OUTSIDE = {"policy_start": "2026-04-01", "policy_end": "2026-12-31"}
CODE = "XL01EBA001A010010100001"


def found(world: Json, claim: Json, place: int = 0) -> LineAlternatives:
    parsed = parse_claim(claim, "en")
    return line_alternatives(parsed, parsed.lines[place], snapshot_of(world, "HMB", parsed.known_at))


def told(world: Json, claim: Json) -> list[dict[str, Any]]:
    return [{change.field: change.to for change in one.changes} for one in found(world, claim).sets]


@pytest.mark.parametrize(
    ("world", "claim", "sets"),
    [
        ({"listed": [DRUG]}, {}, []),
        ({"listed": TWO}, {"line": {"evidence": {"LINE_1": True}}}, [{"evidence.EGFR": True}]),
        ({"listed": TWO}, {}, [{"evidence.EGFR": True, "evidence.LINE_1": True}]),
        ({"listed": TWO}, {"line": {"evidence": {"EGFR": False, "LINE_1": True}}}, [{"evidence.EGFR": True}]),
        ({"listed": [{**DRUG, "icd10": ["C34"]}]}, {"diagnoses": []}, [{"diagnoses": ["C34"]}]),
        ({"listed": [{**DRUG, "icd10": ["C34.2"]}]}, {"diagnoses": ["C34"]}, [{"diagnoses": ["C34", "C34.2"]}]),
        ({"listed": [{**DRUG, "icd10": ["C18-C20"]}]}, {"diagnoses": []}, [{"diagnoses": ["C18"]}]),
        ({"listed": [{**DRUG, "sex": "M"}]}, {"member": {"sex": None}}, [{"sex": "M"}]),
        ({"listed": [{**DRUG, "age_min": 18}]}, {"member": {"age": None}}, [{"age": 18}]),
        ({"listed": [{**DRUG, "settings": ["inpatient"]}]}, {}, [{"setting": "inpatient"}]),
        ({"listed": [{**DRUG, "min_institution_level": 2}]}, {"institution_level": 1}, [{"institution_level": 2}]),
        ({"listed": [{**DRUG, "prior_auth": True}]}, {}, [{"prior_auth_no": "NUMBER"}]),
        ({"listed": [{**DRUG, "dosage_form": "片"}]}, {}, [{"dosage_form": "片"}]),
        # Of two products known by their codes one is listed.
        (
            {"listed": [{**DRUG, "national_code": CODE}], "base": [{**DRUG, "national_code": CODE[:-1] + "2"}]},
            {},
            [{"national_code": CODE}],
        ),
        ({"listed": [DRUG]}, {"member": OUTSIDE}, [{"service_date": "2026-04-01"}]),
        (
            {"listed": [{**DRUG, "effective_from": "2026-05-01"}]},
            {"member": {"policy_start": None, "policy_end": None}},
            [{"service_date": "2026-05-01"}],
        ),
        (
            {"listed": [DRUG], "base": [DRUG], "requires_base_settlement": True},
            {},
            [{"base_settled": True}],
        ),
        # Without a diagnosis nobody can tell whether the negative list holds it: another disease would do.
        (
            {"listed": [DRUG], "negative": [{"entry_code": "N-1", "icd10": ["L70"]}]},
            {"diagnoses": []},
            [{"diagnoses": ["R69"]}],
        ),
        # Two ways, and three at once.
        (
            {"listed": [{**DRUG, "criteria": ["EGFR"]}, {**DRUG, "entry_code": "C-2", "settings": ["inpatient"]}]},
            {},
            [{"evidence.EGFR": True}, {"setting": "inpatient"}],
        ),
        (
            {"listed": [{**DRUG, "criteria": ["EGFR"], "prior_auth": True, "settings": ["inpatient"]}]},
            {},
            [{"prior_auth_no": "NUMBER", "evidence.EGFR": True, "setting": "inpatient"}],
        ),
    ],
)
def test_the_least_changes(world: Json, claim: Json, sets: list[Json]) -> None:
    assert told(make_world(**world), make_claim(**claim)) == sets


@pytest.mark.parametrize(
    ("world", "claim", "final"),
    [
        ({"listed": [DRUG]}, {"circumstance": "overseas"}, ("STATUTORY_EXCLUSION",)),
        ({"listed": [DRUG], "negative": [{"entry_code": "N-1", "generic_name": "奥希替尼"}]}, {}, ("NEGATIVE_LIST",)),
        ({"listed": [DRUG]}, {"line": {"generic_name": "无此药"}}, ("DRUG_NOT_RECOGNISED",)),
        # A sex or an age that is known is not to be otherwise.
        ({"listed": [{**DRUG, "sex": "M"}]}, {}, ("SEX_MISMATCH",)),
        ({"listed": [{**DRUG, "age_max": 18}]}, {}, ("AGE_MISMATCH",)),
        # Nothing of it is final, but it takes four answers.
        ({"listed": [{**DRUG, "criteria": ["A", "B", "C", "D"]}]}, {}, ()),
    ],
)
def test_what_no_change_mends_says_so(world: Json, claim: Json, final: tuple[str, ...]) -> None:
    line = found(make_world(**world), make_claim(**claim))

    assert (line.unmendable, line.sets, line.final, line.complete) == (True, (), final, True)


def test_facts_are_supposed_and_papers_are_sent_in_both_languages() -> None:
    world = make_world(listed=[{**DRUG, "criteria": ["EGFR=EGFR突变"], "prior_auth": True}])
    line = found(world, make_claim())

    (shown,) = alternatives_document([line], "en")[0]["sets"]
    (zh,) = alternatives_document([line], "zh")[0]["sets"]

    assert [(one["field"], one["pointer"], one["from"], one["to"], one["kind"]) for one in shown["changes"]] == [
        ("prior_auth_no", "/lines/0/prior_auth_no", None, "NUMBER", "paper"),
        ("evidence.EGFR", "/lines/0/evidence/EGFR", None, True, "fact"),
    ]
    assert shown["message"] == (
        "If EGFR (EGFR突变) holds, and once a prior authorisation is given and its number sent, this line would be eligible."
    )
    assert zh["message"] == "如果EGFR（EGFR突变）成立，并在取得事前授权并填写其编号之后，本行符合赔付条件。"


def test_a_change_of_the_member_says_which_other_line_it_makes_worse() -> None:
    listed = [{**DRUG, "sex": "M"}, {"entry_code": "C-2", "generic_name": "索拉非尼"}]
    # Where the fund has paid, what cannot be told counts for nothing; for a man it can be told.
    excluded = [{"entry_code": "X-1", "generic_name": "索拉非尼", "sex": "M"}]
    world = make_world(listed=listed, excluded=excluded, honours_base_exclusions=True)
    claim = make_claim([{}, {"generic_name": "索拉非尼", "base_paid": "10.00"}], member={"sex": None})

    (only,) = found(world, claim).sets

    assert ([change.to for change in only.changes], only.worse_for) == (["M"], (2,))
    assert message(only, "en").endswith("Line 2 would then no longer be.")


@pytest.mark.parametrize(
    ("member_ref", "given", "sets"),
    [
        ("m-1", {}, [["NUMBER"]]),
        ("m-1", {"prior_auth_no": "PA-9"}, [["NUMBER"]]),
        ("m-1", {"prior_auth_no": "PA-1"}, []),
        # An authorisation is a member's: without one it cannot be given.
        ("", {}, []),
    ],
)
def test_a_number_that_is_looked_up_stands_for_one_that_would_be_given(
    member_ref: str, given: Json, sets: list[list[str]]
) -> None:
    world = make_world(listed=[{**DRUG, "prior_auth": True}], prior_auth="checked")
    parsed = parse_claim(make_claim(given, member={"member_ref": member_ref}), "en")
    approved = Authorisation("m-1", "奥希替尼", parsed.lines[0].service_date, parsed.lines[0].service_date)
    snapshot = snapshot_of(world, "HMB", parsed.known_at).with_authorisations({"PA-1": approved})

    line = line_alternatives(parsed, parsed.lines[0], snapshot)

    assert [[change.to for change in one.changes] for one in line.sets] == sets
