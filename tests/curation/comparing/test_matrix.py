"""The matrix on random worlds, held against the slow and obvious way: the rules' own pages read entry by entry (tests/oracle/page.py)."""

from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Any

import pytest

from catalog import known_drugs
from curation.comparing import matrix_query
from curation.comparing.matrix_query import Wanted, matrix_of
from insurers.models import Insurer
from tests.flows.database_world import build, forms_of
from tests.oracle import page
from tests.oracle.worlds import INSTANTS, STARTS
from tests.oracle.worlds import world as random_world
from tests.sharing import share

Json = dict[str, Any]
WORLDS = share(range(700_000, 700_040), of="matrix", each=15)
EXCLUDING = {"negative", "base_exclusion"}
FACETS = {
    "indication": ["icd10"],
    "sex": ["sex"],
    "age": ["age_min", "age_max"],
    "setting": ["settings"],
    "institution": ["min_institution_level"],
    "criteria": ["criteria"],
}
FILTERS = [
    Wanted(),
    Wanted(class_code="XL01"),
    Wanted(icd10="C34.1"),
    Wanted(institution_level=1),
    Wanted(institution_level=2, class_code="x"),
]


def restrictions(entry: Json, kind: str) -> set[str]:
    """Which columns of eligibility 4.2 the entry gives, and text that nobody has coded."""
    held = {facet for facet, columns in FACETS.items() if any(page.given(entry.get(column)) for column in columns)}
    if kind not in EXCLUDING:
        uncoded = page.given(entry.get("indication")) and not page.given(entry.get("icd10"))
        if uncoded or (page.given(entry.get("restriction")) and not held):
            held.add("indication")
    return held


def names_products(entry: Json, facts: Json) -> bool:
    form_in_name = page.given(entry.get("generic_name")) and page.form_in_name_of(entry, facts["table"])
    return bool(form_in_name) or any(page.given(entry.get(column)) for column in page.DRUG_PART_COLUMNS)


def known_as(drug: str, facts: Json) -> list[Json]:
    """The drug by its name alone, and as each of its products."""
    nothing = {**dict.fromkeys(page.FACTS), "national_code": None, "name_form": None, "class_code": None}
    ways = []
    for product in [nothing, *(one for one in facts["products"] if one["drug"] == drug)]:
        # page.py tells the facts of a line that gives a name only, by the product that it was recognised as.
        found = {"drug": drug, "product": product, "brand": None}
        way = page.line_as_recognised({}, found, facts)
        way["form_in_name"] = product["name_form"]
        ways.append(way)
    return ways


def excluded_without_a_name(entry: Json, kind: str, drug: str, facts: Json) -> bool:
    told = [column for column in ("class_code", *page.DRUG_PART_COLUMNS) if page.given(entry.get(column))]
    if page.given(entry.get("generic_name")) or set(told) <= {"dosage_form"}:
        return False
    return any(page.drug_part(entry, kind, way, facts) == "applies" for way in known_as(drug, facts))


def slow_cell(
    catalog: Json, version: Json | None, drug: str, day: date, facts: Json
) -> tuple[str, list[str], Any, set[str]]:
    kind, entries = catalog["kind"], []
    for entry in (version or {}).get("entries") or []:
        if not page.covers_day(entry, day):
            continue
        named = page.given(entry.get("generic_name")) and page.drug_of_entry(entry, facts) == drug
        if named or (kind in EXCLUDING and excluded_without_a_name(entry, kind, drug, facts)):
            entries.append(entry)
    if not entries:
        return "no", [], None, set()
    held = [restrictions(entry, kind) for entry in entries]
    if kind in EXCLUDING:
        for entry, each in zip(entries, held, strict=True):
            each |= {"product"} if names_products(entry, facts) else set()
    free = any(not each for each in held)
    levels = [int(entry.get("min_institution_level") or 0) for entry in entries]
    return (
        "excluded" if kind in EXCLUDING else "full" if free else "restricted",
        sorted(entry["entry_code"] for entry in entries),
        min(levels) or None,
        set() if free else set().union(*held),
    )


def meets(entry: Json, kind: str, wanted: Wanted) -> bool:
    under = (
        any(page.is_under(wanted.icd10, code) for code in page.all_codes(entry.get("icd10"))) if wanted.icd10 else True
    )
    of_class = (entry.get("class_code") or "").startswith(wanted.class_code.upper())
    level = wanted.institution_level
    allowed = level is None or (kind not in EXCLUDING and int(entry.get("min_institution_level") or 0) <= level)
    return under and of_class and allowed


def slow(made: Json, catalogs: Iterable[Json], day: date, known_at: Any, wanted: Wanted) -> Json:
    facts = page.what_is_known(made, "INS1", known_at)
    versions = [(catalog, page.in_force(catalog["versions"], day, known_at)) for catalog in catalogs]
    drugs = {
        page.drug_of_entry(entry, facts)
        for catalog, version in versions
        for entry in (version or {}).get("entries") or []
        if page.given(entry.get("generic_name"))
        and page.covers_day(entry, day)
        and meets(entry, catalog["kind"], wanted)
    }
    return {
        drug: {catalog["code"]: slow_cell(catalog, version, drug, day, facts) for catalog, version in versions}
        for drug in sorted(drugs)
    }


@pytest.mark.django_db
@pytest.mark.parametrize("seed", WORLDS)
def test_the_matrix_is_what_reading_every_entry_tells(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made, _request = random_world(seed)
    for entry in (entry for catalog in made["catalogs"] for one in catalog["versions"] for entry in one["entries"]):
        entry["icd10"] = page.all_codes(entry.get("icd10"))  # as an import keeps them: filters ask what is kept
    forms = forms_of(made)
    for module in (known_drugs, matrix_query):
        monkeypatch.setattr(module, "dosage_forms", lambda: forms)
    build(made)
    insurer = Insurer.objects.get(code="INS1")
    visible = [catalog for catalog in made["catalogs"] if catalog.get("owner") in (None, "INS1")]
    chance = Random(seed)
    for _asked in range(4):
        day = date.fromisoformat(chance.choice(STARTS))
        known_at, wanted = page.instant_of(chance.choice(INSTANTS)), chance.choice(FILTERS)
        codes = [catalog["code"] for catalog in visible]
        found = matrix_of(codes, insurer_id=insurer.pk, day=day, known_at=known_at, revision=1, wanted=wanted)
        shown = {
            row.drug: {
                code: (cell.listed, list(cell.entry_codes), cell.min_institution_level, set(cell.conditions))
                for code, cell in row.cells.items()
            }
            for row in found.rows(found[0:1000])
        }

        assert shown == slow(made, visible, day, known_at, wanted)
        assert list(shown) == sorted(shown)
