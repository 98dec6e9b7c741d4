"""Deciding claims and answering coverage: load → decide → record. Instants come from the caller's observation (catalog.clock)."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog.clock import Observation, china_today, observe
from claims.authorisations.spending import lock_for, write_uses
from claims.eligibility import (
    Claim,
    Decision,
    answer,
    assess_claim,
    assess_coverage,
    coverage_answer,
    parse_claim,
)
from claims.eligibility.answer import in_both
from claims.eligibility.decision import Coverage
from claims.eligibility.facts import RULES_VERSION, CoverageQuery
from claims.explanation import Audience, Block, explain
from claims.facts import ProductFacts, as_anybody_sees, load, product_facts, with_authorisations
from claims.facts.authorisations import checks_authorisations
from claims.models import ClaimCheck
from claims.odd_claims import Note, note_documents, notes_of, worded_notes
from claims.receipts import keep_receipt
from common import fair_share
from common.errors import Refused
from common.languages import Language
from common.tenancy import NOBODY, acting_for


class FactsRemoved(Refused):
    """What was asked and answered is gone after the retention; of a check where no other sentence is given."""

    code = "facts_removed"
    status = 410

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or _("The facts of this check were removed after retention; its digest remains."))


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and the record of it where one was kept."""

    decision: Decision
    check: ClaimCheck | None
    product: ProductFacts
    notes: list[Note]


def decide_claim(
    *, insurer_id: int, data: Mapping[str, Any], by: str, seen: Observation, language: Language, record: bool = True
) -> Decided:
    """Decide a claim as the insurer asked it and record the decision; raises InvalidClaim, UnknownProduct. A dry run records nothing.

    What is recorded uses prior authorisations up where the product checks them, also where it asks as known earlier: lists and approvals are
    then as known at that instant, but what is used up is used up.
    """
    claim = parse_claim(data, language)
    notes = notes_of(claim, today=china_today(seen.known_at), now=seen.known_at)
    if not record:
        decision, product = decide(claim, insurer_id=insurer_id, seen=seen, known_at=claim.known_at)
        return Decided(decision, None, product, notes)
    product = product_facts(insurer_id=insurer_id, code=claim.product, seen=seen)
    with transaction.atomic() if checks_authorisations(product) else nullcontext():
        locked = lock_for(product, [claim])
        if locked:
            # Later than whatever the ones before have used: so a replay finds what was found now.
            seen = observe()
        decision, product = decide(
            claim, insurer_id=insurer_id, seen=seen, known_at=claim.known_at, used_by=seen.known_at
        )
        check = _record(claim, decision, product, notes, data=data, by=by, seen=seen)
        write_uses([decision.judged], locked, insurer_id=insurer_id, at=seen.known_at, check_id=check.pk)
    return Decided(decision, check, product, notes)


def decide(
    claim: Claim,
    *,
    insurer_id: int,
    seen: Observation,
    known_at: datetime | None,
    used_by: datetime | None = None,
    again: ClaimCheck | None = None,
) -> tuple[Decision, ProductFacts]:
    """Decide a claim, with what was used of authorisations by an instant (None: as known); `again` is the check that is decided once more, which
    does not find what it used itself."""
    product = product_facts(insurer_id=insurer_id, code=claim.product, seen=seen)
    snapshot = load(
        product,
        identities=[line.identity for line in claim.lines],
        days=_days_of(claim),
        # What is not known yet cannot be asked: a later instant is now.
        known_at=min(known_at or seen.known_at, seen.known_at),
        seen=seen,
    )
    but_for = again.pk if again else None
    snapshot = with_authorisations(snapshot, product, [claim], used_by=used_by, but_for_check=but_for)
    return assess_claim(claim, snapshot), product


def _days_of(claim: Claim) -> set[date]:
    days = {line.service_date for line in claim.lines}
    return days | {claim.service_date} if claim.service_date else days


@transaction.atomic
def _record(
    claim: Claim,
    decision: Decision,
    product: ProductFacts,
    notes: list[Note],
    *,
    data: Mapping[str, Any],
    by: str,
    seen: Observation,
) -> ClaimCheck:
    document = with_provenance(bilingual(decision), product)
    check = ClaimCheck.objects.create(
        insurer_id=product.insurer_id,
        product_id=product.pk,
        claim_no=claim.claim_no,
        service_date=claim.service_date,
        as_known_at=claim.known_at,
        known_at=decision.judged.known_at,
        outcome=decision.outcome,
        outcomes=sorted({line.judgement.outcome for line in decision.lines}),
        rules_version=RULES_VERSION,
        digest=decision.digest,
        facts=data,
        decision=document | {"notes": note_documents(notes)},
        totals=document["totals"],
        catalogs=[{"catalog": cited["catalog"], "version": cited["version"]} for cited in document["catalogs"]],
        decided_by=by,
        decided_at=seen.known_at,
    )
    keep_receipt(check, seen, product.told_to_strangers())
    return check


def bilingual(decision: Decision) -> dict[str, Any]:
    """Return the answer with every message in both languages, {"zh", "en"}: what is kept."""
    zh, en = answer(decision, "zh"), answer(decision, "en")
    for line_zh, line_en in zip(zh["lines"], en["lines"], strict=True):
        line_zh["reasons"] = in_both(line_zh["reasons"], line_en["reasons"])
    return zh


def worded(kept: dict[str, Any], language: Language) -> dict[str, Any]:
    """Return a kept answer with its messages in one language."""
    lines = [
        {**line, "reasons": [{**reason, "message": reason["message"][language]} for reason in line["reasons"]]}
        for line in kept["lines"]
    ]
    # Not kept of checks that were decided before there were any.
    return {**kept, "lines": lines, "notes": worded_notes(kept.get("notes", ()), language)}


def with_provenance(shown: dict[str, Any], product: ProductFacts) -> dict[str, Any]:
    """Mark in an answer what is official, hand-coded or demonstration data: catalog versions and product; a check's basis gets their names.

    What an answer was recorded with stays.
    """
    listed = {code: versions[0] for code, versions in product.catalogs.items() if versions}
    for cited in shown["catalogs"]:
        known = listed.get(cited["catalog"])
        cited.setdefault("provenance", known.provenance if known else "")
    shown.setdefault("is_demonstration", product.is_demonstration)
    if basis := shown.get("basis"):
        basis.setdefault("product_name", product.name)
        names = {code: reference.catalog_name for code, reference in listed.items()}
        cited_names = [
            {"catalog": code, "name": names[code]}
            for code in dict.fromkeys(cited["catalog"] for cited in shown["catalogs"])
            if code in names
        ]
        basis.setdefault("catalogs", cited_names)
    return shown


def coverage(
    *, insurer_id: int, product_code: str, queries: Sequence[CoverageQuery], seen: Observation
) -> tuple[list[Coverage], ProductFacts]:
    """Answer coverage queries of one product, in order; raises UnknownProduct. Queries as known at one instant share one snapshot."""
    product = product_facts(insurer_id=insurer_id, code=product_code, seen=seen)
    return _covered(product, queries, seen), product


def coverage_for_anybody(
    *, insurer_id: int, product_code: str, queries: Sequence[CoverageQuery], seen: Observation
) -> tuple[list[Coverage | None], ProductFacts]:
    """Answer coverage queries by the shared lists alone, whoever asks; None where the product version of the day names a list that is not shared.

    Whether the product is told of to anybody is the caller's to ask. What only the insurer's own lists know of a drug is not known here.
    """
    with acting_for(str(insurer_id)):
        own = product_facts(insurer_id=insurer_id, code=product_code, seen=seen)
        product, hidden = as_anybody_sees(own, seen)
    with acting_for(NOBODY):
        found = _covered(product, queries, seen)
    return [None if _rests_on(one, hidden) else one for one in found], product


def _rests_on(found: Coverage, hidden: frozenset[str]) -> bool:
    """Tell whether the terms that were judged by name one of these lists."""
    terms = found.judgement.terms
    return terms is not None and any(reference.catalog in hidden for reference in terms.references())


def _covered(product: ProductFacts, queries: Sequence[CoverageQuery], seen: Observation) -> list[Coverage]:
    snapshots = {}
    for known_at in {_known_at(query, seen) for query in queries}:
        alike = [query for query in queries if _known_at(query, seen) == known_at]
        snapshots[known_at] = load(
            product,
            identities=[query.identity for query in alike],
            days={query.day for query in alike},
            known_at=known_at,
            seen=seen,
            treating=[(query.identity, query.diagnoses) for query in alike],
        )
    found = []
    for query in queries:
        fair_share.give_way()
        found.append(assess_coverage(query, snapshots[_known_at(query, seen)]))
    return found


def _known_at(query: CoverageQuery, seen: Observation) -> datetime:
    return min(query.known_at or seen.known_at, seen.known_at)


def coverage_document(found: Coverage, product: ProductFacts, language: Language) -> dict[str, Any]:
    """Return a coverage answer as the API shows it."""
    return with_provenance(coverage_answer(found, language), product)


def explain_check(*, check: ClaimCheck, audience: Audience, language: Language) -> list[Block]:
    """Explain a recorded check from its record alone (spec proof.md 3). Raises FactsRemoved after the retention."""
    if check.decision is None:
        raise FactsRemoved
    return explain(check.decision, audience=audience, language=language)
