"""Writing a CoverageEligibilityResponse from coverage answers. Pure.

What FHIR has an element for stands there; the whole answer stands in an extension of each item, with the names that it has in the REST API.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from common.languages import Language
from fhir import systems
from fhir.elements import Element, coding, concept, identifier, money, own_trees, tidy
from fhir.eligibility.asking import Item, Request

_AMOUNT: Final = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
_RATIOS: Final = {"ratio": "ratio", "ratio_pre_existing": "ratio-pre-existing"}


def response(
    request: Request,
    answers: Sequence[Mapping[str, Any]],
    *,
    insurer: tuple[str, str],
    product: str,
    language: Language,
    sandbox: bool,
) -> Element:
    """Return the answer to a request: `answers` are those of the coverage questions, in order, `insurer` its code and name, `product` its name.

    In a sandbox it is labelled as test data.
    """
    first = answers[0]
    return tidy(
        {
            "resourceType": "CoverageEligibilityResponse",
            "meta": {"security": [coding(systems.ACT_REASON, "HTEST")]} if sandbox else None,
            "language": systems.LANGUAGES[language],
            "status": "active",
            "purpose": request.purpose,
            "patient": _repeated(request.patient),
            "servicedDate": first["date"],
            "created": first["known_at"],
            "request": request.reference,
            "outcome": "complete",
            "insurer": {"identifier": identifier(systems.INSURER, insurer[0]), "display": insurer[1]},
            "insurance": [
                tidy(
                    {
                        "coverage": {
                            "type": "Coverage",
                            "identifier": identifier(systems.PRODUCT, request.product),
                            "display": product,
                        },
                        "inforce": any(one["product_version"] for one in answers),
                        "item": [_item(item, one) for item, one in zip(request.items, answers, strict=True)],
                    }
                )
            ],
        }
    )


def _repeated(patient: Mapping[str, Any]) -> Element:
    """Return the reference to the patient as it was sent; one that was contained is not repeated, so nothing of it is."""
    if str(patient.get("reference", "")).startswith("#"):
        return {"type": "Patient", "display": "the patient of the request"}
    return dict(patient)


def _item(item: Item, answer: Mapping[str, Any]) -> Element:
    needs = answer["requirements"]
    return tidy(
        {
            "extension": own_trees("coverage-answer", answer),
            "category": concept(coding(systems.BENEFIT, answer["benefit"])) if answer["benefit"] else None,
            "productOrService": item.product_or_service,
            # Where a person has to decide it is neither: the outcome in the extension says so.
            "excluded": {"covered": False, "not_covered": True}.get(answer["outcome"]),
            "name": (answer["drug"] or {}).get("generic_name"),
            "description": "\n".join(reason["message"] for reason in answer["reasons"]),
            "benefit": _benefits(answer),
            "authorizationRequired": needs["prior_auth"] if needs else None,
            "authorizationSupporting": [
                concept(coding(systems.CRITERION, one["code"]), text=one["text"] or one["code"])
                for one in (needs["criteria"] if needs else ())
            ],
        }
    )


def _benefits(answer: Mapping[str, Any]) -> list[Element]:
    """Return the ratios, and the payment standard: an amount where the list has one, else its words."""
    found = [
        {"type": concept(coding(systems.COST, code)), "allowedString": answer[name]}
        for name, code in _RATIOS.items()
        if answer[name] is not None
    ]
    standard = (answer["requirements"] or {}).get("payment_standard")
    if standard:
        said = {"allowedMoney": money(standard)} if _AMOUNT.fullmatch(standard) else {"allowedString": standard}
        found.append({"type": concept(coding(systems.COST, "payment-standard")), **said})
    return found
