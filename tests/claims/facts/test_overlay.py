"""A draft laid over answers as if it were published and known now; nobody else sees anything of it."""

from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

import pytest

from catalog.clock import Observation, observe
from catalog.models import Catalog, CatalogVersion
from claims.eligibility import Claim, Decision, InvalidClaim, answer, assess_claim, parse_claim
from claims.facts import Overlay, caches, load, product_facts
from common import cache
from insurers.models import Insurer
from tests.claims.facts.test_versions import in_database
from tests.claims.test_checks import CLAIM
from tests.conftest import Api, imported, withdrawn
from tests.oracle.worlds import world as random_world
from tests.sharing import share
from tests.worlds import WHEN_ASKED

# The draft of the CIDL lists another drug than the published version.
DRAFT = "entry_code,generic_name,icd10,class_code\nC-2,多奈单抗注射液,G30,XN06DX\nC-3,甘特单抗注射液,G30,XN06DX\n"


def drafts_of(seed: int) -> list[tuple[str, str]]:
    """The versions of a random world that might as well be drafts; none where its request says nothing."""
    world, request = random_world(seed)
    try:
        parse_claim(request, "en")
    except InvalidClaim:
        return []
    listed = [(catalog["code"], version) for catalog in world["catalogs"] for version in catalog["versions"]]
    return [(code, version["label"]) for code, version in listed if not version.get("withdrawn_at")]


SEEDS = share([seed for seed in range(300, 350) if drafts_of(seed)], of="overlay", each=18)


def decided(claim: Claim, insurer_id: int, seen: Observation, overlay: Overlay | None = None) -> Decision:
    days = {line.service_date for line in claim.lines} | ({claim.service_date} if claim.service_date else set())
    snapshot = load(
        product_facts(insurer_id=insurer_id, code=claim.product, seen=seen),
        identities=[line.identity for line in claim.lines],
        days=days,
        known_at=seen.known_at,
        seen=seen,
        overlay=overlay,
    )
    return assess_claim(claim, snapshot)


def claim_of(name: str) -> Claim:
    return parse_claim({**CLAIM, "lines": [{**CLAIM["lines"][0], "generic_name": name}]})


def draft_of(catalog: Catalog, content: str = DRAFT, **upload: Any) -> CatalogVersion:
    version = imported(catalog, content, **{"label": "2026", "effective_from": date(2026, 1, 1)} | upload).version
    assert version is not None
    return version


def outcomes(insurer: Insurer, overlay: Overlay | None, *names: str) -> list[str]:
    seen = observe()
    return [decided(claim_of(name), insurer.pk, seen, overlay).outcome for name in names]


DRUGS = ("仑卡奈单抗注射液", "多奈单抗注射液", "甘特单抗注射液")
AS_PUBLISHED = ["eligible", "eligible", "review"]  # nobody has heard of the third drug
AS_KNOWN = ["eligible", "eligible", "ineligible"]  # the draft names it, but does not list it on the day
AS_DRAFTED = ["ineligible", "eligible", "eligible"]


def test_a_draft_changes_the_answers_of_this_call_and_of_no_other(
    hmb: str,
    cidl: Catalog,
    insurer: Insurer,
    road: str,
) -> None:
    draft = draft_of(cidl)
    cache.clear_all()

    for _turn in range(2):
        assert outcomes(insurer, Overlay((draft.pk,)), *DRUGS) == AS_DRAFTED
        assert outcomes(insurer, None, *DRUGS) == AS_PUBLISHED

    assert all(caches.versions.get((draft.checksum, kind)) is None for kind in ("commercial",))


def test_nothing_of_an_overlay_is_kept_for_others(hmb: str, cidl: Catalog, insurer: Insurer) -> None:
    draft = draft_of(cidl)
    cache.clear_all()

    outcomes(insurer, Overlay((draft.pk,), every_day=True), *DRUGS)

    assert (len(caches.versions), len(caches.snapshots)) == (0, 0)


@pytest.mark.parametrize(
    ("first_day", "every_day", "expected"),
    [
        (date(2026, 3, 14), False, AS_DRAFTED),  # the day of the claim
        (date(2026, 3, 15), False, AS_KNOWN),
        (date(2026, 3, 15), True, AS_DRAFTED),
        (date(2000, 1, 1), True, AS_DRAFTED),
    ],
)
def test_a_draft_is_in_force_by_its_days_or_on_every_day(
    hmb: str,
    cidl: Catalog,
    insurer: Insurer,
    first_day: date,
    every_day: bool,
    expected: list[str],
) -> None:
    draft = draft_of(cidl, effective_from=first_day)

    assert outcomes(insurer, Overlay((draft.pk,), every_day), *DRUGS) == expected


@pytest.mark.parametrize("every_day", [False, True])
def test_a_version_that_a_product_names_by_label_is_not_replaced(
    api: Api,
    cidl: Catalog,
    insurer: Insurer,
    every_day: bool,
) -> None:
    terms = {
        "label": "2026",
        "effective_from": "2026-01-01",
        "benefits": [{"code": "special", "catalogs": [{"catalog": "CIDL", "label": "2025"}], "ratio": "0.7000"}],
    }
    api.post("/products/", {"code": "HMB", "name": "惠民保"})
    assert api.post("/products/HMB/versions/", terms).status_code == 201
    assert api.post("/products/HMB/versions/2026/publish/").status_code == 200
    draft = draft_of(cidl)

    assert outcomes(insurer, Overlay((draft.pk,), every_day), *DRUGS) == AS_KNOWN


def test_a_withdrawn_version_can_be_laid_over(hmb: str, cidl: Catalog, insurer: Insurer) -> None:
    version = withdrawn(cidl.versions.get())
    assert outcomes(insurer, None, *DRUGS) == ["ineligible", "ineligible", "review"]

    assert outcomes(insurer, Overlay((version.pk,)), *DRUGS) == AS_PUBLISHED


def test_a_draft_of_another_insurers_list_is_not_laid_over(
    hmb: str,
    make_catalog: Callable[..., Catalog],
    insurer: Insurer,
    other_insurer: Insurer,
) -> None:
    draft = draft_of(make_catalog("THEIRS", owner_id=other_insurer.pk))
    product = product_facts(insurer_id=insurer.pk, code="HMB", seen=observe())

    _product, laid = Overlay((draft.pk,)).over(product, WHEN_ASKED)

    assert laid == ()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_what_an_overlay_answers_is_what_is_answered_once_the_draft_is_published(
    seed: int,
    road: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, request = random_world(seed)
    code, label = Random(seed).choice(drafts_of(seed))
    insurer = in_database(world, monkeypatch, draft=(code, label))
    draft = CatalogVersion.objects.filter(catalog__code=code, label=label)
    claim = parse_claim(request, "en")
    before = decided(claim, insurer.pk, Observation(1, WHEN_ASKED))

    laid_over = decided(claim, insurer.pk, Observation(1, WHEN_ASKED), Overlay((draft.get().pk,)))

    assert decided(claim, insurer.pk, Observation(1, WHEN_ASKED)).digest == before.digest
    draft.update(published_at=WHEN_ASKED, published_by="bob", state="published")
    after = decided(claim, insurer.pk, Observation(2, WHEN_ASKED))
    assert answer(laid_over, "en") == answer(after, "en")
