"""A catalog version's rows made into what is judged by: entries compiled, and indexes of them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from catalog.drugs.dosage_forms import DosageForms
from catalog.vocabularies import EXCLUDING_KINDS, Kind
from claims.eligibility.compiled import (
    CLASS_LENGTH,
    MAX_QUANTITY_PLACES,
    STANDARD_PLACES,
    Indexes,
    Selectors,
    by_sort_key,
)
from claims.eligibility.diagnosis_match import DiseaseCodes
from claims.eligibility.drug_part import CLASS_TEST, DRUG_TESTS
from claims.eligibility.entry import Entry, Facet
from claims.eligibility.entry_match import precedence
from claims.eligibility.restrictions import FACETS
from common.dates import parse_day
from common.money import NotANumber, scaled
from common.text import approval_key, is_whole_code, norm

# The columns that compile_entry looks at.
COLUMNS_READ = (
    "entry_code generic_name national_code approval_no brand_name manufacturer strength dosage_form class_code icd10 sex age_min age_max "
    "settings min_institution_level criteria prior_auth payment_standard max_quantity effective_from effective_to payment_standard_text "
    "indication restriction"
).split()


def compile_entry(columns: Mapping[str, object], forms: DosageForms, kind: Kind) -> Entry:
    """Read an entry's columns (names of spec csv.md), which have been checked when they were imported.

    Values may be typed (date, Decimal, list) or text; missing, None, '' and [] are not given. Other columns are ignored.
    """

    def text(name: str) -> str:
        value = columns.get(name)
        return "" if value is None else str(value).strip()

    def texts(name: str) -> tuple[str, ...]:
        value = columns.get(name)
        if not value or not isinstance(value, list | tuple):
            return ()
        return tuple([str(item) for item in value if str(item).strip()])

    code, approval = norm(text("national_code")), approval_key(text("approval_no"))
    brand, maker, strength = norm(text("brand_name")), norm(text("manufacturer")), norm(text("strength"))
    form, entry_code = norm(text("dosage_form")), text("entry_code")
    names_product = bool(approval or brand or maker or strength) or is_whole_code(code)
    criteria = tuple([(item.partition("=")[0].strip(), item.partition("=")[2].strip()) for item in texts("criteria")])
    icd10_written, effective_from, effective_to = (
        texts("icd10"),
        _day(columns.get("effective_from")),
        _day(columns.get("effective_to")),
    )
    name = forms.base_name(text("generic_name"))
    entry = Entry(
        entry_code=entry_code,
        sort_key=precedence(entry_code, names_product=names_product, names_form=bool(form or name.form)),
        base_name=name.name,
        dosage_form=form,
        name_form="" if form else name.form,
        national_code=code,
        approval_no=approval,
        brand_name=brand,
        manufacturer=maker,
        strength=strength,
        class_code=norm(text("class_code")),
        icd10=DiseaseCodes.of(icd10_written),
        sex=text("sex"),
        age_min=_whole(columns.get("age_min")),
        age_max=_whole(columns.get("age_max")),
        settings=texts("settings"),
        min_institution_level=_whole(columns.get("min_institution_level")),
        criteria=tuple([name for name, _words in criteria]),
        uncoded=False,
        prior_auth=columns.get("prior_auth") is True,
        payment_standard=_number(columns.get("payment_standard"), STANDARD_PLACES),
        max_quantity=_number(columns.get("max_quantity"), MAX_QUANTITY_PLACES),
        effective_from=effective_from,
        effective_to=effective_to,
        has_period=effective_from is not None or effective_to is not None,
        icd10_written=icd10_written,
        criteria_texts=criteria,
        payment_standard_text=text("payment_standard_text"),
        indication=text("indication"),
        restriction=text("restriction"),
    )
    drug_tests = tuple([test for test in DRUG_TESTS if test.given(entry)])
    if kind in EXCLUDING_KINDS and not entry.base_name and CLASS_TEST.given(entry):
        drug_tests += (CLASS_TEST,)
    facets = tuple([facet for facet in FACETS if facet.given(entry)])
    if kind not in EXCLUDING_KINDS and _is_uncoded(entry, facets):
        _complete(entry, uncoded=True)
        facets = tuple([facet for facet in FACETS if facet.given(entry)])
    return _complete(entry, drug_tests=drug_tests, facets=facets)


def _complete(entry: Entry, **worked_out: object) -> Entry:
    """Set what is worked out from the rest of an entry. Nobody has seen it yet, and a copy would take as long as reading it."""
    for name, value in worked_out.items():
        object.__setattr__(entry, name, value)
    return entry


def _is_uncoded(entry: Entry, facets: tuple[Facet, ...]) -> bool:
    """An indication without codes, or a restriction with no coded column beside it (eligibility 4.2)."""
    return (entry.indication != "" and not entry.icd10) or (entry.restriction != "" and not facets)


def _whole(value: object) -> int | None:
    return None if value is None or value == "" else int(str(value))


def _number(value: object, places: int) -> int | None:
    if value is None or value == "":
        return None
    try:
        return scaled(value, places)
    except NotANumber:
        # `*` (confidential) and several prices in one cell cap nothing (spec csv.md, payment_standard).
        return None


def _day(value: object) -> date | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, date) else parse_day(str(value))


def index_by_name(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    """Sort entries that name a drug by its base name, each list in the order of 4.3."""
    found: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=by_sort_key):
        if entry.base_name:
            found.setdefault(entry.base_name, []).append(entry)
    return {name: tuple(listed) for name, listed in found.items()}


def index_by_class(entries: Iterable[Entry]) -> dict[tuple[str, str], tuple[Entry, ...]]:
    """Sort entries that name a drug by class and disease, each list in the order of 4.3.

    The class is the first five characters of the class code; an entry stands under each of its `DiseaseCodes.heads`.
    """
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in sorted(entries, key=by_sort_key):
        if entry.base_name and len(entry.class_code) >= CLASS_LENGTH:
            for head in entry.icd10.heads():
                found.setdefault((entry.class_code[:CLASS_LENGTH], head), []).append(entry)
    return {key: tuple(listed) for key, listed in found.items()}


def index_selectors(entries: Iterable[Entry]) -> Selectors:
    """Index drugless entries; one that selects nothing never applies and is left out (eligibility 4.1)."""
    by_class: dict[str, list[Entry]] = {}
    by_disease: dict[str, list[Entry]] = {}
    rest: list[Entry] = []
    for entry in entries:
        if entry.base_name or not entry.selects:
            continue
        if CLASS_TEST in entry.drug_tests:
            by_class.setdefault(entry.class_code, []).append(entry)
        elif entry.icd10.prefixes and not entry.icd10.ranges:
            for head in {prefix[:3] for prefix in entry.icd10.prefixes}:
                by_disease.setdefault(head, []).append(entry)
        else:
            rest.append(entry)
    return Selectors(
        {code: tuple(found) for code, found in by_class.items()},
        {head: tuple(found) for head, found in by_disease.items()},
        tuple(rest),
        tuple(sorted({len(code) for code in by_class})),
    )


def index_entries(entries: Collection[Entry], kind: Kind) -> Indexes:
    """Index all entries of a version: those that name no drug only where they exclude, classes only where something is paid."""
    excluding = kind in EXCLUDING_KINDS
    return Indexes(
        index_by_name(entries),
        {} if excluding else index_by_class(entries),
        index_selectors(entries) if excluding else Selectors(),
        len(entries),
    )
