"""The least changes for one line: judged by the engine that decides claims, and by nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from claims.alternatives.candidates import Elsewhere, candidates, elsewhere
from claims.alternatives.change import DRUG_FIELDS, EVIDENCE, Change, changed
from claims.alternatives.least import ChangeSet, Found, least_sets
from claims.eligibility import Claim, Judgement, Line, Snapshot
from claims.eligibility.assess import judge
from claims.eligibility.case import Case

_DAY: Final = frozenset({"service_date"})
# Gates that look at nothing but these fields: what changes none of them leaves the line where it is.
_ONLY_BY: Final = {
    "NO_PRODUCT_VERSION": _DAY,
    "POLICY_NOT_IN_FORCE": _DAY,
    "WAITING_PERIOD": _DAY,
    "STATUTORY_EXCLUSION": _DAY,
    "DRUG_NOT_RECOGNISED": DRUG_FIELDS,
    "DRUG_AMBIGUOUS": DRUG_FIELDS,
    "DRUG_CODE_NAME_CONFLICT": DRUG_FIELDS,
}
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
    that no change tried could end; empty where it only takes more than three."""

    judgement: Judgement
    sets: tuple[LeastSet, ...] = ()
    complete: bool = True
    final: tuple[str, ...] = ()

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

    def suffices(changes: ChangeSet) -> bool:
        judgement = judge(Case(*changed(claim, line, changes), snapshot))
        standing.intersection_update([reason.code for reason in judgement.reasons])
        return judgement.outcome == "eligible"

    needed = [_ONLY_BY[code] for code in sorted(standing) if code in _ONLY_BY]
    fields = {change.field for change in worth_trying.changes}
    if any(fields.isdisjoint(group) for group in needed):
        # Nothing can end that reason. Which of the others can be ended still says which of them are final too.
        for change in worth_trying.changes:
            suffices((change,))
        found = Found((), complete=True)
    else:
        found = least_sets(worth_trying.changes, suffices, needed=needed)
    return LineAlternatives(
        judgement=before,
        sets=tuple([LeastSet(changes, _worse_for(claim, line, changes, snapshot)) for changes in found.sets]),
        complete=worth_trying.complete and found.complete,
        final=() if found.sets else _final(before, standing, worth_trying.changes),
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
