"""Product versions as persons keep them: written, submitted, and published by a second person of the same insurer (insurers/lifecycle.py)."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from catalog import clock
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import Refused
from insurers import product_lists, services
from insurers.models import ProductVersion


class ChangedMeanwhile(Refused):
    code = "changed_meanwhile"


def _as_seen(version: ProductVersion, against: str) -> None:
    if version.checksum != against:
        raise ChangedMeanwhile(
            _("Somebody changed %(label)s while you had it open; look at it as it is now.") % {"label": version.label}
        )


@transaction.atomic
def change_terms(*, version: ProductVersion, data: object, against: str, by: str) -> ProductVersion:
    """Replace a draft's terms as `change_product_version` does, where their checksum still is `against`; raises ChangedMeanwhile too."""
    _as_seen(services.asked(version, "change", by), against)
    return services.change_product_version(version=version, data=data, by=by)


@transaction.atomic
def submit_product_version(*, version: ProductVersion, by: str) -> ProductVersion:
    """Ask a second person to publish a draft; whoever asks is one of its editors. Raises NotADraft, SubmittedAlready, InvalidInput."""
    version = services.asked(version, "submit", by)
    product_lists.read_terms(version.terms, insurer_id=version.insurer_id, to_publish=True)
    version.mark_editor(by)
    version.submitted_by, version.submitted_at, version.sent_back_reason = by, clock.observe().known_at, ""
    version.save(update_fields=["editors", "submitted_by", "submitted_at", "sent_back_reason"])
    record(Deed.PRODUCT_VERSION_SUBMITTED, by=by, what=version, after=services.told(version))
    return version


@transaction.atomic
def send_back_product_version(*, version: ProductVersion, reason: str, by: str) -> ProductVersion:
    """Give a submitted draft back to be mended, for a reason; it makes nobody an editor. Raises NotADraft, NotSubmitted."""
    version = services.asked(version, "send_back", by)
    version.submitted_by, version.submitted_at, version.sent_back_reason = "", None, reason
    version.save(update_fields=["submitted_by", "submitted_at", "sent_back_reason"])
    record(Deed.PRODUCT_VERSION_SENT_BACK, by=by, what=version, reason=reason)
    return version


@transaction.atomic
def approve_product_version(*, version: ProductVersion, against: str, by: str) -> ProductVersion:
    """Publish a submitted draft whose terms have the checksum `against`, as a person who has no part in it.

    Raises SamePerson, NotSubmitted, NotADraft, InvalidInput, ChangedMeanwhile.
    """
    _as_seen(services.asked(version, "approve", by), against)
    return services.publish_product_version(version=version, by=by)


def next_step(version: ProductVersion, person: str) -> dict[str, Any]:
    """Return for each move of a person (insurers/lifecycle.py) why it is refused, or None."""
    moves = ("change", "submit", "send_back", "approve", "withdraw", "discard")
    return {move: services.refusal(version, move, person) for move in moves}
