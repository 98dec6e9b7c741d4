"""The prior authorisations that lines name, where a product checks them, as known at an instant."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from claims.eligibility import Authorisation, Claim, Snapshot
from claims.eligibility.authorisations import NAMELESS, ClaimLine
from claims.eligibility.facts import QUANTITY_PLACES
from claims.facts.products import ProductFacts
from claims.models import AuthorisationUse, PriorAuthorisation
from common.money import Nano


def checks_authorisations(product: ProductFacts) -> bool:
    """Tell whether some version of the product looks numbers of prior authorisations up."""
    return any(version.terms.prior_auth == "checked" for version in product.versions)


def numbers_in(claims: Iterable[Claim]) -> set[str]:
    """Return the numbers of prior authorisations that claims give."""
    return {line.prior_auth_no for claim in claims for line in claim.lines if line.prior_auth_no}


def with_authorisations(
    snapshot: Snapshot,
    product: ProductFacts,
    claims: Iterable[Claim],
    *,
    used_by: datetime | None = None,
    but_for_check: UUID | None = None,
    but_for_batch: UUID | None = None,
) -> Snapshot:
    """Return the snapshot with the authorisations that the claims name; the same one where the product checks none.

    What was approved is as known at the snapshot's instant; what was used, as at that instant too, or as at `used_by` (what is recorded, and a
    batch, whose parts are decided later). A decision that is made again leaves out what it used itself.
    """
    numbers = numbers_in(claims) if checks_authorisations(product) else set()
    if not numbers:
        return snapshot
    approved = PriorAuthorisation.objects.filter(
        insurer=product.insurer_id,
        product=product.pk,
        no__in=numbers,
        state=PriorAuthorisation.State.APPROVED,
        decided_at__lte=snapshot.known_at,
    )
    rows = list(approved)
    uses = AuthorisationUse.objects.filter(authorisation__in=rows, at__lte=used_by or snapshot.known_at)
    if but_for_check:
        uses = uses.exclude(check_id=but_for_check)
    if but_for_batch:
        uses = uses.filter(Q(batch=None) | ~Q(batch=but_for_batch))
    used: dict[int, dict[ClaimLine, Nano]] = defaultdict(dict)
    for pk, claim_no, line_no, quantity in uses.order_by().values_list(
        "authorisation", "claim_no", "line_no", "quantity"
    ):
        line = (claim_no, line_no) if claim_no else NAMELESS
        used[pk][line] = Nano(used[pk].get(line, 0) + nano(quantity))
    return snapshot.with_authorisations(
        {
            row.no: Authorisation(
                row.member_ref,
                row.drug,
                row.valid_from,
                row.valid_to,
                None if row.quantity is None else nano(row.quantity),
                used.get(row.pk, {}),
            )
            for row in rows
            if row.valid_from and row.valid_to
        }
    )


def nano(quantity: Decimal) -> Nano:
    """Return a quantity in 10^-9 of a unit."""
    return Nano(int(quantity.scaleb(QUANTITY_PLACES)))


def decimal_of(quantity: Nano) -> Decimal:
    """Return a quantity as the database keeps it."""
    return Decimal(quantity).scaleb(-QUANTITY_PLACES)
