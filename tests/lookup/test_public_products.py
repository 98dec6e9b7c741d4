"""Whether a product is public, over REST."""

from typing import Any

import pytest

from common.audit.models import Record
from insurers.models import Product
from tests.conftest import Api

pytestmark = pytest.mark.django_db


def patch(api: Api, code: str, data: Any, **headers: str) -> Any:
    return api.client.patch(
        f"/api/v1/products/{code}/", data, content_type="application/json", headers={**api.headers, **headers}
    )


def test_a_product_is_not_public_unless_it_is_said(api: Api) -> None:
    assert api.post("/products/", {"code": "A", "name": "甲"}).json()["public"] is False
    assert api.post("/products/", {"code": "B", "name": "乙", "public": True}).json()["public"] is True
    assert [one["public"] for one in api.get("/products/").json()["results"]] == [False, True]


def test_it_is_changed_by_its_insurer_against_the_state_that_was_read(api: Api, other_api: Api) -> None:
    made = api.post("/products/", {"code": "A", "name": "甲"})
    read = api.get("/products/A/")
    assert made.headers["ETag"] == read.headers["ETag"]
    assert api.get("/products/A/", **{"If-None-Match": read.headers["ETag"]}).status_code == 304

    changed = patch(api, "A", {"public": True}, **{"If-Match": read.headers["ETag"]})
    assert (changed.status_code, changed.json()["public"]) == (200, True)
    assert changed.headers["ETag"] != read.headers["ETag"]
    assert patch(api, "A", {"public": False}, **{"If-Match": read.headers["ETag"]}).status_code == 412
    assert patch(other_api, "A", {"public": False}).status_code == 404
    assert Product.objects.get().public


def test_saying_it_again_is_no_deed(api: Api) -> None:
    api.post("/products/", {"code": "A", "name": "甲"})
    for _time in range(2):
        assert patch(api, "A", {"public": True}).status_code == 200

    assert Record.objects.filter(deed="product.changed").count() == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "required"),
        ({"public": None}, "required"),
        ({"public": "maybe"}, ""),
        ({"public": True, "code": "B"}, "unknown_field"),
    ],
)
def test_what_else_is_sent_is_refused(api: Api, data: Any, code: str) -> None:
    api.post("/products/", {"code": "A", "name": "甲"})

    refused = patch(api, "A", data)

    assert refused.status_code == 400
    assert not code or code in {error["code"] for error in refused.json()["errors"]}
    assert not Product.objects.get().public
