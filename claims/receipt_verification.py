"""Verifying a receipt for whoever holds one: whether the service signed it, and whether a claim is the one it was given for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from catalog.clock import Observation
from catalog.log.services import signing_keys
from catalog.log.signing import BadSignature
from claims import receipts, replay
from claims.eligibility import Claim, InvalidClaim, parse_claim
from claims.eligibility.facts import RULES_VERSION
from claims.models import ClaimCheck
from common.languages import Language
from common.tenancy import EVERYBODY, acting_for


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a receipt proves what it says, why not, what it says, and (None: not asked, or not to be told) whether a claim is its claim.

    What it says is there whenever this service signed it, also where that proves nothing.
    """

    why: str | None
    said: dict[str, Any] | None = None
    matches_claim: bool | None = None

    @property
    def valid(self) -> bool:
        return self.why is None


def reasons() -> dict[str, str]:
    """Return what each `why` means, in the caller's language."""
    return {
        "malformed": _("This is no receipt: three parts of base64url with dots between are one."),
        "bad_header": _("The receipt's header is not one that this service writes."),
        "unknown_key": _("The receipt was signed with a key that is not among this service's."),
        "bad_signature": _("The signature does not fit: the receipt was changed, or is somebody else's."),
        "sandbox": _("The receipt is genuine, but of a sandbox: it proves nothing about a claim."),
    }


def verify(*, token: str, claim: Mapping[str, Any] | None, now: Observation, language: Language) -> Verified:
    """Say whether a receipt is genuine and, where a claim is given, whether deciding it as known then gives the receipt's digest.

    Whoever asks needs no key, and is told yes or no and nothing of the insurer: only who has every fact that decides gets a yes. What decides
    nothing (claim number, member reference, names of lines) is in no digest, so a claim that differs in these alone is the same to a receipt.
    """
    try:
        said = json.loads(signing_keys().opened(token, kind=receipts.KIND))
    except BadSignature as bad:
        return Verified(bad.code)
    why = "sandbox" if said.get("sandbox") else None
    if claim is None or said["rules_version"] != RULES_VERSION:
        return Verified(why, said)
    return Verified(why, said, _gives(said, claim, now, language))


def _gives(said: Mapping[str, Any], claim: Mapping[str, Any], now: Observation, language: Language) -> bool:
    try:
        asked = parse_claim(claim, language)
    except InvalidClaim:
        return False
    if asked.product != said["product"]:
        return False
    with acting_for(EVERYBODY):  # whose it is, the receipt does not say
        found = ClaimCheck.objects.filter(digest=said["digest"], product__code=said["product"]).defer(
            "facts", "decision", "claim_no"
        )
        return any(
            _asks_then(asked, check) and replay.decide_again(asked, check=check, seen=now).digest == said["digest"]
            for check in found[:10]
        )


def _asks_then(asked: Claim, check: ClaimCheck) -> bool:
    """Tell whether a claim that says as known when it asks asks as known when the check was decided."""
    return asked.known_at is None or min(asked.known_at, check.decided_at) == check.known_at
