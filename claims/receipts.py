"""Receipts: what was decided, signed by the service, so that an answer can be held against it (spec proof.md 1).

A receipt says nothing of a person and no fact of the claim; the digest stands for these. It is signed with the decision and kept, so it is
the same for ever, also once the claim's facts are gone and the key has changed.
"""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from catalog.clock import Observation
from catalog.log.services import LogState, signing_keys, state_as_of, state_at
from catalog.models import Catalog
from claims.models import ClaimCheck, Receipt
from common.dates import instant_text
from common.jcs import canonical_json
from common.tenancy import is_sandbox

# The `typ` of the header.
KIND = "shangbao-receipt+json"


def document_of(check: ClaimCheck, log: LogState, names: Mapping[str, str]) -> dict[str, Any]:
    """Return what the receipt of a check says: `log` is the publication log as it stood when it was decided, `names` tell the lists that it
    cites to a stranger."""
    decision = check.decision
    assert decision is not None
    said = {
        "digest": check.digest,
        "product": decision["product"],
        "product_version": decision["product_version"],
        "rules_version": check.rules_version,
        "known_at": instant_text(check.known_at),
        "decided_at": instant_text(check.decided_at),
        "catalogs": [
            {
                "code": names.get(cited["catalog"], cited["catalog"]),
                "label": cited["version"],
                "checksum": cited["checksum"],
            }
            for cited in decision["catalogs"]
        ],
        "lines": [
            {"line_no": line["line_no"], "outcome": line["outcome"], "payable": line["money"]["payable"]}
            for line in decision["lines"]
        ],
        "log": {"size": log.size, "root": log.root.hex()},
    }
    # A decision that counts for nothing is signed as one.
    return said | {"sandbox": True} if is_sandbox(check.insurer_id) else said


def keep_receipt(check: ClaimCheck, seen: Observation, names: Mapping[str, str]) -> None:
    """Sign the receipt of a check that is just recorded; `names` are text by which it cites a list → what tells that list from all others."""
    _signed(check, state_at(seen), names).save(force_insert=True)


def receipt_of(check: ClaimCheck) -> str | None:
    """Return the receipt of a check, as a compact JWS; None where it was decided before there were any and its facts are gone."""
    kept = Receipt.objects.filter(pk=check.pk).first()
    if kept is None and check.decision is not None:
        Receipt.objects.bulk_create([_signed_late(check)], ignore_conflicts=True)
        kept = Receipt.objects.get(pk=check.pk)
    return kept.jws if kept else None


def keep_missing_receipts(checks: QuerySet[ClaimCheck]) -> None:
    """Sign the receipts of checks that were decided before there were any, while what they say is still there."""
    without = checks.exclude(pk__in=Receipt.objects.values("pk")).exclude(decision=None).defer("facts", "claim_no")
    # What is sealed under a destroyed key is there, and says nothing.
    signed = (_signed_late(check) for check in without.iterator(chunk_size=500) if check.decision is not None)
    while some := list(islice(signed, 500)):
        Receipt.objects.bulk_create(some, ignore_conflicts=True)


def _signed_late(check: ClaimCheck) -> Receipt:
    """Sign the receipt of a check decided before there were any, with the log as it stood then.

    What an insurer means by a text stays the same for ever (catalog.catalog_codes), so the lists are told as they would have been.
    """
    cited = [one["catalog"] for one in (check.decision or {})["catalogs"]]
    meant = Catalog.objects.meant_by(cited, check.insurer_id)
    return _signed(check, state_as_of(check.decided_at), {text: one.office_code for text, one in meant.items()})


def _signed(check: ClaimCheck, log: LogState, names: Mapping[str, str]) -> Receipt:
    token = signing_keys().sign(canonical_json(document_of(check, log, names)), kind=KIND)
    return Receipt(check_id=check.pk, insurer_id=check.insurer_id, jws=token)
