"""The least changes for one line: judged by the engine that decides claims, and by nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from claims.alternatives.authorising import supposing
from claims.alternatives.blocking import blocking
from claims.alternatives.candidates import Elsewhere, candidates, elsewhere
from claims.alternatives.change import EVIDENCE, Change, changed
from claims.alternatives.least import ChangeSet, least_sets
from claims.eligibility import Claim, Judgement, Line, Snapshot
from claims.eligibility.assess import judge
from claims.eligibility.case import Case

# Reasons that an answer ends: where one of these stands in the way of every set, it takes more changes, and is not final.
_ANSWERED_BY: Final = {
    "DIAGNOSIS_MISSING": "diagnoses",
    "DIAGNOSIS_UNSPECIFIC": "diagnoses",
    "INDICATION_MISMATCH": "diagnoses",
    "SEX_MISSING": "sex",
    "AGE_MISSING": "age",
    "SETTING_MISSING": "setting",
    "SETTING_MISMATCH": "setting",
    "SETTING_NOT_COVERED": "setting",
    "INSTITUTION_LEVEL_MISSING": "institution_level",
    "INSTITUTION_LEVEL_MISMATCH": "institution_level",
    "EVIDENCE_MISSING": EVIDENCE,
    "CRITERION_UNMET": EVIDENCE,
    "PRIOR_AUTH_REQUIRED": "prior_auth_no",
    "PRIOR_AUTH_UNKNOWN": "prior_auth_no",
    "PRIOR_AUTH_OTHER_MEMBER": "prior_auth_no",
    "PRIOR_AUTH_OTHER_DRUG": "prior_auth_no",
    "PRIOR_AUTH_EXPIRED": "prior_auth_no",
    "PRIOR_AUTH_SPENT": "prior_auth_no",
    "BASE_SETTLEMENT_REQUIRED": "base_settled",
}


@dataclass(frozen=True, slots=True)
class LeastSet:
    """Changes that make a line eligible, and the numbers of the claim's other lines that come out worse by them (sex and age are of all lines)."""

    changes: ChangeSet
    worse_for: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LineAlternatives:
    """What would have paid a line. `complete`: no set of up to three changes is missing. `final`: where there is no set, the codes of the reasons
    that no change tried could end; empty where it only takes more than three. `judged`: how often the engine was asked."""

    judgement: Judgement
    sets: tuple[LeastSet, ...] = ()
    complete: bool = True
    final: tuple[str, ...] = ()
    judged: int = 0

    @property
    def unmendable(self) -> bool:
        """Whether the line is not eligible and no set makes it so."""
        return self.judgement.outcome in ("ineligible", "review") and not self.sets


def line_alternatives(claim: Claim, line: Line, snapshot: Snapshot, other: Elsewhere | None = None) -> LineAlternatives:
    """Return the least changes that make a line eligible; the claim's other lines are left as they are.

    The snapshot was loaded for the `other` days and names; of one that holds everything (None) they are taken as they are met.
    """
    before = judge(Case(claim, line, snapshot))
    if before.outcome not in ("ineligible", "review"):
        return LineAlternatives(before)
    worth_trying = candidates(claim, line, snapshot, other or elsewhere(claim, line, snapshot))
    standing = {reason.code for reason in before.reasons if reason.effect != "N"}

    judged = 0

    def blocked(changes: ChangeSet) -> tuple[frozenset[str], ...] | None:
        nonlocal judged
        judged += 1
        supposed = changed(claim, line, changes)
        case = Case(*supposed, supposing(*supposed, snapshot))
        judgement = judge(case)
        standing.intersection_update([reason.code for reason in judgement.reasons])
        return None if judgement.outcome == "eligible" else blocking(case, judgement, worth_trying.around, snapshot)

    found = least_sets(worth_trying.changes, blocked)
    if not found.sets:
        # Not everything was judged: what each change ends by itself tells which reasons none of them ends.
        for change in worth_trying.changes:
            blocked((change,))
    return LineAlternatives(
        judgement=before,
        sets=tuple([LeastSet(changes, _worse_for(claim, line, changes, snapshot)) for changes in found.sets]),
        complete=worth_trying.complete and found.complete,
        final=() if found.sets else _final(before, standing, worth_trying.changes),
        judged=judged,
    )


def _worse_for(claim: Claim, line: Line, changes: Iterable[Change], snapshot: Snapshot) -> tuple[int, ...]:
    """Return the other lines that were eligible and are not with the changes."""
    member_changed, _line = changed(claim, line, changes)
    if member_changed is claim:
        return ()
    return tuple(
        [
            other.line_no
            for other in claim.lines
            if other.line_no != line.line_no
            and judge(Case(claim, other, snapshot)).outcome == "eligible"
            and judge(Case(member_changed, other, snapshot)).outcome != "eligible"
        ]
    )


def _final(before: Judgement, standing: set[str], changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the line's reasons, in their order, that stood whatever was changed and that no answer ends."""
    fields = tuple([change.field for change in changes])
    return tuple(
        dict.fromkeys(
            reason.code
            for reason in before.reasons
            if reason.code in standing
            and not any(field.startswith(_ANSWERED_BY.get(reason.code, "-")) for field in fields)
        )
    )
