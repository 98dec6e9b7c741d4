"""A version compiled whole and one too large for that, asked for by parts, are judged by alike; what is compiled is kept, within a bound."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import known_drugs, services
from catalog.clock import Observation
from catalog.models import Catalog, CatalogVersion
from claims.api import coverage as coverage_api
from claims.eligibility import InvalidClaim, answer, assess_claim, coverage_answer, parse_claim, parse_coverage
from claims.eligibility.compiled import heads_asked
from claims.facts import caches, load, product_facts, versions
from claims.facts.overlay import OwnStore
from claims.facts.products import Reference, references
from claims.facts.versions import IncompletelyRead, compiled
from claims.services import coverage
from common import cache
from insurers.models import Insurer
from tests.claims.test_checks import CLAIM
from tests.conftest import Api, published
from tests.flows.database_world import build, forms_of
from tests.oracle.engine import cover, decide
from tests.oracle.worlds import coverage_query
from tests.oracle.worlds import world as random_world
from tests.sharing import share
from tests.worlds import WHEN_ASKED

SEEN = Observation(revision=1, known_at=WHEN_ASKED)


def in_database(
    world: dict[str, Any], monkeypatch: pytest.MonkeyPatch, draft: tuple[str, str] | None = None
) -> Insurer:
    """Write the world's rows, one version of a catalog as a draft; what is known is read with the world's dosage forms."""
    forms = forms_of(world)
    monkeypatch.setattr(known_drugs, "dosage_forms", lambda: forms)
    return build(world, draft)


def every_reference(insurer_id: int) -> list[Reference]:
    return references(CatalogVersion.objects.filter(published_at__isnull=False), insurer_id)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", share(range(500, 540), of="parts", each=14))
def test_a_part_of_a_version_is_what_the_whole_has_of_it(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    insurer = in_database(random_world(seed)[0], monkeypatch)
    listed = every_reference(insurer.pk)
    dice = Random(seed)
    whole = compiled(listed, (), (), OwnStore())
    every_name = sorted({name for version in whole.values() for name in version.by_name})
    every_class = sorted({key for version in whole.values() for key in version.by_class})
    names = {name for name in every_name if dice.random() < 0.5} | {"不存在"}
    classes = {key for key in every_class if dice.random() < 0.5} | {("xx99x", "Z99")}
    store = OwnStore()
    # Asked twice: the second time some is kept.
    few = set(sorted(names)[::2]), set(sorted(classes)[::2])
    monkeypatch.setattr(versions, "WHOLE_AT_MOST", -1)
    compiled(listed, *few, store)

    parts = compiled(listed, names, classes, store)

    for reference in listed:
        one, other = whole[reference], parts[reference]
        assert other.by_name == {name: found for name, found in one.by_name.items() if name in names}
        assert other.by_class == {key: found for key, found in one.by_class.items() if key in classes}
        assert candidates(other.selectors) == candidates(one.selectors)


def candidates(selectors: Any) -> dict[Any, Any]:
    """What the selectors find, in no order."""
    asked = [((), ()), (("xl01e",), ("C34",)), (("za01",), ())]
    return {one: sorted({entry.entry_code for entry in selectors.candidates(*one)}) for one in asked} | {
        "rest": sorted(entry.entry_code for entry in selectors.rest)
    }


@pytest.mark.django_db
@pytest.mark.parametrize("seed", share(range(40), of="coverage", each=14))
def test_coverage_and_alternatives_are_as_the_core_says_of_the_whole_world(
    seed: int, road: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, query = coverage_query(seed)
    insurer = in_database(world, monkeypatch)
    asked = {name: value for name, value in query.items() if name != "product"}
    parsed = parse_coverage(asked, today=date(2026, 3, 14))

    (found,), _product = coverage(insurer_id=insurer.pk, product_code=query["product"], queries=[parsed], seen=SEEN)

    shown, expected = coverage_answer(found, "en"), cover(world, query)
    assert [one["generic_name"] for one in shown["alternatives"]] == expected["alternatives"]
    assert (shown["outcome"], shown["benefit"]) == (expected["outcome"], expected["benefit"])


@pytest.mark.django_db
@pytest.mark.parametrize("seed", share(range(700, 730), of="large", each=12))
def test_a_claim_against_very_large_versions_is_decided_as_against_small_ones(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "WHOLE_AT_MOST", 0)
    world, request = random_world(seed)
    insurer = in_database(world, monkeypatch)
    expected = decide(world, request)
    try:
        claim = parse_claim(request, "en")
    except InvalidClaim:
        assert expected == {"invalid": True}
        return
    product = product_facts(insurer_id=insurer.pk, code=claim.product, seen=SEEN)
    days = {line.service_date for line in claim.lines} | ({claim.service_date} if claim.service_date else set())
    snapshot = load(
        product,
        identities=[line.identity for line in claim.lines],
        days=days,
        known_at=min(claim.known_at or WHEN_ASKED, WHEN_ASKED),
        seen=SEEN,
    )

    shown = answer(assess_claim(claim, snapshot), "en")

    assert [line["outcome"] for line in shown["lines"]] == [line["outcome"] for line in expected["lines"]]
    assert shown["totals"]["payable"] == expected["totals"]["payable"]


def statements(run: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        run()
    return len([one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


@pytest.mark.parametrize("lines", [1, 5, 500])
def test_a_claim_costs_the_same_few_statements_on_both_roads(
    api: Api,
    hmb: str,
    road: str,
    lines: int,
) -> None:
    claim = {**CLAIM, "lines": [{**CLAIM["lines"][0], "line_no": number + 1} for number in range(lines)]}
    cache.clear_all()

    assert statements(lambda: api.post("/claims/checks/", claim)) <= 10  # the first of a month makes its data key
    assert statements(lambda: api.post("/claims/checks/", claim)) <= 3


def test_a_coverage_query_costs_a_few_statements_on_both_roads(api: Api, hmb: str, road: str) -> None:
    query = {"generic_name": "仑卡奈单抗注射液", "icd10": "G30", "date": "2026-03-14"}

    def ask() -> None:
        assert api.get("/products/HMB/coverage/", query).json()["alternatives"]

    ask()
    cache.clear_all()
    assert statements(ask) <= 10
    coverage_api._answers.clear()
    assert statements(ask) <= 1  # the key with the instant


def test_versions_with_the_same_entries_share_what_is_compiled(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog("CIDL")
    first = published(catalog, "entry_code,generic_name\nA,甲单抗\n", label="2025")
    draft = services.create_draft(
        catalog=catalog, label="2026", effective_from=date(2027, 1, 1), by="alice", copy_of=first
    )
    services.publish_version(version=draft, by="bob")
    one, other = references(CatalogVersion.objects.all(), 0)

    made = compiled([one, other], ("甲单抗",), (), OwnStore())

    assert (made[one].label, made[other].label) == ("2025", "2026")
    assert made[one].by_name["甲单抗"]
    assert made[one].by_name is made[other].by_name


def test_the_same_entries_in_a_list_of_another_kind_are_compiled_anew(make_catalog: Callable[..., Catalog]) -> None:
    content = "entry_code,generic_name,class_code\nA,甲单抗,XL01EA\n"
    for code, kind in (("PAYS", "commercial"), ("NEVER", "negative")):
        published(make_catalog(code, kind), content, label="2025")
    never, pays = references(CatalogVersion.objects.all(), 0)
    assert never.checksum == pays.checksum

    made = compiled([pays, never], (), (), OwnStore())

    assert (bool(made[pays].by_class), bool(made[never].by_class)) == (True, False)


def test_what_was_not_read_whole_is_never_judged_by(make_catalog: Callable[..., Catalog]) -> None:
    published(make_catalog("CIDL"), "entry_code,generic_name\nA,甲单抗\nB,乙单抗\n", label="2025")
    (reference,) = references(CatalogVersion.objects.all(), 0)
    seen_less = Reference(**{name: getattr(reference, name) for name in reference.__slots__} | {"entries": 3})
    store = OwnStore()

    with pytest.raises(IncompletelyRead, match="2 of 3"):
        compiled([seen_less], (), (), store)

    assert store == {}


def test_a_version_that_has_to_go_takes_the_snapshots_with_it(
    api: Api,
    hmb: str,
    make_catalog: Callable[..., Catalog],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api.post("/claims/checks/", CLAIM)
    assert len(caches.snapshots) == 1
    published(make_catalog("OTHER"), "entry_code,generic_name\nA,甲单抗\n", label="2025")
    other = references(CatalogVersion.objects.filter(catalog__code="OTHER"), 0)
    monkeypatch.setattr(caches.versions, "limit", 2)

    compiled(other, (), (), caches.versions)

    assert (len(caches.versions), len(caches.snapshots)) == (1, 0)


def test_an_entry_stands_where_each_of_its_diseases_looks_for_it() -> None:
    assert heads_asked(("C349", "G30")) == {"", "-", "C34", "G30"}
    assert heads_asked(()) == {"", "-"}
