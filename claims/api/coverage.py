"""Coverage over REST: one question, asked more than everything else together, or a list of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from catalog.clock import china_today
from claims import services
from claims.api import serializers as shapes
from claims.api.views import language_of, seen_by
from claims.eligibility import coverage_fields, parse_coverage
from claims.eligibility.answer import alternative_document
from claims.eligibility.decision import Alternative, Coverage
from claims.eligibility.facts import CoverageQuery
from claims.eligibility.request import InvalidQuery
from claims.facts import ProductFacts
from claims.models import ClaimCheck
from common.api.filtering import refuse_repeated, refuse_unknown
from common.api.params import with_plus
from common.api.problems import ApiProblem
from common.api.rendering import to_json
from common.api.shapes import accepted, lenient, not_null, plain
from common.api.views import ApiViewSet
from common.cache import LruCache
from common.dates import instant_text
from common.errors import MAX_ERRORS, MOST_COUNTED, FieldError
from common.fair_share import give_way, long_work
from common.languages import Language
from insurers.api.authentication import insurer_of

COVERAGE = ("coverage:read",)
# What is asked, and of which fields of the answer (None: all).
Question = tuple[CoverageQuery, frozenset[str] | None]
# Query strings are asked again and again: (query string, content type with its charset, today, language) → the question.
_questions: LruCache[tuple[str, str, date, Language], Question] = LruCache(4_096)
# (insurer, product, revision, question, language) → the answer.
_answers: LruCache[tuple[int, str, int, CoverageQuery, Language], dict[str, Any]] = LruCache(4_096)
# (drug, catalog, series, label, checksum, entry) → the alternative.
_alternatives: LruCache[tuple[str, str, str | None, str, str, str], msgspec.Raw] = LruCache(20_000)


# What of the answer can be asked for, and what is given at all events: what it is about, and the outcome.
_SHOWN = tuple(shapes.CoverageOutput().fields)
ALWAYS = ("product", "product_version", "date", "known_at", "outcome")
_FIELDS = OpenApiParameter(
    "fields",
    {"type": "array", "items": {"type": "string", "enum": list(_SHOWN)}, "minItems": 1},
    style="form",
    explode=False,
    description="fields of the answer to give, separated by commas; product, product_version, date, known_at and outcome always are",
)


def _in_query(name: str) -> dict[str, Any]:
    """Return the schema of a coverage field as a query parameter: never null; any text may be blank."""
    field = shapes.COVERAGE_FIELDS[name]
    taken = {"type": "string"} if name == "icd10" else not_null(accepted(field))
    return lenient(not_null(plain(field)), taken)


class CoverageViewSet(ApiViewSet):
    """Coverage 保障查询: does this product pay for this drug, for this patient's disease, on this day?"""

    queryset = ClaimCheck.objects.none()
    serializer_class = shapes.CoverageOutput
    may_lease = True
    scopes = {"GET": COVERAGE, "POST": COVERAGE}

    @extend_schema(
        parameters=[
            OpenApiParameter(
                name, _in_query(name), description="may be repeated, each with several codes" if name == "icd10" else ""
            )
            for name in shapes.COVERAGE_FIELDS
        ]
        + [_FIELDS],
        responses=shapes.CoverageOutput,
    )
    def retrieve(self, request: Any, code: str) -> HttpResponse:
        """One query."""
        language, seen = language_of(request), seen_by(request.user)
        query, wanted = _question(request, seen.known_at, language)
        of_the_past = query.known_at is not None and query.known_at < seen.known_at
        key = (insurer_of(request.user), code, seen.revision, query, language)
        document = None if of_the_past else _answers.get(key)
        if document is None:
            (found,), product = self._answers(request, code, [query])
            document = services.coverage_document(found._replace(alternatives=()), product, language)
            document["alternatives"] = [_written(offered) for offered in found.alternatives]
            if not of_the_past:
                _answers.put(key, document)
        # As it was answered before, where nothing was recorded since, with the instant of this request.
        answer = document if of_the_past else {**document, "known_at": instant_text(seen.known_at)}
        return HttpResponse(to_json(_narrowed(answer, wanted)), content_type="application/json")

    @extend_schema(parameters=[_FIELDS], request=shapes.CoverageListInput, responses={200: shapes.CoverageListOutput})
    def create(self, request: Any, code: str) -> Response:
        """A list of 1 to 1,000 queries, answered in order."""
        refuse_unknown(request.query_params, ("fields",))
        wanted = _fields_in(request.query_params.get("fields"))
        with long_work(insurer_of(request.user), int(request.META.get("CONTENT_LENGTH") or 0)):
            return self._answer_all(request, code, wanted)

    def _answer_all(self, request: Any, code: str, wanted: frozenset[str] | None) -> Response:
        language = language_of(request)
        if not isinstance(request.data, list) or not 1 <= len(request.data) <= shapes.MAX_QUERIES:
            detail = _("Send a list of 1 to %(max)d queries.") % {"max": shapes.MAX_QUERIES}
            raise ApiProblem(400, "invalid", detail, [FieldError("", "BAD_TYPE", detail)])
        now = request.user.known_at
        today = china_today(now)
        queries, errors, count = [], list[FieldError](), 0
        for place, data in enumerate(request.data):
            give_way()
            if count > MOST_COUNTED:
                break
            try:
                room = MAX_ERRORS - len(errors)
                queries.append(parse_coverage(data, today=today, now=now, language=language, room=room))
            except InvalidQuery as invalid:
                errors += [FieldError(f"/{place}{one.pointer}", one.code, one.detail) for one in invalid.errors]
                count += invalid.error_count
        if count:
            raise InvalidQuery(_("The request is invalid; see `errors`."), errors=errors, error_count=count)
        found, product = self._answers(request, code, queries)
        results = []
        for one in found:
            give_way()
            document = services.coverage_document(one, product, language)
            results.append(msgspec.Raw(to_json(_narrowed(document, wanted))))
        return Response(to_json({"results": results}))  # written a piece at a time

    def _answers(self, request: Any, code: str, queries: list[CoverageQuery]) -> tuple[list[Coverage], ProductFacts]:
        return services.coverage(
            insurer_id=insurer_of(request.user), product_code=code, queries=queries, seen=seen_by(request.user)
        )


def _fields_in(asked: str | None) -> frozenset[str] | None:
    """Return the fields of the answer that are asked for; None: all of them. Raises a 400 for one that there is not."""
    if asked is None:
        return None
    named = asked.split(",")
    if not set(named) <= set(_SHOWN):
        detail = _("fields is a comma-separated list of fields of the answer: %(known)s.") % {
            "known": ", ".join(_SHOWN)
        }
        raise ApiProblem(400, "invalid", detail, [FieldError("/fields", "bad_choice", detail)])
    return frozenset((*named, *ALWAYS))


def _narrowed(document: dict[str, Any], wanted: frozenset[str] | None) -> dict[str, Any]:
    return document if wanted is None else {name: value for name, value in document.items() if name in wanted}


def _written(offered: Alternative) -> msgspec.Raw:
    """Return an alternative as JSON: the same entries are offered again and again, and never change."""
    version, entry = offered.match.version, offered.match.entry
    key = (offered.drug, version.catalog, version.series, version.label, version.checksum, entry.entry_code)
    written = _alternatives.get(key)
    if written is None:
        written = msgspec.Raw(to_json(alternative_document(offered)))
        _alternatives.put(key, written)
    return written


def _question(request: Any, now: datetime, language: Language) -> Question:
    """Return what the query string asks; raises what is wrong with it, in the caller's language."""
    today = china_today(now)
    key = (request.META.get("QUERY_STRING", ""), request.META.get("CONTENT_TYPE", ""), today, language)
    question = _questions.get(key)
    if question is None:
        question = _asked(dict(request.query_params.lists()), now, language)
        _questions.put(key, question)
    return question


def _asked(parameters: dict[str, list[str]], now: datetime, language: Language) -> Question:
    """Return what parameters ask, and of which fields of the answer; raises what is wrong with them."""
    refuse_repeated(parameters, but="icd10")
    (wanted,) = parameters.pop("fields", [None])
    fields = coverage_fields(parameters)
    if "known_at" in fields:
        fields["known_at"] = with_plus(str(fields["known_at"]))
    query = parse_coverage(fields, today=china_today(now), now=now, language=language)
    return query, _fields_in(wanted)
