"""Recognising the drug of a line, and if possible its product (eligibility 3): the only place that guesses."""

from dataclasses import dataclass
from typing import Literal

from catalog.drugs.knowledge import DrugProduct, Identity, Knowledge

MatchedBy = Literal["national_code", "approval_no", "name", "brand"]
Difficulty = Literal["", "ambiguous", "not_recognised"]


@dataclass(frozen=True, slots=True)
class Recognition:
    """How a line's drug was recognised, and what is then known of the line (all normalised, '' for not given).

    `difficulty` is '' when one drug was found; else `drug` and `matched_by` are None and `candidates` names the drugs it could
    be. `names` are the base names by which entries name the drug. Form, brand, maker, strength, approval number and code are
    the line's own where given, else its product's; the form, failing both, the one in its name. `name_form` is the form in the
    line's name, else in its product's.
    """

    difficulty: Difficulty
    candidates: tuple[str, ...]
    drug: str | None
    matched_by: MatchedBy | None
    product: DrugProduct | None
    code_name_conflict: bool
    names: tuple[str, ...]
    national_code: str
    approval_no: str
    dosage_form: str
    brand_name: str
    manufacturer: str
    strength: str
    class_codes: tuple[str, ...]
    name_form: str


def recognise(identity: Identity, knowledge: Knowledge) -> Recognition:
    """Resolve a line identity to a drug and, if possible, a drug product (eligibility 3)."""
    known = knowledge.memo.get(identity)
    if known is None:
        known = _recognise(identity, knowledge)
        if len(knowledge.memo) >= knowledge.MEMO_SIZE:
            knowledge.memo.clear()
        knowledge.memo[identity] = known
    found: Recognition = known
    return found


def _recognise(identity: Identity, knowledge: Knowledge) -> Recognition:
    base = knowledge.forms.base_name(identity.generic_name)
    form = identity.dosage_form or base.form
    brand = identity.brand_name

    if product := knowledge.product_with_code(identity.national_code):
        return _found(identity, knowledge, product.drug, "national_code", product)

    if products := knowledge.products_with_approval(identity.approval_no):
        return _among(identity, knowledge, products, "approval_no", form, brand)

    if identity.generic_name:
        drugs = (base.name,) if knowledge.is_drug(base.name) else knowledge.drugs_with_alias(base.name)
        if len(drugs) == 1:
            product = _narrow(knowledge, knowledge.products_of(drugs[0]), identity, form, brand)
            return _found(identity, knowledge, drugs[0], "name", product)
        if drugs:
            return _unresolved(identity, "ambiguous", drugs)

    if products := knowledge.products_with_brand(brand):
        return _among(identity, knowledge, products, "brand", form, brand)
    if products := knowledge.products_with_brand(identity.generic_name):
        # The name turned out to be a brand, so it is the line's brand, also where another is given.
        return _among(identity, knowledge, products, "brand", form, identity.generic_name)

    return _unresolved(identity, "not_recognised", ())


def _among(
    identity: Identity, knowledge: Knowledge, products: list[DrugProduct], by: MatchedBy, form: str, brand: str
) -> Recognition:
    drugs = sorted({product.drug for product in products})
    if len(drugs) > 1:
        return _unresolved(identity, "ambiguous", tuple(drugs))
    product = _narrow(knowledge, products, identity, form, brand)
    return _found(identity._replace(brand_name=brand), knowledge, drugs[0], by, product)


def _narrow(
    knowledge: Knowledge, products: list[DrugProduct], identity: Identity, form: str, brand: str
) -> DrugProduct | None:
    """The one product that agrees with the line in all that both give; a product that lacks a fact stays."""
    left = [
        product
        for product in products
        if _same(product.facts.brand_name, brand)
        and _same(product.facts.manufacturer, identity.manufacturer)
        and _same(product.facts.strength, identity.strength)
        and (not form or not product.facts.dosage_form or knowledge.forms.agree(product.facts.dosage_form, form))
    ]
    return left[0] if len(left) == 1 else None


def _same(one: str, other: str) -> bool:
    return not one or not other or one == other


def _found(
    identity: Identity, knowledge: Knowledge, drug: str, by: MatchedBy, product: DrugProduct | None
) -> Recognition:
    conflict = False
    base = knowledge.forms.base_name(identity.generic_name)
    if by in ("national_code", "approval_no") and identity.generic_name:
        conflict = (
            base.name != drug
            and base.name not in knowledge.aliases_of(drug)
            and all(known.facts.brand_name != identity.generic_name for known in knowledge.products_of(drug))
        )
    facts = product.facts if product else None
    code = identity.national_code or (facts.national_code if facts else "")
    class_codes = set(knowledge.class_codes_of(drug)) | {code[:6]}
    if facts:
        class_codes.add(facts.class_code)
    return Recognition(
        difficulty="",
        candidates=(drug,),
        drug=drug,
        matched_by=by,
        product=product,
        code_name_conflict=conflict,
        names=knowledge.names_of(drug),
        national_code=code,
        approval_no=identity.approval_no or (facts.approval_no if facts else ""),
        dosage_form=identity.dosage_form or (facts.dosage_form if facts else "") or base.form,
        brand_name=identity.brand_name or (facts.brand_name if facts else ""),
        manufacturer=identity.manufacturer or (facts.manufacturer if facts else ""),
        strength=identity.strength or (facts.strength if facts else ""),
        class_codes=tuple(sorted(class_codes - {""})),
        name_form=base.form or (product.name_form if product else ""),
    )


def _unresolved(identity: Identity, difficulty: Difficulty, candidates: tuple[str, ...]) -> Recognition:
    return Recognition(
        difficulty=difficulty,
        candidates=candidates,
        drug=None,
        matched_by=None,
        product=None,
        code_name_conflict=False,
        names=(),
        national_code=identity.national_code,
        approval_no=identity.approval_no,
        dosage_form=identity.dosage_form,
        brand_name=identity.brand_name,
        manufacturer=identity.manufacturer,
        strength=identity.strength,
        class_codes=(),
        name_form="",
    )
