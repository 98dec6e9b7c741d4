"""What differs between a version and the one it follows."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.versions import CatalogVersion


class ChangeQuerySet(models.QuerySet["VersionChange"]):
    def told(self, version: CatalogVersion, *, change: str | None = None, weight: str | None = None) -> Self:
        """Keep the stored changes of a version, by entry code; of one kind and of one weight where these are given."""
        rows = self.filter(version=version).order_by("entry_code")
        if change:
            rows = rows.filter(change=change)
        if weight in {"major", "minor"}:
            rows = rows.filter(major=weight == "major", slight="")
        elif weight:
            rows = rows.filter(slight=weight)
        return rows


class VersionChange(models.Model):
    """One difference of a version against the one it follows (its parent): stored at import, read by curators, the API and the change feed.

    `entry_code` is the version's own, or the parent's where the entry was removed; `old_entry_code` the parent's where the pair has another one
    there, else ''.
    """

    class Kind(models.TextChoices):
        ADDED = "added", _("added")
        REMOVED = "removed", _("removed")
        CHANGED = "changed", _("changed")

    class Slight(models.TextChoices):
        NO = "", _("no")
        TYPOGRAPHIC = "typographic", _("typographic")
        REMARK = "remark", _("remark")

    version = models.ForeignKey(CatalogVersion, models.CASCADE, related_name="changes", verbose_name=_("version"))
    change = models.CharField(_("change"), max_length=8, choices=Kind.choices)
    major = models.BooleanField(_("major"), help_text=_("can alter a payment"))
    narrower = models.BooleanField(_("narrower"), help_text=_("goes, or covers less than before"))
    slight = models.CharField(
        _("slight"),
        max_length=11,
        choices=Slight.choices,
        blank=True,
        default="",
        db_default="",
        help_text=_("neither major nor minor: written otherwise only, or nothing but remarks and codes"),
    )
    entry_code = models.CharField(_("entry code"), max_length=64, db_collation="C")
    old_entry_code = models.CharField(
        _("entry code before"), max_length=64, db_collation="C", blank=True, default="", db_default=""
    )
    generic_name = models.CharField(_("generic name"), max_length=200, blank=True, default="")
    fields = models.JSONField(_("fields"), default=dict, help_text=_("name: [old, new]"))

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["version", "entry_code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "entry_code"], name="one_change_per_entry"),
            models.CheckConstraint(
                condition=Q(slight="")
                | Q(slight__in=["typographic", "remark"], change="changed", major=False, narrower=False),
                name="slight_changes_alter_nothing",
            ),
        ]
        # The feed tells a pair with another code under both codes, in their order.
        indexes = [
            models.Index(
                fields=["version", "old_entry_code"], condition=~Q(old_entry_code=""), name="change_old_entry_code"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_change_display()} {self.entry_code}"

    @property
    def weight(self) -> str:
        """major, minor, typographic or remark."""
        return self.slight or ("major" if self.major else "minor")
