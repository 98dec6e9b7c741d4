"""Small labels that stand wherever the thing itself is shown: where data comes from, what state something is in."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog.models import CatalogVersion, Provenance
from catalog.words import provenance_words
from desk.markup import badge

OUTCOME_TONES = {"eligible": "good", "review": "warn", "ineligible": "bad", "refunded": "quiet"}
# Of a batch of claims, and of an impact run.
PROGRESS_TONES = {"queued": "info", "running": "info", "done": "good", "failed": "bad", "cancelled": "quiet"}
STANCE_TONES = {"support": "good", "oppose": "bad", "suggest": "warn"}
DISPOSITION_TONES = {"accepted": "good", "partly": "warn", "declined": "bad", "noted": "quiet"}

_PROVENANCE = {"official": "good", "hand_coded": "warn", "demonstration": "sample", "": "quiet"}


def provenance_badge(provenance: str) -> SafeString:
    """Return where the facts come from: official, coded by hand, demonstration, or not stated."""
    known = provenance if provenance in _PROVENANCE else str(Provenance.UNSTATED)
    return badge(provenance_words()[known], _PROVENANCE[known])


_VERSION = {
    "draft": "info",
    "in_consultation": "info",
    "in_review": "info",
    "published": "good",
    "not_yet": "info",
    "in_force": "good",
    "superseded": "quiet",
    "expired": "quiet",
    "withdrawn": "bad",
}


def version_words() -> dict[str, str]:
    """Return what a version is told as, in words: its state, and a published one by the day that is looked at."""
    return {
        **{value: str(label) for value, label in CatalogVersion.State.choices},
        "not_yet": _("Not yet in force"),
        "in_force": _("In force"),
        "superseded": _("Superseded"),
        "expired": _("Expired"),
    }


def version_badge(version: CatalogVersion, *, for_office: bool = True) -> SafeString:
    """Return how a catalog version stands; a published one that was read with `told_on` is told by that day.

    That somebody asked for its withdrawal is told the office alone.
    """
    told = version.state
    if hasattr(version, "told_day"):
        told = version.told_as(version.told_day, version.told_in_force)
    shown = badge(version_words()[told], _VERSION[told])
    if for_office and version.withdrawal_asked_by and version.withdrawn_at is None:
        shown = shown + SafeString(" ") + badge(_("Withdrawal asked"), "warn")
    return shown


_RUN = {"queued": "info", "running": "info", "staged": "warn", "ready": "good", "failed": "bad", "cancelled": "quiet"}


def run_words() -> dict[str, str]:
    """Return the states of an import in words."""
    return {
        "queued": _("Waiting"),
        "running": _("Running"),
        "staged": _("Waits to be merged"),
        "ready": _("Ready"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
    }


def run_badge(state: str) -> SafeString:
    """Return the state of an import."""
    return badge(run_words()[state], _RUN[state])


def change_words() -> dict[str, str]:
    """Return what became of an entry in words."""
    return {"added": _("Added"), "removed": _("Removed"), "changed": _("Changed")}


def change_badge(change: str) -> SafeString:
    """Return what became of an entry: added, removed, changed, or silent: the newer version does not speak of its class."""
    words = {**change_words(), "silent": _("The newer version does not speak of this class")}
    return badge(words[change], {"added": "good", "removed": "bad", "changed": "warn", "silent": "quiet"}[change])
