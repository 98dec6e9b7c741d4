"""Who may see what: what is shared everybody, what is an insurer's own that insurer and the catalog office (spec api.md, Auth).

The database holds the same as a second wall (`common.tenancy.policy_sql`).
"""

from django.db.models import Q


def readable_by(insurer_id: int | None) -> Q:
    """Return what keeps the rows with an `owner` that an insurer may see; None is the catalog office, which sees all."""
    return Q() if insurer_id is None else Q(owner=None) | Q(owner=insurer_id)


def is_readable_by(owner_id: int | None, insurer_id: int | None) -> bool:
    """Tell the same of one row by its owner."""
    return insurer_id is None or owner_id in (None, insurer_id)
