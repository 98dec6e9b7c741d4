"""What a list is complete for: given with the file, part of the version and of its checksum, told wherever the version is described."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from catalog import services
from catalog.checksum import checksum_of
from catalog.complete_for import fewer_classes
from catalog.models import Catalog, CatalogEntry, CatalogVersion, ImportRun
from common.errors import InvalidInput
from common.jcs import sha256_of
from tests.conftest import Api, imported, published

LIST = "entry_code,generic_name\nE-1,仑卡奈单抗注射液\nE-2,甲磺酸奥希替尼片\n"


@pytest.fixture
def nrdl(make_catalog: Callable[..., Catalog]) -> Catalog:
    return make_catalog("NRDL", "base")


def checksum_by_hand(version: CatalogVersion) -> str:
    """As the change feed tells its clients to compute it."""
    entries = CatalogEntry.objects.filter(version=version).order_by("entry_code")
    hashes = [bytes(row_hash) for row_hash in entries.values_list("row_hash", flat=True)]
    if version.complete_for:
        hashes.append(bytes.fromhex(sha256_of({"complete_for": version.complete_for})))
    return hashlib.sha256(b"".join(hashes)).hexdigest()


@pytest.mark.parametrize(
    ("given", "kept"),
    [([], []), (["X"], ["X"]), (["z", "X", " x "], ["X", "Z"]), (["XL01", "Ｚ", "T"], ["T", "XL01", "Z"])],
)
def test_a_version_keeps_what_its_file_was_said_to_be_complete_for(
    nrdl: Catalog, given: list[str], kept: list[str]
) -> None:
    version = imported(nrdl, LIST, complete_for=given).version

    assert version is not None
    assert version.complete_for == kept
    assert checksum_of(version.pk) == version.checksum == checksum_by_hand(version)


def test_the_checksum_says_what_a_list_is_complete_for_and_one_without_has_that_of_its_rows(
    make_catalog: Callable[..., Catalog],
) -> None:
    sums = [
        published(make_catalog(f"L{number}"), LIST, complete_for=classes).checksum
        for number, classes in enumerate([[], ["X"], ["X", "Z"], ["XL"]])
    ]
    rows = b"".join(
        CatalogEntry.objects.filter(version__catalog__code="L0")
        .order_by("entry_code")
        .values_list("row_hash", flat=True)
    )

    assert len(set(sums)) == len(sums)
    assert sums[0] == hashlib.sha256(rows).hexdigest()


@pytest.mark.parametrize("bad", ["A10", "x-1", "西药", "XL01EBA010A001010178985"])
def test_what_is_no_class_code_is_refused(nrdl: Catalog, bad: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        imported(nrdl, LIST, complete_for=["X", bad])

    assert [(problem.pointer, problem.code) for problem in refused.value.errors] == [("/complete_for", "bad_code")]
    assert not ImportRun.objects.exists()


def test_the_same_file_complete_for_something_else_is_another_import_and_makes_a_difference(nrdl: Catalog) -> None:
    published(nrdl, LIST, label="v1", complete_for=["X"])

    same = imported(nrdl, LIST, label="v2", complete_for=["X"])
    other = imported(nrdl, LIST, label="v2", complete_for=["X", "Z"])

    assert same.pk != other.pk
    assert (same.no_difference, other.no_difference) == (True, False)


def test_a_draft_whose_classes_were_changed_behind_its_back_is_not_published(nrdl: Catalog) -> None:
    draft = imported(nrdl, LIST, complete_for=["X"]).version
    assert draft is not None
    CatalogVersion.objects.filter(pk=draft.pk).update(complete_for=["Z"])

    with pytest.raises(services.Altered):
        services.publish_version(version=draft, by="bob")


def test_it_is_told_wherever_the_version_is_described(api: Api, nrdl: Catalog) -> None:
    version = published(nrdl, LIST, complete_for=["X"])
    held = {"catalog": "NRDL", "version": "v1", "checksum": version.checksum}

    described: list[dict[str, Any]] = [
        api.get("/catalogs/NRDL/versions/v1/").json(),
        api.get("/catalogs/NRDL/versions/").json()["results"][0],
        api.get("/catalogs/NRDL/in-force/").json(),
        api.get("/catalogs/NRDL/changes/").json()["results"][0]["version"],
        api.post("/manifest/check/", [held]).json()["results"][0]["current"],
    ]

    assert [one["complete_for"] for one in described] == [["X"]] * 5
    assert {one["checksum"] for one in described} == {version.checksum}


def test_the_curators_page_tells_it_only_where_it_is_given(make_catalog: Callable[..., Catalog]) -> None:
    root = User.objects.create_superuser("root")
    client = Client(headers={"accept-language": "en"})
    client.force_login(root, backend="django.contrib.auth.backends.ModelBackend")

    def page_of(version: CatalogVersion) -> str:
        return client.get(reverse("admin:catalog_catalogversion_change", args=[version.pk])).content.decode()

    some = page_of(published(make_catalog("SOME", "base"), LIST, complete_for=["XL01", "Z"]))
    whole = page_of(published(make_catalog("WHOLE", "base"), LIST))

    assert "Complete for" in some and "XL01、Z" in some
    assert "Complete for" not in whole


@pytest.mark.parametrize(
    ("before", "now", "fewer"),
    [
        ([], ["X"], True),
        (["X", "Z"], ["X"], True),
        (["X"], ["XL"], True),
        (["X"], ["X"], False),
        (["XL"], ["X"], False),
        (["X"], ["X", "Z"], False),
        (["X"], [], False),
        ([], [], False),
    ],
)
def test_a_list_that_is_complete_for_less_says_less(before: list[str], now: list[str], fewer: bool) -> None:
    assert fewer_classes(before, now) is fewer
