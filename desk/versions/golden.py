"""The tab 验证用例: how every golden case that a version is tried on comes out with it."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from desk.frame import paged
from desk.golden_words import MAY_SEE, shown, tried_for
from desk.versions.tabs import VersionTabs, observed


class GoldenTab(VersionTabs):
    """Golden cases of a version."""

    def golden_routes(self) -> list[URLPattern]:
        return [self.route("<int:pk>/golden/", self.golden_view, "golden")]

    def golden_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, MAY_SEE)
        version = self.found(request, pk)
        tried = tried_for(request.user, version, observed(request))
        page = paged(request, tried)
        context = {
            **self.tab_context(request, version, "golden"),
            "pages": page,
            "cases": [shown(one, request.user) for one in page],
            "differing": sum(not one.passes for one in tried),
            "total": len(tried),
        }
        return self.page(request, "desk/versions/golden.html", version, context)
