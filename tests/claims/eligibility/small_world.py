"""One small world that the rule tests change a little each: one product, a national list, a commercial list, two exclusion lists."""

import copy
from typing import Any

from claims.eligibility import Decision, assess_claim, assess_coverage, coverage_answer, parse_claim, parse_coverage
from claims.eligibility.decision import LineDecision
from common.dates import parse_day
from tests.worlds import snapshot_of

PUBLISHED = "2025-12-01T00:00:00Z"

Json = dict[str, Any]


def version(entries: list[Json], label: str = "2026", **changes: Any) -> Json:
    return {
        "label": label,
        "effective_from": "2026-01-01",
        "published_at": PUBLISHED,
        "checksum": f"sum-of-{label}",
        "entries": entries,
        **changes,
    }


def catalog(code: str, kind: str, entries: list[Json], **changes: Any) -> Json:
    return {
        "code": code,
        "kind": kind,
        "series": "B" if kind == "commercial" else None,
        "versions": [version(entries)],
        **changes,
    }


TERMS: Json = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "effective_to": "2026-12-31",
    "published_at": PUBLISHED,
    "base": {"catalog": "NRDL"},
    "base_exclusions": [{"catalog": "EXCL"}],
    "negative_lists": [{"catalog": "NEG"}],
    "benefits": [{"code": "special", "catalogs": [{"catalog": "CIDL"}], "ratio": "0.7000"}],
}
WORLD: Json = {
    "dosage_forms": [
        {"form": "片", "group": "口服常释剂型"},
        {"form": "分散片", "group": "口服常释剂型"},
        {"form": "注射液", "group": "注射剂"},
    ],
    "master": [],
    "catalogs": [],
    "products": [{"code": "HMB", "insurer": "A", "versions": [TERMS]}],
}
CLAIM: Json = {
    "product": "HMB",
    "service_date": "2026-03-14",
    "diagnoses": ["C34.1"],
    "setting": "outpatient",
    "institution_level": 3,
    "member": {"policy_start": "2026-01-01", "policy_end": "2026-12-31", "sex": "F", "age": 61},
}
LINE: Json = {"generic_name": "奥希替尼", "quantity": "30", "amount": "1000.00"}

# The entry that most tests match: no restriction at all.
LISTED: Json = {"entry_code": "C-1", "generic_name": "甲磺酸奥希替尼", "class_code": "XL01EB"}


def make_world(
    *,
    listed: list[Json] | None = None,
    base: list[Json] | None = None,
    excluded: list[Json] | None = None,
    negative: list[Json] | None = None,
    master: list[Json] | None = None,
    benefits: list[Json] | None = None,
    **terms: Any,
) -> Json:
    """Change the world: the entries of its lists (None: the list does not exist), the benefits and other terms."""
    world = copy.deepcopy(WORLD)
    world["master"] = master or []
    lists = (
        ("CIDL", "commercial", [LISTED] if listed is None else listed),
        ("NRDL", "base", base),
        ("EXCL", "base_exclusion", excluded),
        ("NEG", "negative", negative),
    )
    world["catalogs"] = [catalog(code, kind, entries) for code, kind, entries in lists if entries is not None]
    sold = world["products"][0]["versions"][0]
    if benefits is not None:
        sold["benefits"] = benefits
    sold.update(terms)
    return world


def make_claim(line: Json | list[Json] | None = None, member: Json | None = None, **changes: Any) -> Json:
    """Change the claim: its line or lines, its member, anything else. None takes a field away."""
    claim = {**copy.deepcopy(CLAIM), **changes}
    claim["member"] = {**claim["member"], **(member or {})}
    claim["lines"] = [{**LINE, **changed} for changed in (line if isinstance(line, list) else [line or {}])]
    return claim


def decide(world: Json, claim: Json) -> Decision:
    parsed = parse_claim(claim, "en")
    return assess_claim(parsed, snapshot_of(world, "HMB", parsed.known_at))


def decide_line(world: Json, claim: Json) -> LineDecision:
    return decide(world, claim).lines[0]


def codes(line: LineDecision) -> list[str]:
    return [reason.code for reason in line.reasons]


def outcome(world: Json, claim: Json) -> tuple[str, list[str]]:
    """The outcome of the first line and its reasons."""
    line = decide_line(world, claim)
    return line.judgement.outcome, codes(line)


def cover(world: Json, query: Json) -> Json:
    parsed = parse_coverage(query, today=parse_day("2026-03-14"), language="en")
    return coverage_answer(assess_coverage(parsed, snapshot_of(world, "HMB", parsed.known_at)), "en")
