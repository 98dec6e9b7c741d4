"""The digest of a decision: the same request, asked as known at the same instant, has the same digest for ever.

It is the SHA-256 of the RFC 8785 JSON of: the rules version, `known_at`, the request's facts, the product versions, the catalog
versions with their checksums, and what was decided of each line. What counts as a fact is what can decide something, in the
form in which it decides: drug texts after `norm`, disease codes without dots, numbers as numbers ("30" and "30.0" are the same),
what the claim says for all its lines filled into each, what was taken back added up, lines by their number. So two requests
that say the same in other words have one digest. Not in it: claim number, member reference, references of lines,
prior-authorisation number (only whether there is one; where it was checked, whose and what for it is, its days and what was left), ids,
messages, the order of the lines, the time of asking.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from claims.eligibility.diagnosis_match import DiseaseCodes
from claims.eligibility.facts import RULES_VERSION, Accumulators
from common.dates import instant_text
from common.jcs import sha256_of

if TYPE_CHECKING:
    from claims.eligibility.decision import JudgedClaim, LineDecision


def digest(judged: "JudgedClaim", lines: "Sequence[LineDecision]", opening: Mapping[str, Accumulators]) -> str:
    """Return the digest of a claim's decided lines and the accumulators counted with: 64 hexadecimal digits."""
    return sha256_of(digest_document(judged, lines, opening))


def digest_document(
    judged: "JudgedClaim", lines: "Sequence[LineDecision]", opening: Mapping[str, Accumulators]
) -> dict[str, Any]:
    """Return what the digest is the digest of."""
    return {
        "rules_version": RULES_VERSION,
        "known_at": instant_text(judged.known_at),
        "product": judged.product,
        "product_version": judged.home,
        "request": _claim(judged),
        "accumulators": {label: _accumulators(used) for label, used in opening.items()},
        "catalogs": [(version.catalog, version.label, version.checksum) for version in judged.consulted],
        "lines": [_line(line) for line in sorted(lines, key=lambda line: line.judgement.line.line_no)],
    }


def _claim(judged: "JudgedClaim") -> dict[str, Any]:
    claim, member = judged.claim, judged.claim.member
    return {
        "service_date": _day(claim.service_date),
        "circumstance": claim.circumstance,
        "policy_start": _day(member.policy_start),
        "policy_end": _day(member.policy_end),
        "renewal": member.renewal,
        "sex": member.sex,
        "age": member.age,
        "pre_existing": _codes(member.pre_existing),
        # With a home version the accumulators counted with stand above: sent, or carried there by a batch.
        "accumulators": _accumulators(member.accumulators) if judged.home is None else None,
    }


def _line(decided: "LineDecision") -> list[Any]:
    """A line: its facts, then what was decided of it. Lists rather than objects, since most of the digest's time would go into
    writing the same thirty names for every line; the order of the fields is part of the rules version."""
    judgement, money = decided.judgement, decided.money
    line = judgement.line
    base, match, found, benefit = judgement.base, judgement.match, judgement.recognition, judgement.benefit
    return [
        # facts: line_no, service_date, diagnoses, setting, institution_level, identity, quantity, unit_price, amount, base_paid,
        # other_paid, base_settled, whether there is a prior authorisation (checked: how it stood), evidence
        line.line_no,
        line.service_date.isoformat(),
        sorted(set(line.diagnoses)) if len(line.diagnoses) > 1 else line.diagnoses,
        line.setting,
        line.institution_level,
        line.identity,
        str(line.quantity),
        line.unit_price,
        line.amount,
        line.base_paid,
        line.other_paid,
        line.base_settled,
        judgement.authorisation.facts if judgement.authorisation else line.prior_auth_no != "",
        line.evidence,
        # decided: outcome, reasons, product version, drug, product, matched_by, base status, benefit, match, money
        judgement.outcome,
        [(reason.kind.code, reason.kind.effect) for reason in decided.reasons],
        judgement.terms.label if judgement.terms else None,
        found.drug if found else None,
        found.product.facts if found and found.product else None,
        found.matched_by if found else None,
        base.status if base else None,
        benefit.code if benefit else None,
        (match.version.catalog, match.version.label, match.entry.entry_code) if match else None,
        (money.claimable, money.allowed, money.deductible_applied, money.ratio, money.share, money.payable),
    ]


def _accumulators(used: Accumulators) -> dict[str, Any]:
    return {
        "deductible_used": used.deductible_used,
        "benefit_base": used.benefit_base,
        "benefit_paid": used.benefit_paid,
        "total_paid": used.total_paid,
    }


def _codes(codes: DiseaseCodes) -> list[str]:
    return sorted(set(codes.texts()))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
