"""What differs between two versions, found by row hashes: the same as a plain full join that compares every column."""

import random
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection

from catalog.changes import differing
from catalog.entries import COLUMNS
from catalog.models import Catalog
from tests.conftest import imported

HEADER = "entry_code,generic_name,icd10,age_min,payment_standard,prior_auth,effective_to,marks,note"


def naive(old_id: int | None, new_id: int) -> list[tuple[str, int | None, int | None]]:
    """Compare every column of every entry."""
    columns = ", ".join(COLUMNS)
    every = " OR ".join(f"o.{column} IS DISTINCT FROM n.{column}" for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(n.entry_code, o.entry_code), o.id, n.id"
            f" FROM (SELECT id, {columns} FROM catalog_catalogentry WHERE version_id = %s) o"
            f" FULL JOIN (SELECT id, {columns} FROM catalog_catalogentry WHERE version_id = %s) n"
            f" ON o.entry_code = n.entry_code WHERE {every}",
            [old_id, new_id],
        )
        return cursor.fetchall()


def some_rows(chance: random.Random) -> list[str]:
    """Rows of a small world, in which two lists often agree and often nearly agree."""
    return [
        ",".join(
            [
                f"E-{number}",
                f"药{number}片",
                chance.choice(["", "C34", "C34;C50"]),
                chance.choice(["", "0", "18"]),
                chance.choice(["", "*", "1.5"]),
                chance.choice(["", "N", "Y"]),
                chance.choice(["", "2027-01-01"]),
                chance.choice(["", "vbp"]),
                chance.choice(["", "n"]),
            ]
        )
        for number in range(40)
        if chance.random() < 0.8
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_hashes_find_what_comparing_every_column_finds(seed: int, make_catalog: Callable[..., Catalog]) -> None:
    chance = random.Random(seed)
    catalog = make_catalog("COM", "commercial")
    lists = [some_rows(chance)]
    lists.append(
        [row if chance.random() < 0.6 else other for row, other in zip(lists[0], some_rows(chance), strict=False)]
    )
    # Where two rows came to the same code, the later one goes: a file may hold it once.
    lists[1] = list({row.partition(",")[0]: row for row in lists[1]}.values())
    ids = []
    for label, rows in zip(("old", "new"), lists, strict=True):
        run = imported(catalog, "\n".join([HEADER, *rows]), label=label, effective_from=date(2026, 1, 1))
        assert run.version is not None
        ids.append(run.version.pk)

    found = list(differing(ids[0], ids[1]))

    assert 0 < len(found) < 60
    # A yes or no that is not given and a no are the same to a hash and to a payment; stored they are alike too.
    assert sorted(found) == sorted(naive(ids[0], ids[1]))
    assert [code for code, _old, _new in found] == sorted(code for code, _old, _new in found)
    assert len(list(differing(None, ids[1]))) == len(lists[1])
    assert not list(differing(ids[1], ids[1]))
