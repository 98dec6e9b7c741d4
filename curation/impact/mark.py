"""What a version says, in one mark: a run of one that is edited meanwhile would be of two versions."""

import hashlib

from catalog.models import CatalogVersion


def mark_of(version: CatalogVersion) -> str:
    """Return what changes whenever the version would answer otherwise: its entries, its days, what it is complete for."""
    facts = (version.checksum, version.effective_from, version.effective_to, sorted(version.complete_for))
    return hashlib.sha256(repr(facts).encode()).hexdigest()
