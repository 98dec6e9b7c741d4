"""A coverage answer in a visitor's words: what is paid, what is asked for, what to bring, where it is written. Nothing is decided here.

Everything comes from the answer that REST gives (`claims.services.coverage_document`) and the terms it was judged by.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from catalog.catalog_codes import parted
from catalog.models import CatalogEntry
from catalog.vocabularies import LEVELS, SETTINGS, SEXES
from catalog.words import NOT_GIVEN, Words, field_label, period_words
from claims.eligibility import reasons as eligibility
from claims.eligibility.decision import Coverage
from claims.eligibility.drug_part import PASS
from claims.eligibility.entry import Entry
from claims.eligibility.facts import CoverageQuery, LineFacts
from claims.eligibility.reasons import BETWEEN_CODES
from claims.eligibility.restrictions import facet_results
from claims.explanation.member import BASES
from claims.explanation.named import STATUSES
from claims.explanation.reason_words import PLAINLY
from common.labels import reader_language
from curation.comparing.drug_time import DrugTime
from insurers.public_products import PublicProduct
from insurers.terms import Benefit, ProductTerms
from insurers.wording import money, percent
from lookup.faults import labels
from lookup.rows import Rows, place_of

TONES = {"covered": "good", "not_covered": "bad", "review": "warn"}
REQUIRED = (
    "prior_auth criteria settings min_institution_level sex age_min age_max icd10 indication max_quantity payment_standard restriction"
).split()
# Which field of the page gives what is wanting.
FIELDS = {
    "DIAGNOSIS_MISSING": "disease",
    "DIAGNOSIS_UNSPECIFIC": "disease",
    "SEX_MISSING": "sex",
    "AGE_MISSING": "age",
    "SETTING_MISSING": "setting",
    "INSTITUTION_LEVEL_MISSING": "level",
    "PRODUCT_UNSPECIFIED": "drug",
    "DRUG_AMBIGUOUS": "drug",
    "DRUG_NOT_RECOGNISED": "drug",
}
# What a row may ask for, and which field gives it.
_ASKED_BY_ROW = {
    "icd10": "disease",
    "sex": "sex",
    "age_min": "age",
    "age_max": "age",
    "settings": "setting",
    "min_institution_level": "level",
}
_OF_THE_PRODUCT = ("dosage_form", "strength", "manufacturer", "brand_name", "approval_no", "national_code")
# Which field takes what is no field of its own: the form stands in the name, as brand and number stand in its place.
_FIELD_OF = dict.fromkeys(_OF_THE_PRODUCT, "drug")
# Of a row of what is not paid, or of which nobody can tell: what it is for.
_SAYS = (
    "generic_name brand_name dosage_form strength manufacturer class_code indication icd10 sex age_min age_max settings min_institution_level "
    "restriction criteria"
).split()
_UNDETERMINED = ("NEGATIVE_LIST_UNDETERMINED", "BASE_STATUS_UNDETERMINED")


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: its sentence with names in place of codes, and as REST gives it; its code, effect, the law that says so, the rows that it names.

    `says` is what the row says that it cannot be told of, as (what, how); `wanting` the fields that would tell, as (name, label).
    """

    said: str
    code: str
    effect: str
    message: str
    laws: Sequence[str]
    rows: "Sequence[Written]"
    says: Sequence[tuple[str, str]] = ()
    wanting: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """Where something is written: the list's version and the row in it; `days`, in words, are those on which that list takes the drug so."""

    catalog: str
    version: str
    entry_code: str
    checksum: str
    provenance: str
    days: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one product. `outcome` '': the answer rests on a list that is not public, so nothing more is told."""

    product: PublicProduct
    outcome: str = ""
    version: str = ""
    headline: str = ""
    benefit: str = ""
    pays: Sequence[tuple[str, str]] = ()
    reasons: Sequence[Reason] = ()
    base: str = ""
    base_written: Written | None = None
    match: Written | None = None
    requirements: Sequence[tuple[str, str]] = ()
    bring: Sequence[str] = ()
    consulted: Sequence[Written] = ()
    alternatives: Sequence[Mapping[str, Any]] = ()
    is_in_force: bool = True

    @property
    def wanting(self) -> Sequence[tuple[str, str]]:
        """Return what would tell more where a person must decide, as (name, label) of fields, whichever reason asks for it."""
        asked = (one for reason in self.reasons if reason.effect == "R" for one in reason.wanting)
        return list(dict.fromkeys(asked)) if self.outcome == "review" and self.is_in_force else ()

    @property
    def tone(self) -> str:
        return TONES.get(self.outcome, "quiet") if self.is_in_force else "quiet"

    @property
    def outcome_words(self) -> str:
        if not self.is_in_force:
            return _("Not in force on this day")
        return outcome_words().get(self.outcome, _("Not answered here"))


def outcome_words() -> dict[str, str]:
    """Return each outcome of a coverage answer in words."""
    return {
        "covered": _("Covered, as far as the lists and terms say"),
        "not_covered": _("Not covered"),
        "review": _("A person must decide"),
    }


def exclusion_words(entries: Iterable[Entry], query: CoverageQuery) -> tuple[str, str]:
    """Return the tone and the words of a list of what is not paid: 'bad' where some row of it holds for all, or for what is asked; 'quiet' where
    each is for certain diseases or patients only, and none is known to be asked about."""
    facts = LineFacts(
        query.day, query.diagnoses, query.sex, query.age, query.setting, query.institution_level, evidence=None
    )
    wanting = [[name for name, agrees in facet_results(entry, facts) if agrees is not PASS] for entry in entries]
    if [] in wanting:
        return "bad", _("names what is not paid")
    if any("indication" not in names for names in wanting):
        return "quiet", _("not paid only where the row below says so")
    return "quiet", _("not paid for these diseases only")


def told(
    product: PublicProduct,
    found: Coverage,
    answer: Mapping[str, Any],
    *,
    times: Iterable[DrugTime],
    day: date,
    query: CoverageQuery,
    rows: Rows,
    periods: Sequence[tuple[date, date | None]],
) -> Told:
    """Put an answer into words; `times` say since when and until when each list takes the drug, `rows` are those that reasons cite, `periods` the
    days on which the product has terms."""
    judgement = found.judgement
    cited = {one["catalog"]: one for one in answer["catalogs"]}
    days = _days(times, day)
    match, base, requirements = answer["match"], answer["base"] or {}, answer["requirements"]
    terms, benefit = judgement.terms, judgement.benefit
    is_in_force = terms is not None
    reasons = [
        _reason(one, reason, cited, terms, query, rows)
        for one, reason in zip(answer["reasons"], judgement.reasons, strict=True)
    ]
    if not is_in_force:
        reasons = [
            replace(one, said=_not_in_force(day, periods)) if one.code == "NO_PRODUCT_VERSION" else one
            for one in reasons
        ]
    return Told(
        product=product,
        outcome=answer["outcome"],
        version=answer["product_version"] or "",
        headline=_headline(answer["outcome"], benefit),
        benefit=benefit.name if benefit else "",
        pays=_pays(benefit, terms) if benefit and terms else (),
        # What decides comes first, whatever else a person would have to look at.
        reasons=sorted(reasons, key=lambda one: "IRN".index(one.effect)),
        base=_base_words(base.get("status")),
        base_written=_written(base, cited, days) if base.get("catalog") else None,
        match=_written(match, cited, days) if match else None,
        requirements=_requirements(requirements) if requirements else (),
        bring=_bring(answer, terms, reasons),
        consulted=[
            _written({"catalog": one["catalog"], "version": one["version"]}, cited, days) for one in cited.values()
        ],
        alternatives=answer["alternatives"],
        is_in_force=is_in_force,
    )


def _not_in_force(day: date, periods: Sequence[tuple[date, date | None]]) -> str:
    """Say that the product has no terms on the day, and on which it has: no refusal of the drug."""
    values = {"day": day.isoformat(), "periods": _("; ").join(period_words(*one) for one in periods)}
    if not periods:
        return _("The product is not in force on the day of use, %(day)s.") % values
    return _("The product is not in force on the day of use, %(day)s (it is: %(periods)s).") % values


def _headline(outcome: str, benefit: Benefit | None) -> str:
    if benefit is None or outcome == "not_covered":
        return ""
    if benefit.bands or benefit.ratio is None:
        return _("Paid by “%(benefit)s”, the share by bands.") % {"benefit": benefit.name}
    values = {"benefit": benefit.name, "share": percent(benefit.ratio)}
    if outcome == "review":
        return _("If a person finds that it fits, “%(benefit)s” pays %(share)s.") % values
    return _("“%(benefit)s” pays %(share)s.") % values


def _pays(benefit: Benefit, terms: ProductTerms) -> list[tuple[str, str]]:
    """Return what a benefit pays, as (what, how much)."""
    language = reader_language()
    rows: list[tuple[str, str]] = []
    floor = 0
    for band in benefit.bands:
        reach = (
            _("up to %(sum)s") % {"sum": money(band.up_to, language)}
            if band.up_to is not None
            else _("above %(sum)s") % {"sum": money(floor, language)}
        )
        rows.append((_("Share paid, %(reach)s of the year") % {"reach": reach}, percent(band.ratio)))
        floor = band.up_to or floor
    if not benefit.bands:
        for name, ratio in (
            (_("Share paid"), benefit.ratio),
            (_("Share paid, pre-existing disease"), benefit.ratio_pre_existing),
            (_("Share paid, 医保 did not settle"), benefit.ratio_unsettled),
            (_("Share paid, pre-existing and not settled"), benefit.ratio_unsettled_pre_existing),
        ):
            if ratio is not None:
                rows.append((name, percent(ratio)))
    if benefit.deductible_group is None:
        rows.append((_("Deductible"), _("none")))
    else:
        group = benefit.deductible_group
        plain, special = (terms.deductible(group, pre_existing=one) for one in (False, True))
        rows.append((_("Deductible of the year"), money(plain, language)))
        if special != plain:
            rows.append((_("Deductible of the year, pre-existing disease"), money(special, language)))
    if benefit.annual_limit is not None:
        rows.append((_("At most in a year, this benefit"), money(benefit.annual_limit, language)))
    if terms.annual_limit is not None:
        rows.append((_("At most in a year, the whole product"), money(terms.annual_limit, language)))
    if terms.waiting_days:
        rows.append((_("Waiting period"), _("%(days)d days") % {"days": terms.waiting_days}))
    rows.append((_("Terms in force"), period_words(terms.effective_from, terms.effective_to)))
    return rows


def _reason(
    shown: Mapping[str, Any],
    reason: eligibility.Reason,
    cited: Mapping[str, Any],
    terms: ProductTerms | None,
    query: CoverageQuery,
    found: Rows,
) -> Reason:
    laws = dict.fromkeys(cite["law"] for cite in shown["cites"] if cite.get("law"))
    rows = [_written(cite, cited, {}) for cite in shown["cites"] if cite.get("entry_code") and cite.get("version")]
    named = reason._replace(
        values=tuple((name, _named(reason.code, name, value, terms)) for name, value in reason.values)
    )
    said = named.message(reader_language())
    says: list[tuple[str, str]] = []
    wanting = [FIELDS[reason.code]] if reason.code in FIELDS else []
    if reason.code in _UNDETERMINED:
        for row in (found[place] for cite in shown["cites"] if (place := place_of(cite)) in found):
            says += PlainWords().facts(row, _SAYS)
            wanting += _wanting(row, query)
    names = labels() | {column: field_label(column) for column in _OF_THE_PRODUCT}
    return Reason(
        said,
        shown["code"],
        shown["effect"],
        shown["message"],
        tuple(laws),
        tuple(dict.fromkeys(rows)),
        tuple(says),
        tuple((_FIELD_OF.get(name, name), names[name]) for name in dict.fromkeys(wanting)),
    )


def _wanting(row: CatalogEntry, query: CoverageQuery) -> list[str]:
    """Return the fields that a row asks about and the question leaves open."""
    said = {
        "disease": bool(query.diagnoses),
        "sex": bool(query.sex),
        "age": query.age is not None,
        "setting": bool(query.setting),
        "level": query.institution_level is not None,
    }
    asked = [name for column, name in _ASKED_BY_ROW.items() if getattr(row, column) not in (None, "", [])]
    wanting = [name for name in dict.fromkeys(asked) if not said[name]]
    wanting = wanting or [column for column in _OF_THE_PRODUCT if getattr(row, column)]
    # What is said, and yet does not tell: a disease too broad.
    return wanting or [name for name in asked if name == "disease"]


def _named(code: str, name: str, value: str, terms: ProductTerms | None) -> str:
    """Return a value of a reason as people call it; what has no other name stays as it is."""
    language = reader_language()
    benefits = {one.code: one.name for one in terms.benefits} if terms else {}
    if name == "benefit":
        return _quoted(benefits.get(value, value))
    if name == "status":
        return STATUSES[value].of(language) if value in STATUSES else value
    if name == "setting" or (name, code) == ("limit", "SETTING_MISMATCH"):
        names = SETTINGS.names(language)
        return BETWEEN_CODES.join(names.get(one, one) for one in value.split(BETWEEN_CODES))
    if (name, code) == ("limit", "SEX_MISMATCH"):
        return SEXES.names(language).get(value, value)
    if name == "lacking":  # benefits, each with the codes of what it lacks
        return "；".join(_lacking(one, benefits) for one in value.split("；"))
    return value


def _lacking(text: str, benefits: Mapping[str, str]) -> str:
    benefit, _apart, codes = text.partition(" ")
    wanted = []
    for code in codes.split(", "):
        plainly = PLAINLY.get(code)
        wanted.append(plainly.send.of(reader_language()) if plainly and plainly.send else code)
    return f"{_quoted(benefits.get(benefit, benefit))}: {BETWEEN_CODES.join(dict.fromkeys(wanted))}"


def _quoted(name: str) -> str:
    return f"“{name}”" if reader_language() == "zh" else name


def _base_words(status: str | None) -> str:
    if status is None:
        return ""
    sentence = BASES[status].of(reader_language())
    # It begins with whom it is about, which is the heading here.
    _whom, _colon, said = sentence.partition("：" if reader_language() == "zh" else ": ")
    return said[:1].upper() + said[1:] if said else sentence


def _written(cites: Mapping[str, Any], cited: Mapping[str, Any], days: Mapping[str, str]) -> Written:
    of_list = cited.get(cites["catalog"], {})
    code = parted(cites["catalog"])[1]
    return Written(
        code,
        cites["version"] or "",
        cites.get("entry_code") or "",
        of_list.get("checksum", ""),
        of_list.get("provenance", ""),
        days.get(code, ""),
    )


def _days(times: Iterable[DrugTime], day: date) -> dict[str, str]:
    """Return, by list, the days around a day on which it takes the drug in one way and by one version."""
    return {
        time.catalog.code: period_words(one.first, one.last)
        for time in times
        for one in time.periods
        if one.first <= day and (one.last is None or day <= one.last)
    }


class PlainWords(Words):
    """Values of rows as a visitor reads them: criteria by what they say, without their codes."""

    def of(self, name: str, value: Any) -> str:
        if name == "criteria" and isinstance(value, list) and value:
            return _("; ").join(one.partition("=")[2] or one for one in value)
        return super().of(name, value)

    def told(self, name: str, value: Any) -> str:
        if name == "criteria" and isinstance(value, list):
            return _("; ").join(one.get("text") or one["code"] for one in value)
        return super().told(name, value)


def _requirements(asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    words = PlainWords()
    rows = (
        (field_label(name), words.told(name, asked[name]))
        for name in REQUIRED
        if asked[name] not in (None, False, [], "")
    )
    return [(name, value) for name, value in rows if value != NOT_GIVEN]


def _bring(answer: Mapping[str, Any], terms: ProductTerms | None, reasons: Sequence[Reason]) -> list[str]:
    """Return what to bring along or to have ready, by what the row asks for, and what the reasons say is wanting."""
    language = reader_language()
    if answer["outcome"] == "not_covered":
        return []
    asked, needed = answer["requirements"] or {}, []
    if asked.get("prior_auth"):
        needed.append(_("The number of a prior authorisation: ask the insurer for one before the drug is used."))
    if asked.get("icd10") or asked.get("indication"):
        needed.append(_("A medical record that names the diagnosis and its code."))
    for one in asked.get("criteria", ()):
        needed.append(_("What shows: %(criterion)s") % {"criterion": one["text"] or one["code"]})
    if asked.get("settings"):
        places = _("; ").join(SETTINGS[code].name(language) for code in asked["settings"])
        needed.append(_("Prescription and invoice of: %(places)s") % {"places": places})
    if asked.get("min_institution_level"):
        level = LEVELS[str(asked["min_institution_level"])].name(language)
        needed.append(_("Papers of an institution of %(level)s or above.") % {"level": level})
    if terms and terms.requires_base_settlement and (answer["base"] or {}).get("status") == "covered":
        needed.append(_("The settlement by basic insurance 医保, which comes first."))
    for reason in reasons:
        plainly = PLAINLY.get(reason.code)
        if reason.effect == "R" and reason.wanting:
            needed += [_("To be given: %(what)s") % {"what": label} for _field, label in reason.wanting]
        elif plainly and plainly.send and reason.effect == "R":
            needed.append(_("To be given: %(what)s") % {"what": plainly.send.of(language)})
    return list(dict.fromkeys(needed))
