"""What is read of prior authorisations: how they stand today, what is left, what happened."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from claims.authorisations import rules
from claims.models import AuthorisationUse, PriorAuthorisation
from common.errors import Refused


class AuthorisationRemoved(Refused):
    code = "facts_removed"
    status = 410


def facts_shown(row: PriorAuthorisation) -> Mapping[str, Any]:
    """Return what was asked; raises AuthorisationRemoved after the retention."""
    if row.facts is None:
        raise AuthorisationRemoved(
            _("The facts of this authorisation were removed after retention; its digest remains.")
        )
    facts: Mapping[str, Any] = row.facts
    return facts


def in_state(rows: QuerySet[PriorAuthorisation], state: str, today: date) -> QuerySet[PriorAuthorisation]:
    """Keep those that are in a state (rules.STATES) today."""
    if state == rules.EXPIRED:
        return rows.filter(state=rules.APPROVED, valid_to__lt=today)
    if state == rules.APPROVED:
        return rows.filter(state=rules.APPROVED, valid_to__gte=today)
    return rows.filter(state=state)


def overdue(rows: QuerySet[PriorAuthorisation], now: datetime, *, wanted: bool = True) -> QuerySet[PriorAuthorisation]:
    """Keep those in review that somebody should have decided, or with `wanted` False all others."""
    late = Q(state=rules.IN_REVIEW, stopped_at=None, due_at__lt=now)
    return rows.filter(late) if wanted else rows.exclude(late)


def used_of(rows: Iterable[PriorAuthorisation]) -> dict[int, Decimal]:
    """Return how much of each was used, by its id, in one statement."""
    sums = AuthorisationUse.objects.filter(authorisation__in=list(rows)).order_by()
    return dict(sums.values_list("authorisation").annotate(Sum("quantity")))


def quantity_left(row: PriorAuthorisation, used: Decimal) -> Decimal | None:
    """Return what is left of the quantity; None where none was set."""
    return None if row.quantity is None else max(Decimal(0), row.quantity - used)


def history_of(row: PriorAuthorisation) -> list[dict[str, Any]]:
    """Return what happened, the earliest first: {kind, at, by, detail}; uses among it (`spent`, `given_back`) without saying of which claim."""
    found = [{"kind": one.kind, "at": one.at, "by": one.by, "detail": one.detail} for one in row.events.all()]
    for use in row.uses.all():
        detail = {"quantity": format(abs(use.quantity).normalize(), "f"), "line_no": use.line_no}
        detail |= {"check": str(use.check_id)} if use.check_id else {"batch": str(use.batch_id)}
        found.append({"kind": "spent" if use.quantity > 0 else "given_back", "at": use.at, "by": "", "detail": detail})
    return sorted(found, key=lambda one: one["at"])
