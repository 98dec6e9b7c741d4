"""Vocabularies: what rows of seeds/reference say; they ship with the software, and no page edits them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Provenance(models.TextChoices):
    """Where facts come from; shown wherever the facts are."""

    OFFICIAL = "official", _("official list")
    HAND_CODED = "hand_coded", _("official facts, coded by hand, needs clinical review")
    DEMONSTRATION = "demonstration", _("demonstration data")
    UNSTATED = "", _("not stated")


class Series(models.Model):
    """A tier of the commercial catalogs (A to E today); what it means is this row, never code."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100, blank=True, default="")
    meaning = models.TextField(_("meaning"), blank=True, default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class DosageForm(models.Model):
    """A row of the dosage-form table (spec eligibility 3.1): a form in one of its groups. Ships with the software, is not edited."""

    form = models.CharField(_("dosage form"), max_length=100)
    group = models.CharField(_("group"), max_length=100)
    same_as = models.CharField(_("compared as"), max_length=100, blank=True, default="")
    confidence = models.CharField(_("confidence"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("dosage form")
        verbose_name_plural = _("dosage forms")
        ordering = ["group", "form"]
        constraints = [models.UniqueConstraint(fields=["form", "group"], name="form_once_per_group")]

    def __str__(self) -> str:
        return self.form


class DrugClass(models.Model):
    """A node of the national list's class tree (ATC-like, not WHO ATC)."""

    code = models.CharField(_("class code"), max_length=10, primary_key=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("parent"))
    name_zh = models.CharField(_("Chinese name"), max_length=200)

    class Meta:
        verbose_name = _("drug class")
        verbose_name_plural = _("drug classes")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Indication(models.Model):
    """A disease of the vocabulary with its ICD-10 codes (coded by hand, see seeds/README.md)."""

    code = models.CharField(_("code"), max_length=64, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True, default="")
    icd10 = ArrayField(models.CharField(max_length=20), verbose_name=_("ICD-10 codes"), default=list)

    class Meta:
        verbose_name = _("indication")
        verbose_name_plural = _("indications")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_zh


class Mark(models.Model):
    """A label an entry may carry, e.g. a nationally negotiated drug."""

    code = models.CharField(_("code"), max_length=64, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True, default="")
    source = models.CharField(_("source"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name_zh


class Exclusion(models.Model):
    """One of the eight kinds of drug that basic insurance never pays (基本医疗保险用药管理暂行办法 第八条), restated."""

    kind = models.CharField(_("kind"), max_length=64, primary_key=True)
    article = models.CharField(_("article"), max_length=100)
    restatement = models.CharField(_("restatement"), max_length=300)

    class Meta:
        verbose_name = _("statutory exclusion")
        verbose_name_plural = _("statutory exclusions")
        ordering = ["article"]

    def __str__(self) -> str:
        return self.restatement


class DiseaseName(models.Model):
    """The Chinese name of an ICD-10 category, or of a code below it that has a name of its own. Ships with the software, is not edited."""

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    chapter = models.CharField(_("chapter"), max_length=10)
    block = models.CharField(_("block"), max_length=10)
    provenance = models.CharField(
        _("provenance"), max_length=20, choices=Provenance.choices, blank=True, default=Provenance.UNSTATED
    )

    class Meta:
        verbose_name = _("ICD-10 name")
        verbose_name_plural = _("ICD-10 names")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class RareDisease(models.Model):
    """A disease of the two national lists of rare diseases. Ships with the software, is not edited."""

    list_no = models.PositiveSmallIntegerField(_("list"), help_text=_("1 of 2018, 2 of 2023"))
    number = models.PositiveSmallIntegerField(_("number"))
    name_zh = models.CharField(_("Chinese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True, default="")
    document = models.CharField(_("document"), max_length=100)
    listed_on = models.DateField(_("listed on"))

    class Meta:
        verbose_name = _("rare disease")
        verbose_name_plural = _("rare diseases")
        ordering = ["list_no", "number"]
        constraints = [models.UniqueConstraint(fields=["list_no", "number"], name="rare_disease_once_per_list")]

    def __str__(self) -> str:
        return self.name_zh
