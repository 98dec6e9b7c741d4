"""The coverage query: would this product cover this drug on this day, and what else of its class (eligibility 8)?

It is the same judgement as a claim line's, for one line without money. Policy, waiting period, settlement and pre-existing
conditions are skipped; criteria pass and prior authorisation is not asked: both are shown as requirements of the match.
"""

from collections.abc import Mapping

from claims.eligibility.assess import consulted, judge
from claims.eligibility.case import Case
from claims.eligibility.decision import Coverage
from claims.eligibility.facts import Claim, CoverageQuery, Line, Member
from claims.eligibility.other_drugs import other_drugs
from claims.eligibility.snapshot import Snapshot
from common.money import Fen, Nano


def assess_coverage(query: CoverageQuery, snapshot: Snapshot, evidence: Mapping[str, bool] | None = None) -> Coverage:
    """Answer a coverage query; with `evidence` its criteria are asked too, as of a claim (prior authorisation). For the alternatives the
    catalogs of the product's benefits must be loaded with
    `by_class` for the `classes_of` the drug, and the knowledge must know the drugs so named."""
    claim = _as_claim(query, snapshot.product, evidence or {})
    case = Case(claim, claim.lines[0], snapshot, is_query=True, with_evidence=evidence is not None)
    judgement = judge(case)
    return Coverage(
        product=snapshot.product,
        day=query.day,
        known_at=snapshot.known_at,
        judgement=judgement,
        consulted=consulted([judgement], snapshot),
        alternatives=other_drugs(case, judgement, snapshot),
    )


def _as_claim(query: CoverageQuery, product: str, evidence: Mapping[str, bool]) -> Claim:
    line = Line(
        line_no=1,
        service_date=query.day,
        diagnoses=query.diagnoses,
        setting=query.setting,
        institution_level=query.institution_level,
        identity=query.identity,
        quantity=Nano(0),
        amount=Fen(0),
        evidence=evidence,
    )
    return Claim(
        product=product,
        lines=(line,),
        service_date=query.day,
        known_at=query.known_at,
        circumstance=query.circumstance,
        member=Member(sex=query.sex, age=query.age),
    )
