"""Coverage over REST: one question, asked more than everything else together, the plain way (common.api.plain); a list of them by the view set."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from catalog.clock import china_today
from claims import gather, services
from claims.api import serializers as shapes
from claims.api.views import language_of, seen_by
from claims.eligibility import coverage_fields, parse_coverage
from claims.eligibility.answer import alternative_document
from claims.eligibility.decision import Alternative, Coverage
from claims.eligibility.facts import CoverageQuery
from claims.eligibility.request import InvalidQuery
from claims.models import ClaimCheck
from common.api.filtering import refuse_repeated, refuse_unknown
from common.api.params import with_plus
from common.api.plain import Asked, plainly, to_json
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from common.dates import instant_text
from common.errors import Problem
from common.kept import Kept
from common.sentences import Language
from insurers.api.authentication import insurer_of

COVERAGE = ("coverage:read",)


def _in_query(name: str) -> dict[str, Any]:
    """Return the schema of a coverage field as a query parameter: never null; any text may be blank."""
    schema = {"type": "string"} if name == "icd10" else dict(shapes.COVERAGE_FIELDS[name])
    schema.pop("nullable", None)
    return schema


class CoverageViewSet(ApiViewSet):
    """Coverage 保障查询: does this product pay for this drug, for this patient's disease, on this day?"""

    queryset = ClaimCheck.objects.none()
    serializer_class = shapes.CoverageOutput
    may_keep_observation = True
    scopes = {"GET": COVERAGE, "POST": COVERAGE}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                name, _in_query(name), description="one code, or several separated by commas" if name == "icd10" else ""
            )
            for name in shapes.COVERAGE_FIELDS
        ],
        responses=shapes.CoverageOutput,
    )
    def retrieve(self, request: Any, code: str) -> Response:
        """One query."""
        language = language_of(request)
        query = _asked(dict(request.query_params.lists()), china_today(request.user.known_at), language)
        return Response(self._answers(request, code, [query], language)[0])

    @extend_schema(request=shapes.CoverageListInput, responses={200: shapes.CoverageListOutput})
    def create(self, request: Any, code: str) -> Response:
        """A list of 1 to 1,000 queries, answered in order."""
        refuse_unknown(request.query_params, ())
        language = language_of(request)
        if not isinstance(request.data, list) or not 1 <= len(request.data) <= shapes.MAX_QUERIES:
            detail = _("Send a list of 1 to %(max)d queries.") % {"max": shapes.MAX_QUERIES}
            raise ApiProblem(400, "invalid", detail, [Problem("", "BAD_TYPE", detail)])
        today = china_today(request.user.known_at)
        queries, errors = [], []
        for place, data in enumerate(request.data):
            try:
                queries.append(parse_coverage(data, today=today, language=language))
            except InvalidQuery as invalid:
                errors += [Problem(f"/{place}{one.pointer}", one.code, one.detail) for one in invalid.errors]
        if errors:
            raise InvalidQuery(_("The request is invalid; see `errors`."), errors=errors)
        return Response({"results": self._answers(request, code, queries, language)})

    def _answers(self, request: Any, code: str, queries: list[Any], language: Language) -> list[dict[str, Any]]:
        found, product = services.coverage(
            insurer_id=insurer_of(request.user), product_code=code, queries=queries, seen=seen_by(request.user)
        )
        return [services.coverage_document(one, product, language) for one in found]


QUESTIONS_KEPT = 4_096
PAIRS_KEPT = 4_096
INSTANTS_KEPT = 1_024
ANSWERS_KEPT = 4_096
ALTERNATIVES_KEPT = 20_000
TOGETHER_KEPT = 1_000
# An answer says what is known at a revision: (product id, revision, question, language) → what stands before and after its instant.
_answers: Kept[tuple[int, int, CoverageQuery, Language], tuple[bytes, bytes]] = Kept(ANSWERS_KEPT)
# (drug, catalog, series, label, checksum, entry) → the alternative as JSON, about 500 bytes.
_alternatives: Kept[tuple[str, str, str | None, str, str, str], bytes] = Kept(ALTERNATIVES_KEPT)
# What is offered together is often offered together again: up to twenty alternatives → their JSON.
_together: Kept[tuple[Alternative, ...], bytes] = Kept(TOGETHER_KEPT)


def _answer(asked: Asked, code: str) -> HttpResponse:
    """Answer one question: as it was answered before, where nothing was recorded since, with the instant of this request."""
    language, seen = language_of(asked), seen_by(asked.user)
    query = _question(asked.META.get("QUERY_STRING", ""), china_today(seen.known_at), language)
    insurer_id = insurer_of(asked.user)
    product = gather.product_facts(insurer_id=insurer_id, code=code, seen=seen)
    of_the_past = query.known_at is not None and query.known_at < seen.known_at
    key = (product.pk, seen.revision, query, language)
    kept = None if of_the_past else _answers.get(key)
    if kept is None:
        found, product = services.coverage(insurer_id=insurer_id, product_code=code, queries=[query], seen=seen)
        made = _written(found[0], product, language)
        # Before the instant stand codes, a label and a day: none of them holds a quotation mark.
        before, instant, after = made.partition(_instant_json(seen.known_at))
        if not of_the_past:
            _answers.put(key, (before, after))
    else:
        made = kept[0] + _instant_json(seen.known_at) + kept[1]
    return HttpResponse(made, content_type="application/json")


def _written(found: Coverage, product: gather.ProductFacts, language: Language) -> bytes:
    """Return the answer as JSON; each alternative as it was written before, for the entry it is never changes."""
    frame = to_json(services.coverage_document(found._replace(alternatives=()), product, language))
    # The last of its kind: within a text its quotation marks would be escaped.
    before, _none, after = frame.rpartition(b'"alternatives":[]')
    return b'%b"alternatives":[%b]%b' % (before, _alternatives_json(found.alternatives), after)


def _alternatives_json(offered: tuple[Alternative, ...]) -> bytes:
    made = _together.get(offered)
    if made is None:
        made = b",".join(map(_alternative, offered))
        _together.put(offered, made)
    return made


def _alternative(offered: Alternative) -> bytes:
    version = offered.match.version
    key = (
        offered.drug,
        version.catalog,
        version.series,
        version.label,
        version.checksum,
        offered.match.entry.entry_code,
    )
    made = _alternatives.get(key)
    if made is None:
        made = to_json(alternative_document(offered))
        _alternatives.put(key, made)
    return made


@lru_cache(INSTANTS_KEPT)
def _instant_json(instant: datetime) -> bytes:
    return f'"known_at":"{instant_text(instant)}"'.encode()


@lru_cache(QUESTIONS_KEPT)
def _question(query_string: str, today: date, language: Language) -> CoverageQuery:
    """Read a question from a query string; raises what is wrong with it, in the caller's language."""
    parameters: dict[str, list[str]] = {}
    for pair in query_string.split("&"):
        for name, value in _pair(pair):
            parameters.setdefault(name, []).append(value)
    return _asked(parameters, today, language)


@lru_cache(PAIRS_KEPT)
def _pair(written: str) -> list[tuple[str, str]]:
    """Return the name and value written between two &, none where nothing is. Drugs, diseases and days come again and again."""
    return parse_qsl(written, keep_blank_values=True)


def _asked(parameters: dict[str, list[str]], today: date, language: Language) -> CoverageQuery:
    """Return the question that parameters ask; raises what is wrong with it."""
    refuse_repeated(parameters, but="icd10")
    fields = coverage_fields(parameters)
    if "known_at" in fields:
        fields["known_at"] = with_plus(str(fields["known_at"]))
    return parse_coverage(fields, today=today, language=language)


coverage = plainly(CoverageViewSet, {"get": "retrieve", "post": "create"}, _answer)
