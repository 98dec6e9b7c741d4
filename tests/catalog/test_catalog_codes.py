"""What a text that names a catalog means (catalog.catalog_codes): told by a table, and for any world of lists by properties."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import catalog_codes
from catalog.models import Catalog
from insurers.models import Insurer

A, B, OFFICE = 1, 2, None
CODES = {A: "INS-A", B: "INS-B", OFFICE: None}


@dataclass(frozen=True)
class List:
    """A catalog as naming sees it."""

    owner_id: int | None
    code: str

    @property
    def owner_code(self) -> str | None:
        return CODES[self.owner_id]

    @property
    def address(self) -> str:
        return catalog_codes.address_of(self.code, self.owner_code)


THERE = (List(OFFICE, "BOTH"), List(A, "BOTH"), List(OFFICE, "NRDL"), List(A, "TWO"), List(B, "TWO"), List(B, "ONE"))


@pytest.mark.parametrize(
    ("text", "reader", "owners"),
    [
        ("NRDL", A, [OFFICE]),
        ("BOTH", A, [A]),
        (":BOTH", A, [OFFICE]),
        ("INS-A:BOTH", A, [A]),
        ("BOTH", B, [OFFICE]),
        ("INS-A:BOTH", B, []),
        ("TWO", A, [A]),
        ("TWO", B, [B]),
        (":TWO", A, []),
        ("ONE", A, []),
        ("BOTH", OFFICE, [OFFICE]),
        ("INS-A:BOTH", OFFICE, [A]),
        ("ONE", OFFICE, [B]),
        ("TWO", OFFICE, [A, B]),
        ("INS-B:TWO", OFFICE, [B]),
        ("", OFFICE, []),
        (":", OFFICE, []),
    ],
)
def test_a_text_means(text: str, reader: int | None, owners: list[int | None]) -> None:
    readable = [one for one in THERE if reader is None or one.owner_id in (None, reader)]
    assert [one.owner_id for one in catalog_codes.meant(text, readable, reader)] == owners


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["BOTH", ":BOTH", "INS-A:BOTH", "TWO", "INS-B:TWO", ":TWO", "ONE", "NRDL", ":", ""])
def test_the_database_means_the_same(text: str, insurer: Insurer, other_insurer: Insurer) -> None:
    ids = {A: insurer.pk, B: other_insurer.pk, OFFICE: None}
    lists = [Catalog(code=one.code, kind="reference", owner_id=ids[one.owner_id]) for one in THERE]
    Catalog.objects.bulk_create(lists)
    for reader, pk in ids.items():
        readable = [one for one in THERE if reader is None or one.owner_id in (None, reader)]
        expected = {(one.code, ids[one.owner_id]) for one in catalog_codes.meant(text, readable, reader)}
        assert set(Catalog.objects.named(text, pk).values_list("code", "owner")) == expected, reader
        found = Catalog.objects.meant_by([text], pk)
        assert [(one.code, one.owner_id) for one in found.values()] == (list(expected) if len(expected) == 1 else [])


OWNERS = st.sampled_from([OFFICE, A, B])
WORLDS = st.sets(st.builds(List, OWNERS, st.sampled_from(["X", "Y"])))


@given(WORLDS, OWNERS)
def test_an_address_means_its_catalog_for_whoever_may_see_it_and_a_code_at_most_one_of_an_insurers(
    world: set[List], reader: int | None
) -> None:
    readable = [one for one in world if reader is None or one.owner_id in (None, reader)]
    for one in world:
        assert catalog_codes.meant(one.address, readable, reader) == ((one,) if one in readable else ())
        assert reader is None or len(catalog_codes.meant(one.code, readable, reader)) <= 1


@given(WORLDS, st.sampled_from([A, B]), st.builds(List, OWNERS, st.sampled_from(["X", "Y"])))
def test_what_a_code_means_to_an_insurer_is_changed_by_nobody_else(world: set[List], reader: int, more: List) -> None:
    def meant(lists: set[List], text: str) -> tuple[List, ...]:
        return catalog_codes.meant(text, [one for one in lists if one.owner_id in (None, reader)], reader)

    for code in ("X", "Y"):
        before = meant(world, code)
        # What it does itself is held by the service: it takes no code that the office has.
        if before and more.owner_id != reader:
            assert meant(world | {more}, code) == before
