"""Every deed there is: one closed list. A service that writes names one of these; the database takes no other word."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Deed(TextChoices):
    """What was done, as `what.done`; the words are what a person reads in the log."""

    CATALOG_CREATED = "catalog.created", _("made a catalog")
    CATALOG_CHANGED = "catalog.changed", _("changed a catalog's facts")
    IMPORT_UPLOADED = "import.uploaded", _("uploaded a file")
    IMPORT_CANCELLED = "import.cancelled", _("cancelled an import")
    IMPORT_RETRIED = "import.retried", _("tried an import again")
    IMPORT_MENDED = "import.mended", _("mended cells of a file")
    IMPORT_REFUSED = "import.refused", _("a file was refused")
    IMPORT_ACKNOWLEDGED = "import.acknowledged", _("saw to a failed import")
    MASTER_MERGED = "master.merged", _("merged a file into the drug master")
    VERSION_IMPORTED = "version.imported", _("a file became a draft")
    VERSION_EDITED = "version.edited", _("edited a draft")
    VERSION_CONSULTED = "version.consulted", _("opened a consultation")
    VERSION_CONSULTATION_ENDED = "version.consultation_ended", _("ended a consultation")
    VERSION_REVIEW_REQUESTED = "version.review_requested", _("asked for a review")
    VERSION_SENT_BACK = "version.sent_back", _("sent a version back")
    VERSION_PUBLISHED = "version.published", _("published a version")
    VERSION_WITHDRAWAL_ASKED = "version.withdrawal_asked", _("asked for a withdrawal")
    VERSION_WITHDRAWAL_TAKEN_BACK = "version.withdrawal_taken_back", _("took back the asking for a withdrawal")
    VERSION_WITHDRAWN = "version.withdrawn", _("withdrew a version")
    VERSION_REVERTED = "version.reverted", _("made a draft of the version before")
    VERSION_DISCARDED = "version.discarded", _("deleted a draft")
    INSURER_CREATED = "insurer.created", _("made an insurer")
    INSURER_CHANGED = "insurer.changed", _("changed an insurer")
    KEY_ISSUED = "key.issued", _("issued an API key")
    KEY_REVOKED = "key.revoked", _("revoked an API key")
    PRODUCT_CREATED = "product.created", _("made a product")
    PRODUCT_VERSION_CREATED = "product_version.created", _("made a product version")
    PRODUCT_VERSION_CHANGED = "product_version.changed", _("changed a product version")
    PRODUCT_VERSION_PUBLISHED = "product_version.published", _("published a product version")
    PRODUCT_VERSION_WITHDRAWN = "product_version.withdrawn", _("withdrew a product version")
    PRODUCT_VERSION_DISCARDED = "product_version.discarded", _("deleted a product version's draft")
    WEBHOOK_ADDED = "webhook.added", _("added a webhook")
    WEBHOOK_REMOVED = "webhook.removed", _("removed a webhook")
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated", _("gave a webhook a new secret")
    WEBHOOK_TESTED = "webhook.tested", _("sent a test message")
    DELIVERY_REPLAYED = "delivery.replayed", _("sent a message once more")
    BATCH_ACCEPTED = "batch.accepted", _("uploaded claims")
    BATCH_CANCELLED = "batch.cancelled", _("cancelled a batch")
    BATCH_READ = "batch.read", _("looked at a batch")
    CHECK_READ = "check.read", _("looked at a claim check")
    CHECKS_LISTED = "checks.listed", _("listed claim checks")
    CHECK_REPLAYED = "check.replayed", _("decided a claim check again")
    FACTS_PURGED = "facts.purged", _("removed claim facts after their retention")
    JOB_CANCELLED = "job.cancelled", _("cancelled a job")
    JOB_RETRIED = "job.retried", _("tried a job again")
    ACCOUNT_CREATED = "account.created", _("made an account")
    ACCOUNT_CHANGED = "account.changed", _("changed an account")
    PASSWORD_CHANGED = "account.password_changed", _("gave an account a new password")
    GROUP_CHANGED = "group.changed", _("changed a group")
    GROUP_DELETED = "group.deleted", _("deleted a group")


class Via(TextChoices):
    """By which door."""

    PAGE = "page", _("page")
    API = "api", _("API")
    COMMAND = "command", _("command")
    JOB = "job", _("background job")
