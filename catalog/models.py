"""Drugs, catalogs, their versions and entries, and the imports that bring them.

Days are inclusive at both ends (spec eligibility 1); a missing end is open. A published version never changes: the migrations hold that as triggers.
"""

import uuid
from datetime import date, datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from catalog.lifecycle import state_on
from catalog.vocabularies import KINDS, SEXES
from common.jobs.models import Job
from common.labels import choices

CODE_PATTERN = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("letters, digits, dot, dash and underscore only"))


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
    # Derived for look-up, never shown: how recognition compares texts (catalog.drugs.names).
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


class CatalogQuerySet(models.QuerySet["Catalog"]):
    def visible_to(self, insurer_id: int | None) -> Self:
        """Keep the shared catalogs and the insurer's own; None is the catalog office, which sees all."""
        return self if insurer_id is None else self.filter(Q(owner=None) | Q(owner=insurer_id))


class Catalog(models.Model):
    """A named list kept in versions (spec eligibility 1)."""

    code = models.CharField(_("code"), max_length=64, unique=True, validators=[CODE_PATTERN])
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=choices(KINDS.terms))
    series = models.ForeignKey(Series, models.PROTECT, null=True, blank=True, verbose_name=_("series"))
    publisher = models.CharField(_("publisher"), max_length=200, blank=True, default="")
    owner = models.ForeignKey(
        "insurers.Insurer", models.PROTECT, null=True, blank=True, related_name="catalogs", verbose_name=_("owner")
    )
    province = models.CharField(_("province"), max_length=50, blank=True, default="")
    premium_cny = models.DecimalField(_("premium (CNY)"), max_digits=16, decimal_places=2, null=True, blank=True)
    insured_count = models.PositiveBigIntegerField(_("insured persons"), null=True, blank=True)
    provenance = models.CharField(
        _("provenance"), max_length=20, choices=Provenance.choices, blank=True, default=Provenance.UNSTATED
    )
    note = models.TextField(_("note"), blank=True, default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = _("catalog")
        verbose_name_plural = _("catalogs")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(series=None) | Q(kind="commercial"), name="only_commercial_catalogs_have_a_series"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=KINDS.codes),
                name="catalog_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class VersionQuerySet(models.QuerySet["CatalogVersion"]):
    def open_to_readers(self, day: date) -> Self:
        """Keep what others than the office and the owner may see: published, withdrawn, or in consultation on that day."""
        over = Q(state="in_consultation", comments_until__lt=day)
        return self.exclude(Q(state__in=["draft", "in_review"]) | over)

    def known_at(self, instant: datetime) -> Self:
        """Keep what was published and not withdrawn at that instant."""
        return self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=instant), published_at__lte=instant)

    def in_force(self, day: date, known_at: datetime) -> Self:
        """Keep, of each catalog, the one version in force on the day as known at the instant (spec eligibility 2)."""
        covers_day = Q(effective_to=None) | Q(effective_to__gte=day)
        return (
            self.known_at(known_at)
            .filter(covers_day, effective_from__lte=day)
            .order_by("catalog_id", "-effective_from", "-published_at", "-label")
            .distinct("catalog_id")
        )

    def told_on(self, day: date, known_at: datetime) -> Self:
        """Add what a page needs to say how a published version stands on a day: the day, and which version of its catalog is in force then."""
        others = CatalogVersion.objects.filter(catalog=OuterRef("catalog")).in_force(day, known_at)
        return self.annotate(
            told_day=Value(day, output_field=models.DateField()), told_in_force=Subquery(others.values("pk")[:1])
        )

    def followed_from(self, first_day: date, known_at: datetime) -> Self:
        """Keep, of each catalog, the one edition that a draft with this first day follows (catalog.following), in force then or ended before."""
        ended = Case(When(effective_to__lt=first_day, then=1), default=0)
        return (
            self.known_at(known_at)
            .filter(effective_from__lte=first_day)
            .order_by("catalog_id", ended, "-effective_from", "-published_at", "-label")
            .distinct("catalog_id")
        )


class CatalogVersion(models.Model):
    """An edition of a catalog: a draft that a second person publishes, and that never changes afterwards."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        CONSULTATION = "in_consultation", _("in consultation")
        REVIEW = "in_review", _("in review")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")

    catalog = models.ForeignKey(Catalog, models.PROTECT, related_name="versions", verbose_name=_("catalog"))
    label = models.CharField(
        _("label"), max_length=64, validators=[CODE_PATTERN], db_collation="C", help_text=_("e.g. 2026")
    )
    state = models.CharField(_("state"), max_length=20, choices=State.choices, default=State.DRAFT)
    effective_from = models.DateField(_("effective from"))
    effective_to = models.DateField(_("effective to (inclusive)"), null=True, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("parent")
    )
    # The edition it was compared with at import or at its last merge; `parent` is the one of the stored comparison, which is made anew.
    base = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("base"))
    # How many printed rows the list is to have, by class-code prefix, `drugs` for all (spec curation.md 1, "Totals").
    expected_counts = models.JSONField(
        _("expected rows"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    # Class-code prefixes of which the list is complete; empty: it is complete altogether (spec eligibility 5, base status).
    complete_for = ArrayField(
        models.CharField(max_length=10), verbose_name=_("complete for"), default=list, db_default=[], blank=True
    )
    checksum = models.CharField(_("checksum"), max_length=64, blank=True, default="")
    entry_count = models.PositiveIntegerField(_("entries"), default=0)
    change_counts = models.JSONField(_("changes against the parent"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True, default="")
    # Persons, as text that outlives accounts: a user name, or "key:<prefix>" for an insurer's key.
    created_by = models.CharField(_("imported by"), max_length=150)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    submitted_by = models.CharField(_("submitted by"), max_length=150, blank=True, default="")
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    comments_until = models.DateField(_("comments until"), null=True, blank=True)
    review_requested_by = models.CharField(
        _("sent for review by"), max_length=150, blank=True, default="", db_default=""
    )
    review_requested_at = models.DateTimeField(_("sent for review at"), null=True, blank=True)
    review_note = models.TextField(_("note for the reviewer"), blank=True, default="", db_default="")
    sent_back_by = models.CharField(_("sent back by"), max_length=150, blank=True, default="", db_default="")
    sent_back_at = models.DateTimeField(_("sent back at"), null=True, blank=True)
    sent_back_reason = models.TextField(_("reason of sending back"), blank=True, default="", db_default="")
    # Everybody who imported, edited, merged or sent it for consultation or review: none of them publishes it. Only grows; the database holds it.
    editors = ArrayField(
        models.CharField(max_length=150), verbose_name=_("editors"), default=list, db_default=[], blank=True
    )
    published_by = models.CharField(_("published by"), max_length=150, blank=True, default="")
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    publish_note = models.TextField(_("publishing note"), blank=True, default="")
    withdrawal_asked_by = models.CharField(
        _("withdrawal asked by"), max_length=150, blank=True, default="", db_default=""
    )
    withdrawal_asked_at = models.DateTimeField(_("withdrawal asked at"), null=True, blank=True)
    withdrawn_by = models.CharField(_("withdrawn by"), max_length=150, blank=True, default="")
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdraw_reason = models.TextField(_("reason of withdrawal"), blank=True, default="")

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("catalog version")
        verbose_name_plural = _("catalog versions")
        ordering = ["catalog", "-effective_from", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["catalog", "label"], name="label_once_per_catalog"),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")), name="version_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(published_by="") | (~Q(published_by=F("created_by")) & ~Q(published_by=F("submitted_by"))),
                name="publisher_is_not_the_importer",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=["draft", "in_consultation", "in_review"], published_at=None, withdrawn_at=None)
                    | Q(state="published", published_at__isnull=False, withdrawn_at=None)
                    | Q(state="withdrawn", published_at__isnull=False, withdrawn_at__isnull=False)
                ),
                name="version_state_says_what_happened",
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | (~Q(published_by="") & ~Q(checksum="")),
                name="published_with_name_and_sum",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | (Q(withdrawn_at__gte=F("published_at")) & ~Q(withdrawn_by="")),
                name="withdrawn_after_published",
            ),
        ]
        indexes = [models.Index(fields=["catalog", "-effective_from"], name="version_catalog_from")]
        # To see, to edit and to delete are Django's own rights (view, change, delete).
        permissions = [
            ("publish_catalogversion", "Can publish catalog versions and send them back"),
            ("withdraw_catalogversion", "Can withdraw catalog versions"),
        ]

    def __str__(self) -> str:
        return f"{self.catalog.code} {self.label}"

    def state_on(self, day: date) -> str:
        """Return the state on a day: a consultation is over by itself when its last day is."""
        return state_on(self.state, self.comments_until, day)

    def told_as(self, day: date, in_force_id: int | None) -> str:
        """Return how it is told on a day: what is published as not_yet, in_force, superseded or expired, all else by its state."""
        if self.state != self.State.PUBLISHED:
            return self.state_on(day)
        if self.effective_from > day:
            return "not_yet"
        if self.effective_to and self.effective_to < day:
            return "expired"
        return "in_force" if self.pk == in_force_id else "superseded"


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
            models.Index(fields=["brand_key"], condition=~Q(brand_key=""), name="entry_brand_key"),
            # The alternatives to a drug are sought in its class: five characters (spec eligibility 8).
            models.Index(F("version"), Left("class_code", 5), name="entry_class"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_code} {self.generic_name}"


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


class ImportRun(models.Model):
    """One uploaded file on its way to a draft (or into the drug master): who, what, its job, and what was found."""

    class Outcome(models.TextChoices):
        PENDING = "", _("not finished")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    class Kind(models.TextChoices):
        ENTRIES = "entries", _("catalog entries")
        DRUGS = "drugs", _("drug master")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.ENTRIES)
    catalog = models.ForeignKey(
        Catalog, models.PROTECT, null=True, blank=True, related_name="imports", verbose_name=_("catalog")
    )
    label = models.CharField(_("label"), max_length=64, blank=True, default="", validators=[CODE_PATTERN])
    effective_from = models.DateField(_("effective from"), null=True, blank=True)
    effective_to = models.DateField(_("effective to (inclusive)"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="")
    # How the file is to be read (spec csv.md): names as printed or plain, which sheet, which row is the header, own header → column.
    names = models.CharField(_("names"), max_length=7, blank=True, default="", db_default="")
    complete_for = ArrayField(
        models.CharField(max_length=10), verbose_name=_("complete for"), default=list, db_default=[], blank=True
    )
    sheet = models.CharField(_("sheet"), max_length=100, blank=True, default="", db_default="")
    header_row = models.PositiveIntegerField(_("header row"), null=True, blank=True)
    mapping = models.JSONField(
        _("columns by own header"), default=dict, db_default=Value({}, models.JSONField()), blank=True
    )
    file_name = models.CharField(_("file name"), max_length=255)
    file_path = models.CharField(max_length=255)
    file_size = models.PositiveBigIntegerField(_("file size"))
    sha256 = models.CharField(max_length=64)
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True, default=Outcome.PENDING)
    version = models.ForeignKey(
        CatalogVersion, models.SET_NULL, null=True, blank=True, related_name="imports", verbose_name=_("version")
    )
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    # What the reading came to: which header went to which column, and what was stored otherwise than written (the first of them).
    columns_read = models.JSONField(
        _("columns read"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    normalised = models.JSONField(
        _("read otherwise than written"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    error_count = models.PositiveIntegerField(_("errors"), default=0)
    warning_count = models.PositiveIntegerField(_("warnings"), default=0)
    no_difference = models.BooleanField(_("no difference"), default=False)
    created_by = models.CharField(_("uploaded by"), max_length=150)
    created_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="drugs", catalog=None) | (Q(kind="entries") & ~Q(catalog=None) & ~Q(label="")),
                name="import_names_its_target",
            ),
            models.CheckConstraint(
                condition=Q(effective_to=None) | Q(effective_to__gte=F("effective_from")), name="import_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["catalog", "sha256"], name="import_catalog_sha256")]

    def __str__(self) -> str:
        return f"{self.file_name} → {self.catalog.code if self.catalog else _('drug master')}"

    @property
    def called(self) -> str:
        """What people call it, in any language: what it is for, or its file."""
        return f"{self.catalog.code} {self.label}" if self.catalog else self.file_name

    @property
    def state(self) -> str:
        """queued, running, ready, failed or cancelled, as the API says it."""
        if self.outcome or self.job is None:
            return self.outcome or "queued"
        return {Job.State.DONE: "running", Job.State.DEAD: "failed"}.get(Job.State(self.job.state), self.job.state)


class ImportProblem(models.Model):
    """One thing wrong, or worth knowing, in an uploaded file."""

    class Severity(models.TextChoices):
        ERROR = "error", _("error")
        WARNING = "warning", _("warning")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="problems")
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices)
    row = models.PositiveIntegerField(_("row"), null=True)
    column = models.CharField(_("column"), max_length=200, blank=True, default="")
    value = models.CharField(_("value"), max_length=250, blank=True, default="")
    code = models.CharField(_("problem code"), max_length=40)
    message_zh = models.TextField()
    message_en = models.TextField()

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "severity", "id"], name="problem_run_severity")]

    def __str__(self) -> str:
        return f"{self.row} {self.column} {self.code}"


class Revision(models.Model):
    """The single counter that rises with everything that changes what is known (publishing, withdrawing, master rows).

    `declare()` (a database function) raises it and names the instant, alone; `observe()` reads both, never in the middle of a declaration.
    So an answer's `known_at` covers everything recorded before it and nothing that commits later.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveBigIntegerField(default=0)
    # The last declared instant: the next one is later, also where somebody has set the machine's clock back.
    declared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_revision_row")]

    def __str__(self) -> str:
        return str(self.number)
