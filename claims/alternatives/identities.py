"""Other ways of naming a line's drug worth trying: its form, its code, or what else a list or a drug's products ask for."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from catalog.drugs.knowledge import Identity
from catalog.drugs.recognise import Recognition, recognise
from catalog.drugs.three_valued import Agreement
from claims.alternatives.change import Change
from claims.alternatives.situation import paying
from claims.eligibility import Entry, Line, Snapshot
from claims.eligibility.drug_part import applies

MOST_NAMED: Final = 16
MOST_PRODUCTS: Final = 60
# What a line may say otherwise; a brand, a maker or a strength only where it says none.
_MAY_DIFFER: Final = ("dosage_form", "national_code", "approval_no")
_MAY_BE_MISSING: Final = ("brand_name", "manufacturer", "strength")


def namings(line: Line, snapshot: Snapshot, days: Iterable[date]) -> list[Change]:
    """Return the changes to what a line says of its drug: of one that is recognised only such as leave it the same drug."""
    drug = recognise(line.identity, snapshot.knowledge)
    found: dict[tuple[str, str | None], Change] = {}
    unsettled = bool(drug.difficulty) or drug.code_name_conflict
    wanted = _settling(line.identity, drug, snapshot) if unsettled else _finer(line.identity, drug, snapshot, days)
    for field, to in wanted:
        was = getattr(line.identity, field)
        if to != was and (field, to) not in found:
            found[field, to] = Change(field, _shown(field, to) or None, _shown(field, was) or None)
    return list(found.values())


def named(identity: Identity, change: Change) -> Identity:
    """Return an identity with one such change made."""
    return Identity.of(**{**identity._asdict(), change.field: change.to or ""})


def _settling(identity: Identity, drug: Recognition, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Name what tells which of several drugs it is, or takes back a code that contradicts the name."""
    knowledge = snapshot.knowledge
    if drug.code_name_conflict:
        yield from ((field, "") for field in ("national_code", "approval_no") if getattr(identity, field))
        by_name = recognise(identity._replace(national_code="", approval_no=""), knowledge)
        drugs: tuple[str, ...] = (by_name.drug,) if by_name.drug else ()
    else:
        drugs = drug.candidates
    for one in drugs:
        for product in knowledge.products_of(one)[:MOST_PRODUCTS]:
            for field in ("national_code", "approval_no"):
                if text := getattr(product.facts, field):
                    yield field, text


def _finer(
    identity: Identity, drug: Recognition, snapshot: Snapshot, days: Iterable[date]
) -> Iterator[tuple[str, str]]:
    """Name what an entry of the drug asks for and the line does not say, or says otherwise."""
    knowledge = snapshot.knowledge
    forms = knowledge.forms
    in_name = forms.base_name(identity.generic_name).form

    def sound(field: str, text: str) -> bool:
        other = recognise(identity._replace(**{field: text}), knowledge)
        return other.drug == drug.drug and not other.code_name_conflict

    entries, products = _entries(drug, snapshot, days), knowledge.products_of(drug.drug or "")[:MOST_PRODUCTS]
    listed = [form for entry in entries for form in (entry.dosage_form.partition("(")[0], entry.name_form)]
    for form in dict.fromkeys([*listed, *(product.facts.dosage_form or product.name_form for product in products)]):
        # A form beside a name that says another one contradicts the line itself.
        if form and (not in_name or forms.agree(form, in_name)):
            yield "dosage_form", form
    for entry in entries:
        for field in (*_MAY_DIFFER[1:], *_MAY_BE_MISSING):
            text = getattr(entry, field)
            missing = not getattr(drug, field)
            if text and (missing or field in _MAY_DIFFER) and sound(field, text):
                yield field, text
        for agreement in (Agreement.PASS, Agreement.FAIL):
            # A product that the entry means; or one that it does not mean, where the entry stands in the way.
            if entry.drug_tests and applies(entry, drug, forms) is not agreement:
                for product in products:
                    code = product.facts.national_code
                    other = recognise(identity._replace(national_code=code), knowledge)
                    if code and other.drug == drug.drug and applies(entry, other, forms) is agreement:
                        yield "national_code", code
                        break


def _entries(drug: Recognition, snapshot: Snapshot, days: Iterable[date]) -> list[Entry]:
    """Return the entries that name the drug in the lists in force on the days, those that pay first."""
    found: dict[int, Entry] = {}
    for day in days:
        sources = snapshot.sources(day)
        for version in [*paying(sources), *sources.versions()] if sources else ():
            for name in drug.names:
                found |= {id(entry): entry for entry in version.by_name.get(name, ()) if entry.in_force_on(day)}
    return list(found.values())


def _shown(field: str, text: str) -> str:
    """Write a compared text as codes and numbers are written."""
    return text.upper() if field in ("national_code", "approval_no") else text
