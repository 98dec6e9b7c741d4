"""Catalogs: a list that has editions, and whose it is."""

from collections.abc import Callable, Collection
from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from catalog import catalog_codes
from catalog.models.vocabularies import Provenance, Series
from catalog.visibility import is_readable_by, readable_by
from catalog.vocabularies import KINDS
from common.labels import choices

CODE_PATTERN = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]*$", _("letters, digits, dot, dash and underscore only"))


class CatalogQuerySet(models.QuerySet["Catalog"]):
    def readable_by(self, insurer_id: int | None) -> Self:
        """Keep the shared catalogs and the insurer's own; None is the catalog office, which sees all."""
        return self.filter(readable_by(insurer_id))

    def visible_to(self, insurer_id: int | None) -> Self:
        """Keep what an insurer's plain codes mean, each once: its own catalogs, and the shared ones but those of a code of its own.

        None is the catalog office, which sees all. The shared ones that are left out here are named `:CODE` (catalog.catalog_codes).
        """
        if insurer_id is None:
            return self
        own = Catalog.objects.filter(owner=insurer_id, code=OuterRef("code"))
        return self.filter(Q(owner=insurer_id) | (Q(owner=None) & ~Exists(own)))

    def named(self, text: str, insurer_id: int | None) -> Self:
        """Keep the catalog that a text means (as naming.meant has it): none or one; for the office several where it has to say whose."""
        owner, code = catalog_codes.parted(text)
        if owner is not None:
            whose = Q(owner__code=owner) if owner else Q(owner=None)
            return self.readable_by(insurer_id).filter(whose, code=code)
        if insurer_id is not None:
            return self.visible_to(insurer_id).filter(code=code)
        shared = Catalog.objects.filter(owner=None, code=OuterRef("code"))
        return self.filter(Q(owner=None) | ~Exists(shared), code=code)

    def meant_by(self, texts: Collection[str], insurer_id: int | None) -> dict[str, "Catalog"]:
        """Return text → the catalog that it means, for those that mean one; one statement."""
        there = self._called(texts, insurer_id)
        found = {text: catalog_codes.meant(text, there, insurer_id) for text in dict.fromkeys(texts)}
        return {text: catalogs[0] for text, catalogs in found.items() if len(catalogs) == 1}

    def meanings(self, texts: Collection[str]) -> Callable[[str, int], int | None]:
        """Return a function: one of the texts, an insurer → the id of the catalog that it means to that insurer; one statement."""
        by_code: dict[str, list[Catalog]] = {}
        for one in self._called(texts, None):
            by_code.setdefault(one.code, []).append(one)

        def meaning(text: str, insurer_id: int) -> int | None:
            there = by_code.get(catalog_codes.parted(text)[1], ())
            readable = [one for one in there if is_readable_by(one.owner_id, insurer_id)]
            return next((one.pk for one in catalog_codes.meant(text, readable, insurer_id)), None)

        return meaning

    def addresses(self, insurer_id: int | None) -> Callable[["Catalog"], str]:
        """Return a function: a catalog → the text by which an insurer (None: the office) is told of it (naming.address_for); one statement at most.

        The function reads the owner of another's catalog, which only the office is told of.
        """
        # Nobody (0, who asks at the look-up page) has no list of his own, as the office has none.
        own = set(Catalog.objects.filter(owner=insurer_id).values_list("code", flat=True)) if insurer_id else set()
        return lambda catalog: catalog_codes.address_for(catalog, insurer_id, own)

    def _called(self, texts: Collection[str], insurer_id: int | None) -> list["Catalog"]:
        if not texts:
            return []
        codes = {catalog_codes.parted(text)[1] for text in texts}
        return list(self.readable_by(insurer_id).filter(code__in=codes).select_related("owner"))


class Catalog(models.Model):
    """A named list kept in versions (spec eligibility 1)."""

    code = models.CharField(_("code"), max_length=64, validators=[CODE_PATTERN])
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=choices(KINDS.terms))
    series = models.ForeignKey(Series, models.PROTECT, null=True, blank=True, verbose_name=_("series"))
    publisher = models.CharField(_("publisher"), max_length=200, blank=True, default="")
    owner = models.ForeignKey(
        settings.TENANT_MODEL, models.PROTECT, null=True, blank=True, related_name="catalogs", verbose_name=_("owner")
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
        ordering = ["code", "id"]
        constraints = [
            # Every insurer's own codes are a name space of their own, and the office's are one (catalog.catalog_codes).
            models.UniqueConstraint(fields=["owner", "code"], name="catalog_code_once_per_owner", nulls_distinct=False),
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

    def names_by_insurer(self) -> Callable[[int | None], frozenset[str]]:
        """Return a function: an insurer (None: the office) → the texts by which it means this catalog; one statement for all of them."""
        own = set(Catalog.objects.filter(code=self.code).exclude(owner=None).values_list("owner", flat=True))

        def names(insurer_id: int | None) -> frozenset[str]:
            if self.owner_id is not None:
                return frozenset({self.code, self.address} if insurer_id == self.owner_id else {self.address})
            return frozenset({self.address} if insurer_id in own else {self.code, self.address})

        return names

    @property
    def owner_code(self) -> str | None:
        """The code of the insurer whose own it is; None where it is shared; reads its owner."""
        return self.owner.code if self.owner_id is not None and self.owner else None

    @property
    def office_code(self) -> str:
        """What tells it from every other whoever reads it: a shared one's code, or `OWNER:CODE`; the office and the owner mean it by that."""
        return self.address if self.owner_id else self.code

    @property
    def address(self) -> str:
        """The text that means this catalog whoever writes it (catalog.catalog_codes); reads its owner."""
        return catalog_codes.address_of(self.code, self.owner_code)
