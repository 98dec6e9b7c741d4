"""The digest and its canonical JSON (eligibility 8, RFC 8785)."""

from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from claims.eligibility import (
    accumulators_document,
    answer,
    assess_claim,
    judge_claim,
    parse_claim,
    pay,
)
from claims.eligibility import digest as digesting
from common.jcs import canonical_json
from tests.claims.eligibility.small_world import Json, decide, make_claim, make_world, version
from tests.worlds import snapshot_of

# A machine that is busy with other things must not fail a test.
UNHURRIED = settings(deadline=None)

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@UNHURRIED
@given(DOCUMENTS)
def test_canonical_json_is_that_of_rfc_8785(document: Any) -> None:
    assert canonical_json(document) == rfc8785.dumps(document)


def test_keys_are_sorted_by_utf_16_unit() -> None:
    document = {"\U0001f600": 1, "\ufb33": 2, "€": 3, "\r": 4, "1": 5, "\u0080": 6, "ö": 7, "</script>": 8}

    assert canonical_json(document) == rfc8785.dumps(document)
    assert list(document) != sorted(document)


WORLD = make_world(listed=[{"entry_code": "C-1", "generic_name": "奥希替尼", "icd10": ["C34"]}], annual_limit="1200.00")
TWO = [{"line_no": 1}, {"line_no": 2, "diagnoses": ["C34.9", "I10"]}]


def digest_of(world: Json, claim: Json) -> str:
    return decide(world, claim).digest


@pytest.mark.parametrize(
    "same",
    [
        make_claim(TWO, claim_no="another"),
        make_claim(TWO, member={"member_ref": "another"}),
        make_claim(list(reversed(TWO))),
        make_claim([{**line, "quantity": "30.000"} for line in TWO]),
        make_claim([{**line, "generic_name": " 奥希替尼®"} for line in TWO]),
        make_claim([{**line, "prior_auth_no": None} for line in TWO]),
        make_claim([TWO[0], {**TWO[1], "diagnoses": ["i10", "C349", "I10"]}]),
        make_claim([{**line, "setting": "outpatient"} for line in TWO], setting=None),
        make_claim(TWO, as_known_at="2099-01-01T08:00:00+08:00"),
    ],
)
def test_the_same_said_in_other_words_has_the_same_digest(same: Json) -> None:
    assert digest_of(WORLD, same) == digest_of(WORLD, make_claim(TWO))


@pytest.mark.parametrize(
    "other",
    [
        make_claim(TWO, product="HMB", circumstance="overseas"),
        make_claim(TWO, member={"age": 62}),
        make_claim(TWO, member={"accumulators": {"total_paid": "0.01"}}),
        make_claim(TWO, member={"pre_existing": ["Z99"]}),
        make_claim([{**line, "amount": "1000.01"} for line in TWO]),
        make_claim([{**line, "unit_price": "33.30"} for line in TWO]),
        make_claim([{**line, "evidence": {"LINE_2": False}} for line in TWO]),
        make_claim([{**line, "prior_auth_no": "PA-1"} for line in TWO]),
        make_claim([TWO[0], {**TWO[1], "line_no": 3}]),
        make_claim(TWO, as_known_at="2098-12-31T23:59:59Z"),
    ],
)
def test_another_fact_has_another_digest(other: Json) -> None:
    assert digest_of(WORLD, other) != digest_of(WORLD, make_claim(TWO))


def test_the_content_of_a_catalog_counts_by_its_checksum() -> None:
    world = make_world(
        listed=[{"entry_code": "C-1", "generic_name": "奥希替尼", "icd10": ["C34"]}], annual_limit="1200.00"
    )
    world["catalogs"][0]["versions"][0]["checksum"] = "another"

    assert digest_of(world, make_claim(TWO)) != digest_of(WORLD, make_claim(TWO))


def test_the_language_of_the_answer_does_not() -> None:
    decision = decide(WORLD, make_claim(TWO))

    assert answer(decision, "zh")["digest"] == answer(decision, "en")["digest"] == decision.digest
    assert len(decision.digest) == 64


@pytest.mark.parametrize(
    ("rules", "digest"),
    [
        ("1", "8aa4fefdf8714885db033adb58b47e9ddf4850b330f5bbb3be63987244602b63"),
        ("2", "0bab61cb033f58891a0739b66e3ccd369af0d87e65bce2db7426a2dfef7405b0"),
    ],
)
def test_the_digest_of_this_claim_never_changes(rules: str, digest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Stored digests must be found again by every later release; if the last fails, the rules version must go up. This claim is
    # decided alike by all rules, so that only their version differs.
    monkeypatch.setattr(digesting, "RULES_VERSION", rules)

    assert digest_of(WORLD, make_claim(TWO)) == digest


def test_a_later_version_does_not_change_an_earlier_digest() -> None:
    claim = make_claim(TWO, as_known_at="2026-02-01T00:00:00Z")
    before = digest_of(WORLD, claim)
    world = make_world(
        listed=[{"entry_code": "C-1", "generic_name": "奥希替尼", "icd10": ["C34"]}], annual_limit="1200.00"
    )
    world["catalogs"][0]["versions"].append(version([], "2026-b", published_at="2026-02-01T00:00:01Z"))
    world["master"].append({"generic_name": "别药", "aliases": ["奥希替尼"], "recorded_at": "2026-02-01T00:00:01Z"})

    assert digest_of(world, claim) == before
    assert digest_of(world, make_claim(TWO, as_known_at="2026-02-02T00:00:00Z")) != before


def test_a_claim_of_a_batch_is_replayed_with_what_the_batch_carried_to_it() -> None:
    seen = snapshot_of(WORLD, "HMB")
    first, second = parse_claim(make_claim()), parse_claim(make_claim(TWO))
    _decision, ledger = pay(judge_claim(first, seen))
    in_batch, _ledger = pay(judge_claim(second, seen), ledger)

    with_ledger = assess_claim(second, seen, in_batch.opening)
    carried = accumulators_document(in_batch.opening["2026"])
    as_sent = decide(WORLD, make_claim(TWO, member={"accumulators": carried}))

    assert in_batch.digest == with_ledger.digest == as_sent.digest
    assert in_batch.digest != digest_of(WORLD, make_claim(TWO))
