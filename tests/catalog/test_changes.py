"""What differs between two versions: found by row hashes and paired, the same as a slow version that compares every column of every entry."""

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from catalog.changes import changes_between, count_changes, counted, differing, is_stored
from catalog.entries import COLUMNS
from catalog.models import Catalog, CatalogEntry, CatalogVersion, VersionChange
from tests.catalog.test_entry_pairing import naive as naive_pairs
from tests.conftest import Api, imported, published

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


# --- Entries that go on under another code

LIST = "entry_code,generic_name,restriction,icd10,note,source"


def a_year(chance: random.Random, year: int, drugs: list[str]) -> str:
    """A small list whose codes are new every year, but for a few: several entries of a drug, texts that often agree."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for number, drug in enumerate(drugs):
        for part in range(chance.choice([1, 1, 1, 2, 3])):
            code = f"KEPT-{drug}-{part}" if chance.random() < 0.2 else f"Y{year}-{number:03}-{part}"
            text = chance.choice(["", "限二线", "限（二）线。", "限(二)线", f"限{part}"])
            says = (f"药{drug}片", text, chance.choice(["C34", "C50", "C34;C50"]))
            lines[says] = [code, *says, chance.choice(["", "注"]), f"{year}年第{number}行 {part}"]
    return "\n".join([LIST, *(",".join(line) for line in lines.values())]) + "\n"


def naive_changes(old: CatalogVersion, new: CatalogVersion) -> list[tuple[str, str, str]]:
    """Match by code, then pair by looking through all; (change, code now, code before)."""
    befores, nows = (
        {row["entry_code"]: row for row in CatalogEntry.objects.filter(version=one).order_by("row_no").values()}
        for one in (old, new)
    )
    olds, news = (
        [row for code, row in own.items() if code not in other] for own, other in ((befores, nows), (nows, befores))
    )
    pairs = [(olds[one]["entry_code"], news[other]["entry_code"]) for one, other in naive_pairs(olds, news)]
    gone, come = {before for before, _now in pairs}, {now for _before, now in pairs}
    found = [("changed", now, before) for before, now in pairs]
    found += [("removed", row["entry_code"], "") for row in olds if row["entry_code"] not in gone]
    found += [("added", row["entry_code"], "") for row in news if row["entry_code"] not in come]
    both = befores.keys() & nows.keys()
    found += [
        ("changed", code, "") for code in both if any(befores[code][name] != nows[code][name] for name in COLUMNS)
    ]
    return sorted(found, key=lambda one: one[1])


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(8))
def test_codes_that_are_new_every_year_hide_no_change(seed: int, make_catalog: Callable[..., Catalog]) -> None:
    chance = random.Random(seed)
    catalog = make_catalog("NRDL", "base")
    drugs = [chr(ord("甲") + number) for number in range(8)]
    old = published(catalog, a_year(chance, 2025, drugs[:7]), label="2025", effective_to=date(2026, 12, 31))
    new = published(catalog, a_year(chance, 2026, drugs[1:]), label="2026", effective_from=date(2027, 1, 1))

    stored = list(VersionChange.objects.told(new))
    assert new.parent == old and is_stored(old, new)
    assert [(one.change, one.entry_code, one.old_entry_code) for one in stored] == naive_changes(old, new)
    told = list(changes_between(old, new))
    assert [(one["change"], one["entry_code"], one["fields"], one["weight"], one["narrower"]) for one in told] == [
        (one.change, one.entry_code, one.fields, one.weight, one.narrower) for one in stored
    ]
    counts = counted(told, new.entry_count)
    assert new.change_counts == counts
    assert counts["added"] + counts["changed"] + counts["unchanged"] == new.entry_count
    assert counts["removed"] + counts["changed"] + counts["unchanged"] == old.entry_count
    weighed = sum(counts[name] for name in ("major", "minor", "typographic", "remark"))
    assert weighed == counts["added"] + counts["removed"] + counts["changed"]
    assert all(one.fields["entry_code"] == [one.old_entry_code, one.entry_code] for one in stored if one.old_entry_code)
    # And backwards, which nobody stored.
    back = list(changes_between(new, old))
    assert [(one["change"], one["entry_code"], one["old_entry_code"]) for one in back] == naive_changes(new, old)
    assert count_changes(new, old) == {
        name: counted(back, old.entry_count)[name] for name in ("added", "removed", "changed")
    }


FIRST = LIST + "\nA-1,甲片,限二线（EGFR）。,C34,,一\nA-2,乙片,,C50,,二\nA-3,丙片,,C50,,三\nA-4,丁片,限一线,C50,,四\n"
SECOND = LIST + "\nB-1,甲片,限二线(EGFR),C34,,1\nB-2,乙片,,C50;C61,,2\nB-4,丁片,限二线,C50,,4\nB-5,戊片,,C50,,5\n"


@pytest.fixture
def two_years(make_catalog: Callable[..., Catalog]) -> tuple[CatalogVersion, CatalogVersion]:
    catalog = make_catalog("NRDL", "base")
    first = published(catalog, FIRST, label="2025", effective_from=date(2025, 1, 1), effective_to=date(2025, 12, 31))
    return first, published(catalog, SECOND, label="2026", effective_from=date(2026, 1, 1))


@pytest.mark.parametrize("way", ["from=2025&to=2026", "from=2026&to=2025"])
def test_the_answer_pairs_weighs_and_pages_alike_stored_or_not(
    way: str, api: Api, two_years: tuple[CatalogVersion, CatalogVersion]
) -> None:
    whole = api.get(f"/catalogs/NRDL/diff/?{way}").json()
    forwards = way.startswith("from=2025")

    assert {name: whole["counts"][name] for name in ("added", "removed", "changed", "unchanged")} == {
        "added": 1,
        "removed": 1,
        "changed": 3,
        "unchanged": 0,
    }
    assert {name: whole["counts"][name] for name in ("major", "minor", "typographic", "remark")} == {
        "major": 3,
        "minor": 1,
        "typographic": 1,
        "remark": 0,
    }
    told = {one["generic_name"]: one for one in whole["results"]}
    assert told["甲片"]["weight"] == "typographic" and not told["甲片"]["major"]
    assert told["甲片"]["fields"]["entry_code"] == (["A-1", "B-1"] if forwards else ["B-1", "A-1"])
    assert told["丙片"]["change"] == ("removed" if forwards else "added")
    assert told["丁片"]["fields"]["restriction"] == (["限一线", "限二线"] if forwards else ["限二线", "限一线"])
    assert told["乙片"]["narrower"] is not forwards
    codes = [one["entry_code"] for one in whole["results"]]
    assert codes == sorted(codes)
    paged = [api.get(f"/catalogs/NRDL/diff/?{way}&page_size=2&page={page}").json()["results"] for page in (1, 2, 3)]
    assert [one for page in paged for one in page] == whole["results"]
    for name, values in (
        ("change", ("added", "removed", "changed")),
        ("weight", ("major", "minor", "typographic", "remark")),
    ):
        for value in values:
            answer = api.get(f"/catalogs/NRDL/diff/?{way}&{name}={value}").json()
            assert answer["counts"] == whole["counts"]
            assert answer["results"] == [one for one in whole["results"] if one[name] == value]
            assert answer["count"] == len(answer["results"])


def test_a_stored_answer_takes_few_statements(
    api: Api, two_years: tuple[CatalogVersion, CatalogVersion], django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_max_num_queries(10):
        api.get("/catalogs/NRDL/diff/?from=2025&to=2026")


def test_what_an_older_release_stored_is_worked_out_anew(maker: Api, make_catalog: Callable[..., Catalog]) -> None:
    """It knew no pairs: a draft is compared again, and so is what was published, whenever somebody asks."""
    catalog = make_catalog("NRDL", "base")
    published(catalog, FIRST, label="2025")
    draft = imported(catalog, SECOND, label="2026").version
    assert draft is not None
    right = draft.change_counts
    CatalogVersion.objects.filter(pk=draft.pk).update(
        change_counts={"added": 4, "removed": 4, "changed": 0, "unchanged": 0, "major": 8, "narrower": 4}
    )

    assert maker.get("/catalogs/NRDL/diff/?from=2025&to=2026").json()["counts"] == right
    assert maker.get("/catalogs/NRDL/versions/2026/").json()["change_counts"] == right


def test_every_answer_about_a_draft_compares_with_what_it_follows_now(
    maker: Api, make_catalog: Callable[..., Catalog]
) -> None:
    catalog = make_catalog("NRDL", "base")
    published(catalog, FIRST, label="2025", effective_from=date(2025, 1, 1))
    run = imported(catalog, SECOND, label="2027", effective_from=date(2027, 1, 1))
    version, listed, imports, one = (
        "/catalogs/NRDL/versions/2027/",
        "/catalogs/NRDL/versions/",
        "/imports/",
        f"/imports/{run.pk}/",
    )
    etag = maker.get(version)["ETag"]
    for path in (version, listed, imports, one):
        label = f"v{path.count('/')}{len(path)}"
        newer = published(catalog, SECOND + "\n" * len(path), label=label, effective_from=date(2026, 1, 1))

        answer = maker.get(path).json()
        told = next((one for one in answer.get("results", [answer]) if one["label"] == "2027"), None)
        assert told is not None
        counts = told.get("change_counts") or told["counts"]
        assert (counts["unchanged"], counts["changed"]) == (4, 0)
        assert newer.label in (told.get("parent") or told["diff"])
        assert told.get("no_difference", True) is True
    assert maker.get(version, **{"If-None-Match": etag}).status_code == 200


def test_a_list_that_is_complete_for_less_says_so(api: Api, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog("NRDL", "base")
    published(catalog, FIRST, label="2025", complete_for=["X", "Z"])
    published(catalog, SECOND, label="2026", complete_for=["X"])
    published(catalog, SECOND + "\n", label="2027", complete_for=["X"])

    assert api.get("/catalogs/NRDL/diff/?from=2025&to=2026").json()["complete_for"] == [["X", "Z"], ["X"]]
    assert "complete_for" not in api.get("/catalogs/NRDL/diff/?from=2026&to=2027").json()
