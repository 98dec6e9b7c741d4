"""What must always hold, whatever the world and the claim."""

import copy
from dataclasses import replace
from random import Random

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from catalog.drugs.knowledge import Closure, Knowledge
from claims.eligibility import (
    Decision,
    Selectors,
    Snapshot,
    accumulators_document,
    answer,
    assess_claim,
    assess_coverage,
    coverage_answer,
    entry_names,
    needs,
    parse_claim,
    parse_coverage,
)
from common.dates import parse_day, parse_instant
from tests.catalog.drugs.test_closure import rows_with
from tests.claims.eligibility.random_worlds import Json, make, make_entries
from tests.worlds import forms_of, known_rows, product_version, snapshot_of

# A machine that is busy with other things must not fail a test.
UNHURRIED = settings(deadline=None)

SEEDS = st.integers(0, 10**9)
LATER = "2027-01-01T00:00:00Z"


def decide(world: Json, claim: Json) -> Decision:
    parsed = parse_claim(claim, "en")
    return assess_claim(parsed, snapshot_of(world, "P", parsed.known_at))


def told(decision: Decision) -> list[Json]:
    return sorted(answer(decision, "en")["lines"], key=lambda line: line["line_no"])


@UNHURRIED
@given(SEEDS)
def test_no_more_is_paid_than_can_be_claimed_and_never_less_than_nothing(seed: int) -> None:
    world, claim = make(seed)
    for line in decide(world, claim).lines:
        money = line.money
        event(line.judgement.outcome)
        assert 0 <= money.payable <= money.share <= money.allowed <= money.claimable
        assert money.payable + money.member_pays == money.claimable
        if line.judgement.outcome != "eligible":
            assert (money.allowed, money.payable, money.ratio) == (0, 0, 0)


@UNHURRIED
@given(SEEDS)
def test_an_outcome_is_the_worst_of_its_reasons(seed: int) -> None:
    world, claim = make(seed)
    for line in decide(world, claim).lines:
        effects = {reason.effect for reason in line.reasons}
        worst = "ineligible" if "I" in effects else "review" if "R" in effects else "eligible"
        assert line.judgement.outcome == worst
        assert (line.judgement.benefit is not None) or worst != "eligible"


@UNHURRIED
@given(SEEDS)
def test_limits_are_never_exceeded(seed: int) -> None:
    world, claim = make(seed)
    decision = decide(world, claim)
    after = decision.accumulators
    before = decision.judged.claim.member.accumulators
    terms = {version["label"]: product_version(version).terms for version in world["products"][0]["versions"]}
    home = terms.get(decision.judged.home or "")
    assume(home is not None)
    assert home is not None

    if home.annual_limit is not None:
        assert after.total_paid <= max(home.annual_limit, before.total_paid)
    for benefit in home.benefits:
        if benefit.annual_limit is not None:
            assert after.benefit_paid.get(benefit.code, 0) <= benefit.annual_limit
    for group, used in after.deductible_used.items():
        assert used <= max(home.deductibles[group], before.deductible_used.get(group, 0))
    assert after.total_paid - before.total_paid == sum(after.benefit_paid.values()) - sum(before.benefit_paid.values())


@UNHURRIED
@given(SEEDS)
def test_the_order_of_the_lines_in_the_request_does_not_matter(seed: int) -> None:
    world, claim = make(seed)
    shuffled = copy.deepcopy(claim)
    Random(seed).shuffle(shuffled["lines"])

    one, other = decide(world, claim), decide(world, shuffled)

    assert told(one) == told(other)
    assert (one.digest, one.accumulators) == (other.digest, other.accumulators)


@UNHURRIED
@given(SEEDS)
def test_what_comes_later_never_changes_what_was_known_before(seed: int) -> None:
    world, claim = make(seed)
    random = Random(seed)
    before = decide(world, claim).digest
    for catalog in world["catalogs"]:
        for version in catalog["versions"]:
            if random.random() < 0.5:
                version["withdrawn_at"] = LATER
        later = {"label": "later", "effective_from": "2026-01-01", "published_at": LATER, "checksum": "later"}
        catalog["versions"].append({**later, "entries": make_entries(random, "later", catalog["kind"])})
    world["master"].append(
        {"generic_name": "奥希替尼", "aliases": ["索拉非尼"], "approval_no": "H1", "recorded_at": LATER}
    )
    terms = {"label": "p2", "effective_from": "2026-03-01", "published_at": LATER, "benefits": []}
    world["products"][0]["versions"].append(terms)

    assert decide(world, claim).digest == before


@UNHURRIED
@given(SEEDS, st.integers(1, 4))
def test_a_claim_split_in_two_with_the_accumulators_passed_on_pays_the_same(seed: int, cut: int) -> None:
    world, claim = make(seed)
    # One product version, since what lines of another version use is not returned.
    del world["products"][0]["versions"][1:]
    claim["lines"].sort(key=lambda line: (line.get("service_date", claim["service_date"]), line["line_no"]))
    assume(0 < cut < len(claim["lines"]))
    whole = decide(world, claim)

    first = decide(world, {**claim, "lines": claim["lines"][:cut]})
    member = {**claim["member"], "accumulators": accumulators_document(first.accumulators)}
    second = decide(world, {**claim, "lines": claim["lines"][cut:], "member": member})

    assert [line.money for line in (*first.lines, *second.lines)] == [line.money for line in whole.lines]
    assert second.accumulators.total_paid == whole.accumulators.total_paid


def gathered(world: Json, seen: Snapshot, claim_or_query: Json) -> Snapshot:
    """The same world, but only what can matter is loaded, as claims.facts does of a very large version."""
    forms = forms_of(world)
    claim = parse_claim(claim_or_query)
    identities = [line.identity for line in claim.lines]
    rows = known_rows(world, "A", seen.known_at)
    closure = Closure(identities, forms)
    while keys := closure.missing_keys():
        closure.add(rows_with(rows, keys, forms))
    knowledge = Knowledge.build(closure.rows, forms)
    names = entry_names(identities, knowledge)
    days = {line.service_date for line in claim.lines}
    wanted = needs(days, seen.product_versions, seen.catalogs, seen.known_at)
    loaded = {(version.catalog, version.label) for versions in wanted.values() for version in versions}
    catalogs = {
        code: [
            replace(
                version, by_name={name: found for name, found in version.by_name.items() if name in names}, by_class={}
            )
            for version in versions
            if (version.catalog, version.label) in loaded
        ]
        for code, versions in seen.catalogs.items()
    }
    return Snapshot(seen.product, seen.product_versions, catalogs, knowledge, seen.known_at)


@UNHURRIED
@given(SEEDS)
def test_what_is_gathered_for_a_claim_decides_as_the_whole_world(seed: int) -> None:
    world, claim = make(seed)
    parsed = parse_claim(claim)
    seen = snapshot_of(world, "P", parsed.known_at)

    partly = assess_claim(parsed, gathered(world, seen, claim))

    assert answer(partly, "en") == answer(assess_claim(parsed, seen), "en")


@UNHURRIED
@given(SEEDS)
def test_selectors_find_every_entry_that_is_not_a_failure(seed: int) -> None:
    world, claim = make(seed)
    parsed = parse_claim(claim)
    seen = snapshot_of(world, "P", parsed.known_at)
    # The same entries, none of them looked up: all are always tried.
    unindexed = {
        code: [
            replace(
                version,
                selectors=Selectors(
                    rest=(
                        *version.selectors.rest,
                        *(entry for found in version.selectors.by_class.values() for entry in found),
                        *(entry for found in version.selectors.by_disease.values() for entry in found),
                    )
                ),
            )
            for version in versions
        ]
        for code, versions in seen.catalogs.items()
    }
    plain = Snapshot(seen.product, seen.product_versions, unindexed, seen.knowledge, seen.known_at)

    assert answer(assess_claim(parsed, seen), "en") == answer(assess_claim(parsed, plain), "en")


@UNHURRIED
@given(SEEDS)
def test_a_coverage_query_never_says_covered_where_the_line_is_excluded(seed: int) -> None:
    world, claim = make(seed)
    line = claim["lines"][0]
    query = {
        name: value for name, value in line.items() if name in ("generic_name", "dosage_form", "brand_name", "setting")
    }
    query |= {"icd10": line.get("diagnoses", []), "date": "2026-03-14", "known_at": claim["as_known_at"]}
    parsed = parse_coverage(query, today=parse_day("2026-03-14"))
    seen = snapshot_of(world, "P", parse_instant(claim["as_known_at"]))

    coverage = coverage_answer(assess_coverage(parsed, seen), "en")

    effects = {reason["effect"] for reason in coverage["reasons"]}
    assert (coverage["outcome"] == "covered") == (not effects & {"I", "R"})
    assert (coverage["match"] is None) == (coverage["requirements"] is None)
    assert len(coverage["alternatives"]) <= 20
    assert not coverage["drug"] or coverage["drug"]["id"] not in {item["id"] for item in coverage["alternatives"]}
