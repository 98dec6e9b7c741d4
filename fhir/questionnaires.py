"""Questionnaire: what must be asked so that an entry can be decided, made from its restrictions (spec proof.md 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Q, QuerySet

from catalog.entries import COLUMNS
from catalog.models import CatalogEntry
from catalog.questionnaire import Question, questions_of
from common.api.request_id import absolute
from common.labels import reader_language
from common.languages import Language
from fhir import systems
from fhir.elements import Element, coding, identifier, own_trees, period, tidy
from fhir.formulary_item import IDENTIFIERS, ITEM_CODES, entry_name, published_entries
from fhir.searching import TEXT_MODIFIERS, Parameter, status, text, token
from fhir.views import ROOT, ResourceViewSet

_TYPES: Final = {"boolean": "boolean", "text": "string", "integer": "integer", "choice": "choice"}
_QUESTIONNAIRE: Final = "http://hl7.org/fhir/SearchParameter/Questionnaire-"
# Entries that restrict something that can be asked (catalog.questionnaire).
_ASKS: Final = (
    ~Q(icd10=[])
    | Q(age_min__isnull=False)
    | Q(age_max__isnull=False)
    | ~Q(sex="")
    | ~Q(settings=[])
    | Q(min_institution_level__isnull=False)
    | ~Q(criteria=[])
)


def questionnaire(entry: CatalogEntry, language: Language, url: str) -> Element:
    """Return the Questionnaire of an entry, its questions in one language. Pure, but for the version and catalog of the row."""
    version = entry.version
    questions = questions_of({name: getattr(entry, name) for name in COLUMNS})
    return tidy(
        {
            "resourceType": "Questionnaire",
            "id": str(entry.pk),
            "language": systems.LANGUAGES[language],
            "url": url,
            "identifier": [identifier(systems.CATALOG_ENTRY, entry_name(entry))],
            "version": version.label,
            "name": f"Entry_{entry.pk}",
            "title": entry.generic_name or entry.entry_code,
            "status": "retired" if version.withdrawn_at else "active",
            "subjectType": ["Patient"],
            "purpose": entry.restriction or entry.indication,
            "effectivePeriod": period(version.effective_from, version.effective_to),
            "code": [
                coding(systems.ENTRY, entry.entry_code),
                *([coding(systems.NATIONAL_DRUG, entry.national_code)] if entry.national_code else []),
            ],
            "item": [_item(question, language) for question in questions],
        }
    )


def _item(question: Question, language: Language) -> Element:
    told = {"field": question.field, "satisfied_by": question.satisfied_by}
    options = [
        {"valueCoding": coding(systems.ANSWERS[question.asks], option.code, option.name(language))}
        for option in question.options
    ]
    return tidy(
        {
            "extension": own_trees("question", told),
            "linkId": question.id,
            "code": [coding(systems.CRITERION, question.id)] if question.asks == "criterion" else None,
            "text": question.text(language),
            "type": _TYPES[question.kind],
            # What is not answered is unknown, and the claim goes to a person: each has to be.
            "required": True,
            "answerOption": options,
        }
    )


class QuestionnaireViewSet(ResourceViewSet):
    """Questionnaires of the entries of published lists that restrict something; each has the id of its entry."""

    queryset = CatalogEntry.objects.none()
    scopes = {"GET": ("catalog:read",)}
    resource = "Questionnaire"
    about = "what must be asked so that an entry can be decided; its id is the entry's"

    def parameters(self) -> tuple[Parameter, ...]:
        codes = {system: ITEM_CODES[system] for system in (systems.ENTRY, systems.NATIONAL_DRUG)}
        named = text("generic_name", "brand_name")
        return (
            Parameter(
                "code",
                "token",
                "the entry's code or its national drug code",
                token(codes),
                definition=f"{_QUESTIONNAIRE}code",
            ),
            Parameter(
                "identifier",
                "token",
                "`catalog@version/entry`",
                token(IDENTIFIERS),
                definition=f"{_QUESTIONNAIRE}identifier",
            ),
            Parameter("name", "string", "generic name or brand of the drug", named, TEXT_MODIFIERS),
            Parameter(
                "status",
                "token",
                "active, or retired where the list was withdrawn",
                status("version__withdrawn_at"),
                definition=f"{_QUESTIONNAIRE}status",
            ),
        )

    def rows(self) -> QuerySet[CatalogEntry]:
        return published_entries(self.request.user.insurer_id).filter(_ASKS)

    def written(self, rows: Sequence[CatalogEntry]) -> list[Element]:
        language = reader_language()
        return [questionnaire(row, language, absolute(f"{ROOT}/Questionnaire/{row.pk}")) for row in rows]
