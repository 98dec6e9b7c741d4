"""What published lists call drugs: each way of writing one, once for each owner of lists, however many editions repeat it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models.versions import CatalogVersion


class ListedDrug(models.Model):
    """How an entry of a published list writes a drug: the facts that tell what it is, as the owner's first edition that wrote them so has them.

    The database adds it when a version is published (migration 0027), and it never goes: a withdrawn edition was known too. So what is known of a
    drug costs what there is to know, not how often it was printed.
    """

    # The catalog's: of the shared ones none.
    owner = models.ForeignKey(settings.TENANT_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    # The edition that wrote it so first, and its first entry that does.
    version = models.ForeignKey(CatalogVersion, models.CASCADE, related_name="+")
    entry_code = models.CharField(max_length=64, db_collation="C")
    generic_name = models.CharField(max_length=200)
    national_code = models.CharField(max_length=30, blank=True)
    approval_no = models.CharField(max_length=200, blank=True)
    dosage_form = models.CharField(max_length=100, blank=True)
    brand_name = models.CharField(max_length=200, blank=True)
    manufacturer = models.CharField(max_length=200, blank=True)
    strength = models.CharField(max_length=200, blank=True)
    class_code = models.CharField(max_length=10, blank=True)
    # SHA-256 of the eight facts above as one row.
    facts_hash = models.BinaryField(max_length=32)
    # How they are compared, as entries have it.
    base_name = models.CharField(max_length=200, blank=True)
    approval_key = models.CharField(max_length=200, blank=True)
    brand_key = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("drug as listed")
        verbose_name_plural = _("drugs as listed")
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "facts_hash"], name="drug_listed_once_an_owner", nulls_distinct=False
            ),
        ]
        indexes = [
            models.Index(fields=["base_name"], name="listed_base_name"),
            models.Index(fields=["national_code"], condition=~Q(national_code=""), name="listed_national_code"),
            models.Index(fields=["approval_key"], condition=~Q(approval_key=""), name="listed_approval_key"),
            models.Index(fields=["brand_key"], condition=~Q(brand_key=""), name="listed_brand_key"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_code} {self.generic_name}"
