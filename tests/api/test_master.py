"""The drug master over REST: merged at once, or staged by one key and merged by another's."""

import io
from typing import Any

import pytest

from catalog.models import ImportRun
from tests.api.conftest import World
from tests.catalog.test_master_staged import AFTER, done, knows

pytestmark = pytest.mark.django_db


def send(world: World, who: str = "maker", **fields: str) -> Any:
    file = io.BytesIO(AFTER.encode())
    file.name = "master.csv"
    return world.apis[who].upload("/imports/", file, **{"kind": "drugs", **fields})


def ended(answer: Any) -> Any:
    return done(ImportRun.objects.get(pk=answer.json()["id"]))


def test_a_master_file_is_merged_at_once_as_ever(world: World) -> None:
    answer = send(world)

    assert (answer.status_code, answer.json()["staged"]) == (202, False)
    assert ended(answer).state == "ready"
    assert knows("伏美替尼片")


def test_a_staged_one_is_compared_and_merged_by_another(world: World) -> None:
    answer = send(world, staged="true")
    at = f"/imports/{answer.json()['id']}/"
    run = ended(answer)

    shown = world.apis["checker"].get(at).json()
    assert (shown["state"], shown["staged"], shown["counts"]["added"]) == ("staged", True, 3)
    assert shown["sample"][0]["fields"]["generic_name"] == ["", "奥希替尼片"]
    assert not knows("伏美替尼片")

    merged = world.apis["checker"].post(f"{at}merge/")

    assert (merged.status_code, merged.json()["state"]) == (202, "queued")
    assert merged.json()["merged_by"]
    assert done(run).state == "ready"
    assert knows("伏美替尼片")
    again = world.apis["checker"].post(f"{at}merge/")
    assert (again.status_code, again.json()["code"]) == (409, "already_merged")


def test_whoever_uploaded_it_does_not_merge_it(world: World) -> None:
    answer = send(world, "checker", staged="true")
    ended(answer)

    refused = world.apis["checker"].post(f"/imports/{answer.json()['id']}/merge/")

    assert (refused.status_code, refused.json()["code"]) == (409, "same_person")
    assert not knows("伏美替尼片")


def test_a_key_without_the_scope_does_not_merge_it(world: World) -> None:
    answer = send(world, "checker", staged="true")
    ended(answer)

    assert world.apis["maker"].post(f"/imports/{answer.json()['id']}/merge/").status_code == 403
    assert world.apis["A-write"].post(f"/imports/{answer.json()['id']}/merge/").status_code == 403


def test_a_staged_one_is_given_up_by_cancel(world: World) -> None:
    answer = send(world, staged="true")
    ended(answer)

    given_up = world.apis["maker"].post(f"/imports/{answer.json()['id']}/cancel/")

    assert (given_up.status_code, given_up.json()["state"]) == (202, "cancelled")


def test_a_list_is_not_staged_so(world: World) -> None:
    answer = send(world, kind="entries", catalog="COM", label="v9", effective_from="2027-01-01", staged="true")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "not_for_kind")
