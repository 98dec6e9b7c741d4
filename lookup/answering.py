"""A question of the page, answered: what is meant, what the lists say of the drug, what the products pay."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from catalog.clock import Observation
from catalog.diff import speaks_of
from catalog.drugs.knowledge import Identity
from catalog.known import knowledge_of
from catalog.models import CatalogVersion, Drug
from catalog.queries import listings_of
from catalog.vocabularies import EXCLUDING_KINDS, KINDS
from catalog.words import field_label, period_words
from claims import services
from claims.eligibility import parse_coverage
from claims.eligibility.facts import CoverageQuery
from claims.eligibility.request import InvalidQuery
from common.labels import reader_language
from common.pictures import Picture
from common.text import norm
from curation.comparing.drug_strip import history_strip
from curation.comparing.drug_time import DrugTime, time_of
from insurers.public import PublicProduct
from lookup.asking import Asked
from lookup.meaning import ANYBODY, DiseaseMeant, DrugMeant, disease_meant, drug_meant, products_meant
from lookup.telling import PlainWords, Told, told

# So many products are asked at once; who wants another one names it.
PRODUCTS_ASKED = 20
NAMES_OFFERED = 6
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
    # Names of it with a form, where the question said none.
    fuller: Sequence[str] = ()
    products: Sequence[PublicProduct] = ()
    told: Sequence[Told] = ()
    more_products: int = 0
    picture: Picture | None = None

    @property
    def is_known(self) -> bool:
        return self.drug.drug is not None

    @property
    def is_clear(self) -> bool:
        return self.is_known and not self.errors and not self.disease.choices

    @property
    def one(self) -> Told | None:
        """The product, where the answer is about one."""
        return self.told[0] if len(self.told) == 1 else None


def answer_to(asked: Asked, *, products: Sequence[PublicProduct], today: date, seen: Observation) -> Answer:
    """Answer a question as known now."""
    answer = Answer(today, drug=drug_meant(asked.drug, seen))
    if asked.disease:
        answer.disease = disease_meant(asked.disease)
        if not answer.disease.codes and not answer.disease.choices:
            answer.errors["disease"] = _(
                "No disease of this name is known here. Give its ICD-10 code, or leave it out."
            )
    answer.products = products_meant(asked.product, products) if asked.product else products
    if asked.product and not answer.products:
        answer.errors["product"] = _("No public product is called this.")
    query = _query(asked, answer, today)
    drug = answer.drug.drug
    if drug is None or query is None:
        return answer
    answer.day = query.day
    times = _of_the_drug(answer, drug, seen)
    if answer.is_clear:
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
            answer.errors.setdefault(names.get(name, name), one.detail)
        return None


def _of_the_drug(answer: Answer, drug: Drug, seen: Observation) -> list[DrugTime]:
    """Note what the lists say of the drug, and return its time on each."""
    knowledge = knowledge_of([Identity.of(generic_name=drug.base_name)], insurer_id=ANYBODY, known_at=seen.known_at)
    names, products = knowledge.names_of(drug.base_name), knowledge.products_of(drug.base_name)
    listings = listings_of(drug, insurer_id=ANYBODY, day=answer.day, known_at=seen.known_at, names=names)
    times = time_of(drug, insurer_id=ANYBODY, known_at=seen.known_at, names=names)
    listed = sorted(
        (one for one in listings if one["kind"] != "reference"), key=lambda one: (_ORDER[one["kind"]], one["catalog"])
    )
    answer.lists = [_listing(one) for one in listed]
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
    if not answer.drug.form_said:
        named = [*(entry["generic_name"] for entry in entries), *(one.written.generic_name for one in products)]
        said = norm(answer.drug.identity.get("generic_name", ""))
        answer.fuller = [name for name in dict.fromkeys(filter(None, named)) if norm(name) != said][:NAMES_OFFERED]
    answer.picture = history_strip(times, answer.day) if times else None
    return times


def _listing(listing: dict[str, Any]) -> dict[str, Any]:
    """Return a list that takes the drug, its rows in words."""
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
        "excludes": listing["kind"] in EXCLUDING_KINDS,
    }


def _of_the_products(answer: Answer, query: CoverageQuery, times: Sequence[DrugTime], seen: Observation) -> None:
    """Ask each product, as REST asks for its insurer."""
    found = []
    for product in answer.products[:PRODUCTS_ASKED]:
        (coverage,), facts = services.coverage_for_anybody(
            insurer_id=product.insurer_id, product_code=product.code, queries=[query], seen=seen
        )
        if coverage is None:
            found.append(Told(product))
            continue
        document = services.coverage_document(coverage, facts, reader_language())
        found.append(told(product, coverage, document, times=times, day=query.day))
    answer.told = found
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
