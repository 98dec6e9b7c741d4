"""The product's engine on the oracle's terms: a world and a request in, the `expected` of vectors.md out."""

from datetime import date

from claims.eligibility import InvalidClaim, answer, assess_claim, parse_claim
from claims.eligibility.answer import coverage_answer
from claims.eligibility.coverage import assess_coverage
from claims.eligibility.request import parse_coverage
from tests.worlds import snapshot_of

MATCH = ("catalog", "version", "entry_code")
MONEY = ("claimable", "allowed", "deductible_applied", "ratio", "share", "payable", "member_pays")


def decide(world, request):
    """The engine's answer to a claim, cut down to what a vector states."""
    try:
        claim = parse_claim(request, "en")
    except InvalidClaim:
        return {"invalid": True}
    answered = answer(assess_claim(claim, snapshot_of(world, claim.product, claim.known_at)), "en")
    return {
        "lines": [
            {
                "line_no": line["line_no"],
                "outcome": line["outcome"],
                "reasons": codes_and_effects(line["reasons"]),
                "matched_by": line["drug"] and line["drug"]["matched_by"],
                "drug": line["drug"] and line["drug"]["generic_name"],
                "base_status": line["base"] and line["base"]["status"],
                "benefit": line["benefit"],
                "match": line["match"] and {name: line["match"][name] for name in MATCH},
                "money": {name: line["money"][name] for name in MONEY},
            }
            for line in answered["lines"]
        ],
        "totals": {name: answered["totals"][name] for name in ("claimable", "payable")},
        "accumulators": answered["accumulators"],
    }


def cover(world, query):
    """The engine's answer to a coverage query, cut down to what the oracle says of one."""
    asked = parse_coverage({name: value for name, value in query.items() if name != "product"}, today=date(2026, 3, 14))
    covered = coverage_answer(assess_coverage(asked, snapshot_of(world, query["product"], asked.known_at)), "en")
    return {
        "outcome": covered["outcome"],
        "reasons": codes_and_effects(covered["reasons"]),
        "drug": covered["drug"] and covered["drug"]["generic_name"],
        "matched_by": covered["drug"] and covered["drug"]["matched_by"],
        "base_status": covered["base"] and covered["base"]["status"],
        "benefit": covered["benefit"],
        "match": covered["match"] and {name: covered["match"][name] for name in MATCH},
        "alternatives": [alternative["generic_name"] for alternative in covered["alternatives"]],
    }


def codes_and_effects(reasons):
    return [{"code": reason["code"], "effect": reason["effect"]} for reason in reasons]
