"""An insurer is not told who works at the office: its user names are what an attacker would try at the door (spec api.md, Auth)."""

import json

import pytest

from tests.api.conftest import World

pytestmark = pytest.mark.django_db
# Who made the shared lists of the small world, and published the insurer's own.
OFFICE_PEOPLE = ("alice", "bob", "carol")


@pytest.mark.parametrize(
    "path",
    [
        "/catalogs/",
        "/catalogs/COM/",
        "/catalogs/COM/versions/",
        "/catalogs/COM/versions/v1/",
        "/catalogs/COM/changes/",
        "/changes/",
        "/catalogs/PRIV-A/versions/",
        "/catalogs/PRIV-A/versions/p1/",
        "/catalogs/PRIV-A/changes/",
        "/products/HMB/versions/",
        "/imports/",
        "/findings/",
        "/claims/checks/",
        "/claims/batches/",
        "/golden-cases/",
        "/webhooks/",
        "/comments/",
    ],
)
def test_an_insurer_is_told_office_and_no_name(world: World, path: str) -> None:
    answer = world.apis["A-write"].get(path)
    assert answer.status_code in {200, 404}, path
    told = json.dumps(answer.json())
    assert not [name for name in OFFICE_PEOPLE if f'"{name}"' in told]


def test_the_office_is_told_its_people(world: World) -> None:
    shown = world.apis["maker"].get("/catalogs/COM/versions/v1/").json()
    assert (shown["created_by"], shown["published_by"]) == (world.v1.created_by, world.v1.published_by)
    shown = world.apis["A-write"].get("/catalogs/COM/versions/v1/").json()
    assert (shown["created_by"], shown["published_by"], shown["withdrawn_by"]) == ("office", "office", "")
