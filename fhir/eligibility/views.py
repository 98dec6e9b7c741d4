"""The operation over HTTP: parse, one call into the app, shape the answer. Nothing is recorded."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from catalog.clock import Observation, china_today
from catalog.drug_listings import visible_drugs
from catalog.drugs.base_names import drug_id
from claims import services
from claims.eligibility.decision import Coverage
from claims.models import ClaimCheck
from common.api.filtering import refuse_unknown
from common.api.problems import ApiProblem
from common.errors import FieldError
from common.labels import reader_language
from fhir.eligibility.answering import response
from fhir.eligibility.asking import Reader, Request, queries_of
from fhir.searching import FORMAT
from fhir.views import FhirViewSet
from insurers.api.authentication import insurer_of


class SubmitViewSet(FhirViewSet):
    """Does the product pay for these drugs, for this patient's disease, on this day?"""

    queryset: QuerySet[ClaimCheck] = ClaimCheck.objects.none()
    scopes = {"POST": ("coverage:read",)}

    def create(self, request: Any) -> HttpResponse:
        """Answer a CoverageEligibilityRequest."""
        refuse_unknown(request.query_params, (FORMAT,))
        caller, language = request.user, reader_language()
        insurer_id, today = insurer_of(caller), china_today(caller.known_at)
        reader = Reader(caller.insurer_code, today)
        asked = reader.request(request.data)
        if asked is None:
            raise _invalid(reader.errors)
        queries, errors = queries_of(asked, _drugs(asked, insurer_id), now=caller.known_at, language=language)
        if errors:
            raise _invalid(errors)
        found, product = services.coverage(
            insurer_id=insurer_id,
            product_code=asked.product,
            queries=queries,
            seen=Observation(caller.revision, caller.known_at),
        )
        if errors := _other_drugs(asked, found):
            raise _invalid(errors)
        answers = [services.coverage_document(one, product, language) for one in found]
        insurer = (caller.insurer_code, caller.insurer_name)
        told = response(
            asked, answers, insurer=insurer, product=product.name, language=language, sandbox=caller.is_sandbox
        )
        return self.answer(told)


def _invalid(errors: list[FieldError]) -> ApiProblem:
    return ApiProblem(400, "invalid", _("The request is invalid; see `errors`."), errors)


def _drugs(asked: Request, insurer_id: int) -> dict[str, str]:
    """Return the names of the drugs that the items name by id, as far as the insurer may see them."""
    ids = {item.drug for item in asked.items if item.drug is not None}
    if not ids:
        return {}
    return dict(visible_drugs(insurer_id).filter(pk__in=ids).values_list("pk", "base_name"))


def _other_drugs(asked: Request, found: list[Coverage]) -> list[FieldError]:
    """Return what is wrong with items whose text is recognised as another drug than their code."""
    errors = []
    for item, coverage in zip(asked.items, found, strict=True):
        recognised = coverage.judgement.recognition
        if not (item.drug and item.product_or_service.get("text") and recognised and recognised.drug):
            continue
        if drug_id(recognised.drug) != item.drug:
            detail = _("The drug's code and its text name different drugs.")
            errors.append(FieldError(item.places[""], "bad_value", detail))
    return errors
