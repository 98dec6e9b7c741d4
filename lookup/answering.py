"""A question of the page, answered: what is meant, what the lists say of the drug, what the products pay."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from catalog.clock import Observation
from catalog.complete_for import speaks_of
from catalog.drug_listings import listings_of
from catalog.drugs.knowledge import Identity
from catalog.known_drugs import dosage_forms, knowledge_of
from catalog.models import CatalogVersion, Drug
from catalog.vocabularies import EXCLUDING_KINDS, KINDS
from catalog.words import field_label, period_words
from claims import services
from claims.eligibility import parse_coverage
from claims.eligibility.compiling import compile_entry
from claims.eligibility.facts import CoverageQuery
from claims.eligibility.request import InvalidQuery
from common.labels import reader_language
from common.pictures import Picture
from common.text import norm
from curation.comparing.drug_strip import history_strip
from curation.comparing.drug_time import DrugTime, time_of
from insurers.public_products import PublicProduct
from lookup.asking import Asked
from lookup.dosage_forms import form_words, named_with_form
from lookup.faults import fault_words
from lookup.meaning import ANYBODY, DiseaseMeant, DrugMeant, disease_meant, drug_meant, products_meant
from lookup.rows import named_rows
from lookup.telling import PlainWords, Told, exclusion_words, told

# So many products are asked at once; who wants another one names it.
PRODUCTS_ASKED = 20
NAMES_OFFERED = 6
# The days drawn for a card beside the question; the narrow ones are a telephone's.
WIDE = 840
_ORDER = {kind: place for place, kind in enumerate(("base", "commercial", "base_exclusion", "negative"))}
# What a row allows and asks for, told below its name.
SHOWN = (
    "reimbursement_class indication icd10 criteria restriction settings min_institution_level sex age_min age_max prior_auth "
    "payment_standard payment_standard_text max_quantity"
).split()


@dataclass(slots=True)
class Answer:
    """All that the page tells; where `errors` or choices are there, what is asked is not clear yet and no product is asked."""

    day: date
    drug: DrugMeant = field(default_factory=DrugMeant)
    disease: DiseaseMeant = field(default_factory=DiseaseMeant)
    errors: dict[str, str] = field(default_factory=dict)
    brands: Sequence[str] = ()
    is_looked_up: bool = False
    lists: Sequence[dict[str, Any]] = ()
    # Base lists that do not list the drug, each with whether it speaks of its class.
    base_lists: Sequence[tuple[CatalogVersion, bool]] = ()
    # Its names with a form that are known, where the question said none, each with the forms that it stands for ('' where it says so itself).
    fuller: Sequence[tuple[str, str]] = ()
    # The name above the answer: with a form only where one is meant.
    called: str = ""
    # No shared list at all is in force on the day.
    is_without_lists: bool = False
    # Some list took or takes the drug, but none on the day.
    is_outside: bool = False
    products: Sequence[PublicProduct] = ()
    told: Sequence[Told] = ()
    more_products: int = 0
    picture: Picture | None = None
    wide_picture: Picture | None = None

    @property
    def is_known(self) -> bool:
        return self.drug.drug is not None

    @property
    def is_clear(self) -> bool:
        """Whether products can be asked: of a disease that is not clear they are, as if none were named."""
        return self.is_known and not (self.errors.keys() - {"disease"})

    @property
    def is_without_disease(self) -> bool:
        """Whether a disease is named and left out of account, since it is not clear which one is meant."""
        return bool("disease" in self.errors or self.disease.choices)

    @property
    def one(self) -> Told | None:
        """The product, where the answer is about one and takes account of all that was asked."""
        return self.told[0] if len(self.told) == 1 and not self.is_without_disease else None


def answer_to(asked: Asked, *, products: Sequence[PublicProduct], today: date, seen: Observation) -> Answer:
    """Answer a question as known now."""
    answer = Answer(today, drug=drug_meant(asked.drug, seen))
    if asked.disease:
        answer.disease = disease_meant(asked.disease)
        if not answer.disease.codes and not answer.disease.choices:
            said = {"text": asked.disease}
            if answer.disease.is_code:
                fault = _("“%(text)s” is no ICD-10 code. A code looks like this: C34 or C34.1.")
            elif answer.disease.near:
                fault = _("“%(text)s” is not a name known here. Choose one of those below, or give the ICD-10 code.")
            else:
                fault = _("No disease “%(text)s” is known here. Give its ICD-10 code, or leave it out.")
            answer.errors["disease"] = fault % said
    answer.products = products_meant(asked.product, products) if asked.product else products
    if asked.product and not answer.products:
        answer.errors["product"] = _("No public product is called this.")
    query = _query(asked, answer, today)
    drug = answer.drug.drug
    if drug is None or query is None:
        return answer
    answer.day = query.day
    times, names = _of_the_drug(answer, drug, query, seen)
    if names:
        answer.drug = replace(answer.drug, identity={"generic_name": names[0]}, taken=names[0])
        query = _query(asked, answer, today)
    if answer.is_clear and query is not None:
        _of_the_products(answer, query, times, seen)
    return answer


def _query(asked: Asked, answer: Answer, today: date) -> CoverageQuery | None:
    """Return the question as REST would read it; what is wrong with it stands in `errors` beside its field."""
    if not answer.drug.identity:
        return None
    fields = asked.fields(answer.drug.identity, answer.disease.codes)
    try:
        return parse_coverage(fields, today=today, language=reader_language())
    except InvalidQuery as invalid:
        names = {"institution_level": "level", "icd10": "disease", "generic_name": "drug"}
        for one in invalid.errors:
            name = one.pointer.split("/")[1] if one.pointer else "drug"
            field = names.get(name, name)
            answer.errors.setdefault(field, fault_words(field, getattr(asked, field, ""), one.detail))
        return None


def _of_the_drug(
    answer: Answer, drug: Drug, query: CoverageQuery, seen: Observation
) -> tuple[list[DrugTime], list[str]]:
    """Note what the lists say of the drug; return its time on each, and the one name that it has where the question said no form: who asks for
    a drug by its name means the only one of that name."""
    knowledge = knowledge_of([Identity.of(generic_name=drug.base_name)], insurer_id=ANYBODY, known_at=seen.known_at)
    answer.called = answer.drug.called or drug.generic_name
    names, products = knowledge.names_of(drug.base_name), knowledge.products_of(drug.base_name)
    listings = listings_of(drug, insurer_id=ANYBODY, day=answer.day, known_at=seen.known_at, names=names)
    times = time_of(drug, insurer_id=ANYBODY, known_at=seen.known_at, names=names)
    listed = sorted(
        (one for one in listings if one["kind"] != "reference"), key=lambda one: (_ORDER[one["kind"]], one["catalog"])
    )
    answer.lists = [_listing(one, query) for one in listed]
    entries = [entry for listing in listed for entry in listing["entries"]]
    brands = [*(one.written.brand_name for one in products), *(entry["brand_name"] for entry in entries)]
    answer.is_looked_up = True
    answer.brands = list(dict.fromkeys(filter(None, brands)))[:NAMES_OFFERED]
    if not any(one["kind"] == "base" for one in answer.lists):
        bases = CatalogVersion.objects.filter(catalog__owner=None, catalog__kind="base")
        classes = {code.upper() for code in knowledge.class_codes_of(drug.base_name)} or {""}
        answer.base_lists = [
            (version, not version.complete_for or any(speaks_of(version.complete_for, code) for code in classes))
            for version in bases.in_force(answer.day, seen.known_at).select_related("catalog")
        ]
    only: list[str] = []
    if not answer.drug.form_said:
        forms = dosage_forms()
        rows = [
            (entry["generic_name"], entry["dosage_form"], listing["kind"] in EXCLUDING_KINDS)
            for listing in listed
            for entry in listing["entries"]
        ]
        rows += [(one.written.generic_name, one.written.dosage_form, False) for one in products]
        full = [name for name in (named_with_form(name, form, forms) for name, form, _ in rows) if name]
        # Without a form a row takes every form; one of what is not paid says by that of no other form that there is any.
        bare = [
            name for name, form, excludes in rows if name and not excludes and not named_with_form(name, form, forms)
        ]
        said = norm(answer.drug.identity.get("generic_name", ""))
        by_text = {norm(name): name for name in reversed([*full, *bare] or [name for name, *_ in rows if name])}
        if answer.drug.by_name and len(by_text) == 1 and said not in by_text:
            only = list(by_text.values())
        others = [name for name in dict.fromkeys(full) if norm(name) != said]
        answer.fuller = [] if only else [(name, form_words(name, forms)) for name in others[:NAMES_OFFERED]]
        if answer.fuller:  # the first of its names, in the master, is one form of several
            answer.called = drug.base_name
    if times:
        answer.picture = history_strip(times, answer.day)
        answer.wide_picture = history_strip(times, answer.day, width=WIDE)
        days = [(one.first, one.last) for time in times for one in time.periods]
        answer.is_outside = not any(first <= answer.day and (not last or answer.day <= last) for first, last in days)
    if not answer.lists and not answer.base_lists:
        shared = CatalogVersion.objects.filter(catalog__owner=None).exclude(catalog__kind="reference")
        answer.is_without_lists = not shared.in_force(answer.day, seen.known_at).exists()
    return times, only


def _listing(listing: dict[str, Any], query: CoverageQuery) -> dict[str, Any]:
    """Return a list that takes the drug, its rows in words; one of what is not paid with how far it goes."""
    words = PlainWords()
    rows = []
    for entry in listing["entries"]:
        told = ((name, words.told(name, entry[name])) for name in SHOWN if entry[name] not in (None, "", [], False))
        first, last = entry["effective_from"], entry["effective_to"]
        called = " ".join(
            filter(None, (entry["generic_name"], entry["brand_name"], entry["dosage_form"], entry["strength"]))
        )
        rows.append(
            {
                "entry_code": entry["entry_code"],
                "called": called,
                "terms": [(field_label(name), value) for name, value in told],
                "agreement": [first, last] if first or last else None,
            }
        )
    return {
        **listing,
        "rows": rows,
        "days": period_words(listing["effective_from"], listing["effective_to"]),
        "kind_words": KINDS[listing["kind"]].name(reader_language()),
        "excludes": _excluding(listing, query) if listing["kind"] in EXCLUDING_KINDS else None,
    }


def _excluding(listing: dict[str, Any], query: CoverageQuery) -> tuple[str, str]:
    forms, kind = dosage_forms(), listing["kind"]
    return exclusion_words([compile_entry(entry, forms, kind) for entry in listing["entries"]], query)


def _of_the_products(answer: Answer, query: CoverageQuery, times: Sequence[DrugTime], seen: Observation) -> None:
    """Ask each product, as REST asks for its insurer."""
    found: list[Told | None] = []
    answered = []
    for product in answer.products[:PRODUCTS_ASKED]:
        (coverage,), facts = services.coverage_for_anybody(
            insurer_id=product.insurer_id, product_code=product.code, queries=[query], seen=seen
        )
        if coverage is None:
            found.append(Told(product))
            continue
        document = services.coverage_document(coverage, facts, reader_language())
        answered.append((len(found), product, coverage, facts, document))
        found.append(None)
    rows = named_rows(document for *_others, document in answered)
    for place, product, coverage, facts, document in answered:
        periods = [
            (one.terms.effective_from, one.terms.effective_to)
            for one in facts.versions
            if one.withdrawn_at is None or one.withdrawn_at > seen.known_at
        ]
        found[place] = told(
            product,
            coverage,
            document,
            times=times,
            day=query.day,
            query=query,
            rows=rows,
            periods=sorted(periods, key=lambda one: one[0]),
        )
    answer.told = [one for one in found if one]
    answer.more_products = max(0, len(answer.products) - PRODUCTS_ASKED)


def lists_in_force(day: date, seen: Observation) -> list[dict[str, Any]]:
    """Return the shared lists in force on a day, those that only lists are drafted from aside; one statement."""
    versions = CatalogVersion.objects.filter(catalog__owner=None).exclude(catalog__kind="reference")
    kinds = KINDS.names(reader_language())
    found = versions.in_force(day, seen.known_at).select_related("catalog")
    return [
        {
            "version": version,
            "kind": kinds[version.catalog.kind],
            "days": period_words(version.effective_from, version.effective_to),
        }
        for version in sorted(found, key=lambda one: (_ORDER[one.catalog.kind], one.catalog.code))
    ]
