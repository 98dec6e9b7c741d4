"""Every address of the service."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from common import health
from common.metrics import metrics

handler400 = "common.api.problems.bad_request"
handler403 = "common.api.problems.forbidden"
handler404 = "common.api.problems.not_found"
handler500 = "common.api.problems.server_error"


def home(request: HttpRequest) -> HttpResponse:
    """Send a person to the curators' pages."""
    return redirect("admin:index")


class Schema(SpectacularJSONAPIView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()


class Docs(SpectacularSwaggerSplitView):
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()


urlpatterns = [
    path("", home),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics),
    path("api/v1/schema/", Schema.as_view(), name="schema"),
    path("api/v1/docs/", Docs.as_view(url_name="schema"), name="docs"),
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("insurers.api.urls")),
    path("api/v1/", include("claims.api.urls")),
]
