"""How the FHIR face answers: as the REST API does (keys, scopes, rates, strict JSON), in FHIR's media type and with OperationOutcomes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import http_date
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAcceptable
from rest_framework.renderers import BaseRenderer

from common.api import etags, problems
from common.api.filtering import refuse_unknown
from common.api.parsing import StrictJsonParser
from common.api.problems import ApiProblem
from common.api.rendering import preferred
from common.api.request_id import absolute
from common.api.views import ApiViewSet
from common.errors import FieldError
from fhir import searching
from fhir.elements import Element, tidy, to_json, versioned
from fhir.operation_outcome import FHIR_JSON, plain
from fhir.searching import COUNT, CURSOR, FORMAT, Parameter

ROOT = "/fhir/R4"
_JSON = "application/json"
_FORMATS = frozenset({"json", _JSON, FHIR_JSON})
_OTHER_VERSION = re.compile(r';\s*fhirVersion\s*=\s*"?(?!4\.0\b)', re.IGNORECASE)
LAST_UPDATED = "http://hl7.org/fhir/SearchParameter/Resource-lastUpdated"
ID = "http://hl7.org/fhir/SearchParameter/Resource-id"


class FhirJsonParser(StrictJsonParser):
    """Parse `application/fhir+json` request bodies strictly."""

    media_type = FHIR_JSON


class FhirRenderer(BaseRenderer):
    """Render resources: decimals are numbers."""

    media_type = FHIR_JSON
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else to_json(data)


def media_type_for(http: HttpRequest) -> str:
    """Return in which of JSON's media types the caller takes a resource (`_format`, else Accept); raises a 406."""
    asked = http.GET.get(FORMAT)
    if asked is not None:
        if asked.replace(" ", "+") not in _FORMATS:  # an unescaped plus arrives as a space
            raise NotAcceptable
        return FHIR_JSON
    ranges = http.META.get("HTTP_ACCEPT", "*/*").split(",")
    of_this_version = ",".join(one for one in ranges if not _OTHER_VERSION.search(one))
    chosen = preferred(of_this_version, (FHIR_JSON, _JSON)) if of_this_version else None
    if chosen is None:
        raise NotAcceptable
    return chosen


class FhirViewSet(ApiViewSet):
    """A view set that speaks FHIR: errors are OperationOutcomes, and it is no part of the OpenAPI document. Nothing it does is kept."""

    schema = None
    keeps_answers = False
    parser_classes = (FhirJsonParser, StrictJsonParser)
    renderer_classes = (FhirRenderer,)

    def _check_accepted(self, http: HttpRequest) -> None:
        media_type_for(http)

    def refused(self, problem: ApiProblem) -> HttpResponseBase:
        return plain(problem)

    def get_exception_handler(self) -> Any:
        return lambda fault, context: plain(problems.reported(fault))

    def perform_content_negotiation(self, request: Any, force: bool = False) -> tuple[BaseRenderer, str]:
        return FhirRenderer(), FHIR_JSON if force else media_type_for(request._request)

    def answer(self, resource: Mapping[str, Any], **headers: str) -> HttpResponse:
        """Return the answer that holds a resource."""
        content_type = media_type_for(self.request._request)
        return HttpResponse(to_json(resource), content_type=content_type, headers=headers)

    def held(self, resource: Element, updated: datetime) -> HttpResponse:
        """Return the answer to a read: the resource with its version as ETag, or 304 where the caller holds it already."""
        whole = versioned(resource, updated)
        tag = whole["meta"]["versionId"]
        headers = etags.headers_of(tag, immutable=False)
        headers |= {"ETag": f'W/"{tag}"', "Last-Modified": http_date(updated.timestamp())}
        headers["Vary"] = "Accept, Authorization, Accept-Language"
        return etags.not_changed(headers) if etags.unchanged(self.request, tag) else self.answer(whole, **headers)


class ResourceViewSet(FhirViewSet):
    """A kind of resource that is read by id and searched.

    A subclass has `rows` (with the instant of the last change as `updated`), `written`, and its own search parameters.
    """

    resource: ClassVar[str]
    about: ClassVar[str]

    def parameters(self) -> tuple[Parameter, ...]:
        """Return its own search parameters; who asks is looked at only when one is asked for."""
        raise NotImplementedError

    def rows(self) -> QuerySet[Any]:
        """Return the rows that the caller may see, with `updated`."""
        raise NotImplementedError

    def written(self, rows: Sequence[Any]) -> list[Element]:
        """Return the resources of some rows, in their order, without `meta`."""
        raise NotImplementedError

    def key_of(self, written: str) -> Any:
        """Return the primary key that an id stands for; None for what is no id of this kind."""
        return int(written) if re.fullmatch("[1-9][0-9]{0,17}", written, re.ASCII) else None

    def all_parameters(self) -> tuple[Parameter, ...]:
        """Return its own parameters, and those that every kind of resource has."""

        def by_id(value: str, modifier: str) -> Q:
            key = self.key_of(value)
            return searching.NOTHING if key is None else Q(pk=key)

        return (
            Parameter("_id", "token", "id of the resource", by_id, definition=ID),
            Parameter(
                "_lastUpdated",
                "date",
                "when it last changed; prefixes eq, ne, gt, ge, lt, le, sa, eb",
                searching.moments("updated"),
                definition=LAST_UPDATED,
            ),
            *self.parameters(),
        )

    def retrieve(self, request: Any, pk: str) -> HttpResponse:
        """Read one resource."""
        refuse_unknown(request.query_params, (FORMAT,))
        key = self.key_of(pk)
        row = self.rows().filter(pk=key).first() if key is not None else None
        if row is None:
            raise Http404
        return self.held(self.written([row])[0], row.updated)

    def search(self, request: Any) -> HttpResponse:
        """Search; the answer is a Bundle, its next page at its link `next`."""
        asked = searching.asked(request.query_params, self.all_parameters())
        found = self.rows().filter(asked.condition)
        rows, more = [], False
        if asked.count:
            after = self._after(asked.after)
            rows = list(found.filter(after).order_by("pk")[: asked.count + 1])
            rows, more = rows[: asked.count], len(rows) > asked.count
        resources = [versioned(resource, row.updated) for resource, row in zip(self.written(rows), rows, strict=True)]
        links = [{"relation": "self", "url": self._link(asked, asked.after)}]
        if more:
            links.append({"relation": "next", "url": self._link(asked, resources[-1]["id"])})
        entries = [
            {"fullUrl": self.address(one["id"]), "resource": one, "search": {"mode": "match"}} for one in resources
        ]
        bundle = {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": found.count(),
            "link": links,
            "entry": entries,
        }
        return self.answer(tidy(bundle))

    def _after(self, cursor: str) -> Q:
        if not cursor:
            return Q()
        key = self.key_of(cursor)
        if key is None:
            detail = _("This cursor was not given by this list; start again without one.")
            raise ApiProblem(400, "invalid", detail, [FieldError(f"/{CURSOR}", "bad_cursor", detail)])
        return Q(pk__gt=key)

    def address(self, pk: str = "") -> str:
        """Return where a resource, or all of the kind, is found."""
        return absolute(f"{ROOT}/{self.resource}{pk and '/'}{pk}")

    def _link(self, asked: searching.Asked, cursor: str) -> str:
        query = self.request.query_params.copy()
        query.pop(CURSOR, None)
        if COUNT in query:
            query[COUNT] = str(asked.count)
        if cursor:
            query[CURSOR] = cursor
        written = query.urlencode(safe=":")
        return f"{self.address()}{written and '?'}{written}"
