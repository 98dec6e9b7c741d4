"""What the desk calls things: background work, columns of drug products; entries in words are the catalog's (catalog.words)."""

from django.utils.translation import gettext as _

from catalog.models import DrugProduct
from catalog.words import NOT_GIVEN, Words, field_label, period_words

__all__ = ["NOT_GIVEN", "Words", "field_label", "job_words", "period_words", "phase_words", "product_label"]


def job_words() -> dict[str, str]:
    """Return what each kind of background work is called."""
    return {
        "catalog.import": _("Reading an uploaded file"),
        "curation.draft": _("Drafting a version from the market"),
        "curation.collect": _("Bringing in many lists at once"),
        "curation.publish_collection": _("Publishing many lists together"),
        "claims.batch.read": _("Reading a file of claims"),
        "claims.batch.decide": _("Deciding claims"),
        "curation.impact.plan": _("Finding what a version is tried on"),
        "curation.impact.try": _("Trying a version on recorded claims"),
        "curation.findings": _("Working out findings"),
    }


def phase_words() -> dict[str, str]:
    """Return what each step of background work is called."""
    return {
        "": _("Waiting for a worker"),
        "count": _("Counting the lists"),
        "word": _("Writing the entries"),
        "gate": _("Looking at the file"),
        "check": _("Checking the rows"),
        "checksum": _("Computing the checksum"),
        "diff": _("Comparing with the version it follows"),
        "compare": _("Comparing with the drug master"),
        "merge": _("Bringing the drug master up to date"),
        "read": _("Reading the rows"),
        "decide": _("Deciding claims"),
        "plan": _("Finding the claims"),
        "try": _("Trying the claims"),
        "unpack": _("Taking the file apart"),
        "cover": _("Reading the cover table"),
        "import": _("Bringing in the lists"),
        "publish": _("Publishing the lists"),
    }


def product_label(name: str) -> str:
    """Return a drug product's column's name for people."""
    if name == "regulators":
        return _("approvals")
    return str(DrugProduct._meta.get_field(name).verbose_name)
