"""One claim for every reason and note, in a small world; docs/explanations.md shows how each is told."""

from datetime import date
from typing import Any, Final

from claims.eligibility import REASONS
from claims.eligibility.authorisations import Authorisation
from claims.explanation import Block, explain, plain
from common.money import Nano
from tests.claims.eligibility.small_world import LISTED, TERMS
from tests.claims.explanation.told import make_claim, make_world, recorded

Json = dict[str, Any]

BENEFIT: Json = {**TERMS["benefits"][0], "name": "特定高额药品"}


def _world(entry: Json | None = None, benefit: Json | None = None, **changes: Any) -> Json:
    """The small world with a benefit that has a name; the entry and the benefit changed."""
    return make_world(
        **{"listed": [{**LISTED, **(entry or {})}], "benefits": [{**BENEFIT, **(benefit or {})}], **changes}
    )


_NRDL: Json = {"entry_code": "N-1", "generic_name": "奥希替尼"}
_CRITERION: Json = {
    "criteria": ["EGFR_19DEL_L858R"],
    "criteria_texts": {"EGFR_19DEL_L858R": "EGFR 19 外显子缺失或 21 外显子 L858R 突变"},
}
_CODE = "XL01EBA001A010010100001"
_TWO_DRUGS: list[Json] = [
    {"generic_name": "奥希替尼片", "brand_name": "泰瑞沙"},
    {"generic_name": "索拉非尼片", "brand_name": "泰瑞沙"},
]
_WITH_DEDUCTIBLE: Json = {"deductible_group": "drugs"}


def _authorised(**otherwise: Any) -> tuple[Json, Json]:
    """A product that checks prior authorisations, and a claim that gives a number: of none, or of one that is otherwise than the claim."""
    found = Authorisation("M-1", "奥希替尼", date(2026, 1, 1), date(2026, 12, 31))
    given = {"PA-1": found._replace(**otherwise)} if otherwise else {}
    world = {**_world({"prior_auth": True}, prior_auth="checked"), "authorisations": given}
    return world, make_claim({"prior_auth_no": "PA-1"}, member={"member_ref": "M-1"})


EXAMPLES: Final[dict[str, tuple[Json, Json]]] = {
    "NO_PRODUCT_VERSION": (_world(), make_claim(service_date="2027-03-14", member={"policy_end": None})),
    "POLICY_NOT_IN_FORCE": (_world(), make_claim(member={"policy_start": "2026-04-01"})),
    "WAITING_PERIOD": (_world(waiting_days=90), make_claim()),
    "STATUTORY_EXCLUSION": (_world(), make_claim(circumstance="work_injury")),
    "DRUG_NOT_RECOGNISED": (_world(), make_claim({"generic_name": "没有的药"})),
    "DRUG_AMBIGUOUS": (
        _world(master=_TWO_DRUGS),
        make_claim({"generic_name": None, "brand_name": "泰瑞沙"}),
    ),
    "DRUG_CODE_NAME_CONFLICT": (
        _world(
            master=[
                {"generic_name": "奥希替尼片", "national_code": _CODE},
                {"generic_name": "索拉非尼片"},
            ]
        ),
        make_claim({"national_code": _CODE, "generic_name": "索拉非尼片"}),
    ),
    "NEGATIVE_LIST": (_world(negative=[{"entry_code": "X-1", "generic_name": "奥希替尼"}]), make_claim()),
    "NEGATIVE_LIST_UNDETERMINED": (
        _world(negative=[{"entry_code": "X-1", "generic_name": "奥希替尼", "dosage_form": "分散片"}]),
        make_claim(),
    ),
    "BASE_EXCLUDED": (
        _world(excluded=[{"entry_code": "E-1", "generic_name": "奥希替尼"}], honours_base_exclusions=True),
        make_claim(),
    ),
    "BASE_STATUS_UNDETERMINED": (_world(base=[{**_NRDL, "dosage_form": "分散片"}]), make_claim()),
    "BASE_SETTLEMENT_REQUIRED": (_world(base=[_NRDL], requires_base_settlement=True), make_claim()),
    "NO_BENEFIT_FOR_BASE_STATUS": (_world(benefit={"scope": "off_base"}, base=[_NRDL]), make_claim()),
    "SETTING_NOT_COVERED": (_world(benefit={"settings": ["inpatient"]}), make_claim()),
    "NOT_IN_CATALOG": (_world(master=[{"generic_name": "索拉非尼片"}]), make_claim({"generic_name": "索拉非尼片"})),
    "CATALOG_NOT_IN_FORCE": (
        _world(listed=None, benefit={"catalogs": [{"catalog": "CIDL", "label": "2020"}]}),
        make_claim({"generic_name": "甲磺酸奥希替尼"}),
    ),
    "PRODUCT_UNSPECIFIED": (_world({"dosage_form": "分散片"}), make_claim()),
    "INDICATION_UNCODED": (_world({"indication": "EGFR 突变的晚期非小细胞肺癌"}), make_claim()),
    "DIAGNOSIS_MISSING": (_world({"icd10": ["C34"]}), make_claim(diagnoses=[])),
    "DIAGNOSIS_UNSPECIFIC": (_world({"icd10": ["C34.1"]}), make_claim(diagnoses=["C34"])),
    "SEX_MISSING": (_world({"sex": "F"}), make_claim(member={"sex": None})),
    "AGE_MISSING": (_world({"age_min": 18}), make_claim(member={"age": None})),
    "SETTING_MISSING": (_world({"settings": ["inpatient"]}), make_claim(setting=None)),
    "INSTITUTION_LEVEL_MISSING": (_world({"min_institution_level": 3}), make_claim(institution_level=None)),
    "EVIDENCE_MISSING": (_world(_CRITERION), make_claim()),
    "INDICATION_MISMATCH": (_world({"icd10": ["C34"], "age_min": 18}), make_claim(diagnoses=["C50.9"])),
    "SEX_MISMATCH": (_world({"sex": "M"}), make_claim()),
    "AGE_MISMATCH": (_world({"age_min": 2, "age_max": 12}), make_claim()),
    "SETTING_MISMATCH": (_world({"settings": ["inpatient", "designated_pharmacy"]}), make_claim()),
    "INSTITUTION_LEVEL_MISMATCH": (_world({"min_institution_level": 3}), make_claim(institution_level=1)),
    "CRITERION_UNMET": (_world(_CRITERION), make_claim({"evidence": {"EGFR_19DEL_L858R": False}})),
    "PRIOR_AUTH_REQUIRED": (_world({"prior_auth": True}), make_claim()),
    "PRIOR_AUTH_UNKNOWN": _authorised(),
    "PRIOR_AUTH_OTHER_MEMBER": _authorised(member_ref="M-2"),
    "PRIOR_AUTH_OTHER_DRUG": _authorised(drug="索拉非尼"),
    "PRIOR_AUTH_EXPIRED": _authorised(valid_to=date(2026, 1, 31)),
    "PRIOR_AUTH_SPENT": _authorised(quantity=Nano(1)),
    "PRE_EXISTING_EXCLUDED": (
        _world(benefit={"ratio_pre_existing": "0.0000"}),
        make_claim(member={"pre_existing": ["C34"]}),
    ),
    "EARLIER_BENEFIT_UNDETERMINED": (
        _world(
            {"icd10": ["C34.1"]},
            benefits=[BENEFIT, {"code": "any", "name": "自费药品", "ratio": "0.5000"}],
        ),
        make_claim(diagnoses=["C34"]),
    ),
    "QUANTITY_CAPPED": (_world({"max_quantity": "20"}), make_claim()),
    "PRICE_CAPPED": (_world({"payment_standard": "20.50"}), make_claim()),
    "DEDUCTIBLE_NOT_MET": (
        _world(benefit=_WITH_DEDUCTIBLE, deductibles={"drugs": "2000.00"}),
        make_claim(member={"accumulators": {"deductible_used": {"drugs": "500.00"}}}),
    ),
    "ANNUAL_LIMIT_REACHED": (
        _world(benefit={"annual_limit": "10000.00"}),
        make_claim(member={"accumulators": {"benefit_paid": {"special": "9800.00"}}}),
    ),
    "NOTHING_CLAIMABLE": (_world(), make_claim({"base_paid": "1000.00"})),
}

WHOLE: Final = (
    _world({"icd10": ["C34"], "payment_standard": "30.00"}, _WITH_DEDUCTIBLE, deductibles={"drugs": "200.00"}),
    make_claim([{"other_paid": "50.00"}, {"diagnoses": ["C50.9"]}]),
)

HEAD = """# Explanations 理赔说明

`GET /api/v1/claims/checks/{id}/explanation/?audience=member|adjudicator` tells why a check was decided so, from its record alone: JSON blocks, a page to
print (`Accept: text/html`) or plain text (`Accept: text/plain`), in Chinese or English (`Accept-Language`). For the member (the default) it is in plain words,
to be read aloud; for an adjudicator it has every code, row, checksum and step.

Every block names its `grounds`: JSON pointers into the check as `GET /api/v1/claims/checks/{id}/` shows it. What the record does not hold is not said; a
check recorded before its figures were kept (`basis`) says so. After the retention the answer is 410 `facts_removed`, as for a replay.

| kind | what it says |
| --- | --- |
| `check` | the product; for the adjudicator versions, instant, rules and digest |
| `provenance` | what is demonstration data, and where the lists come from |
| `line`, `claimed`, `outcome` | which line, what was claimed, what became of it |
| `drug` | as what the drug was recognised |
| `reason` | why: each reason and note |
| `base` | what 医保 does with it, and by which row |
| `list` | which benefit, by which list, version and row |
| `condition` | what the row asks for, and whether it holds |
| `step` | the gates in order, then each benefit's tests by rank |
| `money` | how the amount came about, step by step |
| `missing` | what an early record does not hold |
| `send` | what is to be sent before a person can decide |
| `catalog`, `totals` | the lists consulted; sums and accumulators |

This page is made by the tests from small worlds (`WRITE_DOCS=1 script/test tests/claims/explanation/test_examples.py` writes it anew), so what it says is true.
"""


def told_of(code: str, audience: Any, language: Any) -> list[Block]:
    """The blocks of a code's example that rest on the reason."""
    decision = recorded(*EXAMPLES[code])
    pointers = {
        f"/lines/{place}/reasons/{number}/code"
        for place, line in enumerate(decision["lines"])
        for number, reason in enumerate(line["reasons"])
        if reason["code"] == code
    }
    assert pointers, [reason["code"] for line in decision["lines"] for reason in line["reasons"]]
    blocks = explain(decision, audience=audience, language=language)
    return [block for block in blocks if pointers & set(block.grounds)]


def page() -> str:
    """docs/explanations.md."""
    decision = recorded(*WHOLE)
    parts = [HEAD, "## A whole explanation 一份完整的说明\n"]
    for audience, language in (("member", "zh"), ("member", "en"), ("adjudicator", "zh")):
        blocks = explain(decision, audience=audience, language=language)  # type: ignore[arg-type]
        parts.append(f"{audience}, {language}:\n\n```text\n{plain(blocks, language)}```\n")  # type: ignore[arg-type]
    parts.append("## Every reason and note 逐条示例\n")
    for code in REASONS:
        lines = [f"### `{code}`\n"]
        for audience in ("member", "adjudicator"):
            for language in ("zh", "en"):
                lines += [f"- {audience}, {language}: {block.text}" for block in told_of(code, audience, language)]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)
