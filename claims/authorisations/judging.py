"""A request for a prior authorisation judged: a coverage question that is asked its criteria too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.clock import Observation
from claims.authorisations.request import Asked
from claims.eligibility import RULES_VERSION, Coverage, assess_coverage, coverage_answer
from claims.eligibility.answer import in_both
from claims.eligibility.facts import QUANTITY_PLACES
from claims.facts import load, product_facts
from common.dates import instant_text
from common.jcs import sha256_of
from common.money import plain
from insurers.terms import ProductTerms

_STATES = {"eligible": "approved", "ineligible": "declined", "review": "in_review"}


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging: the state it leads to, what is kept of it (both languages), the terms by which (None: no version), the digest."""

    state: str
    drug: str
    document: Mapping[str, Any]
    terms: ProductTerms | None
    product_id: int
    digest: str


def judge_asked(asked: Asked, *, insurer_id: int, seen: Observation) -> Judged:
    """Judge a request as known at the observation; raises UnknownProduct."""
    product = product_facts(insurer_id=insurer_id, code=asked.product, seen=seen)
    snapshot = load(
        product, identities=[asked.query.identity], days={asked.query.day}, known_at=seen.known_at, seen=seen
    )
    found = assess_coverage(asked.query, snapshot, asked.evidence)
    judgement = found.judgement
    return Judged(
        state=_STATES[judgement.outcome],
        drug=(judgement.recognition.drug or "") if judgement.recognition else "",
        document=bilingual(found),
        terms=judgement.terms,
        product_id=product.pk,
        digest=sha256_of(digest_document(asked, found)),
    )


def bilingual(found: Coverage) -> dict[str, Any]:
    """Return the answer with every message in both languages, {"zh", "en"}: what is kept. Alternatives are not: nobody authorises them."""
    zh, en = coverage_answer(found, "zh"), coverage_answer(found, "en")
    zh["reasons"] = in_both(zh["reasons"], en["reasons"])
    del zh["alternatives"]
    return zh


def digest_document(asked: Asked, found: Coverage) -> dict[str, Any]:
    """Return what the digest is the digest of: rules, instant, what was asked but for who it is for, what it was judged by, and the outcome."""
    query, judgement = asked.query, found.judgement
    match = judgement.match
    return {
        "rules_version": RULES_VERSION,
        "known_at": instant_text(found.known_at),
        "product": found.product,
        "product_version": judgement.terms.label if judgement.terms else None,
        "request": {
            "from": query.day.isoformat(),
            "identity": query.identity,
            "diagnoses": sorted(set(query.diagnoses)),
            "sex": query.sex,
            "age": query.age,
            "setting": query.setting,
            "institution_level": query.institution_level,
            "circumstance": query.circumstance,
            "evidence": asked.evidence,
            "quantity": None if asked.quantity is None else plain(asked.quantity, QUANTITY_PLACES),
        },
        "catalogs": [(version.catalog, version.label, version.checksum) for version in found.consulted],
        "outcome": judgement.outcome,
        "reasons": [(reason.code, reason.effect) for reason in judgement.reasons],
        "drug": judgement.recognition.drug if judgement.recognition else None,
        "benefit": judgement.benefit.code if judgement.benefit else None,
        "match": (match.version.catalog, match.version.label, match.entry.entry_code) if match else None,
    }
