"""Drugs as the master knows them: products, their numbers, approvals abroad."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Drug(models.Model):
    """A generic drug, whatever its form, strength, salt or maker: one row for every base name that is known (spec eligibility 3.1)."""

    id = models.CharField(primary_key=True, max_length=21)
    base_name = models.CharField(_("base name"), max_length=200, unique=True)
    generic_name = models.CharField(_("generic name"), max_length=200)
    pinyin = models.CharField(max_length=600, blank=True, default="")
    initials = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("drug")
        verbose_name_plural = _("drugs")
        ordering = ["base_name"]

    def __str__(self) -> str:
        return self.generic_name


class DrugProductQuerySet(models.QuerySet["DrugProduct"]):
    def known_at(self, instant: datetime) -> Self:
        """Keep the master rows as they were recorded at that instant."""
        return self.filter(Q(recorded_to=None) | Q(recorded_to__gt=instant), recorded_from__lte=instant)


class DrugProduct(models.Model):
    """One row of the drug master as recorded from an instant to another: a marketed product (drug, form, strength, maker).

    A correction ends the row (`recorded_to`) and adds its successor with the same `position`: what was answered before stays explicable.
    """

    drug = models.ForeignKey(Drug, models.PROTECT, related_name="products", verbose_name=_("drug"))
    national_code = models.CharField(_("national drug code"), max_length=30, blank=True, default="")
    approval_no = models.CharField(_("approval number"), max_length=100, blank=True, default="")
    generic_name = models.CharField(_("generic name"), max_length=200)
    aliases = ArrayField(models.CharField(max_length=200), verbose_name=_("aliases"), default=list, blank=True)
    dosage_form = models.CharField(_("dosage form"), max_length=100, blank=True, default="")
    strength = models.CharField(_("strength"), max_length=200, blank=True, default="")
    brand_name = models.CharField(_("brand name"), max_length=200, blank=True, default="")
    manufacturer = models.CharField(_("manufacturer"), max_length=200, blank=True, default="")
    class_code = models.CharField(_("class code"), max_length=10, blank=True, default="")
    unit = models.CharField(_("smallest unit"), max_length=50, blank=True, default="")
    pack = models.CharField(_("pack"), max_length=200, blank=True, default="")
    # Derived for look-up, never shown: how recognition compares texts (catalog.drugs.base_names).
    base_name = models.CharField(max_length=200, db_index=True)
    alias_keys = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    brand_key = models.CharField(max_length=200, blank=True, default="")
    approval_key = models.CharField(max_length=100, blank=True, default="")
    position = models.BigIntegerField(_("position"), help_text=_("order in which the master first recorded it"))
    recorded_from = models.DateTimeField(_("recorded from"))
    recorded_to = models.DateTimeField(_("recorded to"), null=True, blank=True)
    recorded_by = models.ForeignKey("ImportRun", models.PROTECT, related_name="+", verbose_name=_("import"))

    objects = DrugProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("drug product")
        verbose_name_plural = _("drug products")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["position"], condition=Q(recorded_to=None), name="one_current_row_per_drug_product"
            ),
            models.CheckConstraint(
                condition=Q(recorded_to=None) | Q(recorded_to__gt=F("recorded_from")), name="product_recorded_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["national_code"], condition=~Q(national_code=""), name="product_national_code"),
            models.Index(fields=["approval_key"], condition=~Q(approval_key=""), name="product_approval_key"),
            models.Index(fields=["brand_key"], condition=~Q(brand_key=""), name="product_brand_key"),
            GinIndex(fields=["alias_keys"], name="product_alias_keys"),
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.generic_name, self.brand_name, self.strength]))


class Approval(models.Model):
    """A regulator's approval of a product, with its day where it is known."""

    product = models.ForeignKey(DrugProduct, models.CASCADE, related_name="approvals")
    regulator = models.CharField(_("regulator"), max_length=12)
    approved_on = models.DateField(_("approved on"), null=True, blank=True)

    class Meta:
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        ordering = ["regulator"]
        constraints = [models.UniqueConstraint(fields=["product", "regulator"], name="one_approval_per_regulator")]

    def __str__(self) -> str:
        return f"{self.regulator} {self.approved_on or ''}".strip()
