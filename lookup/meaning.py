"""What a visitor's words mean: which drug, which disease, which product; where they may mean several, which."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from catalog import reference
from catalog.clock import Observation
from catalog.drug_listings import resolve_lines
from catalog.known_drugs import dosage_forms
from catalog.models import Drug
from catalog.search import drugs_matching, drugs_near
from common import icd10
from common.text import norm
from curation.coding.disease_search import Disease, find_diseases, lay_codes, near_diseases, single_diseases
from curation.coding.vocabulary import diseases
from insurers.public_products import PublicProduct

# Who asks without a key is no insurer: the shared lists and the drug master are what is seen.
ANYBODY = 0
CHOICES = 20
SUGGESTED = 8
NEAR = 6
# Digits make a code or an approval number of a text without Chinese; of a disease's code, a letter before them.
_NUMBER = re.compile(r"(?:国药准字|[A-Za-z]{0,3})\s*[A-Za-z]?[0-9][0-9A-Za-z]{3,}")
_LIKE_A_DISEASE_CODE = re.compile(r"[A-Za-z]{1,4}[-.]?[0-9][0-9A-Za-z.+*†-]*")


@dataclass(frozen=True, slots=True)
class DrugMeant:
    """The drug and what of it a question says, `form_said` whether its form too; or the drugs that it may be, `more` where there are others.

    `taken` is the name that was asked with where the question has another; `called` is the name
    above the answer; `near` are drugs whose names are like what nobody has, and
    `is_number` tells that this looks like a code or an approval number.
    """

    drug: Drug | None = None
    identity: dict[str, str] = field(default_factory=dict)
    choices: Sequence[Drug] = ()
    more: bool = False
    form_said: bool = True
    by_name: bool = False
    taken: str = ""
    called: str = ""
    near: Sequence[Drug] = ()
    is_number: bool = False


def drug_meant(text: str, seen: Observation) -> DrugMeant:
    """Return what a text means as a code, an approval number or a name, as claims are recognised; else what a search finds by it."""
    ways = ("national_code", "approval_no", "generic_name")
    lines = resolve_lines([{way: text} for way in ways], insurer_id=ANYBODY, known_at=seen.known_at)
    for way, found in zip(ways, lines, strict=True):
        if found["drug"]:
            drug = Drug.objects.filter(pk=found["drug"]["id"]).first()
            if drug is not None:
                by_name, form_said = found["matched_by"] == "name", bool(found["dosage_form"])
                # Where the form is that of its only product, or the name another's, the reader should know.
                written = dosage_forms().base_name(text)
                is_its_name = by_name and written.name == drug.base_name and bool(written.form)
                is_other = by_name and form_said and not is_its_name and norm(text) != norm(drug.generic_name)
                taken = drug.generic_name if is_other else ""
                called = text if is_its_name else drug.generic_name
                return DrugMeant(drug, {way: text}, form_said=form_said, by_name=by_name, taken=taken, called=called)
        elif found["candidates"]:
            return DrugMeant(choices=_drugs(one["id"] for one in found["candidates"]))
    keys = drugs_matching(text, insurer_id=ANYBODY, revision=seen.revision)
    choices = _drugs(keys[:CHOICES])
    if len(choices) == 1:
        name = choices[0].generic_name
        form_said = bool(dosage_forms().base_name(name).form)
        return DrugMeant(choices[0], {"generic_name": name}, form_said=form_said, by_name=True, taken=name)
    if choices:
        return DrugMeant(choices=choices, more=len(keys) > CHOICES)
    if _NUMBER.fullmatch(text):
        return DrugMeant(is_number=True)
    near = drugs_near(text, insurer_id=ANYBODY, revision=seen.revision, limit=NEAR)
    return DrugMeant(near=_drugs(near))


def drugs_suggested(text: str, seen: Observation) -> list[Drug]:
    """Return the first drugs that a search finds, for whoever is still writing."""
    return _drugs(drugs_matching(text, insurer_id=ANYBODY, revision=seen.revision)[:SUGGESTED])


def _drugs(keys: Iterable[str]) -> list[Drug]:
    listed = list(keys)
    by_id = Drug.objects.in_bulk(listed)
    return [by_id[key] for key in listed if key in by_id]


@dataclass(frozen=True, slots=True)
class DiseaseMeant:
    """The codes of a disease as a question gives them, with their names; or the diseases that it may be; neither: it is not known.

    `near` are diseases whose names are like what is not known, `is_code` tells that this looks like a code, and `unlisted` are codes whose
    category the table of diseases does not have.
    """

    codes: str = ""
    shown: str = ""
    choices: Sequence[Disease] = ()
    near: Sequence[Disease] = ()
    is_code: bool = False
    unlisted: Sequence[str] = ()


@lru_cache(maxsize=1024)
def disease_meant(text: str) -> DiseaseMeant:
    """Return what a text means: codes as they are written, or a disease by what people call it. It rests on tables that ship with the software, so
    that it is remembered."""
    codes = icd10.split(text)
    if codes and all(map(icd10.is_code, codes)):
        written = [icd10.stored(code) for code in codes]
        names = reference.disease_names()
        unlisted = [code for code in written if not names.of(code)]
        return DiseaseMeant("; ".join(written), names.list_shown(written), unlisted=unlisted)
    found, lay = find_diseases(text), lay_codes(text)
    named = {one.code for one in found if norm(one.name) == norm(text)}
    known = named or set(diseases().codes_of(text))
    # What people call several diseases is asked about, though a rule may take one of them; so is what is but a part of a name (过敏).
    if len(known) == 1 and known.issuperset(lay) and all(map(icd10.is_code, known)):
        (code,) = known
        return DiseaseMeant(code, reference.disease_names().shown(code))
    choices = single_diseases([*lay, *(one.code for one in found)])
    if choices:
        return DiseaseMeant(choices=choices[:CHOICES])
    if _LIKE_A_DISEASE_CODE.fullmatch(text):
        return DiseaseMeant(is_code=True)
    return DiseaseMeant(near=near_diseases(text))


def products_meant(text: str, products: Sequence[PublicProduct]) -> list[PublicProduct]:
    """Return the products that a text names: the one with this key, else those whose name, insurer or code has it."""
    for one in products:
        if one.key == text:
            return [one]
    wanted = norm(text)
    return [one for one in products if any(wanted in norm(told) for told in (one.name, one.code, one.insurer_name))]
