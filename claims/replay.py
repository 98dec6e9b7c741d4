"""Deciding a recorded check again: what counts as a difference, and which causes are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.clock import Observation
from claims.eligibility import Claim, Decision, InvalidClaim, parse_claim
from claims.eligibility.facts import RULES_VERSION
from claims.facts import ProductFacts
from claims.models import ClaimCheck
from claims.services import FactsRemoved, bilingual, decide
from common.errors import FieldError
from common.languages import Language


def decide_again(claim: Claim, *, check: ClaimCheck, seen: Observation) -> Decision:
    """Decide a claim as a recorded check was decided, as known then, and record nothing; raises UnknownProduct."""
    return decide(
        claim,
        insurer_id=check.insurer_id,
        seen=seen,
        known_at=check.known_at,
        used_by=check.decided_at,
        again=check,
    )[0]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A check, or a claim of a batch, decided again: the decision, whether it is the recorded one, and what differs and why.

    No decision and no product where it was recorded under earlier rules and today's refuse the request; a cause then says what is wrong.
    """

    decision: Decision | None
    product: ProductFacts | None
    same: bool
    differences: list[dict[str, Any]]
    causes: list[dict[str, Any]]


def replay_check(
    *, check: ClaimCheck, seen: Observation, known_at: datetime | None = None, language: Language = "zh"
) -> Replayed:
    """Decide a recorded check again: as it was known then (`known_at` None), or as known at another instant, with what differs.

    Always by the rules of today; the record keeps its digest, which one of other rules never equals: `causes` then names both rules
    versions. Raises FactsRemoved after the retention.
    """
    if check.facts is None or check.decision is None:
        raise FactsRemoved
    try:
        claim = parse_claim(check.facts, language)
    except InvalidClaim as refusal:
        if check.rules_version == RULES_VERSION:
            raise
        return refused_today(check.rules_version, refusal.errors)
    decision, product = decide(
        claim,
        insurer_id=check.insurer_id,
        seen=seen,
        known_at=known_at or check.known_at,
        used_by=None if known_at else check.decided_at,
        again=check,
    )
    return replayed(
        decision,
        product,
        digest=check.digest,
        rules_version=check.rules_version,
        before=check.decision,
        after=bilingual(decision),
    )


def replayed(
    decision: Decision,
    product: ProductFacts,
    *,
    digest: str,
    rules_version: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> Replayed:
    """Hold a decision made again against what was recorded: its digest, the rules it was made by, and both documents, written alike."""
    return Replayed(
        decision=decision,
        product=product,
        same=decision.digest == digest,
        differences=_differences(before, after),
        causes=_causes(rules_version, before, after),
    )


def refused_today(rules_version: str, faults: Iterable[FieldError]) -> Replayed:
    """Say that today's rules refuse a request that was decided by others, and what is wrong with it."""
    errors = [{"pointer": fault.pointer, "code": fault.code.lower(), "detail": fault.detail} for fault in faults]
    request = {"what": "request", "before": "valid", "after": "invalid", "errors": errors}
    return Replayed(None, None, same=False, differences=[], causes=[*_rules(rules_version), request])


_COMPARED = ("outcome", "drug", "base", "benefit", "match", "money")


def _differences(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return, line by line and field by field, what is answered otherwise: {line_no, field, before, after}."""
    found = []
    for old, new in zip(before["lines"], after["lines"], strict=True):
        pairs = [(name, old[name], new[name]) for name in _COMPARED]
        codes = [[(reason["code"], reason["effect"]) for reason in line["reasons"]] for line in (old, new)]
        pairs.append(("reasons", [code for code, _effect in codes[0]], [code for code, _effect in codes[1]]))
        found += [
            {"line_no": old["line_no"], "field": name, "before": was, "after": now}
            for name, was, now in pairs
            if was != now
        ]
    return found


def _causes(rules_version: str, before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the two answers rest on that is not the same: rules, product version, catalog versions, instant."""
    found = _rules(rules_version)
    for name in ("product_version", "as_known_at"):
        if before[name] != after[name]:
            found.append({"what": name, "before": before[name], "after": after[name]})
    old = {cited["catalog"]: cited for cited in before["catalogs"]}
    new = {cited["catalog"]: cited for cited in after["catalogs"]}
    for code in sorted(old.keys() | new.keys()):
        was, now = _version_of(old.get(code)), _version_of(new.get(code))
        if was != now:
            found.append({"what": "catalog", "catalog": code, "before": was, "after": now})
    return found


def _rules(rules_version: str) -> list[dict[str, Any]]:
    """Return the rules versions as a cause where a check was decided by others than today's."""
    if rules_version == RULES_VERSION:
        return []
    return [{"what": "rules_version", "before": rules_version, "after": RULES_VERSION}]


def _version_of(cited: dict[str, Any] | None) -> dict[str, str] | None:
    return {"version": cited["version"], "checksum": cited["checksum"]} if cited else None
