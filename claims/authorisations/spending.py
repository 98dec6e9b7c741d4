"""Uses of prior authorisations: each is written once, in the transaction of the decision that it belongs to.

Whoever records a decision takes the lock on every authorisation that it may use or give back before it judges, and holds it until it has
recorded: of twenty that come at once each finds what the ones before have left.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from claims.eligibility import Claim, JudgedClaim
from claims.eligibility.authorisations import NAMELESS
from claims.facts import ProductFacts
from claims.facts.authorisations import checks_authorisations, decimal_of, numbers_in
from claims.models import AuthorisationUse, PriorAuthorisation
from common.sealing.fields import tagged

# (id of the authorisation, claim number, line number)
_Key = tuple[int, str, int]
# Claim number, line number, whose claim it is.
_LineOf = tuple[str, int, str]


def lock_for(product: ProductFacts, claims: Sequence[Claim]) -> dict[str, int]:
    """Lock the authorisations that claims name or have used before; return their ids by number. {} where the product checks none."""
    if not checks_authorisations(product):
        return {}
    claim_numbers = {claim.claim_no for claim in claims}
    used_before = tagged(AuthorisationUse.objects.all(), "claim_tag", claim_numbers, product.insurer_id)
    own = PriorAuthorisation.objects.filter(insurer=product.insurer_id, product=product.pk)
    # By id, so that two who lock some of the same wait for each other and not both.
    found = own.filter(Q(no__in=numbers_in(claims)) | Q(pk__in=used_before.values("authorisation")))
    return dict(found.order_by("pk").select_for_update(no_key=True).values_list("no", "pk"))


def write_uses(
    decided: Iterable[JudgedClaim],
    locked: dict[str, int],
    *,
    insurer_id: int,
    at: datetime,
    check_id: UUID | None = None,
    batch_id: UUID | None = None,
) -> None:
    """Write what decided claims use now more, or less, than before of the authorisations that are locked."""
    if not locked:
        return
    uses: dict[_Key, Decimal] = defaultdict(Decimal)
    decided_lines: set[_LineOf] = set()
    for judged in decided:
        claim = judged.claim
        if claim.claim_no:
            decided_lines |= {(claim.claim_no, line.line_no, claim.member.member_ref) for line in claim.lines}
        for no, line, quantity in judged.uses:
            claim_no, line_no = line
            key = (locked[no], claim_no, line_no)
            uses[key] = decimal_of(quantity) + (uses[key] if line == NAMELESS else 0)
    for key, before in _used_before(decided_lines, locked).items():
        uses[key] -= before
    AuthorisationUse.objects.bulk_create(
        [
            AuthorisationUse(
                insurer_id=insurer_id,
                authorisation_id=pk,
                claim_no=claim_no,
                line_no=line_no,
                quantity=quantity,
                check_id=check_id,
                batch_id=batch_id,
                at=at,
            )
            for (pk, claim_no, line_no), quantity in sorted(uses.items())
            if quantity
        ]
    )


def _used_before(lines: set[_LineOf], locked: dict[str, int]) -> dict[_Key, Decimal]:
    """Return what lines of claims used before. A claim of another member that happens to have the same number is another claim."""
    if not lines:
        return {}
    before = AuthorisationUse.objects.filter(authorisation__in=locked.values()).exclude(claim_tag=None).order_by()
    used: dict[_Key, Decimal] = defaultdict(Decimal)
    named = ("authorisation", "claim_no", "line_no", "authorisation__member_ref", "quantity")
    for pk, claim_no, line_no, member, quantity in before.values_list(*named):
        if (claim_no, line_no, member) in lines:
            used[pk, claim_no, line_no] += quantity
    return used


def settle_uses(*, check_id: UUID) -> None:
    """Keep for good what a check used, once it is settled: it no longer goes by its claim's number, so no later decision gives it back."""
    AuthorisationUse.objects.filter(check_id=check_id).exclude(claim_tag=None).update(claim_no=None, claim_tag=None)


def give_back(*, batch_id: UUID, at: datetime) -> None:
    """Give back what a cancelled batch used, but for lines that were decided again since."""
    rows = AuthorisationUse.objects.filter(batch=batch_id)
    authorisations = rows.order_by().values("authorisation").distinct()
    own = PriorAuthorisation.objects.filter(pk__in=authorisations)
    list(own.order_by("pk").select_for_update(no_key=True).values_list("pk"))
    used: dict[_Key, Decimal] = defaultdict(Decimal)
    insurers: dict[int, int] = {}
    for row in AuthorisationUse.objects.filter(authorisation__in=authorisations).order_by("at", "id"):
        key = (row.authorisation_id, row.claim_no, row.line_no)
        if row.batch_id == batch_id:
            used[key] += row.quantity
            insurers[row.authorisation_id] = row.insurer_id
        elif row.claim_no:
            used.pop(key, None)
    AuthorisationUse.objects.bulk_create(
        [
            AuthorisationUse(
                insurer_id=insurers[pk],
                authorisation_id=pk,
                claim_no=claim_no,
                line_no=line_no,
                quantity=-quantity,
                batch_id=batch_id,
                at=at,
            )
            for (pk, claim_no, line_no), quantity in sorted(used.items())
            if quantity
        ]
    )
