"""The terms of a product version: read strictly, kept as frozen values (spec api.md, "A product version").

Money is in fen, ratios in ten-thousandths, days inclusive. Terms that parse cannot be wrong in themselves; whether the
catalogs they name exist, are of the right kind and may be used, the caller asks with `catalog_references`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, cast

from catalog import vocabularies
from catalog.vocabularies import Scope
from common.errors import pointer
from common.languages import Language
from common.money import MAX_FEN, RATIO_ONE, BasisPoints, Fen, ratio_text, yuan
from common.request_problems import Place
from common.request_reader import Reader, Unreadable, not_below_nothing, not_given, of_text, scaled, whole

SCOPES: Final = cast("tuple[Scope, ...]", vocabularies.SCOPES.codes)
SETTINGS: Final = vocabularies.SETTINGS.codes
STATUTORY_CIRCUMSTANCES: Final = vocabularies.STATUTORY_CIRCUMSTANCES.codes
MAX_WAITING_DAYS: Final = 3_650
MAX_LIST: Final = 200
PriorAuth = Literal["any", "checked"]
PRIOR_AUTHS: Final[tuple[PriorAuth, ...]] = ("any", "checked")
VALID_DAYS: Final = 180
DECISION_DAYS: Final = 7
URGENT_HOURS: Final = 72
MAX_VALID_DAYS: Final = 3_650
MAX_DECISION_DAYS: Final = 365
MAX_URGENT_HOURS: Final = 24 * MAX_DECISION_DAYS

_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class InvalidTerms(Unreadable):
    """The product version cannot be accepted; `errors` point at every field to mend."""

    code = "invalid_terms"


@dataclass(frozen=True, slots=True)
class CatalogReference:
    """A product's reference to a catalog; with a label it is pinned to that version (eligibility 2)."""

    catalog: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A part of a benefit's running total: up to and including `up_to` fen (None: without end) it pays `ratio`."""

    up_to: Fen | None
    ratio: BasisPoints


@dataclass(frozen=True, slots=True)
class Benefit:
    """A benefit 保障责任 of a product version (eligibility 6 and 7). `ratio` is None only where `bands` replace it."""

    code: str
    name: str
    scope: Scope = "any"
    settings: tuple[str, ...] = ()
    catalogs: tuple[CatalogReference, ...] = ()
    deductible_group: str | None = None
    ratio: BasisPoints | None = None
    ratio_pre_existing: BasisPoints | None = None
    ratio_unsettled: BasisPoints | None = None
    ratio_unsettled_pre_existing: BasisPoints | None = None
    bands: tuple[Band, ...] = ()
    annual_limit: Fen | None = None


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """A product version: what it refers to, what it asks for and what it pays."""

    label: str
    effective_from: date
    effective_to: date | None
    base: CatalogReference | None
    base_exclusions: tuple[CatalogReference, ...]
    negative_lists: tuple[CatalogReference, ...]
    honours_base_exclusions: bool
    requires_base_settlement: bool
    waiting_days: int
    covered_circumstances: tuple[str, ...]
    annual_limit: Fen | None
    deductibles: Mapping[str, Fen]
    deductibles_pre_existing: Mapping[str, Fen]
    benefits: tuple[Benefit, ...]
    # Whether a line's number of a prior authorisation is looked up; how many days one is valid, and how long its asker waits.
    prior_auth: PriorAuth = "any"
    prior_auth_valid_days: int = VALID_DAYS
    prior_auth_decision_days: int = DECISION_DAYS
    prior_auth_urgent_hours: int = URGENT_HOURS

    def deductible(self, group: str, *, pre_existing: bool) -> Fen:
        """Return a group's deductible in fen (eligibility 7)."""
        if pre_existing and group in self.deductibles_pre_existing:
            return self.deductibles_pre_existing[group]
        return self.deductibles[group]

    def references(self) -> tuple[CatalogReference, ...]:
        """Return every reference to a catalog, each once: base, exclusions, negative lists, benefits in order."""
        named = [self.base] if self.base else []
        named += [*self.base_exclusions, *self.negative_lists]
        named += [reference for benefit in self.benefits for reference in benefit.catalogs]
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class PlacedReference:
    """A reference with the place where it stands and the kinds of catalog that may stand there."""

    pointer: str
    catalog: str
    label: str | None
    kinds: frozenset[str]


def catalog_references(terms: ProductTerms) -> list[PlacedReference]:
    """List every reference of a product version, so that the caller can check that it exists and is allowed.

    A benefit pays what its catalogs list. So these are commercial, or base where a benefit follows 医保 itself; a `negative` or
    `base_exclusion` catalog lists what is not paid, and a `reference` list is never used in a check (eligibility 1).
    """

    def placed(
        kinds: Iterable[str], references: Iterable[CatalogReference], *place: str | int
    ) -> list[PlacedReference]:
        return [
            PlacedReference(pointer(*place, position), reference.catalog, reference.label, frozenset(kinds))
            for position, reference in enumerate(references)
        ]

    found = []
    if terms.base:
        found.append(PlacedReference("/base", terms.base.catalog, terms.base.label, frozenset({"base"})))
    found += placed(["base_exclusion"], terms.base_exclusions, "base_exclusions")
    found += placed(["negative"], terms.negative_lists, "negative_lists")
    for position, benefit in enumerate(terms.benefits):
        found += placed(["commercial", "base"], benefit.catalogs, "benefits", position, "catalogs")
    return found


def parse_terms(data: object, language: Language = "zh") -> ProductTerms:
    """Read a product version from decoded JSON.

    Money and ratios may be text, whole numbers or Decimal, never a binary float. Raises InvalidTerms with every problem found:
    unknown fields, wrong types, bad numbers, bands that do not rise, a benefit without ratio or bands, a deductible group
    without its amount, a benefit code twice, dates out of order.
    """
    reader = _Reader(language)
    terms = reader.terms(data)
    if terms is None:
        problems = reader.problems
        raise InvalidTerms(
            "The product version has problems.",
            errors=problems.errors(),
            error_count=problems.count,
            said=problems.found,
        )
    return terms


def terms_document(terms: ProductTerms) -> dict[str, Any]:
    """Write a product version as JSON in full, with the defaults filled in; parsing it gives the same terms."""

    def reference(named: CatalogReference) -> dict[str, str]:
        return {"catalog": named.catalog, **({"label": named.label} if named.label is not None else {})}

    def money(amount: Fen | None) -> str | None:
        return None if amount is None else yuan(amount)

    def ratio(number: BasisPoints | None) -> str | None:
        return None if number is None else ratio_text(number)

    return {
        "label": terms.label,
        "effective_from": terms.effective_from.isoformat(),
        "effective_to": terms.effective_to.isoformat() if terms.effective_to else None,
        "base": reference(terms.base) if terms.base else None,
        "base_exclusions": [reference(named) for named in terms.base_exclusions],
        "negative_lists": [reference(named) for named in terms.negative_lists],
        "honours_base_exclusions": terms.honours_base_exclusions,
        "requires_base_settlement": terms.requires_base_settlement,
        "waiting_days": terms.waiting_days,
        "covered_circumstances": list(terms.covered_circumstances),
        "annual_limit": money(terms.annual_limit),
        "deductibles": {group: yuan(amount) for group, amount in terms.deductibles.items()},
        "deductibles_pre_existing": {group: yuan(amount) for group, amount in terms.deductibles_pre_existing.items()},
        "benefits": [
            {
                "code": benefit.code,
                "name": benefit.name,
                "scope": benefit.scope,
                "settings": list(benefit.settings),
                "catalogs": [reference(named) for named in benefit.catalogs],
                "deductible_group": benefit.deductible_group,
                "ratio": ratio(benefit.ratio),
                "ratio_pre_existing": ratio(benefit.ratio_pre_existing),
                "ratio_unsettled": ratio(benefit.ratio_unsettled),
                "ratio_unsettled_pre_existing": ratio(benefit.ratio_unsettled_pre_existing),
                "bands": [{"up_to": money(band.up_to), "ratio": ratio(band.ratio)} for band in benefit.bands],
                "annual_limit": money(benefit.annual_limit),
            }
            for benefit in terms.benefits
        ],
        "prior_auth": terms.prior_auth,
        "prior_auth_valid_days": terms.prior_auth_valid_days,
        "prior_auth_decision_days": terms.prior_auth_decision_days,
        "prior_auth_urgent_hours": terms.prior_auth_urgent_hours,
    }


_FIELDS: Final = frozenset(
    "label effective_from effective_to base base_exclusions negative_lists honours_base_exclusions requires_base_settlement "
    "waiting_days covered_circumstances annual_limit deductibles deductibles_pre_existing benefits "
    "prior_auth prior_auth_valid_days prior_auth_decision_days prior_auth_urgent_hours".split()
)
_BENEFIT_FIELDS: Final = frozenset(
    "code name scope settings catalogs deductible_group ratio ratio_pre_existing ratio_unsettled ratio_unsettled_pre_existing "
    "bands annual_limit".split()
)
_REFERENCE_FIELDS: Final = frozenset({"catalog", "label"})
_BAND_FIELDS: Final = frozenset({"up_to", "ratio"})

_money: Final = of_text(lambda text: Fen(not_below_nothing(scaled(text, 2), MAX_FEN)))
_ratio: Final = of_text(lambda text: BasisPoints(not_below_nothing(scaled(text, 4), RATIO_ONE, "0 至 1", "0 to 1")))
_waiting_days: Final = of_text(whole(0, MAX_WAITING_DAYS))
_valid_days: Final = of_text(whole(1, MAX_VALID_DAYS))
_decision_days: Final = of_text(whole(1, MAX_DECISION_DAYS))
_urgent_hours: Final = of_text(whole(1, MAX_URGENT_HOURS))


class _Reader(Reader):
    """Reads one product version."""

    __slots__ = ()

    def terms(self, data: object) -> ProductTerms | None:
        fields = self.mapping((), data, _FIELDS)
        if fields is None:
            return None
        label = self.label(("label",), fields.get("label"))
        starts = self.day(("effective_from",), fields.get("effective_from"), required=True)
        ends = self.day(("effective_to",), fields.get("effective_to"))
        if starts and ends and starts > ends:
            self.add(("effective_to",), "DATE_ORDER", first="effective_from", second="effective_to")
        base = fields.get("base")
        deductibles = self.sums(("deductibles",), fields.get("deductibles"))
        terms = ProductTerms(
            label=label,
            effective_from=starts or date.min,
            effective_to=ends,
            base=self.reference(("base",), base) if not not_given(base) else None,
            base_exclusions=self.references(("base_exclusions",), fields.get("base_exclusions")),
            negative_lists=self.references(("negative_lists",), fields.get("negative_lists")),
            honours_base_exclusions=self.yes_no(("honours_base_exclusions",), fields.get("honours_base_exclusions"))
            or False,
            requires_base_settlement=self.yes_no(("requires_base_settlement",), fields.get("requires_base_settlement"))
            or False,
            waiting_days=self.number(("waiting_days",), fields.get("waiting_days"), _waiting_days) or 0,
            covered_circumstances=self.choices(
                ("covered_circumstances",), fields.get("covered_circumstances"), STATUTORY_CIRCUMSTANCES
            ),
            annual_limit=self.money(("annual_limit",), fields.get("annual_limit")),
            deductibles=deductibles,
            deductibles_pre_existing=self.sums(("deductibles_pre_existing",), fields.get("deductibles_pre_existing")),
            benefits=self.benefits(fields.get("benefits"), deductibles),
            prior_auth=self.prior_auth(fields.get("prior_auth")),
            prior_auth_valid_days=self.number(
                ("prior_auth_valid_days",), fields.get("prior_auth_valid_days"), _valid_days
            )
            or VALID_DAYS,
            prior_auth_decision_days=self.number(
                ("prior_auth_decision_days",), fields.get("prior_auth_decision_days"), _decision_days
            )
            or DECISION_DAYS,
            prior_auth_urgent_hours=self.number(
                ("prior_auth_urgent_hours",), fields.get("prior_auth_urgent_hours"), _urgent_hours
            )
            or URGENT_HOURS,
        )
        return None if self.problems else terms

    def label(self, place: Place, data: object) -> str:
        text = self.line(place, data, limit=64, required=True)
        if text and not _LABEL.fullmatch(text):
            self.add(place, "BAD_LABEL", value=text)
        return text

    def choices(self, place: Place, data: object, allowed: tuple[str, ...]) -> tuple[str, ...]:
        chosen = []
        for position, item in enumerate(self.items(place, data, MAX_LIST)):
            if isinstance(item, str) and item in allowed:
                chosen.append(item)
            else:
                self.add((*place, position), "BAD_CHOICE", value=item, choices=", ".join(allowed))
        return tuple(dict.fromkeys(chosen))

    def prior_auth(self, data: object) -> PriorAuth:
        if not_given(data) or data == "any":
            return "any"
        if data != "checked":
            self.add(("prior_auth",), "BAD_CHOICE", value=data, choices=", ".join(PRIOR_AUTHS))
        return "checked"

    def money(self, place: Place, data: object) -> Fen | None:
        return self.number(place, data, _money)

    def ratio(self, place: Place, data: object) -> BasisPoints | None:
        return self.number(place, data, _ratio)

    def sums(self, place: Place, data: object) -> dict[str, Fen]:
        return self.amounts(place, data, lambda at, name: self.line(at, name, limit=64, required=True), _money)

    def line(self, place: Place, data: object, *, limit: int, required: bool = False) -> str:
        """Return a text of one line."""
        return self.text(place, data, limit=limit, required=required, unkeepable=_NOT_IN_A_LINE)

    def reference(self, place: Place, data: object) -> CatalogReference | None:
        fields = self.mapping(place, data, _REFERENCE_FIELDS)
        if fields is None:
            return None
        catalog = self.line((*place, "catalog"), fields.get("catalog"), limit=64, required=True)
        label = self.line((*place, "label"), fields.get("label"), limit=64)
        return CatalogReference(catalog, label or None)

    def references(self, place: Place, data: object) -> tuple[CatalogReference, ...]:
        read = [
            self.reference((*place, position), item) for position, item in enumerate(self.items(place, data, MAX_LIST))
        ]
        return tuple(reference for reference in read if reference)

    def benefits(self, data: object, deductibles: Mapping[str, int]) -> tuple[Benefit, ...]:
        benefits: list[Benefit] = []
        for position, item in enumerate(self.items(("benefits",), data, MAX_LIST)):
            benefit = self.benefit(("benefits", position), item, deductibles)
            if benefit is None:
                continue
            if any(benefit.code == earlier.code for earlier in benefits):
                self.add(("benefits", position, "code"), "DUPLICATE", value=benefit.code)
            benefits.append(benefit)
        return tuple(benefits)

    def benefit(self, place: Place, data: object, deductibles: Mapping[str, int]) -> Benefit | None:
        fields = self.mapping(place, data, _BENEFIT_FIELDS)
        if fields is None:
            return None
        code = self.line((*place, "code"), fields.get("code"), limit=64, required=True)
        group = self.line((*place, "deductible_group"), fields.get("deductible_group"), limit=64)
        if group and group not in deductibles:
            self.add((*place, "deductible_group"), "NO_DEDUCTIBLE", value=group)
        bands = self.bands((*place, "bands"), fields.get("bands"))
        if not_given(fields.get("ratio")) and (not_given(fields.get("bands")) or fields.get("bands") in ([], ())):
            self.add(place, "RATIO_OR_BANDS")
        return Benefit(
            code=code,
            name=self.line((*place, "name"), fields.get("name"), limit=200) or code,
            scope=self.scope((*place, "scope"), fields.get("scope")),
            settings=self.choices((*place, "settings"), fields.get("settings"), SETTINGS),
            catalogs=self.references((*place, "catalogs"), fields.get("catalogs")),
            deductible_group=group or None,
            ratio=self.ratio((*place, "ratio"), fields.get("ratio")),
            ratio_pre_existing=self.ratio((*place, "ratio_pre_existing"), fields.get("ratio_pre_existing")),
            ratio_unsettled=self.ratio((*place, "ratio_unsettled"), fields.get("ratio_unsettled")),
            ratio_unsettled_pre_existing=self.ratio(
                (*place, "ratio_unsettled_pre_existing"), fields.get("ratio_unsettled_pre_existing")
            ),
            bands=bands,
            annual_limit=self.money((*place, "annual_limit"), fields.get("annual_limit")),
        )

    def scope(self, place: Place, data: object) -> Scope:
        if data is None or data == "":
            return "any"
        for scope in SCOPES:
            if data == scope:
                return scope
        self.add(place, "BAD_CHOICE", value=data, choices=", ".join(SCOPES))
        return "any"

    def bands(self, place: Place, data: object) -> tuple[Band, ...]:
        bands: list[Band] = []
        items = self.items(place, data, MAX_LIST)
        for position, item in enumerate(items):
            fields = self.mapping((*place, position), item, _BAND_FIELDS)
            if fields is None:
                continue
            up_to = self.money((*place, position, "up_to"), fields.get("up_to"))
            if not_given(fields.get("ratio")):
                self.add((*place, position, "ratio"), "REQUIRED", what="ratio")
            ratio = self.ratio((*place, position, "ratio"), fields.get("ratio"))
            before = bands[-1].up_to if bands else 0
            is_last = position == len(items) - 1
            if (up_to is None) != is_last or (up_to is not None and before is not None and up_to <= before):
                self.add((*place, position, "up_to"), "BANDS_ORDER")
            bands.append(Band(up_to, ratio or BasisPoints(0)))
        return tuple(bands)
