"""An address that leads nowhere: a page for a browser, a problem document for a program."""

import pytest
from django.test import Client

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/nothing/", "/nothing", "/<script>/", "/lookup/nothing/"])
def test_a_browser_is_shown_a_page_in_both_languages(path: str) -> None:
    response = Client().get(path, headers={"Accept": BROWSER})

    page = response.content.decode()
    assert (response.status_code, response.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "没有这个页面" in page and "There is no such page" in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        ("/nothing/", "application/json", "application/problem+json"),
        ("/nothing/", "", "application/problem+json"),
        ("/nothing/", "*/*", "application/problem+json"),
        ("/api/v1/nothing/", BROWSER, "application/problem+json"),
        ("/fhir/nothing/", BROWSER, "application/fhir+json"),
    ],
)
def test_a_program_is_sent_what_it_can_read(path: str, accept: str, kind: str) -> None:
    response = Client().get(path, headers={"Accept": accept} if accept else {})

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith(kind)
