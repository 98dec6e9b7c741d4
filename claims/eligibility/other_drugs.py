"""Which other drugs of its class are offered beside a drug in a coverage answer, and how many (eligibility 8)."""

from collections.abc import Iterable

from claims.eligibility.case import Case
from claims.eligibility.compiled import CLASS_LENGTH, CompiledVersion
from claims.eligibility.decision import Alternative, Judgement, Offer
from claims.eligibility.entry import Entry, Facet
from claims.eligibility.entry_match import Grade, Match
from claims.eligibility.facts import LineFacts
from claims.eligibility.restrictions import criteria_hold, indication_holds
from claims.eligibility.snapshot import Snapshot

MAX_ALTERNATIVES = 20
# Of one snapshot, by version and diagnoses: a few are asked, a hostile caller could ask any number.
OFFERS_KEPT = 4
# What does not depend on who asks: the diagnoses are asked with the drug, and the criteria of a query pass.
_ALIKE_FOR_EVERYBODY = (indication_holds, criteria_hold)


def classes_of(class_codes: tuple[str, ...]) -> frozenset[str]:
    """Return the classes, five characters each, in which alternatives to a drug with these class codes are sought."""
    return frozenset(code[:CLASS_LENGTH] for code in class_codes if len(code) >= CLASS_LENGTH)


def other_drugs(case: Case, judgement: Judgement, snapshot: Snapshot) -> tuple[Alternative, ...]:
    """Return other drugs of the class that the benefit's catalogs list and whose restrictions all hold, at most twenty.

    The benefit is the one that takes the line, else the one that came nearest: a person whose drug is not covered asks this
    question first. An alternative is the drug as its entry describes it, so only the restrictions are tested.
    """
    benefit, found = judgement.benefit or judgement.nearest, judgement.recognition
    if benefit is None or found is None or judgement.terms is None or case.sources is None:
        return ()
    classes = classes_of(found.class_codes)
    offered: dict[str, Alternative] = {}
    for version in case.sources.benefit_catalogs[judgement.terms.benefits.index(benefit)]:
        for drug, sure, listed in _offers(version, classes, case.facts, snapshot):
            if drug == found.drug or drug in offered:
                continue
            alternative = sure or _first_that_fits(listed, case.facts)
            if alternative is not None:
                offered[drug] = alternative
            if len(offered) == MAX_ALTERNATIVES:
                return tuple(offered.values())
    return tuple(offered.values())


def _first_that_fits(listed: Iterable[tuple[Alternative, tuple[Facet, ...]]], facts: LineFacts) -> Alternative | None:
    for alternative, untested in listed:
        entry = alternative.match.entry
        if entry.in_force_on(facts.day) and _hold(untested, entry, facts):
            return alternative
    return None


def _offers(
    version: CompiledVersion, classes: frozenset[str], facts: LineFacts, snapshot: Snapshot
) -> tuple[Offer, ...]:
    """What a version lists in these classes for these diagnoses, drug by drug, each one's entries in the order of 4.3. The snapshot remembers it:
    the next question about the drug is about another person with the same disease."""
    key = (version, classes, facts.diagnoses)
    offers = snapshot.offers.get(key)
    if offers is None:
        by_drug: dict[str, list[tuple[Alternative, tuple[Facet, ...]]]] = {}
        for cls in sorted(classes):
            for entry in version.of_class(cls, facts.diagnoses):
                tested = [facet for facet in entry.facets if facet.test in _ALIKE_FOR_EVERYBODY]
                if _hold(tested, entry, facts):
                    drug = snapshot.knowledge.drug_of(entry.base_name)
                    untested = tuple([facet for facet in entry.facets if facet not in tested])
                    alternative = Alternative(drug, Match(version, entry, Grade.FULL))
                    by_drug.setdefault(drug, []).append((alternative, untested))
        offers = tuple([_offer(drug, listed) for drug, listed in sorted(by_drug.items())])
        if len(snapshot.offers) >= OFFERS_KEPT:
            snapshot.offers.clear()
        snapshot.offers[key] = offers
    return offers


def _offer(drug: str, listed: list[tuple[Alternative, tuple[Facet, ...]]]) -> Offer:
    first, untested = listed[0]
    return Offer(drug, first if not untested and not first.match.entry.has_period else None, tuple(listed))


def _hold(facets: Iterable[Facet], entry: Entry, facts: LineFacts) -> bool:
    for facet in facets:  # noqa: SIM110 - twenty entries and more are tried for one question, and a generator costs as much again
        if facet.test(entry, facts) is not None:
            return False
    return True
