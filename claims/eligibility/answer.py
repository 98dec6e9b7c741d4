"""The answer as the API gives it (spec api.md, "A check", "Coverage answer"): plain dicts, decimals as text, worded for people.

Nothing is decided here. The record's `id` is the caller's to add.
"""

from collections.abc import Iterable
from typing import Any, Final

from catalog.drugs.base_names import drug_id
from catalog.drugs.recognise import Recognition
from claims.eligibility.basis import basis_document
from claims.eligibility.compiled import MAX_QUANTITY_PLACES, STANDARD_PLACES, CompiledVersion
from claims.eligibility.decision import Alternative, Coverage, Decision, Judgement, LineDecision
from claims.eligibility.entry import Entry
from claims.eligibility.entry_match import Match
from claims.eligibility.facts import RULES_VERSION, Accumulators
from claims.eligibility.ratio import ratio_of
from claims.eligibility.reasons import Cite, Reason
from common.dates import instant_text
from common.languages import Language
from common.money import plain, ratio_text, yuan
from insurers.terms import Band

_COVERAGE_OUTCOMES: Final = {"eligible": "covered", "ineligible": "not_covered", "review": "review"}


def answer(decision: Decision, language: Language = "zh") -> dict[str, Any]:
    """Write a decision as the answer to a check, without its `id`."""
    judged = decision.judged
    return {
        "product": judged.product,
        "product_version": product_version_of(decision),
        "as_known_at": instant_text(judged.known_at),
        "rules_version": RULES_VERSION,
        "catalogs": catalogs_document(judged.consulted),
        "digest": decision.digest,
        "lines": [_line(line, language) for line in decision.lines],
        "totals": {
            "amount": yuan(sum(line.judgement.line.amount for line in decision.lines)),
            "claimable": yuan(decision.claimable),
            "payable": yuan(decision.payable),
        },
        "accumulators": accumulators_document(decision.accumulators),
        "basis": basis_document(decision),
    }


def coverage_answer(coverage: Coverage, language: Language = "zh") -> dict[str, Any]:
    """Write the answer to a coverage query."""
    judgement = coverage.judgement
    benefit, match = judgement.benefit, judgement.match
    # Bands replace the ratios, so a benefit with bands has none to tell.
    tells_ratio = benefit is not None and not benefit.bands
    return {
        "product": coverage.product,
        "product_version": judgement.terms.label if judgement.terms else None,
        "date": coverage.day.isoformat(),
        "known_at": instant_text(coverage.known_at),
        "outcome": _COVERAGE_OUTCOMES[judgement.outcome],
        "reasons": [reason_document(reason, language) for reason in judgement.reasons],
        "drug": drug_document(judgement.recognition),
        "base": base_document(judgement),
        "benefit": benefit.code if benefit else None,
        "ratio": ratio_text(ratio_of(benefit, pre_existing=False, settled=True)) if benefit and tells_ratio else None,
        "ratio_pre_existing": (
            ratio_text(ratio_of(benefit, pre_existing=True, settled=True)) if benefit and tells_ratio else None
        ),
        "bands": [_band(band) for band in benefit.bands] if benefit else [],
        "match": match_document(match),
        "requirements": _requirements(match.entry) if match else None,
        "catalogs": catalogs_document(coverage.consulted),
        "alternatives": [alternative_document(alternative) for alternative in coverage.alternatives],
    }


def _band(band: Band) -> dict[str, Any]:
    """Write a band; a pre-existing disease is paid by it like any other (eligibility 7, step 3)."""
    ratio = ratio_text(band.ratio)
    return {"up_to": None if band.up_to is None else yuan(band.up_to), "ratio": ratio, "ratio_pre_existing": ratio}


def accumulators_document(used: Accumulators) -> dict[str, Any]:
    """Write accumulators as the API gives and takes them."""
    return {
        "deductible_used": {group: yuan(amount) for group, amount in used.deductible_used.items()},
        "benefit_base": {code: yuan(amount) for code, amount in used.benefit_base.items()},
        "benefit_paid": {code: yuan(amount) for code, amount in used.benefit_paid.items()},
        "total_paid": yuan(used.total_paid),
    }


def product_version_of(decision: Decision) -> str | None:
    """Return the label of the version in force on the claim's own service date or, where it has none, its lines' if they agree.

    Lines of another product version name theirs in their trace.
    """
    if decision.judged.home is not None:
        return decision.judged.home
    labels = {judgement.terms.label for judgement in decision.judged.judgements if judgement.terms}
    return labels.pop() if len(labels) == 1 else None


def catalogs_document(versions: Iterable[CompiledVersion]) -> list[dict[str, Any]]:
    """Write the catalog versions that were consulted."""
    return [
        {
            "catalog": version.catalog,
            "kind": version.kind,
            "series": version.series,
            "version": version.label,
            "checksum": version.checksum,
        }
        for version in versions
    ]


def _line(decided: LineDecision, language: Language) -> dict[str, Any]:
    judgement, money = decided.judgement, decided.money
    line = judgement.line
    return {
        "line_no": line.line_no,
        "reference": line.reference or None,
        "refunds": [refund.line_no for refund in line.refunds],
        "outcome": judgement.outcome,
        "reasons": [reason_document(reason, language) for reason in decided.reasons],
        "drug": drug_document(judgement.recognition),
        "base": base_document(judgement),
        "benefit": judgement.benefit.code if judgement.benefit else None,
        "match": match_document(judgement.match),
        "money": {
            "amount": yuan(line.amount),
            "base_paid": yuan(line.base_paid),
            "other_paid": yuan(line.other_paid),
            "claimable": yuan(money.claimable),
            "allowed": yuan(money.allowed),
            "deductible_applied": yuan(money.deductible_applied),
            "ratio": ratio_text(money.ratio),
            "share": yuan(money.share),
            "payable": yuan(money.payable),
            "member_pays": yuan(money.member_pays),
        },
        "trace": trace_document(judgement),
    }


def trace_document(judgement: Judgement) -> list[dict[str, Any]]:
    """Write the steps in order; the first also says which product version the line was judged by. No step for a line that was
    taken back whole: it is not judged."""
    steps: list[dict[str, Any]] = [{"step": step, "result": result} for step, result in judgement.trace]
    if steps:
        steps[0]["version"] = judgement.terms.label if judgement.terms else None
    return steps


def reason_document(reason: Reason, language: Language) -> dict[str, Any]:
    """Write a reason with what it cites, worded in one language."""
    return {
        "code": reason.code,
        "effect": reason.effect,
        "message": reason.message(language),
        "cites": [_cite(cite) for cite in reason.cites],
    }


def in_both(zh: Iterable[dict[str, Any]], en: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return reasons with their messages in both languages, {"zh", "en"}: as they are kept."""
    return [
        {**one, "message": {"zh": one["message"], "en": other["message"]}} for one, other in zip(zh, en, strict=True)
    ]


def _cite(cite: Cite) -> dict[str, str]:
    return {name: value for name, value in cite._asdict().items() if value is not None}


def drug_document(found: Recognition | None) -> dict[str, Any] | None:
    """Write the drug a line was recognised as, with its product where that is known; None for neither."""
    if found is None or found.drug is None:
        return None
    written = found.product.written if found.product else None
    return {
        "id": drug_id(found.drug),
        "generic_name": found.drug,
        "product": {
            "national_code": written.national_code,
            "approval_no": written.approval_no,
            "brand_name": written.brand_name,
            "dosage_form": written.dosage_form,
            "strength": written.strength,
            "manufacturer": written.manufacturer,
        }
        if written
        else None,
        "matched_by": found.matched_by,
    }


def base_document(judgement: Judgement) -> dict[str, Any] | None:
    """Write what 医保 does with a line, and the entry that says so."""
    base = judgement.base
    if base is None:
        return None
    return {
        "status": base.status,
        "catalog": base.version.catalog if base.version else None,
        "version": base.version.label if base.version else None,
        "entry_code": base.entry.entry_code if base.entry else None,
    }


def match_document(match: Match | None) -> dict[str, Any] | None:
    """Write the entry that a line matches."""
    if match is None:
        return None
    return {
        "catalog": match.version.catalog,
        "series": match.version.series,
        "version": match.version.label,
        "checksum": match.version.checksum,
        "entry_code": match.entry.entry_code,
    }


def _requirements(entry: Entry) -> dict[str, Any]:
    """What the match asks for, as the entry gives it; not given is None, or an empty list."""
    standard: str | None = entry.payment_standard_text or None
    if entry.payment_standard is not None:
        standard = plain(entry.payment_standard, STANDARD_PLACES, least=2)
    return {
        "prior_auth": entry.prior_auth,
        "criteria": [{"code": code, "text": text} for code, text in entry.criteria_texts],
        "settings": list(entry.settings),
        "min_institution_level": entry.min_institution_level,
        "sex": entry.sex or None,
        "age_min": entry.age_min,
        "age_max": entry.age_max,
        "icd10": list(entry.icd10_written),
        "indication": entry.indication or None,
        "max_quantity": None if entry.max_quantity is None else plain(entry.max_quantity, MAX_QUANTITY_PLACES),
        "payment_standard": standard,
        "restriction": entry.restriction or None,
    }


def alternative_document(alternative: Alternative) -> dict[str, Any]:
    """Write a drug offered as an alternative."""
    match = alternative.match
    return {
        "id": drug_id(alternative.drug),
        "generic_name": alternative.drug,
        "catalog": match.version.catalog,
        "series": match.version.series,
        "version": match.version.label,
        "entry_code": match.entry.entry_code,
        "class_code": match.entry.class_code.upper(),
        "requirements": _requirements(match.entry),
    }
