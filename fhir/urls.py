"""The addresses of the FHIR face, below /fhir/; FHIR's have no slash at the end."""

from django.urls import path, re_path

from fhir import capability
from fhir.eligibility.views import SubmitViewSet
from fhir.operation_outcome import nothing_there

urlpatterns = [
    path("R4/metadata", capability.CapabilityViewSet.as_view({"get": "retrieve"}), name="fhir-metadata"),
    path("R4/CoverageEligibilityRequest/$submit", SubmitViewSet.as_view({"post": "create"}), name="fhir-submit"),
    *(
        path(f"R4/{kind.resource}{rest}", kind.as_view({"get": action}), name=f"fhir-{kind.resource.lower()}-{action}")
        for kind in capability.RESOURCES
        for rest, action in (("", "search"), ("/<str:pk>", "retrieve"))
    ),
    re_path("^(?P<rest>.*)$", nothing_there, name="fhir-nothing"),
]
