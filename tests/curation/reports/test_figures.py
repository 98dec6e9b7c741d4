"""Figures as they are counted: equal to counting by hand, kept by checksum, and an insurer's own."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import clock
from catalog.models import Catalog, CatalogEntry, ImportProblem, ImportRun
from claims.models import ClaimBatch, ClaimCheck
from curation.reports import lists, products, weeks
from curation.reports.areas import areas_of
from insurers import services as insurers
from insurers.models import Insurer, Product
from tests.conftest import imported, published

pytestmark = pytest.mark.django_db

HEADER = "entry_code,generic_name,class_code,icd10\n"
DRUGS = (
    "奥希替尼片 伏美替尼片 阿司匹林片 仑卡奈单抗注射液 度伐利尤单抗注射液 二甲双胍片 培美曲塞注射液 卡培他滨片".split()
)
CODES = ["", "C34", "C34;C50.9", "C18-C20", "E11", "I10;E11;C15-C34", "G30", "D50"]
CLASSES = ["XL01EB", "XA10", "ZC", "XN06"]


def made(chance: random.Random, count: int) -> str:
    """A list of so many entries, no drug twice for the same diseases."""
    pairs = chance.sample([(drug, codes) for drug in DRUGS for codes in CODES], count)
    rows = [f"E-{n:02d},{drug},{CLASSES[len(drug) % 4]},{codes}" for n, (drug, codes) in enumerate(pairs)]
    return HEADER + "\n".join(rows) + "\n"


def now() -> tuple[date, clock.Observation]:
    seen = clock.observe()
    return clock.china_today(seen.known_at), seen


@pytest.mark.parametrize("seed", range(3))
def test_what_lists_are_made_of_and_how_they_overlap_is_as_counted_by_hand(
    make_catalog: Callable[..., Catalog], seed: int
) -> None:
    chance = random.Random(seed)
    for number in range(4):
        published(make_catalog(f"L{number}", name=f"清单{number}"), made(chance, chance.randrange(1, 25)))
    day, seen = now()
    there = lists.lists_in_force(day, seen.known_at, None)
    assert [one.code for one in there] == ["L0", "L1", "L2", "L3"]

    for one, composed in zip(there, lists.composition(there), strict=True):
        entries = list(CatalogEntry.objects.filter(version=one.pk))
        areas: Counter[str] = Counter()
        for entry in entries:
            areas.update({area for code in entry.icd10 for area in areas_of(code)} or {""})
        assert lists.by_area([composed]) == areas
        assert lists.by_class([composed]) == Counter(entry.class_code[:2] for entry in entries)

    drugs = [set(CatalogEntry.objects.filter(version=one.pk).values_list("base_name", flat=True)) for one in there]
    totals, overlaps = lists.overlaps(there)
    assert totals == [len(one) for one in drugs]
    by_hand = Counter(frozenset(n for n, one in enumerate(drugs) if name in one) for name in set().union(*drugs))
    assert dict(overlaps) == by_hand


def test_figures_of_entries_are_counted_once(make_catalog: Callable[..., Catalog]) -> None:
    for number in range(3):
        published(make_catalog(f"L{number}"), made(random.Random(number), 5))
    day, seen = now()
    there = lists.lists_in_force(day, seen.known_at, None)
    with CaptureQueriesContext(
        connection,
    ) as cold:
        first = lists.composition(there), lists.overlaps(there)
    with CaptureQueriesContext(connection) as warm:
        assert (lists.composition(there), lists.overlaps(there)) == first
    assert (len(cold), len(warm)) == (2, 0)


def test_changes_are_told_by_the_class_each_entry_has_or_had(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog("NRDL", kind="base")
    rows = ["A,阿司匹林片,XB01,I20,", "B,奥希替尼片,XL01EB,C34,", "C,逍遥丸,ZA10,F41,", "D,二甲双胍片,XA10,E11,"]
    header = "entry_code,generic_name,class_code,icd10,note\n"
    published(catalog, header + "\n".join(rows) + "\n", label="2024", effective_from=date(2024, 1, 1))
    after = ["A,阿司匹林片,XB01,I21,", "D,二甲双胍片,XA10,E11,备注", "F,伏美替尼片,XL01EB,C34,"]
    version = published(
        catalog, header + "\n".join(after) + "\n", label="2025", effective_from=date(2025, 1, 1), complete_for=["X"]
    )
    version.refresh_from_db()

    expected = {
        "changed": {"XB": 1}, "added": {"XL": 1}, "removed": {"XL": 1}, "slight": {"XA": 1}, "unspoken": {"ZA": 1},
    }  # fmt: skip
    assert lists.changes_by_class(version) == expected
    earlier, later = lists.sizes([catalog.pk], now()[1].known_at, None)
    assert (earlier.entry_count, earlier.change_counts) == (4, {})
    assert (later.label, later.entry_count, later.change_counts["unspoken"]) == ("2025", 3, 1)


def test_an_insurer_has_figures_of_shared_lists_and_its_own_only(
    make_catalog: Callable[..., Catalog], insurer: Insurer, other_insurer: Insurer
) -> None:
    published(make_catalog("COM"), HEADER + "E-1,奥希替尼片,XL01,C34\n")
    private = make_catalog("PRIV", owner_id=insurer.pk)
    published(private, HEADER + "E-1,奥希替尼片,XL01,C34\n")
    day, seen = now()

    def codes(who: int | None) -> list[str]:
        return [one.code for one in lists.lists_in_force(day, seen.known_at, who)]

    assert (codes(None), codes(insurer.pk)) == (["COM", "INS-A:PRIV"], ["COM", "PRIV"])
    assert codes(other_insurer.pk) == ["COM"]
    assert len(lists.sizes([private.pk], seen.known_at, insurer.pk)) == 1
    assert lists.sizes([private.pk], seen.known_at, other_insurer.pk) == []


def test_a_product_reaches_what_its_terms_name_and_is_in_force(
    make_catalog: Callable[..., Catalog], insurer: Insurer, other_insurer: Insurer
) -> None:
    published(make_catalog("NRDL", kind="base"), HEADER + "E-1,阿司匹林片,XB01,I20\nE-2,二甲双胍片,XA10,E11\n")
    for code, label in (("COM", "2026"), ("OLD", "2026")):
        published(make_catalog(code), HEADER + "E-1,奥希替尼片,XL01,C34\n", label=label)
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ines")
    terms = {
        "label": "2026", "effective_from": "2026-01-01", "base": {"catalog": "NRDL"},
        "benefits": [{"code": "b", "ratio": "0.5", "catalogs": [{"catalog": "COM"}, {"catalog": "OLD", "label": "2025"}]}],
    }  # fmt: skip
    version = insurers.create_product_version(product=product, data=terms, by="ines")
    insurers.publish_product_version(version=version, by="ivan")
    day, seen = now()
    there = lists.lists_in_force(day, seen.known_at, insurer.pk)
    (found,) = products.reach(day, seen.known_at, insurer.pk, there)
    assert (found.product, dict(found.entries)) == ("惠民保", {"base": 2, "commercial": 1})
    assert products.reach(day, seen.known_at, other_insurer.pk, there) == []


# --- Weeks


def test_weeks_begin_on_monday() -> None:
    assert weeks.weeks_until(date(2026, 11, 29), 2) == [date(2026, 11, 16), date(2026, 11, 23)]
    assert weeks.weeks_until(date(2026, 11, 30), 2) == [date(2026, 11, 23), date(2026, 11, 30)]


def check(insurer: Insurer, at: datetime, outcome: str, payable: str | None) -> None:
    product, _new = Product.objects.get_or_create(insurer=insurer, code="P", defaults={"name": f"{insurer.name}产品"})
    totals = {"amount": "100.00", "claimable": "80.00", "payable": payable} if payable else None
    ClaimCheck.objects.create(
        insurer=insurer, product=product, known_at=at, outcome=outcome, outcomes=[outcome], rules_version="1",
        digest="0" * 64, totals=totals, decided_by="key:x", decided_at=at,
    )  # fmt: skip


def test_checks_are_counted_in_the_week_of_china_with_their_money(insurer: Insurer, other_insurer: Insurer) -> None:
    monday, sunday = date(2026, 6, 8), datetime(2026, 6, 7, 15, 59, tzinfo=UTC)  # a minute before midnight in China
    check(insurer, sunday, "eligible", "40.50")
    check(insurer, sunday + timedelta(minutes=2), "review", "10.00")
    check(insurer, sunday + timedelta(minutes=3), "review", None)  # removed by retention
    check(other_insurer, sunday + timedelta(days=1), "ineligible", "0.00")
    asked = weeks.weeks_until(monday, 2)

    found = weeks.checks_by_week(asked, insurer.pk)
    assert [one.counts for one in found.values()] == [{"eligible": 1}, {"review": 2}]
    assert [one.payable for one in found.values()] == [Decimal("40.50"), Decimal("10.00")]
    assert weeks.checks_by_week(asked, None)[monday].counts == {"review": 2, "ineligible": 1}
    assert weeks.checks_by_product(asked, other_insurer.pk, 5) == [("乙保险", "乙保险产品", 1, Decimal("0.00"))]


def test_batches_are_counted_by_line_when_they_are_done(insurer: Insurer, other_insurer: Insurer) -> None:
    for who, state in ((insurer, "done"), (other_insurer, "done"), (insurer, "running")):
        product = Product.objects.get_or_create(insurer=who, code="P", defaults={"name": "产品"})[0]
        done = state == "done"
        outcome = {"eligible": [3, 10000, 9000, 4501], "invalid": [2, 0, 0, 0]}
        ClaimBatch.objects.create(
            insurer=who, product=product, state=state, known_at=timezone.now(), revision=1, file_name="c.csv", file_size=1,
            created_at=timezone.now(), totals={"outcome": outcome} if done else None,
            finished_at=datetime(2026, 6, 10, 4, tzinfo=UTC) if done else None, created_by="ines",
        )  # fmt: skip
    asked = weeks.weeks_until(date(2026, 6, 10), 1)
    (mine,) = weeks.batches_by_week(asked, insurer.pk).values()
    assert mine.counts == {"eligible": 3, "invalid": 2}
    assert (mine.amount, mine.claimable, mine.payable) == (Decimal(100), Decimal(90), Decimal("45.01"))
    (all_,) = weeks.batches_by_week(asked, None).values()
    assert all_.counts == {"eligible": 6, "invalid": 4}


def test_imports_and_their_problems_are_counted(make_catalog: Callable[..., Any]) -> None:
    imported(make_catalog("COM"), HEADER + "E-1,奥希替尼片,XL01,C34\n")
    imported(make_catalog("BAD"), HEADER + "E-1,奥希替尼片,XL01,错\nE-2,,XL01,C34\n")
    asked = weeks.weeks_until(now()[0])
    assert weeks.imports_by_week(asked)[asked[-1]] == {"ready": 1, "failed": 1}
    assert sum(weeks.imports_by_week(asked[:-1])[asked[0]].values()) == 0
    by_hand = Counter(ImportProblem.objects.values_list("code", flat=True))
    assert {code: errors + warnings for code, errors, warnings in weeks.problems_by_code(asked)} == by_hand
    assert ImportRun.objects.count() == 2
