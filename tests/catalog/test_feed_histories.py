"""The change feed over any history: the deltas lead from any version to any later one, and who reads while others publish misses nothing."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from catalog import clock, feed, services
from catalog.changes import count_changes, followed
from catalog.checksum import checksum_of
from catalog.models import Catalog, CatalogEntry, CatalogVersion
from common.jcs import sha256_of
from tests.catalog.test_feed import FIRST, SECOND, Copy, items, pages, told
from tests.conftest import Api, imported, published, withdrawn


@pytest.fixture
def catalog(make_catalog: Callable[..., Catalog]) -> Catalog:
    return make_catalog()


# Every column of an entry, in every way in which it can be given.
EVERY_COLUMN = {
    "entry_code": ["Z-9"],
    "generic_name": ["甲磺酸奥希替尼片"],
    "brand_name": ["", "泰瑞沙"],
    "dosage_form": ["", "片剂"],
    "strength": ["", '80mg "特" \\ 规'],
    "manufacturer": ["", "𠮷林制药"],
    "authorized_company": ["", "某公司"],
    "national_code": ["", "XL01EBA010A001010178985"],
    "approval_no": ["", "国药准字HJ20170166"],
    "class_code": ["", "XL01EB"],
    "reimbursement_class": ["", "乙"],
    "indication": ["", "非小细胞肺癌\n二线"],
    "icd10": ["", "C34;C18-C20"],
    "sex": ["", "女"],
    "age_min": ["", "0", "18"],
    "age_max": ["", "150"],
    "settings": ["", "住院;门诊"],
    "min_institution_level": ["", "三级"],
    "restriction": ["", "限EGFR阳性"],
    "payment_standard": ["", "*", "165.9", "5.70元(10mg/片)；9.69元(20mg/片)"],
    "max_quantity": ["", "30", "0.125"],
    "criteria": ["", "EGFR=突变阳性;LINE_2"],
    "prior_auth": ["", "Y", "N"],
    "effective_from": ["", "2026-01-01"],
    "effective_to": ["", "2026-12-31"],
    "regulators": ["", "NMPA;FDA"],
    "rare_disease": ["", "Y", "N"],
    "marks": ["", "negotiated;class_1"],
    "note": ["", "=1+1"],
    "source": ["", "公告"],
}


def test_a_poll_without_news_keeps_the_cursor_and_the_next_news_comes_behind_it(api: Api, catalog: Catalog) -> None:
    empty = api.get("/catalogs/COM/changes/").json()
    first = published(catalog, FIRST, label="v1")
    read = api.get("/catalogs/COM/changes/").json()
    again = api.get("/catalogs/COM/changes/", {"since": read["cursor"]}).json()
    withdrawn(first)
    news = api.get("/catalogs/COM/changes/", {"since": again["cursor"]}).json()

    assert (empty["results"], empty["cursor"]) == ([], None)
    assert (again["results"], again["cursor"], again["next"]) == ([], read["cursor"], None)
    assert told(news["results"]) == [("withdrawn", "v1")]


def test_every_column_comes_through_with_the_hash_of_the_import(catalog: Catalog) -> None:
    width = max(map(len, EVERY_COLUMN.values()))
    rows = []
    for place in range(width + 1):
        row = {name: values[min(place, len(values) - 1)] for name, values in EVERY_COLUMN.items()}
        rows.append(row | {"entry_code": f"Z-{place}", "brand_name": f"商品{place}"})
    lines = [",".join(EVERY_COLUMN)]
    lines += [",".join('"' + value.replace('"', '""') + '"' for value in row.values()) for row in rows]
    version = published(catalog, "\n".join(lines) + "\n")

    for row in CatalogEntry.objects.filter(version=version).values(*feed.COLUMNS, "row_hash"):
        assert sha256_of(feed.canonical_entry(row)) == bytes(row["row_hash"]).hex(), row


def test_late_readers_miss_nothing(catalog: Catalog) -> None:
    """What is declared while somebody reads lies behind what he has read, and his next page has it."""
    published(catalog, FIRST, label="v1")
    seen = clock.observe().known_at
    page = feed.page_of(catalog, since=None, size=50, until=seen)
    published(catalog, SECOND, label="v2")

    later = feed.page_of(catalog, since=page.position(None), size=50, until=clock.observe().known_at)
    assert [item.event.version.label for item in page.items] == ["v1"]
    assert [item.event.version.label for item in later.items] == ["v2"]
    assert all(item.event.at > seen for item in later.items)


NAMES = ["甲磺酸奥希替尼片", "仑卡奈单抗注射液", "阿基仑赛注射液"]

CODES = ["A-1", "A-10", "A-2", "a-1", "中-1", "𠮷-1"]

CONTENTS = st.dictionaries(st.sampled_from(CODES), st.tuples(st.sampled_from(NAMES), st.integers(1, 3)), min_size=1)

STEPS = st.lists(st.tuples(CONTENTS, st.integers(0, 900), st.booleans(), st.booleans()), min_size=2, max_size=5)


def _file(content: dict[str, tuple[str, int]], number: int) -> str:
    # The same bytes again would be the same import again: blank lines at the end tell them apart.
    rows = [f"{code},{name},{price}.5,品{CODES.index(code)}" for code, (name, price) in content.items()]
    return "\n".join(["entry_code,generic_name,payment_standard,brand_name", *rows]) + "\n" * number


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example takes seconds: shrinking it would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, page_size=st.integers(1, 7))
def test_the_deltas_lead_from_any_version_to_the_checksum_of_every_later_one(
    catalog: Catalog, api: Api, steps: list[Any], page_size: int
) -> None:
    with transaction.atomic():
        try:
            _check_history(catalog, api, steps, page_size)
        finally:
            transaction.set_rollback(True)


def _check_history(catalog: Catalog, api: Api, steps: list[Any], page_size: int) -> None:
    waiting: list[CatalogVersion] = []
    history: list[CatalogVersion] = []

    def publish(version: CatalogVersion) -> None:
        now = followed(version)
        history.append(
            services.publish_version(version=version, by="bob", confirm=True, against=now.label if now else "")
        )

    for number, (content, day, publish_now, withdraw_last) in enumerate(steps):
        first_day = date(2026, 1, 1) + timedelta(days=day)
        version = imported(catalog, _file(content, number), label=f"v{number}", effective_from=first_day).version
        assert version is not None
        # Some drafts wait, so that a version follows another than the one it was compared with at import.
        if publish_now:
            publish(version)
        else:
            waiting.append(version)
        if withdraw_last and history and history[-1].state == "published":
            history[-1] = withdrawn(history[-1])
    for version in reversed(waiting):
        publish(version)

    everything = Copy()
    snapshots: dict[str, dict[str, Any]] = {}
    for page in pages(api, catalog.code, page_size=page_size):
        for item in page["results"]:
            everything.apply(item["deltas"])
            if item["event"] == "published" and item["complete"]:
                assert everything.checksum == item["version"]["checksum"]
                snapshots[item["version"]["label"]] = dict(everything.entries)
    assert list(snapshots) == [version.label for version in history]
    assert all(checksum_of(version.pk) == version.checksum for version in history)

    for place, version in enumerate(history):
        copy = Copy(snapshots[version.label])
        reached = [version.checksum]
        for item in items(api, catalog.code, **{"from": version.label}, page_size=page_size):
            copy.apply(item["deltas"])
            if item["event"] == "published" and item["complete"]:
                reached.append(copy.checksum)
        assert reached == [later.checksum for later in history[place:]]


DRUGS = ["甲", "乙", "丙", "丁"]

TEXTS = ["", "限二线", "限（二）线。", "限(二)线"]

YEARS = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from(DRUGS), st.sampled_from(TEXTS), st.sampled_from(["", "注"])),
            min_size=1,
            max_size=6,
            unique_by=lambda row: row[:2],
        ),
        st.booleans(),
        st.integers(0, 900),
        st.sampled_from([[], ["X"], ["X", "Z"]]),
    ),
    min_size=2,
    max_size=4,
)


def _year(rows: list[tuple[str, str, str]], number: int, has_codes: bool) -> str:
    lines = [
        ",".join([*([f"Y{number}-{place}"] if has_codes else []), f"药{drug}片", text, note])
        for place, (drug, text, note) in enumerate(rows)
    ]
    header = ("entry_code," if has_codes else "") + "generic_name,restriction,note"
    return "\n".join([header, *lines]) + "\n" * (number + 1)


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(years=YEARS, page_size=st.integers(1, 5))
def test_a_copy_by_entry_code_follows_new_codes_every_year(
    catalog: Catalog, api: Api, years: list[Any], page_size: int
) -> None:
    with transaction.atomic():
        try:
            history = [
                published(
                    catalog,
                    _year(rows, number, has_codes),
                    label=f"v{number}",
                    effective_from=date(2026, 1, 1) + timedelta(days=day),
                    complete_for=complete_for,
                )
                for number, (rows, has_codes, day, complete_for) in enumerate(years)
            ]
            copy = Copy()
            reached = []
            for page in pages(api, catalog.code, page_size=page_size):
                for item in page["results"]:
                    copy.apply(item["deltas"])
                    if item["complete"]:
                        assert copy.checksum_as(item["version"]) == item["version"]["checksum"]
                        reached.append(item["version"]["label"])
            assert reached == [version.label for version in history]
        finally:
            transaction.set_rollback(True)


def test_a_pair_is_told_by_its_codes(api: Api, catalog: Catalog) -> None:
    published(catalog, "entry_code,generic_name,note\nM-1,甲片,\nM-2,乙片,\n", label="v1")
    published(catalog, "entry_code,generic_name,note\nA-1,甲片,改\nM-2,乙片,（改）\n", label="v2")

    deltas = items(api, "COM", **{"from": "v1"})[0]["deltas"]

    assert [(one["change"], one["entry_code"]) for one in deltas] == [
        ("added", "A-1"),
        ("removed", "M-1"),
        ("changed", "M-2"),
    ]
    assert count_changes(*CatalogVersion.objects.order_by("pk")) == {"added": 0, "removed": 0, "changed": 2}


def test_what_is_declared_while_somebody_reads_all_lists_is_on_his_next_page(
    catalog: Catalog, make_catalog: Callable[..., Catalog]
) -> None:
    published(catalog, FIRST, label="v1")
    seen = clock.observe().known_at
    published(make_catalog("OTHER"), FIRST, label="o1")
    page = feed.page_of_all(None, since=None, size=50, until=seen)
    later = feed.page_of_all(None, since=page.place(None), size=50, until=clock.observe().known_at)

    assert [item.event.version.label for item in (*page.items, *later.items)] == ["v1", "o1"]
    assert len(page.items) == 1


@pytest.mark.django_db(transaction=True)
def test_publications_that_commit_while_the_feed_is_read_come_once_and_in_order(
    make_catalog: Callable[..., Catalog],
) -> None:
    """Three publish at once on lists of their own while a fourth polls: every event comes once, whatever the order of commits."""
    drafts = []
    for list_no in range(3):
        catalog = make_catalog(f"L{list_no}")
        drafts += [imported(catalog, FIRST + "\n" * n, label=f"v{n}").version for n in range(3)]
    busy = threading.Event()
    busy.set()

    def publish(which: int) -> None:
        try:
            for version in drafts[which * 3 : which * 3 + 3]:
                assert version is not None
                now = followed(version)
                services.publish_version(version=version, by="bob", confirm=True, against=now.label if now else "")
        finally:
            connections.close_all()

    read: list[tuple[str, str]] = []
    place = None
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(publish, which) for which in range(3)]
        while busy.is_set():
            if all(job.done() for job in jobs):
                busy.clear()  # once more, then that is all
            page = feed.page_of_all(None, since=place, size=2, until=clock.observe().known_at, with_deltas=False)
            while True:
                read += [(item.event.version.catalog.code, item.event.version.label) for item in page.items]
                place = page.place(place)
                if not page.more:
                    break
                page = feed.page_of_all(None, since=place, size=2, until=clock.observe().known_at, with_deltas=False)
        for job in jobs:
            job.result()

    assert sorted(read) == [(f"L{list_no}", f"v{n}") for list_no in range(3) for n in range(3)]


def test_an_empty_feed_has_no_cursor(api: Api) -> None:
    assert api.get("/changes/").json() == {"cursor": None, "next": None, "results": []}
