"""Whatever the world and the claim: every set suffices, none has a smaller one inside it, none of one or two changes is missing.

The brute force shares nothing with the search: it changes the request as a client would, reads it anew, and decides the whole claim. How many
worlds: `LEAST_WORLDS` (docs/alternatives.md).
"""

import os
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import pytest

from claims.alternatives.candidates import candidates, elsewhere
from claims.alternatives.change import Change
from claims.alternatives.find import LineAlternatives, line_alternatives
from claims.eligibility import Claim, Line, Snapshot, assess_claim, parse_claim
from claims.eligibility.decision import LineDecision
from tests.claims.alternatives.applying import Json, sent_with
from tests.claims.eligibility import random_worlds as worlds
from tests.sharing import WHOLE
from tests.worlds import snapshot_of

WORLDS = int(os.environ.get("LEAST_WORLDS", "100" if WHOLE else "40"))
PARTS = 4
FEW = 9


def asked(seed: int) -> Iterator[tuple[Json, Claim, Line, Snapshot, LineAlternatives]]:
    """The lines of a random claim that are not eligible, with what was found for each."""
    world, claim = worlds.make(seed)
    parsed = parse_claim(claim, "en")
    snapshot = snapshot_of(world, "P", parsed.known_at)
    for line in parsed.lines:
        found = line_alternatives(parsed, line, snapshot)
        if found.judgement.outcome == "eligible":
            assert not found.sets
        else:
            yield claim, parsed, line, snapshot, found


def decided(claim: Json, line: Line, changes: tuple[tuple[str, Any], ...], snapshot: Snapshot) -> LineDecision:
    decision = assess_claim(parse_claim(sent_with(claim, changes), "en"), snapshot)
    return next(one for one in decision.lines if one.judgement.line.line_no == line.line_no)


def pays(claim: Json, line: Line, changes: tuple[Change, ...], snapshot: Snapshot) -> bool:
    placed = tuple((change.pointer(line), change.to) for change in changes)
    return decided(claim, line, placed, snapshot).judgement.outcome == "eligible"


def lies_inside(small: tuple[Change, ...], large: tuple[Change, ...]) -> bool:
    """Each change of the one is a change of the other, or less than the one of its field there."""
    return all(any(one is other or one in other.less for other in large) for one in small)


@pytest.mark.parametrize("part", range(PARTS))
def test_sets_suffice_are_least_and_none_of_one_or_two_changes_is_missing(part: int) -> None:
    lines = 0
    for seed in range(part, WORLDS, PARTS):
        for claim, parsed, line, snapshot, found in asked(seed):
            lines += 1
            sets = [one.changes for one in found.sets]
            for changes in sets:
                assert 1 <= len(changes) <= 3
                assert len({change.field for change in changes}) == len(changes)
                assert pays(claim, line, changes, snapshot), (seed, line.line_no, changes)
                for size in range(1, len(changes)):
                    for fewer in combinations(changes, size):
                        assert not pays(claim, line, fewer, snapshot), (seed, line.line_no, changes)
                assert not any(lies_inside(other, changes) for other in sets if other is not changes)
            worth_trying = candidates(parsed, line, snapshot, elsewhere(parsed, line, snapshot))
            if not found.complete:
                continue
            # The candidates are made anew, so they are told apart by what they set.
            told = {frozenset((change.field, str(change.to)) for change in changes) for changes in sets}
            # Sets of three too, where they are few.
            for size in (1, 2) if len(worth_trying.changes) > FEW else (1, 2, 3):
                for changes in combinations(worth_trying.changes, size):
                    if len({change.field for change in changes}) == size and pays(claim, line, changes, snapshot):
                        assert _is_told(changes, told), (seed, line.line_no, [(one.field, one.to) for one in changes])
    assert lines > WORLDS // PARTS / 2


def _is_told(changes: tuple[Change, ...], told: set[frozenset[tuple[str, str]]]) -> bool:
    """Whether the set, a part of it, or one with a lesser change in its place is among those told."""
    for size in range(1, len(changes) + 1):
        for part in combinations(changes, size):
            for chosen in product(*[(change, *change.less) for change in part]):
                if frozenset((change.field, str(change.to)) for change in chosen) in told:
                    return True
    return False


# ---------------------------------------------------------------------------------------------- candidates


def anything(claim: Json, line: Line) -> list[tuple[str, str, Any]]:
    """Whatever one can think of changing on a line, without looking at any list: (field, pointer, value). Not among it are the day and the naming
    of the product, of which only what lies within the lists is proposed."""
    at, member = f"/lines/{line.place}", claim.get("member") or {}
    found: list[tuple[str, str, Any]] = []
    for code, answer in product(worlds.CRITERIA, (True, False)):
        if line.evidence.get(code) is not answer:
            found.append((f"evidence.{code}", f"{at}/evidence/{code}", answer))
    for code in ("C34", "C34.1", "C34.12", "C34.5", "C18", "C19", "C20", "I10", "K50"):
        found += [("diagnoses", f"{at}/diagnoses", [*line.diagnoses, code]), ("diagnoses", f"{at}/diagnoses", [code])]
    if not member.get("sex"):
        found += [("sex", "/member/sex", sex) for sex in ("F", "M")]
    if member.get("age") is None:
        found += [("age", "/member/age", age) for age in (1, 17, 18, 40, 61, 62, 70, 71)]
    found += [("setting", f"{at}/setting", one) for one in (*worlds.SETTINGS, "retail_pharmacy") if one != line.setting]
    found += [
        ("institution_level", f"{at}/institution_level", one) for one in (1, 2, 3) if one != line.institution_level
    ]
    if not line.prior_auth_no:
        found.append(("prior_auth_no", f"{at}/prior_auth_no", "X-9"))
    if not line.settled:
        found.append(("base_settled", f"{at}/base_settled", True))
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_what_anybody_could_think_of_is_among_the_candidates(part: int) -> None:
    for seed in range(part, max(WORLDS // 10, PARTS), PARTS):
        for claim, _parsed, line, snapshot, found in asked(seed):
            if not found.complete:
                continue
            told = [{change.field for change in one.changes} for one in found.sets]
            drug = found.judgement.recognition.drug if found.judgement.recognition else None
            for size in (1, 2):
                for chosen in combinations(anything(claim, line), size):
                    fields = {field for field, _pointer, _value in chosen}
                    if len(fields) < size or any(one <= fields for one in told):
                        continue
                    after = decided(
                        claim, line, tuple((pointer, value) for _field, pointer, value in chosen), snapshot
                    ).judgement
                    same_drug = after.recognition is not None and after.recognition.drug == drug
                    assert after.outcome != "eligible" or not same_drug, (seed, line.line_no, chosen)
