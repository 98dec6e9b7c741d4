"""CapabilityStatement: what there is at this face, made from the view sets themselves, so that it says no more and no less."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpResponse

from common.api.filtering import refuse_unknown
from common.api.request_id import absolute
from fhir import systems
from fhir.elements import Element, tidy
from fhir.eligibility.views import SubmitViewSet
from fhir.formulary_item import ItemViewSet
from fhir.insurance_plan import PlanViewSet
from fhir.medication_knowledge import DrugViewSet
from fhir.questionnaires import QuestionnaireViewSet
from fhir.searching import FORMAT
from fhir.views import ROOT, FhirViewSet, ResourceViewSet
from insurers.models import ProductVersion

SUBMIT: Final = "http://hl7.org/fhir/OperationDefinition/CoverageEligibilityRequest-submit"
# When this face last changed in what it can do.
CHANGED: Final = datetime(2026, 11, 30, tzinfo=UTC)
RESOURCES: Final[tuple[type[ResourceViewSet], ...]] = (ItemViewSet, PlanViewSet, DrugViewSet, QuestionnaireViewSet)


def statement() -> Element:
    """Return the CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "id": "metadata",
        "status": "active",
        "date": CHANGED.date().isoformat(),
        "kind": "instance",
        "software": {"name": "商保目录"},
        "implementation": {
            "description": "商保目录 Shangbao Mulu: commercial-insurance drug lists, and which product pays for which drug",
            "url": absolute(ROOT),
        },
        "fhirVersion": systems.FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": "Authorization: Api-Key <key>, the same keys and scopes as the REST API's"},
                "resource": [
                    {
                        "type": "CoverageEligibilityRequest",
                        "documentation": f"answered with a CoverageEligibilityResponse, kept nowhere; scope {SubmitViewSet.scopes['POST'][0]}",
                        "operation": [{"name": "submit", "definition": SUBMIT}],
                    },
                    *(_resource(kind) for kind in RESOURCES),
                ],
            }
        ],
    }


def _resource(kind: type[ResourceViewSet]) -> Element:
    return {
        "type": kind.resource,
        "documentation": f"{kind.about}; scope {' or '.join(kind.scopes['GET'])}",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalRead": "not-match",
        "searchParam": [
            tidy({"name": one.name, "definition": one.definition, "type": one.kind, "documentation": _about(one)})
            for one in kind().all_parameters()
        ],
    }


def _about(parameter: Any) -> str:
    modifiers = "".join(f", :{one}" for one in sorted(parameter.modifiers))
    return parameter.about + modifiers


class CapabilityViewSet(FhirViewSet):
    """What this face can do, for anybody: a client asks it before it has a key."""

    queryset = ProductVersion.objects.none()
    authentication_classes = ()
    permission_classes = ()

    def retrieve(self, request: Any) -> HttpResponse:
        """Answer what there is."""
        refuse_unknown(request.query_params, (FORMAT,))
        return self.held(statement(), CHANGED)
