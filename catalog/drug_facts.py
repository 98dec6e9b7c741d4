"""Everything the master and the lists say of one drug on a day, as known at an instant: what it is called, its class, makers, approvals, marks."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from catalog import reference
from catalog.diseases import rare_diseases
from catalog.drug_listings import history_of, listings_of
from catalog.drugs.knowledge import Identity
from catalog.known_drugs import knowledge_of
from catalog.marks_and_approvals import BY_CLASS, HOME_REGULATOR, RARE, SAID
from catalog.models import Approval, Drug, DrugProduct
from catalog.vocabularies import REGULATORS
from common.text import norm


def facts_of(drug: Drug, *, insurer_id: int | None, day: date, known_at: datetime) -> dict[str, Any]:
    """Return what is known of a drug: `class_path`, `brands`, `aliases`, `makers`, `approvals`, `marks`, `listings`, `history`, `products`, and
    `names`, the base names by which entries name it.

    Brands, makers and classes are those of the master and of every known row of a list that the insurer may see; marks and the approvals told
    by lists are those of the lists in force on the day.
    """
    knowledge = knowledge_of([Identity.of(generic_name=drug.base_name)], insurer_id=insurer_id, known_at=known_at)
    known = [product.written for product in knowledge.products_of(drug.base_name)]
    rows = DrugProduct.objects.filter(drug=drug).known_at(known_at).prefetch_related("approvals").order_by("position")
    masters = list(rows)
    names = knowledge.names_of(drug.base_name)
    listings = listings_of(drug, insurer_id=insurer_id, day=day, known_at=known_at, names=names)
    listed = [entry for listing in listings for entry in listing["entries"]]
    classes = {code.upper() for code in knowledge.class_codes_of(drug.base_name)}
    classes |= {one.class_code.upper() for one in known if one.class_code}
    classes |= {one.national_code[:6].upper() for one in known if len(one.national_code) >= 6}
    return {
        "class_path": class_path(classes),
        "brands": _distinct([*(one.brand_name for one in known), *(entry["brand_name"] for entry in listed)]),
        "aliases": _distinct(alias for product in masters for alias in product.aliases),
        "makers": _distinct([*(one.manufacturer for one in known), *(entry["manufacturer"] for entry in listed)]),
        "approvals": approvals_of(masters, listings),
        "marks": marks_of(listings),
        "listings": listings,
        "history": history_of(drug, insurer_id=insurer_id, known_at=known_at, names=names),
        "products": masters,
        "names": names,
    }


def _distinct(texts: Iterable[str]) -> list[str]:
    """Return the texts that are not blank, each as first written."""
    return list({norm(text): text for text in reversed([text for text in texts if norm(text)])}.values())[::-1]


def class_path(codes: Iterable[str]) -> list[dict[str, str]]:
    """Return the classes of the tree that codes stand in, from the widest to the narrowest, each with its name."""
    names = reference.drug_class_names()
    prefixes = sorted({code[:length] for code in codes for length in range(1, len(code) + 1)})
    return [{"code": prefix, "name": names[prefix]} for prefix in prefixes if prefix in names]


def approvals_of(masters: Iterable[DrugProduct], listings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the approvals that master rows and listed entries tell of, by regulator in the vocabulary's order, the earliest day first.

    Each: `regulator`, `abroad`, `approved_on` (None: not told), `approval_no` ('' abroad), `product` (form, strength and maker; '' where a list
    says it of the drug), `source` (`master`, or the list's code).
    """
    found: list[dict[str, Any]] = []

    def add(regulator: str, on: date | None, number: str, product: str, source: str) -> None:
        approval = {
            "regulator": regulator,
            "abroad": regulator != HOME_REGULATOR,
            "approved_on": on,
            "approval_no": number,
            "product": product,
            "source": source,
        }
        if approval not in found:
            found.append(approval)

    for product in masters:
        told: list[Approval] = list(product.approvals.all())
        called = " ".join(filter(None, [product.dosage_form, product.strength, product.manufacturer]))
        for approval in told:
            number = product.approval_no if approval.regulator == HOME_REGULATOR else ""
            add(approval.regulator, approval.approved_on, number, called, "master")
        if product.approval_no and all(one.regulator != HOME_REGULATOR for one in told):
            add(HOME_REGULATOR, None, product.approval_no, called, "master")
    for listing in listings:
        for entry in listing["entries"]:
            regulators = list(entry["regulators"])
            number = entry["approval_no"]
            if number and HOME_REGULATOR not in regulators:
                regulators.append(HOME_REGULATOR)
            for regulator in regulators:
                add(regulator, None, number if regulator == HOME_REGULATOR else "", "", listing["catalog"])
    order = {code: place for place, code in enumerate(REGULATORS.codes)}
    found.sort(key=lambda one: (order.get(one["regulator"], len(order)), one["approved_on"] or date.max))
    return found


def marks_of(listings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the marks that lists give the drug, what is worked out among them, each with the codes of these lists."""
    lists: dict[str, list[str]] = {}
    for listing in listings:
        for entry in listing["entries"]:
            for mark in said_of(entry):
                codes = lists.setdefault(mark, [])
                if listing["catalog"] not in codes:
                    codes.append(listing["catalog"])
    return [{"mark": mark, "catalogs": lists[mark]} for mark in SAID.codes if mark in lists]


def said_of(entry: dict[str, Any]) -> set[str]:
    """Return the marks of an entry as it is shown (catalog.entries), what its class or its disease says among them."""
    marks = set(entry["marks"])
    marks |= {mark for mark, name in BY_CLASS.items() if entry["reimbursement_class"] == name}
    rare = entry["rare_disease"]
    if rare is None:
        rare = bool(
            rare_diseases(
                reference.rare_disease_rules(),
                codes=entry["icd10"],
                criteria=[one["code"] for one in entry["criteria"]],
                text=f"{entry['indication']}\n{entry['restriction']}",
            )
        )
    return marks | {RARE} if rare else marks
