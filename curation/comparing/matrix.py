"""Drugs × lists: how each of several lists takes a drug on a day (spec curation.md 4). Pure.

A cell is decided by the list's entries that name the drug and whose agreement period, where they have one, holds the day:

- a list of what is paid (`commercial`, `base`, `reference`): `full` where one of them has none of the restrictions of eligibility 4.2 (a claim
  for it is then met whatever the patient, the setting or the disease; 4.3 takes the first full match); `restricted` where each has one, text that is
  not yet coded among them; `no` without any. A form, brand or maker in an entry is no restriction: it says which product is listed.
- a list of what is not paid (`negative`, `base_exclusion`): `excluded` where one of them names the drug, or selects it without a name: by a
  class, brand or code that the drug is known by. What excludes a form or a disease alone excludes claims, and no drug.

`conditions` are the restrictions under which alone it is listed or excluded; in an excluding list `product` too, where only some products are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from catalog.drugs.dosage_forms import DosageForms
from catalog.drugs.knowledge import Knowledge
from catalog.drugs.recognise import Recognition
from catalog.drugs.three_valued import Agreement
from catalog.vocabularies import EXCLUDING_KINDS, REIMBURSEMENT_CLASSES, Kind
from claims.eligibility import compile_entry
from claims.eligibility.drug_part import applies
from claims.eligibility.entry import Entry
from claims.eligibility.restrictions import FACETS

Listed = Literal["full", "restricted", "excluded", "no"]
LISTED: Final[tuple[Listed, ...]] = ("full", "restricted", "excluded", "no")
PRODUCT: Final = "product"
CONDITIONS: Final = (*(facet.name for facet in FACETS), PRODUCT)
_CLASS_ORDER: Final = {code: place for place, code in enumerate(REIMBURSEMENT_CLASSES.codes)}


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry as the matrix needs it: compiled, with the class it is reimbursed in ('' for none)."""

    entry: Entry
    reimbursement_class: str = ""

    @classmethod
    def of(cls, columns: Mapping[str, object], forms: DosageForms, kind: Kind) -> "ListedEntry":
        """Read an entry's columns (names of spec csv.md, as they are stored)."""
        return cls(compile_entry(columns, forms, kind), str(columns.get("reimbursement_class") or ""))


@dataclass(frozen=True, slots=True)
class Cell:
    """How one list takes one drug. `classes` are reimbursement classes, 甲 before 乙; `min_institution_level` None: at any level.

    `entry_codes` are those that say it, by code point.
    """

    listed: Listed
    classes: tuple[str, ...] = ()
    entry_codes: tuple[str, ...] = ()
    min_institution_level: int | None = None
    conditions: tuple[str, ...] = ()

    @property
    def reimbursement_class(self) -> str:
        """The class, the most generous of several; '' for none."""
        return self.classes[0] if self.classes else ""


NOT_LISTED: Final = Cell("no")


def cell_of(entries: Iterable[ListedEntry], kind: Kind, day: date) -> Cell:
    """Return how a list of this kind takes a drug on a day, by the entries that name or select it, in any order."""
    there = [one for one in entries if one.entry.in_force_on(day)]
    if not there:
        return NOT_LISTED
    excludes = kind in EXCLUDING_KINDS
    conditions = [_conditions(one.entry, excludes=excludes) for one in there]
    free = not all(conditions)
    listed: Listed = "excluded" if excludes else "full" if free else "restricted"
    held = set().union(*conditions) if not free else set()
    classes = {one.reimbursement_class for one in there} - {""}
    return Cell(
        listed,
        tuple(sorted(classes, key=lambda code: (_CLASS_ORDER.get(code, len(_CLASS_ORDER)), code))),
        tuple(sorted(one.entry.entry_code for one in there)),
        _level(one.entry for one in there),
        tuple(name for name in CONDITIONS if name in held),
    )


def _conditions(entry: Entry, *, excludes: bool) -> set[str]:
    """Return the restrictions of an entry; what names a product restricts an exclusion only."""
    held = {facet.name for facet in entry.facets}
    products = any(test.column != "class_code" for test in entry.drug_tests)
    return held | {PRODUCT} if excludes and products else held


def _level(entries: Iterable[Entry]) -> int | None:
    """Return the lowest level of institution at which one of the entries may be used; None: at any."""
    levels = [entry.min_institution_level for entry in entries]
    return None if None in levels else min(level for level in levels if level is not None)


def selects(selector: Entry, known_as: Sequence[Recognition], forms: DosageForms) -> bool:
    """Tell whether an entry that names no drug takes one by its class, brand or code, in any of the ways in which the drug is known.

    `known_as` are the drug itself and its products, as eligibility 3 recognises them.
    """
    by_product = [test for test in selector.drug_tests if test.column != "dosage_form"]
    return bool(by_product) and any(applies(selector, known, forms) is Agreement.PASS for known in known_as)


def ways_known(drug: str, knowledge: Knowledge) -> list[Recognition]:
    """Return the ways in which a drug is known: by its name alone, and as each of its products."""
    classes = knowledge.class_codes_of(drug)
    ways = [_known(drug, knowledge, classes)]
    for product in knowledge.products_of(drug):
        facts = product.facts
        codes = classes | {facts.national_code[:6], facts.class_code}
        ways.append(
            _known(
                drug,
                knowledge,
                codes,
                national_code=facts.national_code,
                approval_no=facts.approval_no,
                brand_name=facts.brand_name,
                manufacturer=facts.manufacturer,
                strength=facts.strength,
                dosage_form=facts.dosage_form,
                name_form=product.name_form,
            )
        )
    return ways


def _known(drug: str, knowledge: Knowledge, classes: frozenset[str], **facts: str) -> Recognition:
    given = dict.fromkeys(
        "national_code approval_no dosage_form brand_name manufacturer strength name_form".split(), ""
    )
    return Recognition(
        difficulty="",
        candidates=(drug,),
        drug=drug,
        matched_by="name",
        product=None,
        code_name_conflict=False,
        names=knowledge.names_of(drug),
        class_codes=tuple(sorted(classes - {""})),
        **{**given, **facts},
    )
