"""A place in the list of checks, as text: where the next page of corrections begins."""

import base64
import binascii
import json
from uuid import UUID

from django.db.models import Q, QuerySet

from claims.models import ClaimCheck
from common.dates import instant_text, parse_instant


def place_of(check: ClaimCheck) -> str:
    """Return the place behind a check."""
    held = json.dumps([instant_text(check.decided_at), str(check.pk)]).encode()
    return base64.urlsafe_b64encode(held).decode().rstrip("=")


def beyond(checks: QuerySet[ClaimCheck], place: str) -> QuerySet[ClaimCheck]:
    """Keep the checks behind a place, of which the newest come first; raises ValueError for a text that is no place."""
    try:
        at, pk = json.loads(base64.b64decode(place.encode("ascii") + b"==", altchars=b"-_"))
        decided_at, after = parse_instant(at), UUID(pk)
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as fault:
        raise ValueError(place) from fault
    return checks.filter(Q(decided_at__lt=decided_at) | Q(decided_at=decided_at, id__lt=after))
