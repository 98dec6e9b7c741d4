"""Every address of the service."""

from typing import Any

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.receipts import jwks
from common.api import error_pages, etags
from common.api.filtering import refuse_unknown
from common.operations import health
from common.operations.metrics import metrics
from config.openapi import KeptDocument, KeptDocumentAsJson, openapi_document

handler400 = "common.api.problems.bad_request"
handler403 = "common.api.problems.forbidden"
handler404 = "common.api.problems.not_found"
handler500 = "common.api.problems.server_error"


class Schema(SpectacularJSONAPIView):
    """The OpenAPI document, made once: it changes with the software only."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    renderer_classes = (KeptDocument, KeptDocumentAsJson)

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_unknown(request.query_params, ())
        document, etag = openapi_document()
        return etags.answer(request, document, etag=etag, immutable=False)


class Docs(SpectacularSwaggerSplitView):
    # An answer to OPTIONS would be written by the page's template, which has no place for it.
    http_method_names = ["get", "head"]
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()


urlpatterns = [
    path("api/v1/", include("claims.api.urls")),  # first: most questions are about coverage
    path("admin/", include("desk.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path(".well-known/jwks.json", jwks, name="jwks"),
    path("docs/errors/", error_pages.error_list, name="error-list"),
    path("docs/errors/<slug:code>/", error_pages.error_page, name="error-page"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics),
    path("api/v1/error-codes/", error_pages.ErrorCodeViewSet.as_view({"get": "list"}), name="error-codes"),
    path("api/v1/schema/", Schema.as_view(), name="schema"),
    path("api/v1/docs/", Docs.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("insurers.api.urls")),
    path("api/v1/", include("curation.api.urls")),
    path("", include("lookup.urls")),
    path("fhir/", include("fhir.urls")),
]
