"""The coverage query: would this product cover this drug on this day, and what else of its class (eligibility 8)?

It is the same judgement as a claim line's, for one line without money. Policy, waiting period, settlement and pre-existing
conditions are skipped; criteria pass and prior authorisation is not asked: both are shown as requirements of the match.
"""

from claims.eligibility.assess import consulted, judge_line
from claims.eligibility.case import Case
from claims.eligibility.compiled import CLASS_LENGTH
from claims.eligibility.decision import Alternative, Coverage, Judgement
from claims.eligibility.facts import Claim, CoverageQuery, Line, Member
from claims.eligibility.matching import Grade, Match, shortfalls
from claims.eligibility.world import World

MAX_ALTERNATIVES = 20


def assess_coverage(query: CoverageQuery, world: World) -> Coverage:
    """Will answer a coverage query. For the alternatives the catalogs of the product's benefits must be loaded with
    `by_class` for the `classes_of` the drug, and the knowledge must know the drugs so named."""
    claim = _as_claim(query, world.product)
    judgement = judge_line(claim, claim.lines[0], world, is_query=True)
    return Coverage(
        product=world.product,
        day=query.day,
        known_at=world.known_at,
        judgement=judgement,
        consulted=consulted([judgement], world),
        alternatives=_alternatives(claim, judgement, world),
    )


def classes_of(class_codes: tuple[str, ...]) -> frozenset[str]:
    """Will return the classes, five characters each, in which alternatives to a drug with these class codes are sought."""
    return frozenset(code[:CLASS_LENGTH] for code in class_codes if len(code) >= CLASS_LENGTH)


def _as_claim(query: CoverageQuery, product: str) -> Claim:
    line = Line(
        line_no=1,
        service_date=query.day,
        diagnoses=query.diagnoses,
        setting=query.setting,
        institution_level=query.institution_level,
        identity=query.identity,
        quantity=0,
        amount=0,
    )
    return Claim(
        product=product,
        lines=(line,),
        service_date=query.day,
        known_at=query.known_at,
        circumstance=query.circumstance,
        member=Member(sex=query.sex, age=query.age),
    )


def _alternatives(claim: Claim, judgement: Judgement, world: World) -> tuple[Alternative, ...]:
    """Other drugs of the class that the benefit's catalogs list and whose restrictions all hold, at most twenty.

    The benefit is the one that takes the line, else the one that came nearest: a person whose drug is not covered asks this
    question first. An alternative is the drug as its entry describes it, so only the restrictions are tested.
    """
    benefit, found = judgement.benefit or judgement.nearest, judgement.recognition
    case = Case(claim, claim.lines[0], world, is_query=True)
    if benefit is None or found is None or judgement.terms is None or case.sources is None:
        return ()
    offered: dict[str, Alternative] = {}
    for version in case.sources.benefit_catalogs[judgement.terms.benefits.index(benefit)]:
        here: dict[str, Alternative] = {}
        for cls in sorted(classes_of(found.class_codes)):
            for entry in version.by_class.get(cls, ()):
                drug = world.knowledge.drug_of(entry.base_name)
                if drug == found.drug or drug in offered or drug in here or not entry.in_force_on(case.facts.day):
                    continue
                if not shortfalls(entry, case.facts):
                    here[drug] = Alternative(drug, Match(version, entry, Grade.FULL))
        offered.update(sorted(here.items()))
    return tuple(offered.values())[:MAX_ALTERNATIVES]
