"""What would have paid a recorded check: its facts and its instant → a snapshot of the days and names worth trying → the least changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from catalog.clock import Observation
from claims.alternatives.authorising import left_for
from claims.alternatives.candidates import Elsewhere, elsewhere, lies_outside
from claims.alternatives.days import other_days
from claims.alternatives.find import LineAlternatives, line_alternatives
from claims.alternatives.identities import named
from claims.eligibility import RULES_VERSION, Claim, InvalidClaim, Snapshot, judge_claim, parse_claim
from claims.facts import ProductFacts, load, product_facts, with_authorisations
from claims.models import ClaimCheck
from claims.services import FactsRemoved
from common.errors import Refused
from common.languages import Language

# Some two seconds: a claim of five lines takes a few hundred, one of five hundred may not keep a web process for ten.
MOST_JUDGED: Final = 5_000


class RulesChanged(Refused):
    """The check was decided by earlier rules, and those of today refuse its request."""

    code = "rules_changed"
    status = 409


@dataclass(frozen=True, slots=True)
class Alternatives:
    """What would have paid each line of a check, by the rules of today as known at the instant of the check."""

    known_at: datetime
    lines: tuple[LineAlternatives, ...]


def alternatives(*, check: ClaimCheck, seen: Observation, language: Language = "zh") -> Alternatives:
    """Return the least changes that would have paid each line of a check; raises FactsRemoved after the retention."""
    if check.facts is None or check.decision is None:
        raise FactsRemoved
    try:
        claim = parse_claim(check.facts, language)
    except InvalidClaim as refusal:
        if check.rules_version == RULES_VERSION:
            raise
        raise RulesChanged(
            _("Today's rules refuse the request of this check; replay it to see what differs.")
        ) from refusal
    product = product_facts(insurer_id=check.insurer_id, code=claim.product, seen=seen)
    return Alternatives(check.known_at, _lines(check, claim, product, seen))


def _lines(check: ClaimCheck, claim: Claim, product: ProductFacts, seen: Observation) -> tuple[LineAlternatives, ...]:
    known_at = check.known_at
    days = {line.service_date for line in claim.lines} | ({claim.service_date} if claim.service_date else set())
    names = {line.identity for line in claim.lines}

    def loaded() -> Snapshot:
        found = load(product, identities=names, days=days, known_at=known_at, seen=seen)
        return with_authorisations(found, product, [claim], used_by=check.decided_at, but_for_check=check.pk)

    snapshot = loaded()
    judgements = judge_claim(claim, snapshot).judgements
    wanting = [one.outcome in ("ineligible", "review") for one in judgements]
    # Most claims lie within everything: the versions of other years are loaded only for those that do not.
    outside = {
        line.service_date
        for line, wants in zip(claim.lines, wanting, strict=True)
        if wants and lies_outside(claim, line, snapshot)
    }
    if outside:
        listed = [version for versions in product.catalogs.values() for version in versions]
        days.update(
            other for day in outside for other in other_days(day, claim.member, product.versions, listed, known_at)
        )
        snapshot = loaded()
    others = [
        elsewhere(claim, line, snapshot) if wants else Elsewhere()
        for line, wants in zip(claim.lines, wanting, strict=True)
    ]
    more = {named(line.identity, one) for line, other in zip(claim.lines, others, strict=True) for one in other.namings}
    if not more <= names:
        names |= more
        snapshot = loaded()
    found: list[LineAlternatives] = []
    left = MOST_JUDGED
    for line, other, judgement in zip(claim.lines, others, judgements, strict=True):
        if left <= 0 and judgement.outcome in ("ineligible", "review"):
            found.append(LineAlternatives(judgement, complete=False))
            continue
        found.append(line_alternatives(claim, line, left_for(claim, line, judgements, snapshot), other))
        left -= found[-1].judged
    return tuple(found)
