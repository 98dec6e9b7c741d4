"""Who opened an account is not the second person beside it, wherever something takes two: Sam keeps accounts and has edited; Bob reviews."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from catalog import services as catalogs
from catalog.master_approval import merge_drugs
from catalog.models import Catalog, ImportRun
from catalog.refusals import SamePerson, SamePersonMerges
from catalog.reviewing import Mark, mark_changes
from common.persons import services as persons
from curation.market.collections import check_publisher
from curation.models import Collection
from insurers import services as insurers
from insurers.models import Insurer
from tests.conftest import imported

TERMS = {"label": "2026", "effective_from": "2026-01-01", "benefits": [{"code": "b", "ratio": "0.5000"}]}
A_LIST = "entry_code,generic_name\nE1,阿司匹林片\n"


@pytest.fixture
def bob(db: None) -> User:
    user = User.objects.create_user("bob", is_staff=True)
    persons.give_temporary_password(user=user, by="sam")
    return user


def published(catalog: Catalog, by: str, *, label: str = "v1", maker: str = "sam") -> Any:
    run = imported(catalog, A_LIST, label=label, by=maker, effective_from=date(2026, 1, 1))
    assert run.version is not None
    return catalogs.publish_version(version=run.version, by=by, confirm=True)


def test_a_version(bob: User, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    with pytest.raises(SamePerson):
        published(catalog, "bob")
    with pytest.raises(SamePerson):
        published(catalog, "sam", label="v2", maker="bob")
    version = catalog.versions.get(label="v1")
    with pytest.raises(SamePerson):
        mark_changes(version=version, by="bob", marks=[Mark("E1", "", seen=True)])
    catalogs.publish_version(version=version, by="carol", confirm=True)
    catalogs.withdraw_version(version=version, by="sam", reason="误发")
    with pytest.raises(SamePerson):
        catalogs.withdraw_version(version=version, by="bob")
    catalogs.withdraw_version(version=version, by="carol")


def test_the_drug_master(bob: User) -> None:
    run = ImportRun.objects.create(
        kind="drugs", staged=True, outcome="staged", created_by="sam", sha256="0" * 64, file_size=1
    )
    with pytest.raises(SamePersonMerges):
        merge_drugs(run=run, by="bob")


def test_a_collection_of_lists(bob: User) -> None:
    collection = Collection(created_by="sam")
    with pytest.raises(SamePerson):
        check_publisher(collection, "bob")
    check_publisher(collection, "carol")


def test_a_product(bob: User, insurer: Insurer) -> None:
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="sam")
    version = insurers.create_product_version(product=product, data=TERMS, by="sam")
    insurers.ProductVersion.objects.filter(pk=version.pk).update(
        submitted_by="sam", submitted_at="2026-01-01T00:00:00Z"
    )
    version.refresh_from_db()
    assert insurers.refusal(version, "approve", "carol") is None
    refused = insurers.refusal(version, "approve", "bob")
    assert refused is not None and refused.code == "same_person"
