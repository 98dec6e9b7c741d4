"""Versions of products over REST: cloned, pinned and floated, changed as drafts only, and by one writer at a time."""

import copy
import hashlib
from datetime import date
from typing import Any

import pytest

from catalog import services as catalogs
from catalog.models import CatalogVersion
from common.errors import InvalidInput
from insurers import approval, services
from insurers.models import Insurer, ProductVersion
from tests.conftest import Api, Once, withdrawn

TERMS: dict[str, Any] = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "effective_to": "2026-12-31",
    "base": {"catalog": "BASE"},
    "negative_lists": [{"catalog": "NEG"}],
    # A group may have any name, also one that a reference has.
    "deductibles": {"catalog": "100.00"},
    "benefits": [
        {"code": "a", "catalogs": [{"catalog": "COM", "label": "v1"}], "deductible_group": "catalog", "ratio": "0.7"},
        {"code": "b", "catalogs": [{"catalog": "COM"}, {"catalog": "BASE"}], "ratio": "0.5"},
    ],
}
PATH = "/products/HMB/versions/2026/"
CLONE = {"label": "2027", "effective_from": "2027-01-01"}


def make_lists() -> None:
    """Three catalogs, each with a published version, one withdrawn and a draft; entries do not matter here, so there are none."""
    for code, kind in (("COM", "commercial"), ("BASE", "base"), ("NEG", "negative")):
        catalog = catalogs.create_catalog(code=code, name=code, kind=kind, by="alice")
        drafts = {
            label: CatalogVersion.objects.create(
                catalog=catalog,
                label=label,
                effective_from=date(2026, 1, 1),
                created_by="alice",
                checksum=hashlib.sha256().hexdigest(),
            )
            for label in ("v1", "withdrawn", "draft")
        }
        catalogs.publish_version(version=drafts["v1"], by="bob")
        withdrawn(catalogs.publish_version(version=drafts["withdrawn"], by="bob", against="v1"))


@pytest.fixture(scope="module")
def made_draft(once: Once) -> ProductVersion:
    def make() -> ProductVersion:
        make_lists()
        insurer = Insurer.objects.create(code="INS-A", name="甲保险")
        product = services.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="key:a")
        return services.create_product_version(product=product, data=TERMS, by="key:a")

    return once(make)


@pytest.fixture
def draft(made_draft: ProductVersion, db: None) -> ProductVersion:
    return copy.deepcopy(made_draft)


def references(terms: dict[str, Any]) -> list[str | None]:
    """The labels of base, negative list, and the benefits' COM, COM and BASE."""
    listed = [terms["base"], *terms["negative_lists"], *(one for b in terms["benefits"] for one in b["catalogs"])]
    return [one.get("label") for one in listed]


@pytest.mark.parametrize(
    ("pin", "labels"),
    [
        (None, [None, None, "v1", None, None]),
        ({}, [None, None, "v1", None, None]),
        ({"COM": "v1"}, [None, None, "v1", "v1", None]),
        ({"COM": None}, [None, None, None, None, None]),
        ({"BASE": "v1", "NEG": "v1"}, ["v1", "v1", "v1", None, "v1"]),
    ],
)
def test_a_clone_pins_or_floats_every_reference_to_a_catalog(
    api: Api, draft: ProductVersion, pin: dict[str, str | None] | None, labels: list[str | None]
) -> None:
    answer = api.post(f"{PATH}clone/", {**CLONE, **({} if pin is None else {"pin": pin})})

    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert answer["Location"] == "/api/v1/products/HMB/versions/2027/"
    assert (made["state"], made["effective_from"], made["effective_to"]) == ("draft", "2027-01-01", None)
    assert references(made["terms"]) == labels
    unlike = {name for name in made["terms"] if made["terms"][name] != draft.terms[name]}
    assert unlike - {"base", "negative_lists", "benefits"} == {"label", "effective_from", "effective_to"}
    assert made["terms"]["deductibles"] == {"catalog": "100.00"}


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"pin": {"COM": "v9"}}, "/pin/COM", "unknown_version"),
        ({"pin": {"COM": "withdrawn"}}, "/pin/COM", "unknown_version"),
        ({"pin": {"COM": "draft"}}, "/pin/COM", "unknown_version"),
        ({"pin": {"NONE": "v1"}}, "/pin/NONE", "not_referred_to"),
        ({"pin": {"NONE": None}}, "/pin/NONE", "not_referred_to"),
        ({"pin": {"COM": 7.5}}, "/pin/COM", "invalid"),
        ({"pin": []}, "/pin", "wrong_type"),
        ({"label": "a b"}, "/label", "invalid"),
        ({"effective_to": "2026-12-31"}, "/effective_to", None),
        ({"terms": {}}, "/terms", "unknown_field"),
    ],
)
def test_a_clone_that_cannot_be_is_refused_where_it_is_wrong(
    api: Api, draft: ProductVersion, change: dict[str, Any], pointer: str, code: str | None
) -> None:
    answer = api.post(f"{PATH}clone/", {**CLONE, **change})

    assert answer.status_code == 400, answer.content
    [error] = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert code in {None, error["code"]}
    assert ProductVersion.objects.count() == 1


def test_a_label_is_used_once(api: Api, draft: ProductVersion) -> None:
    answer = api.post(f"{PATH}clone/", {**CLONE, "label": "2026"})

    assert (answer.status_code, answer.json()["code"]) == (409, "label_taken")


def test_a_published_version_is_cloned_but_never_changed(api: Api, draft: ProductVersion) -> None:
    published_answer = api.post(f"{PATH}publish/")
    tag = published_answer["ETag"]

    assert published_answer.status_code == 200
    for refused in (api.put(PATH, TERMS, **{"If-Match": tag}), api.delete(PATH, **{"If-Match": tag})):
        assert (refused.status_code, refused.json()["code"]) == (409, "not_a_draft")
    assert api.post(f"{PATH}clone/", CLONE, **{"If-Match": tag}).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("put", PATH, TERMS),
        ("delete", PATH, None),
        ("post", f"{PATH}clone/", CLONE),
        ("post", f"{PATH}publish/", None),
        ("post", f"{PATH}withdraw/", None),
    ],
)
def test_a_change_based_on_an_old_state_is_refused(
    api: Api, draft: ProductVersion, method: str, path: str, body: dict[str, Any] | None
) -> None:
    tag = api.get(PATH)["ETag"]
    assert api.put(PATH, {**TERMS, "waiting_days": 30}, **{"If-Match": tag}).status_code == 200
    arguments = [] if body is None and method != "put" else [body]

    assert getattr(api, method)(path, *arguments, **{"If-Match": tag}).status_code == 412
    assert ProductVersion.objects.get().terms["waiting_days"] == 30


def test_anothers_version_cannot_be_cloned(other_api: Api, draft: ProductVersion) -> None:
    assert other_api.post(f"{PATH}clone/", CLONE).status_code == 404


@pytest.mark.parametrize("label", ["missing", "draft", "withdrawn"])
def test_a_product_that_names_no_version_that_stands_is_not_valid_and_not_submitted(
    api: Api, draft: ProductVersion, label: str
) -> None:
    pinned = {
        **TERMS,
        "label": "2030",
        "benefits": [{**TERMS["benefits"][0], "catalogs": [{"catalog": "COM", "label": label}]}],
    }
    refused = api.post("/products/HMB/validate/", pinned)
    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/benefits/0/catalogs/0/label", "unknown_version")
    # A draft may name what is still to be published.
    assert api.post("/products/HMB/versions/", pinned).status_code == 201
    with pytest.raises(InvalidInput):
        approval.submit_product_version(version=ProductVersion.objects.get(label="2030"), by="ines")


def test_a_ratio_beside_bands_is_told(api: Api, draft: ProductVersion) -> None:
    both = {"code": "b", "catalogs": [{"catalog": "COM"}], "ratio": "0.5", "bands": [{"up_to": None, "ratio": "1"}]}
    told = api.post("/products/HMB/validate/", {**TERMS, "benefits": [both]}).json()
    assert [(note["pointer"], note["code"]) for note in told["notes"]] == [("/benefits/0/ratio", "ratio_beside_bands")]
