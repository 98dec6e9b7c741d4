"""Reading a CoverageEligibilityRequest: each item is one coverage question. Pure.

What an element may say is read as the coverage question of the REST API reads it; what FHIR has no element for (setting, level of the
institution, circumstance, …) stands in extensions of ours. Elements that no resource of this kind has, and those that would change the meaning
(modifier extensions, implicit rules), are refused. Errors point at the place, in FHIRPath.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from claims.eligibility import parse_coverage
from claims.eligibility.facts import CoverageQuery
from claims.eligibility.request import InvalidQuery
from common import personal
from common.dates import parse_day
from common.errors import FieldError
from common.languages import Language
from fhir import systems
from fhir.elements import tidy
from fhir.systems import BASE, extension_url

KIND: Final = "CoverageEligibilityRequest"
MAX_ITEMS: Final = 1_000
_ANY: Final = "id extension modifierExtension"
_ELEMENTS: Final = frozenset(
    f"{_ANY} resourceType meta implicitRules language text contained identifier status priority purpose patient servicedDate "
    "servicedPeriod created enterer provider insurer facility supportingInfo insurance item".split()
)
_INSURANCE: Final = frozenset(f"{_ANY} focal coverage businessArrangement".split())
_ITEM: Final = frozenset(
    f"{_ANY} supportingInfoSequence category productOrService modifier provider quantity unitPrice facility diagnosis detail".split()
)
_DIAGNOSIS: Final = frozenset(f"{_ANY} diagnosisCodeableConcept diagnosisReference".split())
_REFERENCE: Final = frozenset("id extension reference type identifier display".split())
_CONCEPT: Final = frozenset("id extension coding text".split())
_CODING: Final = frozenset("id extension system version code display userSelected".split())
_IDENTIFIER: Final = frozenset("id extension use type system value period assigner".split())
PURPOSES: Final = ("auth-requirements", "benefits", "discovery", "validation")
_STATUSES: Final = ("active", "draft")
_GENDERS: Final = {"male": "M", "female": "F", "other": None, "unknown": None}
_DISEASES: Final = frozenset({systems.ICD_10, systems.ICD_10_CN})
_CREATED: Final = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?)?)?", re.ASCII)

# By the name of an extension of ours: the field of the question that it gives.
CIRCUMSTANCES: Final = {
    "sex": "sex",
    "age": "age",
    "setting": "setting",
    "institution-level": "institution_level",
    "circumstance": "circumstance",
    "known-at": "known_at",
}
IDENTITY: Final = {
    "brand-name": "brand_name",
    "dosage-form": "dosage_form",
    "strength": "strength",
    "manufacturer": "manufacturer",
}
_CODED: Final = {systems.NATIONAL_DRUG: "national_code", systems.APPROVAL_NO: "approval_no"}


@dataclass(frozen=True, slots=True)
class Item:
    """One item: the fields of its question, where each stands, and what its answer repeats; `drug` is the id of a drug that it names by."""

    fields: dict[str, Any]
    places: dict[str, str]
    product_or_service: dict[str, Any]
    drug: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """A request read: whom it asks, of which product, what; raw elements that the answer repeats."""

    product: str
    purpose: list[str]
    patient: dict[str, Any]
    reference: dict[str, Any]
    day: date
    items: tuple[Item, ...]


@dataclass(slots=True)
class Reader:
    """Reads one request and collects every problem on the way."""

    insurer: str
    today: date
    errors: list[FieldError] = field(default_factory=list)
    contained: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def wrong(self, place: str, code: str, detail: str) -> None:
        self.errors.append(FieldError(place, code, detail))

    def request(self, data: Any) -> Request | None:
        """Return the request; None where there are problems."""
        asked = self.resource(data)
        if asked is None:
            return None
        for at in _identity_numbers(asked, KIND):
            self.wrong(at, "identity_number", _("Send no identity number of a person."))
        self.known(asked, _ELEMENTS, KIND)
        self.contained = {
            str(one.get("id")): one for one in self.objects(asked, "contained", KIND) if isinstance(one, Mapping)
        }
        self.choice(asked, "status", _STATUSES)
        purposes = asked.get("purpose")
        if not isinstance(purposes, list) or not purposes:
            self.missing(f"{KIND}.purpose")
            purposes = []
        for place, one in enumerate(purposes):
            if one not in PURPOSES:
                self.not_among(f"{KIND}.purpose[{place}]", PURPOSES)
        created = asked.get("created")
        if created is None:
            self.missing(f"{KIND}.created")
        elif not isinstance(created, str) or not _CREATED.fullmatch(created):
            self.wrong(f"{KIND}.created", "bad_date", _("Write an instant as 2026-03-14T08:00:00Z."))
        patient = self.reference(asked, "patient", KIND)
        self.check_insurer(self.reference(asked, "insurer", KIND))
        day = self.serviced(asked)
        product = self.product(asked)
        common = self.of_patient(patient, day or self.today)
        found = self.extensions(asked, KIND, CIRCUMSTANCES)
        fields, places = {**common[0], **found[0]}, {**common[1], **found[1]}
        items = [self.item(one, here, fields, places) for here, one in self.items(asked)]
        if self.errors or any(item is None for item in items):
            return None
        return Request(
            product=product,
            purpose=list(purposes),
            patient=dict(patient),
            reference=_reference_to(asked),
            day=day or self.today,
            items=tuple(item for item in items if item is not None),
        )

    # --- Parts

    def resource(self, data: Any) -> Mapping[str, Any] | None:
        """Return the request, also out of the Parameters that hold it."""
        if isinstance(data, Mapping) and data.get("resourceType") == "Parameters":
            self.known(data, frozenset({"resourceType", "id", "meta", "parameter"}), "Parameters")
            given = data.get("parameter")
            held = [one for one in given if isinstance(one, Mapping)] if isinstance(given, list) else []
            for place, one in enumerate(held):
                if one.get("name") != "resource":
                    detail = _("Unknown parameter; known are: %(known)s.") % {"known": "resource"}
                    self.wrong(f"Parameters.parameter[{place}]", "unknown_field", detail)
            named = [one.get("resource") for one in held if one.get("name") == "resource"]
            data = named[0] if len(named) == 1 else None
        if not isinstance(data, Mapping) or data.get("resourceType") != KIND:
            detail = _("Send a %(kind)s, or Parameters that hold one as `resource`.") % {"kind": KIND}
            self.wrong(KIND, "wrong_type", detail)
            return None
        return data

    def items(self, asked: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        given = self.objects(asked, "item", KIND)
        if not given:
            self.missing(f"{KIND}.item")
        if len(given) > MAX_ITEMS:
            detail = _("Send a list of 1 to %(max)d queries.") % {"max": MAX_ITEMS}
            self.wrong(f"{KIND}.item", "too_many", detail)
            return
        yield from ((f"{KIND}.item[{place}]", one) for place, one in enumerate(given))

    def item(self, data: Any, at: str, fields: Mapping[str, Any], places: Mapping[str, str]) -> Item | None:
        if not isinstance(data, Mapping):
            self.not_an_object(at)
            return None
        self.known(data, _ITEM, at)
        drug = self.concept(data.get("productOrService"), f"{at}.productOrService")
        found = self.extensions(data, at, {**CIRCUMSTANCES, **IDENTITY})
        if drug is None:
            return None
        named, coded_drug = self.identity(drug, f"{at}.productOrService")
        diseases = list(self.diagnoses(data, at))
        return Item(
            fields={**fields, **named, **found[0], "icd10": [code for code, _place in diseases]},
            places={**places, **found[1], "": f"{at}.productOrService"}
            | {f"icd10/{number}": place for number, (_code, place) in enumerate(diseases)},
            product_or_service=tidy(
                {"coding": [tidy(one) for one in self.codings(drug, at)], "text": drug.get("text")}
            ),
            drug=coded_drug,
        )

    def identity(self, concept: Mapping[str, Any], at: str) -> tuple[dict[str, Any], str | None]:
        """Return what a concept says about the drug, and the id of the drug where it is coded so; systems that are not known say nothing."""
        named: dict[str, Any] = {"generic_name": concept["text"]} if "text" in concept else {}
        drug = None
        for place, one in enumerate(self.codings(concept, at)):
            system, code = one.get("system"), one.get("code")
            if system in _CODED or system == systems.DRUG:
                if code is None:
                    self.missing(f"{at}.coding[{place}].code")
                elif system == systems.DRUG:
                    drug = code
                else:
                    named[_CODED[system]] = code
        return named, drug

    def diagnoses(self, item: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
        """Yield the disease codes of an item and where they stand."""
        for place, one in enumerate(self.objects(item, "diagnosis", at)):
            here = f"{at}.diagnosis[{place}]"
            if not isinstance(one, Mapping):
                self.not_an_object(here)
                continue
            self.known(one, _DIAGNOSIS, here)
            if "diagnosisReference" in one:
                here = f"{here}.diagnosisReference"
                condition = self.inside(one["diagnosisReference"], "Condition")
                concept = self.concept(condition and condition.get("code"), here)
            else:
                here = f"{here}.diagnosisCodeableConcept"
                concept = self.concept(one.get("diagnosisCodeableConcept"), here)
            if concept is not None:
                yield from self.diseases(concept, here)

    def diseases(self, concept: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
        found = False
        for place, one in enumerate(self.codings(concept, at)):
            if one.get("system") in _DISEASES and "code" in one:
                found = True
                yield one["code"], f"{at}.coding[{place}]"
        if not found:
            self.wrong(at, "bad_code", _("Code the disease by ICD-10: %(system)s.") % {"system": systems.ICD_10})

    def serviced(self, asked: Mapping[str, Any]) -> date | None:
        if "servicedPeriod" in asked:
            self.wrong(f"{KIND}.servicedPeriod", "bad_date", _("Ask for one day, with servicedDate."))
        written = asked.get("servicedDate")
        if written is None:
            return None
        try:
            return parse_day(written)
        except (ValueError, TypeError):
            self.wrong(f"{KIND}.servicedDate", "bad_date", _("Write a day as 2026-03-14."))
            return None

    def product(self, asked: Mapping[str, Any]) -> str:
        """Return the code of the product that is asked: the insurance's coverage by its identifier, or as the plan of a contained one."""
        held = self.objects(asked, "insurance", KIND)
        for place, one in enumerate(held):
            if isinstance(one, Mapping):
                self.known(one, _INSURANCE, f"{KIND}.insurance[{place}]")
        focal = [place for place, one in enumerate(held) if isinstance(one, Mapping) and one.get("focal") is True]
        chosen = focal if len(held) > 1 else list(range(len(held)))
        if len(chosen) != 1:
            self.wrong(f"{KIND}.insurance", "required", _("Name one insurance; of several the one that is focal."))
            return ""
        at = f"{KIND}.insurance[{chosen[0]}].coverage"
        insurance = held[chosen[0]]
        if not isinstance(insurance, Mapping):
            self.not_an_object(at)
            return ""
        coverage = self.reference(insurance, "coverage", at.removesuffix(".coverage"))
        named = _value_in(coverage.get("identifier"), systems.PRODUCT) or self._plan_of(coverage)
        if coverage and not named:
            detail = _("Name the product by the coverage's identifier of %(system)s, or by its plan.")
            self.wrong(at, "required", detail % {"system": systems.PRODUCT})
        return named

    def _plan_of(self, coverage: Mapping[str, Any]) -> str:
        """Return the product that a contained Coverage names: by its identifier, or as its class `plan`."""
        inside = self.inside(coverage, "Coverage") or {}
        for one in inside.get("identifier", ()) if isinstance(inside.get("identifier"), list) else ():
            if named := _value_in(one, systems.PRODUCT):
                return named
        for one in inside.get("class", ()) if isinstance(inside.get("class"), list) else ():
            kind = one.get("type") if isinstance(one, Mapping) else None
            codings = kind.get("coding") if isinstance(kind, Mapping) else None
            is_plan = any(
                isinstance(coded, Mapping) and coded.get("code") == "plan"
                for coded in (codings if isinstance(codings, list) else ())
            )
            if is_plan and isinstance(one.get("value"), str):
                return str(one["value"])
        return ""

    def check_insurer(self, insurer: Mapping[str, Any]) -> None:
        named = _value_in(insurer.get("identifier"), systems.INSURER)
        if named and named != self.insurer:
            self.wrong(f"{KIND}.insurer", "bad_value", _("This key is another insurer's."))

    def of_patient(self, patient: Mapping[str, Any], day: date) -> tuple[dict[str, Any], dict[str, str]]:
        """Return sex and age, in full years on the day, of a contained Patient."""
        inside = self.inside(patient, "Patient") or {}
        fields: dict[str, Any] = {}
        gender, born = inside.get("gender"), inside.get("birthDate")
        if isinstance(gender, str) and gender in _GENDERS:
            fields["sex"] = _GENDERS[gender]
        elif gender is not None:
            self.not_among(f"{KIND}.contained.gender", tuple(_GENDERS))
        if born is not None:
            try:
                birth = parse_day(born)
            except (ValueError, TypeError):
                self.wrong(f"{KIND}.contained.birthDate", "bad_date", _("Write a day as 2026-03-14."))
            else:
                fields["age"] = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
        return fields, {"sex": f"{KIND}.contained.gender", "age": f"{KIND}.contained.birthDate"}

    # --- What parts are made of

    def extensions(
        self, element: Mapping[str, Any], at: str, known: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the fields that extensions of ours give, and where each stands; other people's say nothing, unknown ones of ours are refused."""
        fields, places = {}, {}
        by_url = {extension_url(name): name for name in known}
        for place, one in enumerate(self.objects(element, "extension", at)):
            url = one.get("url") if isinstance(one, Mapping) else None
            here = f"{at}.extension[{place}]"
            if not isinstance(url, str):
                self.missing(f"{here}.url")
            elif url not in by_url:
                if url.startswith(f"{BASE}/"):
                    detail = _("Unknown field; known are: %(known)s.") % {"known": ", ".join(known)}
                    self.wrong(here, "unknown_field", detail)
            else:
                name = known[by_url[url]]
                if name in fields:
                    self.wrong(here, "repeated_field", _("Give this field once."))
                fields[name], places[name] = self.value_of(one, here), here
        return fields, places

    def value_of(self, extension: Mapping[str, Any], at: str) -> Any:
        """Return what an extension says: a text, a whole number, or the code of a coding."""
        values = {name: value for name, value in extension.items() if name.startswith("value")}
        value = next(iter(values.values())) if len(values) == 1 else None
        if "valueCoding" in values and isinstance(value, Mapping):
            value = value.get("code")
        if not isinstance(value, str | int) or isinstance(value, bool):
            self.wrong(at, "wrong_type", _("Give it one value, a text or a whole number."))
            return None
        return value

    def known(self, element: Mapping[str, Any], names: frozenset[str], at: str) -> None:
        """Note every element that there is none of, and those that would change what the rest means."""
        for name in element:
            if name.removeprefix("_") not in names:
                detail = _("Unknown field; known are: %(known)s.") % {"known": ", ".join(sorted(names))}
                self.wrong(f"{at}.{str(name)[:100]}", "unknown_field", detail)
        for name in ("modifierExtension", "implicitRules"):
            if element.get(name):
                detail = _("This would change what the rest means, and it is not understood; leave it out.")
                self.wrong(f"{at}.{name}", "unknown_field", detail)

    def objects(self, element: Mapping[str, Any], name: str, at: str) -> list[Any]:
        """Return a list of an element, [] where it is not given."""
        value = element.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(f"{at}.{name}", "wrong_type", _("Send a list."))
            return []
        return value

    def reference(self, element: Mapping[str, Any], name: str, at: str) -> Mapping[str, Any]:
        """Return a reference that must be given, its texts alone; {} where it is not."""
        value = element.get(name)
        if value is None:
            self.missing(f"{at}.{name}")
            return {}
        if not isinstance(value, Mapping):
            self.not_an_object(f"{at}.{name}")
            return {}
        found: dict[str, Any] = dict(self.texts(value, _REFERENCE, ("reference", "type", "display"), f"{at}.{name}"))
        if "identifier" in value:
            found["identifier"] = self.texts(
                value["identifier"], _IDENTIFIER, ("system", "value"), f"{at}.{name}.identifier"
            )
        if not any(found.get(part) for part in ("reference", "identifier", "display")):
            self.missing(f"{at}.{name}.reference")
        return found

    def inside(self, reference: Any, kind: str) -> Mapping[str, Any] | None:
        """Return the contained resource of a kind that a reference names, None for any other reference."""
        written = reference.get("reference") if isinstance(reference, Mapping) else None
        found = self.contained.get(written[1:]) if isinstance(written, str) and written.startswith("#") else None
        return found if found and found.get("resourceType") == kind else None

    def concept(self, value: Any, at: str) -> Mapping[str, Any] | None:
        if value is None:
            self.missing(at)
            return None
        if not isinstance(value, Mapping):
            self.not_an_object(at)
            return None
        self.known(value, _CONCEPT, at)
        if "text" in value and not isinstance(value["text"], str):
            self.wrong(f"{at}.text", "wrong_type", _("Send a text."))
            return None
        return value

    def codings(self, concept: Mapping[str, Any], at: str) -> list[dict[str, str]]:
        """Return the codings of a concept, their texts alone; {} for one that is wrong, so that the others keep their places."""
        return [
            self.texts(one, _CODING, ("system", "version", "code", "display"), f"{at}.coding[{place}]")
            for place, one in enumerate(self.objects(concept, "coding", at))
        ]

    def texts(self, element: Any, known: frozenset[str], names: tuple[str, ...], at: str) -> dict[str, str]:
        """Return those parts of an element that are texts, as far as they are given."""
        if not isinstance(element, Mapping):
            self.not_an_object(at)
            return {}
        self.known(element, known, at)
        wrong = [name for name in names if name in element and not isinstance(element[name], str)]
        for name in wrong:
            self.wrong(f"{at}.{name}", "wrong_type", _("Send a text."))
        return {
            name: element[name] for name in names if name in element and name not in wrong and element[name].strip()
        }

    def choice(self, element: Mapping[str, Any], name: str, among: tuple[str, ...]) -> None:
        if element.get(name) is None:
            self.missing(f"{KIND}.{name}")
        elif element[name] not in among:
            self.not_among(f"{KIND}.{name}", among)

    def missing(self, place: str) -> None:
        self.wrong(place, "required", _("This is required."))

    def not_an_object(self, place: str) -> None:
        self.wrong(place, "wrong_type", _("Send an object."))

    def not_among(self, place: str, among: tuple[str, ...]) -> None:
        self.wrong(place, "bad_choice", _("Choose one of: %(known)s.") % {"known": ", ".join(among)})


def queries_of(
    request: Request, drugs: Mapping[str, str], *, now: datetime, language: Language
) -> tuple[list[CoverageQuery], list[FieldError]]:
    """Return the coverage question of each item, and what is wrong with them; `drugs` are the names of those that are named by id."""
    queries, errors = [], []
    for item in request.items:
        fields = {name: value for name, value in item.fields.items() if value is not None}
        if item.drug is not None and not fields.get("generic_name"):
            if item.drug not in drugs:
                errors.append(FieldError(item.places[""], "unknown_drug", _("There is no drug with this id.")))
                continue
            fields["generic_name"] = drugs[item.drug]
        try:
            asked = {**fields, "date": request.day.isoformat()}
            queries.append(parse_coverage(asked, today=request.day, now=now, language=language))
        except InvalidQuery as invalid:
            errors += [FieldError(_place(item, one.pointer), one.code, one.detail) for one in invalid.errors]
    return queries, errors


def _place(item: Item, pointer: str) -> str:
    """Return where in the request a field of a question stands; what names the drug stands in one element."""
    name = pointer.removeprefix("/")
    return item.places.get(name) or item.places[""]


def _value_in(identifier: Any, system: str) -> str:
    """Return the value of an identifier of a system, '' for any other."""
    if not isinstance(identifier, Mapping) or identifier.get("system") != system:
        return ""
    value = identifier.get("value")
    return value if isinstance(value, str) else ""


def _reference_to(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reference to a request that an answer must have: by its id or identifier, where it has one."""
    pk, identifiers = asked.get("id"), asked.get("identifier")
    if isinstance(pk, str) and re.fullmatch(r"[A-Za-z0-9.-]{1,64}", pk):
        return {"reference": f"{KIND}/{pk}"}
    if isinstance(identifiers, list) and identifiers and isinstance(identifiers[0], Mapping):
        named = {name: identifiers[0].get(name) for name in ("system", "value")}
        if all(isinstance(one, str) and one for one in named.values()):
            return {"type": KIND, "identifier": named}
    return {"type": KIND, "display": "the request that this answers"}


def _identity_numbers(value: Any, place: str) -> Iterator[str]:
    """Yield each place where a text holds a resident identity number."""
    if isinstance(value, str):
        if len(value) >= personal.SHORTEST_NUMBER and personal.identity_number_in(value):
            yield place
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield from _identity_numbers(one, f"{place}.{name}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _identity_numbers(one, f"{place}[{number}]")
