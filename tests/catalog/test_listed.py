"""What is known of a drug costs what there is to know, however many editions say it (catalog.models.listed)."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from catalog import migrations, search
from catalog.clock import observe
from catalog.drug_listings import visible_drugs
from catalog.drugs.knowledge import KnownKeys
from catalog.known_drugs import rows_with
from catalog.models import Catalog, CatalogVersion, ListedDrug
from insurers.models import Insurer
from tests.conftest import imported, published, withdrawn

HEAD = "entry_code,generic_name,brand_name,approval_no,class_code,indication,payment_standard\n"
ROWS = "E-1,卡培他滨片,甲牌,国药准字H20200001,XL01,肺癌,1.00\nE-2,卡培他滨片,甲牌,国药准字H20200001,XL01,肝癌,2.00\nE-3,紫杉醇注射液,,,,,3.00\n"
NAMED = frozenset({"卡培他滨"})
BY_NAME = KnownKeys(names=NAMED)


def known(insurer: Insurer | None = None, keys: KnownKeys = BY_NAME) -> list[tuple[Any, ...]]:
    """Return (generic name, catalog, label, entry code) of the listed rows that meet the keys."""
    rows = rows_with(keys, insurer_id=insurer and insurer.pk, known_at=observe().known_at)
    return [(row.generic_name, *row.order[1:]) for row in rows]


def editions(catalog: Catalog, number: int, content: str = HEAD + ROWS) -> list[CatalogVersion]:
    """Publish editions that say the same but for a price."""
    made = []
    for place in range(number):
        said = content.replace(",3.00", f",{place + 3}.00")
        made.append(
            published(catalog, said, label=f"v{place}", effective_from=date(2026, 1, 1) + timedelta(days=place))
        )
    return made


def test_an_edition_that_says_the_same_adds_nothing_to_what_is_known(make_catalog: Callable[..., Catalog]) -> None:
    lists = make_catalog("LST")
    editions(lists, 3)

    assert known() == [("卡培他滨片", "LST", "v0", "E-1")]
    assert ListedDrug.objects.count() == 2


def test_an_edition_that_writes_a_drug_otherwise_adds_that(make_catalog: Callable[..., Catalog]) -> None:
    lists = make_catalog("LST")
    editions(lists, 2)
    published(lists, HEAD + "E-1,卡培他滨片,新牌,,,,\n", label="v9", effective_from=date(2026, 6, 1))

    assert sorted(known()) == [("卡培他滨片", "LST", "v0", "E-1"), ("卡培他滨片", "LST", "v9", "E-1")]
    assert known(keys=KnownKeys(brands=frozenset({"新牌"}))) == [("卡培他滨片", "LST", "v9", "E-1")]


def test_a_draft_says_nothing_and_a_withdrawn_edition_still_does(make_catalog: Callable[..., Catalog]) -> None:
    lists = make_catalog("LST")
    imported(lists, HEAD + ROWS)
    assert known() == []

    [version] = editions(make_catalog("OTHER"), 1)
    withdrawn(version)
    assert known() == [("卡培他滨片", "OTHER", "v0", "E-1")]


def test_what_was_not_published_yet_was_not_known(make_catalog: Callable[..., Catalog]) -> None:
    before = observe().known_at
    editions(make_catalog("LST"), 1)

    assert rows_with(BY_NAME, insurer_id=None, known_at=before) == []


def test_an_insurers_own_lists_tell_nobody_else(
    make_catalog: Callable[..., Catalog], insurer: Insurer, other_insurer: Insurer
) -> None:
    published(make_catalog("OWN", owner_id=insurer.pk), HEAD + ROWS)

    assert known(insurer) == [("卡培他滨片", "OWN", "v1", "E-1")]
    assert known(other_insurer) == []
    assert visible_drugs(insurer.pk).filter(base_name="卡培他滨").exists()
    assert not visible_drugs(other_insurer.pk).filter(base_name="卡培他滨").exists()
    found = {one: search.drugs_matching("甲牌", insurer_id=one.pk, revision=9)[:] for one in (insurer, other_insurer)}
    assert len(found[insurer]) == 1 and found[other_insurer] == []


def test_where_a_shared_list_says_the_same_each_is_told_its_earliest(
    make_catalog: Callable[..., Catalog], insurer: Insurer, other_insurer: Insurer
) -> None:
    published(make_catalog("OWN", owner_id=insurer.pk), HEAD + ROWS)
    published(make_catalog("SHARED"), HEAD + ROWS)

    assert known(insurer) == [("卡培他滨片", "OWN", "v1", "E-1")]
    assert known(other_insurer) == [("卡培他滨片", "SHARED", "v1", "E-1")]


def test_an_edition_with_an_earlier_instant_takes_over_what_it_wrote_first(
    make_catalog: Callable[..., Catalog],
) -> None:
    editions(make_catalog("LATER"), 1)
    draft = imported(make_catalog("EARLIER"), HEAD + ROWS).version
    assert draft is not None
    CatalogVersion.objects.filter(pk=draft.pk).update(
        published_at="2020-01-01T00:00:00Z", published_by="bob", state="published"
    )

    assert known() == [("卡培他滨片", "EARLIER", "v1", "E-1")]


# --- Plans: what is asked once a drug or once a publication never reads through the entries of all editions.


def knowledge() -> list[Any]:
    return rows_with(KnownKeys(NAMED, NAMED, NAMED, NAMED), insurer_id=None, known_at=observe().known_at)


def drugs_found() -> list[str]:
    return search.drugs_matching("卡培", insurer_id=None, revision=observe().revision)[:]


def drugs_seen() -> QuerySet[Any]:
    return visible_drugs(1).order_by("base_name")[:1].all()


@pytest.mark.parametrize("ask", [knowledge, drugs_found, lambda: list(drugs_seen())])
def test_nothing_about_a_drug_reads_the_entries_of_every_edition(
    make_catalog: Callable[..., Catalog], ask: Callable[[], Any]
) -> None:
    editions(make_catalog("LST"), 2)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as asked:
            ask()
        read = [one["sql"] for one in asked.captured_queries if re.match(r"\s*(SELECT|WITH)", one["sql"])]
        assert any("catalog_listeddrug" in sql for sql in read)
        for sql in read:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan on catalog_catalogentry" not in plan, plan
            # Entries are looked at of versions that are named, or not at all.
            for scan in re.findall(r"on catalog_catalogentry.*(?:\n.*){0,4}", plan):
                assert "version_id = ANY ('{}'" in scan, plan


def test_what_was_published_before_the_table_was_there_is_written_down_alike(
    make_catalog: Callable[..., Catalog], insurer: Insurer
) -> None:
    [first, *_rest] = editions(make_catalog("LST"), 2)
    published(make_catalog("OWN", owner_id=insurer.pk), HEAD + ROWS)
    withdrawn(first)
    imported(make_catalog("DRAFT"), HEAD + "E-1,多西他赛注射液,,,,,\n")
    rows = ListedDrug.objects.order_by("owner", "facts_hash").values()
    kept = [{name: value for name, value in row.items() if name != "id"} for row in rows]
    assert len(kept) == 4

    ListedDrug.objects.all().delete()
    [migration] = Path(migrations.__path__[0]).glob("*_listed_drugs.py")
    with connection.cursor() as cursor:
        cursor.execute(import_module(f"catalog.migrations.{migration.stem}").FILL)

    assert [{name: value for name, value in row.items() if name != "id"} for row in rows.all()] == kept
