"""Entries of a version."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from catalog.models.versions import CatalogVersion
from catalog.vocabularies import SEXES


class CatalogEntry(models.Model):
    """One row of a version: a drug, usually for one indication, with every column of spec csv.md."""

    version = models.ForeignKey(CatalogVersion, models.CASCADE, related_name="entries", verbose_name=_("version"))
    entry_code = models.CharField(_("entry code"), max_length=64, db_collation="C")
    generic_name = models.CharField(_("generic name"), max_length=200, blank=True, default="")
    brand_name = models.CharField(_("brand name"), max_length=200, blank=True, default="")
    dosage_form = models.CharField(_("dosage form"), max_length=100, blank=True, default="")
    strength = models.CharField(_("strength"), max_length=200, blank=True, default="")
    manufacturer = models.CharField(_("manufacturer"), max_length=200, blank=True, default="")
    authorized_company = models.CharField(_("authorised company"), max_length=200, blank=True, default="")
    national_code = models.CharField(_("national drug code"), max_length=30, blank=True, default="")
    approval_no = models.CharField(_("approval number"), max_length=200, blank=True, default="")
    class_code = models.CharField(_("class code"), max_length=10, blank=True, default="")
    reimbursement_class = models.CharField(_("reimbursement class"), max_length=20, blank=True, default="")
    indication = models.TextField(_("indication"), blank=True, default="")
    icd10 = ArrayField(models.CharField(max_length=20), verbose_name=_("ICD-10 codes"), default=list, blank=True)
    sex = models.CharField(_("sex"), max_length=1, blank=True, default="")
    age_min = models.PositiveSmallIntegerField(_("age from"), null=True, blank=True)
    age_max = models.PositiveSmallIntegerField(_("age to"), null=True, blank=True)
    settings = ArrayField(models.CharField(max_length=30), verbose_name=_("settings"), default=list, blank=True)
    min_institution_level = models.PositiveSmallIntegerField(_("institution level from"), null=True, blank=True)
    restriction = models.TextField(_("restriction"), blank=True, default="")
    payment_standard = models.DecimalField(
        _("payment standard (CNY a unit)"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    payment_standard_text = models.TextField(_("payment standard as written"), blank=True, default="")
    max_quantity = models.DecimalField(_("greatest quantity"), max_digits=14, decimal_places=3, null=True, blank=True)
    criteria = ArrayField(models.TextField(), verbose_name=_("criteria"), default=list, blank=True)
    prior_auth = models.BooleanField(_("prior authorisation"), default=False)
    effective_from = models.DateField(_("agreement from"), null=True, blank=True)
    effective_to = models.DateField(_("agreement to (inclusive)"), null=True, blank=True)
    regulators = ArrayField(models.CharField(max_length=12), verbose_name=_("regulators"), default=list, blank=True)
    rare_disease = models.BooleanField(_("rare disease"), null=True, blank=True)
    marks = ArrayField(models.CharField(max_length=64), verbose_name=_("marks"), default=list, blank=True)
    note = models.TextField(_("note"), blank=True, default="")
    source = models.TextField(_("source"), blank=True, default="")
    # Derived by the import for look-up and comparison.
    base_name = models.CharField(max_length=200, blank=True, default="")
    name_form = models.CharField(max_length=100, blank=True, default="")
    brand_key = models.CharField(max_length=200, blank=True, default="")
    approval_key = models.CharField(max_length=200, blank=True, default="")
    pinyin = models.CharField(max_length=1000, blank=True, default="")
    initials = models.CharField(max_length=200, blank=True, default="")
    row_hash = models.BinaryField(max_length=32)
    row_no = models.PositiveIntegerField(_("row in the file"), default=0)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ["version", "entry_code"]
        constraints = [
            models.UniqueConstraint(fields=["version", "entry_code"], name="entry_code_once_per_version"),
            models.CheckConstraint(
                condition=Q(age_min=None) | Q(age_max=None) | Q(age_max__gte=F("age_min")), name="entry_ages_in_order"
            ),
            models.CheckConstraint(
                condition=Q(effective_from=None) | Q(effective_to=None) | Q(effective_to__gte=F("effective_from")),
                name="entry_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(payment_standard=None) | Q(payment_standard__gt=0), name="payment_standard_above_0"
            ),
            models.CheckConstraint(condition=Q(max_quantity=None) | Q(max_quantity__gt=0), name="max_quantity_above_0"),
            models.CheckConstraint(
                condition=Q(min_institution_level=None) | Q(min_institution_level__range=(1, 3)),
                name="institution_level_1_to_3",
            ),
            models.CheckConstraint(condition=Q(sex__in=["", *SEXES.codes]), name="sex_is_f_or_m"),
        ]
        indexes = [
            models.Index(fields=["base_name", "version"], name="entry_base_name"),
            models.Index(fields=["national_code"], condition=~Q(national_code=""), name="entry_national_code"),
            models.Index(fields=["approval_key"], condition=~Q(approval_key=""), name="entry_approval_key"),
            # Asked by the release before alone (catalog.models.listed): it goes with the next.
            models.Index(fields=["brand_key"], condition=~Q(brand_key=""), name="entry_brand_key"),
            # The alternatives to a drug are sought in its class: five characters (spec eligibility 8).
            models.Index(F("version"), Left("class_code", 5), name="entry_class"),
            # Which agreements end soon, of all lists in force.
            models.Index(
                fields=["effective_to", "version"], condition=~Q(effective_to=None), name="entry_agreement_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_code} {self.generic_name}"
