"""Every write about corrections: that a check is settled."""

from datetime import datetime

from django.db import transaction

from claims.authorisations.spending import settle_uses
from claims.models import ClaimCheck
from common.audit.deeds import Deed
from common.audit.services import record
from curation.models import SettledCheck


@transaction.atomic
def settle_check(*, check: ClaimCheck, by: str, at: datetime) -> SettledCheck:
    """Mark a check as settled, for good: it stays as it was recorded, and what it used of authorisations is used.

    Twice is once: the first mark stays.
    """
    settled, made = SettledCheck.objects.get_or_create(
        check_of=check, defaults={"insurer_id": check.insurer_id, "settled_by": by, "settled_at": at}
    )
    if made:
        settle_uses(check_id=check.pk)
        record(Deed.CHECK_SETTLED, by=by, what=check, name=str(check.pk))
    return settled
