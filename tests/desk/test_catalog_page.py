"""A catalog's page: facts corrected with their history, its versions on a band, the products that use it, and everything that can be taken away."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from catalog import services
from catalog.importing.columns import header_names, table_of
from catalog.models import Catalog, CatalogVersion
from claims.batches.columns import CLAIM_LINES
from common.audit.models import Record
from common.errors import Refused
from desk.band import LEFT, WIDTH, Edition, band_of
from insurers import services as insurers
from insurers.models import Insurer
from insurers.products_reached import latest_naming
from tests.conftest import Api, imported, published
from tests.desk.test_catalogs import TWO_ROWS, curator, page, text_of
from tests.files import saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Client:
    return curator("alice")


FACTS = {
    "name": "新名",
    "publisher": "某协会",
    "province": "上海",
    "premium_cny": "12.50",
    "insured_count": "9",
    "note": "改",
}


def test_facts_are_corrected_and_the_log_says_what_they_were(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    catalog = make_catalog(name="旧名")
    published(catalog, TWO_ROWS)

    answer = alice.post(page("catalog_catalog_edit", catalog.pk), {**FACTS, "provenance": "official"})

    assert answer.status_code == 302, text_of(answer)
    catalog.refresh_from_db()
    assert (catalog.name, catalog.premium_cny, catalog.insured_count) == ("新名", Decimal("12.50"), 9)
    deed = Record.objects.filter(deed="catalog.changed").get()
    assert (deed.who, deed.before["name"], deed.after["name"]) == ("alice", "旧名", "新名")
    assert "旧名" in text_of(alice.get(page("catalog_catalog_change", catalog.pk)))


@pytest.mark.parametrize("fact", ["code", "kind", "series", "owner_id"])
def test_what_answers_rest_on_stays_once_a_version_is_published(
    make_catalog: Callable[..., Catalog], insurer: Insurer, fact: str
) -> None:
    other = {"code": "NEU", "kind": "reference", "series": "A", "owner_id": insurer.pk}[fact]
    catalog = make_catalog()
    services.change_catalog(catalog=catalog, by="alice", **{fact: other})
    services.change_catalog(catalog=catalog, by="alice", code="COM", kind="commercial", series="", owner_id=None)
    imported(catalog, TWO_ROWS)
    services.change_catalog(catalog=catalog, by="alice", note="a draft changes nothing")
    published(catalog, TWO_ROWS.replace("C34", "C50"), label="v2")

    with pytest.raises(Refused) as refused:
        services.change_catalog(catalog=catalog, by="alice", **{fact: other})
    assert refused.value.code == "catalog_published"


def test_the_api_corrects_facts_under_an_etag(maker: Api, api: Api, make_catalog: Callable[..., Catalog]) -> None:
    make_catalog("COM", name="旧名")
    read = maker.get("/catalogs/COM/")
    patch = maker.client.patch

    def sent(body: dict[str, Any], **headers: str) -> Any:
        return patch(
            "/api/v1/catalogs/COM/", body, content_type="application/json", headers={**maker.headers, **headers}
        )

    changed = sent({"name": "新名", "premium_cny": "3.00"}, **{"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["name"], changed.json()["premium_cny"]) == (200, "新名", "3.00")
    assert changed["ETag"] == maker.get("/catalogs/COM/")["ETag"] != read["ETag"]
    assert sent({"name": "x"}, **{"If-Match": read["ETag"]}).status_code == 412
    assert sent({"kind": "no such"}).status_code == 400
    assert sent({"nonsense": 1}).status_code == 400
    assert sent({"code": "NEU"}).json()["code"] == "NEU"


# --- the band


def test_the_band_says_in_words_what_it_draws(alice: Client, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, TWO_ROWS, label="v2024", effective_from=date(2024, 1, 1), effective_to=date(2024, 12, 31))
    published(catalog, TWO_ROWS + "E-3,x,C10\n", label="v2099", effective_from=date(2099, 1, 1))

    shown = alice.get(page("catalog_catalog_change", catalog.pk)).content.decode()

    assert "<title id" in shown and "<desc id" in shown
    assert "v2024: 2024-01-01 – 2024-12-31" in shown and "v2099: 2099-01-01 – …" in shown
    assert "style=" not in shown[shown.index("<svg") : shown.index("</svg>")]


DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(DAYS, st.none() | st.integers(0, 4000)), max_size=12), DAYS)
def test_every_bar_lies_on_the_band(spans: list[tuple[date, int | None]], today: date) -> None:
    editions = [
        Edition(str(n), first, None if days is None else first + timedelta(days), "in_force", "", "")
        for n, (first, days) in enumerate(spans)
    ]
    band = band_of(editions, today)

    if not editions:
        assert band is None
        return
    assert band is not None
    assert all(bar.x >= LEFT and bar.width > 0 and bar.x + bar.width <= WIDTH + 4 for bar in band.bars)
    assert band.today is not None and LEFT <= band.today <= WIDTH
    assert len(band.marks) <= 12
    by_first = sorted(band.bars, key=lambda bar: bar.edition.first)
    assert [bar.x for bar in by_first] == sorted(bar.x for bar in band.bars)


# --- products


def test_products_that_follow_it_and_that_are_pinned_are_named(
    alice: Client, insurer: Insurer, make_catalog: Callable[..., Catalog], api: Api
) -> None:
    com, other = make_catalog("COM"), make_catalog("OTHER")
    published(com, TWO_ROWS)
    published(other, TWO_ROWS)
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="dora")
    benefit = {"code": "b", "ratio": "0.7000", "catalogs": [{"catalog": "COM"}, {"catalog": "COM", "label": "v1"}]}
    terms = {"label": "2026", "effective_from": "2026-01-01", "effective_to": "2026-12-31", "benefits": [benefit]}
    insurers.create_product_version(product=product, data=terms, by="dora")

    (naming,) = latest_naming(com, date(2026, 6, 1), most=10)

    assert (naming.version.label, naming.follows, naming.pins) == ("2026", True, ("v1",))
    assert latest_naming(other, date(2026, 6, 1), most=10) == []
    shown = text_of(alice.get(page("catalog_catalog_change", Catalog.objects.get(code="COM").pk)))
    assert "惠民保 2026" in shown and "pinned to v1" in shown


# --- what can be taken away


@pytest.fixture
def two(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    catalog = make_catalog(provenance="official")
    published(catalog, TWO_ROWS)
    run = imported(catalog, TWO_ROWS.replace("E-2,伏美替尼片,C34", "E-2,伏美替尼片,C50\nE-3,=cmd(),C10"), label="v2")
    assert run.version is not None
    return run.version


def rows_of(answer: Any, form: str) -> list[list[str]]:
    content = answer.getvalue()
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(content)).active
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_any_version_comes_as_a_file_that_can_be_imported_again(
    alice: Client, two: CatalogVersion, form: str, language: str
) -> None:
    address = page("catalog_catalog_entries_file", two.catalog_id, two.pk, form)
    answer = alice.get(address, headers={"accept-language": language})
    content = answer.getvalue()

    again = imported(two.catalog, content, label="again", file_name=f"x.{form}")
    assert again.version is not None
    assert again.version.checksum == two.checksum


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_a_search_found_and_what_changed_come_as_files(alice: Client, two: CatalogVersion, form: str) -> None:
    found = rows_of(alice.get(page("catalog_catalog_entries_file", two.catalog_id, two.pk, form), {"q": "伏美"}), form)
    assert [row[0] for row in found[1:]] == ["E-2"]

    changes = rows_of(alice.get(page("catalog_catalog_changes_file", two.catalog_id, two.pk, form)), form)
    assert {(row[0], row[2]) for row in changes[1:]} == {("Changed", "E-2"), ("Added", "E-3")}
    assert not any(cell.startswith("=") for row in changes for cell in row)


def test_the_print_page_says_what_it_is_and_where_it_comes_from(alice: Client, two: CatalogVersion) -> None:
    shown = alice.get(page("catalog_catalog_print", two.catalog_id, two.pk)).content.decode()

    assert two.checksum in shown and "Official" in shown and "Not a list in force" in shown
    assert "<script" not in shown and shown.count("<h1") == 1


def test_nothing_is_taken_away_without_the_right_or_of_another_catalog(
    two: CatalogVersion, make_catalog: Callable[..., Catalog]
) -> None:
    nobody = Client()
    nobody.force_login(
        User.objects.create(username="nina", is_staff=True), backend="django.contrib.auth.backends.ModelBackend"
    )
    other = make_catalog("OTHER")
    alice = curator("al")
    for name, *form in (("entries_file", "csv"), ("changes_file", "csv"), ("print",)):
        assert nobody.get(page(f"catalog_catalog_{name}", two.catalog_id, two.pk, *form)).status_code == 403
        assert alice.get(page(f"catalog_catalog_{name}", other.pk, two.pk, *form)).status_code == 404


def test_pages_ask_for_few_statements(alice: Client, two: CatalogVersion) -> None:
    for address in (
        page("catalog_catalog_change", two.catalog_id),
        page("catalog_catalog_print", two.catalog_id, two.pk),
        page("catalog_catalog_edit", two.catalog_id),
    ):
        with CaptureQueriesContext(connection) as asked:
            assert alice.get(address).status_code == 200
        statements = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
        assert len(statements) <= 20, "\n".join(statements)


# --- templates


@pytest.mark.parametrize("kind", ["commercial", "base", "negative", "base_exclusion", "reference", "drugs", "claims"])
def test_a_template_names_every_column_so_that_an_import_knows_it(alice: Client, kind: str) -> None:
    columns = CLAIM_LINES if kind == "claims" else table_of(kind)
    book = load_workbook(io.BytesIO(alice.get(page("catalog_catalog_template", kind, "xlsx")).getvalue()))
    names = header_names("commercial" if kind == "claims" else kind)

    headers = [cell.value for cell in book.worksheets[0][1]]
    assert len(headers) == len(set(headers)) == len(columns)
    if kind != "claims":
        assert [names.known(header) for header in headers] == [column.name for column in columns]
    assert [row[0].value for row in book["说明"].iter_rows(min_row=2)] == headers
    assert all(row[3].value for row in book["说明"].iter_rows())
    lines = alice.get(page("catalog_catalog_template", kind, "csv")).getvalue().decode("utf-8-sig").splitlines()
    assert lines == [",".join(headers)]


def test_a_filled_template_is_imported_without_a_word_about_its_own_sheet(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    book = load_workbook(io.BytesIO(alice.get(page("catalog_catalog_template", "commercial", "xlsx")).getvalue()))
    data = book.worksheets[0]
    data.append(["药品甲片" if cell.value == "通用名" else None for cell in data[1]])

    run = imported(make_catalog(), saved(book), file_name="x.xlsx")

    assert (run.outcome, run.warning_count) == ("ready", 0)


@pytest.mark.parametrize("address", [("nonsense", "csv"), ("base", "exe")])
def test_there_are_no_other_templates(alice: Client, address: tuple[str, str]) -> None:
    assert alice.get(page("catalog_catalog_template", *address)).status_code == 404
