"""Small labels that stand wherever the thing itself is shown: where data comes from, what state something is in."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import CatalogVersion, Provenance
from common.markup import badge

_PROVENANCE = {"official": "good", "hand_coded": "warn", "demonstration": "sample", "": "quiet"}


def provenance_words() -> dict[str, str]:
    """Return the short words of each provenance; the long ones are the choice's own."""
    return {
        "official": _("Official"),
        "hand_coded": _("Coded by hand"),
        "demonstration": _("Demonstration"),
        "": _("Provenance not stated"),
    }


def provenance_badge(provenance: str) -> SafeString:
    """Return where the facts come from: official, coded by hand, demonstration, or not stated."""
    known = provenance if provenance in _PROVENANCE else str(Provenance.UNSTATED)
    return badge(provenance_words()[known], _PROVENANCE[known])


_VERSION = {"draft": "info", "in_consultation": "info", "published": "good", "withdrawn": "bad"}


def version_badge(version: CatalogVersion) -> SafeString:
    """Return the state of a catalog version."""
    return badge(version.get_state_display(), _VERSION[version.state])


_RUN = {"queued": "info", "running": "info", "ready": "good", "failed": "bad", "cancelled": "quiet"}


def run_words() -> dict[str, str]:
    """Return the states of an import in words."""
    return {
        "queued": _("Waiting"),
        "running": _("Running"),
        "ready": _("Ready"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
    }


def run_badge(state: str) -> SafeString:
    """Return the state of an import."""
    return badge(run_words()[state], _RUN[state])


def change_badge(change: str) -> SafeString:
    """Return what became of an entry: added, removed, changed."""
    words = {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed")}
    return badge(words[change], {"added": "good", "removed": "bad", "changed": "warn"}[change])
