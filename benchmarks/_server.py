"""The service as gunicorn serves it, with three more views to compare with: an empty one, coverage as plain ORM, and entries by model serializer."""

import os
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings  # noqa: E402

settings.ROOT_URLCONF = "benchmarks._server"

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

application = get_wsgi_application()

from config.urls import urlpatterns as service  # noqa: E402  (needs the applications to be ready)


def empty(request: Any) -> HttpResponse:
    """Answer nothing."""
    return HttpResponse(b"{}", content_type="application/json")


def orm(request: Any, code: str) -> JsonResponse:
    """Answer coverage the way one writes it first: key, version and entries through the ORM, serializers out; a reduced rule."""
    from catalog.api.serializers import VersionOutput
    from catalog.known_drugs import dosage_forms
    from catalog.models import CatalogEntry, CatalogVersion
    from common.tenancy import OFFICE, act_for
    from insurers.api.callers import Caller
    from insurers.keys import split_key
    from insurers.models import ApiKey

    act_for(OFFICE)
    parts = split_key(request.headers["Authorization"].partition(" ")[2])
    assert parts is not None
    key = ApiKey.objects.select_related("insurer").get(prefix=parts[0], secret_hash=parts[1])
    day = date.fromisoformat(request.GET["date"])
    now = datetime.now(tz=UTC)
    version = (
        CatalogVersion.objects.select_related("catalog", "parent").filter(catalog__code=code).in_force(day, now).get()
    )
    caller = Caller(
        key_id=key.pk,
        prefix=key.prefix,
        insurer_id=key.insurer_id,
        insurer_code="",
        insurer_name="",
        person="",
        scopes=frozenset(),
        expires_at=None,
        revision=0,
        known_at=now,
    )
    base_name = dosage_forms().base_name(request.GET["generic_name"]).name
    entries = list(CatalogEntry.objects.filter(version=version, base_name=base_name).order_by("entry_code"))
    asked = request.GET["icd10"]
    matched = [
        e for e in entries if any(asked.startswith(c) for c in e.icd10) and (e.age_min or 0) <= int(request.GET["age"])
    ]
    return JsonResponse(
        {
            "insurer": key.insurer.code if key.insurer else None,
            "outcome": "covered" if matched else "not_covered",
            "match": matched[0].entry_code if matched else None,
            "version": VersionOutput(version, context={"caller": caller}).data,
        }
    )


@cache
def entry_list() -> Any:
    """Return entries as the framework's tutorial has it: a model serializer in a list view, pages by number."""
    from rest_framework.generics import ListAPIView
    from rest_framework.pagination import PageNumberPagination
    from rest_framework.serializers import ModelSerializer

    from catalog.entries import COLUMNS
    from catalog.models import CatalogEntry

    class EntrySerializer(ModelSerializer):
        class Meta:
            model = CatalogEntry
            fields = COLUMNS

    class Pages(PageNumberPagination):
        page_size = 50

    class Entries(ListAPIView):
        serializer_class = EntrySerializer
        pagination_class = Pages
        filter_backends = ()
        scopes = {"GET": ("catalog:read",)}

        def get_queryset(self) -> Any:
            return CatalogEntry.objects.filter(version=self.kwargs["version"]).order_by("entry_code")

    return Entries.as_view()


def entries(request: Any, version: int) -> Any:
    """Answer a page of a version's entries by model serializer."""
    return entry_list()(request, version=version)


urlpatterns = [
    path("api/v1/bench/empty/", empty),
    path("api/v1/bench/orm/<str:code>/", orm),
    path("api/v1/bench/entries/<int:version>/", entries),
    *service,
]
