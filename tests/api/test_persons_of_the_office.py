"""An insurer is not told who works at the office: its user names are what an attacker would try at the door (spec api.md, Auth)."""

import re

import pytest

from tests.api.calls import call
from tests.api.conftest import World
from tests.api.test_matrix import OF_THE_PAGES, ROWS

pytestmark = pytest.mark.django_db
# Who made the shared lists of the small world, and published the insurer's own.
OFFICE_PEOPLE = ("alice", "bob", "carol")


@pytest.mark.parametrize(
    ("route", "of"),
    [
        (row.route, row.of)
        for row in ROWS
        if row.method == "GET" and row.expected["A-write"] == 200 and row.route not in OF_THE_PAGES
    ],
)
def test_an_insurer_is_told_office_and_no_name(world: World, route: str, of: str) -> None:
    answer = call(world, "A-write", "GET", route, of)

    assert answer.status_code == 200
    told = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert not [name for name in OFFICE_PEOPLE if re.search(rf"\b{name}\b", told.decode("utf-8", "replace"))]


@pytest.mark.parametrize("path", ["MedicationKnowledge", "Basic", "InsurancePlan", "Questionnaire", "metadata"])
def test_nor_is_one_who_asks_in_fhir(world: World, path: str) -> None:
    api = world.apis["A-write"]
    told = api.client.get(f"/fhir/R4/{path}", headers=api.headers)

    assert told.status_code == 200
    assert not [name for name in OFFICE_PEOPLE if re.search(rf"\b{name}\b", told.content.decode())]


def test_the_office_is_told_its_people(world: World) -> None:
    shown = world.apis["maker"].get("/catalogs/COM/versions/v1/").json()
    assert (shown["created_by"], shown["published_by"]) == (world.v1.created_by, world.v1.published_by)
    shown = world.apis["A-write"].get("/catalogs/COM/versions/v1/").json()
    assert (shown["created_by"], shown["published_by"], shown["withdrawn_by"]) == ("office", "office", "")
