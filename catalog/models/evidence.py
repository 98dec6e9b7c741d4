"""What an entry that was drafted from the market rests on (spec curation.md 3): kept with it, no part of its version's checksum."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.versions import CatalogVersion


class EntryEvidence(models.Model):
    """How often the market's lists hold what an entry lists, and the word of the person who kept it whatever the figures say.

    It goes with its entry: under another code when that is given one, away when that goes, into the copy of a version. Once the version is
    published it never changes (migration 0024).
    """

    version = models.ForeignKey(CatalogVersion, models.CASCADE, related_name="evidence", verbose_name=_("version"))
    entry_code = models.CharField(_("entry code"), max_length=64, db_collation="C")
    rank = models.PositiveIntegerField(_("rank"))
    products = models.PositiveIntegerField(_("lists that hold it"))
    provinces = models.PositiveSmallIntegerField(_("provinces"))
    premium_share = models.DecimalField(
        _("share of premium"), max_digits=5, decimal_places=4, validators=[MaxValueValidator(1)]
    )
    key_provinces_hit = models.PositiveSmallIntegerField(_("key provinces"))
    lists = ArrayField(models.CharField(max_length=64), verbose_name=_("lists"))
    # {"keep": true, "reason": …}; null: by its figures.
    pinned = models.JSONField(_("pin"), null=True, blank=True)

    class Meta:
        verbose_name = _("evidence of an entry")
        verbose_name_plural = _("evidence of entries")
        ordering = ["version", "rank"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["version", "entry_code"], name="one_evidence_per_entry"),
            models.CheckConstraint(
                condition=Q(premium_share__gte=0, premium_share__lte=1), name="premium_share_between_0_and_1"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_code} {self.products}"
