"""What is in a sandbox is on no page of the desk: not the office's, not its insurer's own people's."""

import pytest
from django.test import Client

from claims.models import ClaimCheck
from common import tenancy
from common.sealing.fields import tagged
from insurers import sandboxes
from insurers.models import Insurer, Product
from insurers.public_products import public_products
from tests.conftest import EVERY_INSURER_SCOPE, Api
from tests.desk.test_matrix import MARK, ROLES, World, _text, listed, people, routes, world
from tests.sharing import share

pytestmark = pytest.mark.slow

__all__ = ["people", "world"]
# The log of deeds keeps every deed, a sandbox's too: by its key, and nothing of a claim.
TELLS_DEEDS = ("audit_record", "_history")


@pytest.fixture
def insurer(db: None) -> Insurer:
    """The sandbox in place of the insurer: what `world` makes is made in it."""
    return sandboxes.begin_sandbox(insurer=Insurer.objects.create(code="INS-A", name="甲保险"), by="root")


@pytest.fixture
def api(insurer: Insurer) -> Api:
    assert insurer.sandbox_of is not None
    return Api(sandboxes.issue_test_key(insurer=insurer.sandbox_of, scopes=EVERY_INSURER_SCOPE, by="root")[1])


@pytest.fixture
def insurers_people(insurer: Insurer) -> Insurer | None:
    return insurer.sandbox_of


def test_no_page_shows_anybody_what_is_in_a_sandbox(world: World, people: dict[str, Client], insurer: Insurer) -> None:
    assert tagged(ClaimCheck.objects.all(), "claim_tag", [MARK], insurer.pk).exists()
    table, shown = listed(), []
    for name, pattern in sorted(routes().items()):
        if name in {"logout", "desk:end-sessions"} or any(word in name for word in TELLS_DEEDS):
            continue
        address = world.address(name, pattern)
        # Who is led elsewhere, or comes from no page at all, is shown nothing (tests/desk/test_matrix.py).
        come = [role for role, status in zip(ROLES, table[name], strict=True) if status not in {"302", "403"}]
        # The insurer's own people see the most; the office's roles all see the same rows where they see any.
        own, others = [role for role in come if role == "A"], [role for role in come if role != "A"]
        for role in own + share(others, of=name, each=1):
            if MARK in _text(people[role].get(address)):
                shown.append(f"{name} {role}")

    assert shown == []


def test_the_look_up_page_tells_of_no_product_of_a_sandbox(world: World, insurer: Insurer) -> None:
    Product.objects.filter(insurer=insurer).update(public=True)

    assert public_products() == []
    with tenancy.acting_for(tenancy.EVERYBODY):
        assert Product.objects.told_to_anybody().exists()
