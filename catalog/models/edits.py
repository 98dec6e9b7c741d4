"""What was edited in a draft, entry by entry: rows are added, never changed, and stay when the version is published."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.versions import CatalogVersion


class EntryEdit(models.Model):
    """One entry that a person added, changed or removed in a draft, or that merging the base did (`merged`): who, when, old → new, and why.

    `entry_code` is the entry's code afterwards (of a removed one: before); `changes` maps a column to `{"old", "new"}` as the API shows values.
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        REMOVED = "removed", _("removed")
        MERGED = "merged", _("merged")

    # A draft that is deleted takes its edits along: the database lets them go when the version has gone (migration 0018).
    version = models.ForeignKey(CatalogVersion, models.DO_NOTHING, related_name="edits", verbose_name=_("version"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.CharField(_("by"), max_length=150)
    entry_code = models.CharField(_("entry code"), max_length=64, db_collation="C")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    changes = models.JSONField(_("changes"), default=dict, help_text=_("name: {old, new}"))
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name = _("edit of an entry")
        verbose_name_plural = _("edits of entries")
        ordering = ["-id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(condition=~Q(by=""), name="somebody_edited_it"),
            models.CheckConstraint(
                condition=Q(kind__in=["added", "changed", "removed", "merged"]), name="edit_kind_is_known"
            ),
        ]
        indexes = [models.Index(fields=["version", "entry_code", "-id"], name="edit_of_entry")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.entry_code}"
