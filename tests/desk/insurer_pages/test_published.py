"""What an insurer's user reads of the office's: published lists, the first page; never a draft, another's list, or a curator's name."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from catalog import clock, consultation, moves, services
from catalog.models import Catalog, CatalogVersion, Comment
from claims.models import ClaimBatch
from insurers import approval, key_issuing
from insurers import services as insurers
from insurers.models import Insurer, ProductVersion
from insurers.product_lists import referred_to
from insurers.terms import CatalogReference
from tests.conftest import imported, published
from tests.desk.insurer_pages.conftest import At
from tests.desk.test_insurers import text_of
from tests.desk.test_matrix import World, routes

pytestmark = pytest.mark.django_db

HEAD = "entry_code,generic_name,icd10,indication\n"
LIST = HEAD + "E-1,奥希替尼片,C34,非小细胞肺癌\nE-2,阿昔替尼片,C64,肾细胞癌\n"
TERMS = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "benefits": [{"code": "b", "name": "责任", "ratio": "0.5", "catalogs": [{"catalog": "COM"}]}],
}


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:{name}", args=args)


def body(answer: Any) -> str:
    chunks = answer.streaming_content if answer.streaming else [answer.content]
    return b"".join(chunks).decode("utf-8", "replace")


@pytest.fixture
def edition(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    return published(make_catalog("COM", name="某地清单"), LIST)


def below(version: CatalogVersion, name: str, *more: str) -> str:
    return page(f"catalog_catalog_published_{name}", version.catalog_id, version.pk, *more)


# --- Published lists


def test_a_published_list_is_read_searched_and_taken_away(ines: At, edition: CatalogVersion) -> None:
    menu = text_of(ines.get(page("index")))
    lists = text_of(ines.get(page("catalog_catalog_published"), {"q": "某地"}))
    one = text_of(ines.get(page("catalog_catalog_published_list", edition.catalog_id)))
    found = text_of(ines.get(below(edition, "version"), {"q": "axtn", "icd10": "C34.1"}))
    entry = text_of(ines.get(below(edition, "entry"), {"entry": "E-2"}))
    file = body(ines.get(below(edition, "file", "csv"), {"q": "阿昔"}))

    assert "目录" in menu
    assert "某地清单" in lists
    assert "v1" in one
    assert ("奥希替尼片" in found, "阿昔替尼片" in found) == (True, False)
    assert "肾细胞癌" in entry
    assert ("E-2" in file, "E-1" in file) == (True, False)
    assert body(ines.get(below(edition, "file", "xlsx")))[:2] == "PK"
    assert "某地清单" not in text_of(ines.get(page("catalog_catalog_published"), {"q": "无此"}))


@pytest.mark.parametrize("state", ["draft", "in consultation", "in review"])
def test_what_is_not_published_is_not_there(state: str, ines: At, edition: CatalogVersion) -> None:
    draft = imported(edition.catalog, HEAD + "E-9,秘密片,I10,\n", label="v2").version
    assert draft is not None
    if state == "in consultation":
        moves.submit_version(version=draft, by="alice")
    if state == "in review":
        services.request_review(version=draft, by="alice", note="")

    for name, more in (("version", []), ("entry", []), ("file", ["csv"])):
        assert ines.get(below(draft, name, *more), {"entry": "E-9"}).status_code == 404
    assert "v2" not in text_of(ines.get(page("catalog_catalog_published_list", edition.catalog_id)))


def test_a_list_without_an_edition_is_not_there(ines: At, make_catalog: Callable[..., Catalog]) -> None:
    draft = imported(make_catalog("NEW", name="新清单"), LIST).version
    assert draft is not None

    assert ines.get(page("catalog_catalog_published_list", draft.catalog_id)).status_code == 404
    assert "新清单" not in text_of(ines.get(page("catalog_catalog_published")))


def test_a_private_list_is_its_owners(
    ines: At, bea: At, insurer: Insurer, make_catalog: Callable[..., Catalog]
) -> None:
    private = published(make_catalog("OWN", name="甲司清单", owner_id=insurer.pk), LIST)
    addresses = [page("catalog_catalog_published_list", private.catalog_id), below(private, "version")]
    addresses += [below(private, "entry") + "?entry=E-1", below(private, "file", "csv")]

    assert [ines.get(one).status_code for one in addresses] == [200] * 4
    assert [bea.get(one).status_code for one in addresses] == [404] * 4
    assert "甲司清单" not in text_of(bea.get(page("catalog_catalog_published")))


def test_a_version_is_found_below_its_own_list_only(
    ines: At, edition: CatalogVersion, make_catalog: Callable[..., Catalog]
) -> None:
    other = published(make_catalog("B"), LIST)

    address = page("catalog_catalog_published_version", other.catalog_id, edition.pk)
    assert ines.get(address).status_code == 404


@pytest.mark.parametrize("group", ["目录编辑", "目录复核", "审计", "系统管理"])
def test_the_office_has_pages_of_its_own(group: str, edition: CatalogVersion) -> None:
    user = User.objects.create(username="olga", is_staff=True)
    user.groups.add(Group.objects.get(name=group))

    assert At(user).get(below(edition, "version")).status_code == 403


def test_a_filter_of_the_office_is_none_here(ines: At, bea: At, edition: CatalogVersion) -> None:
    """Which entries others commented on cannot be asked."""
    told = ines.get(below(edition, "version"), {"commented": "on"})

    assert told.context["entries"].paginator.count == 2
    assert "commented" not in told.context["filters"].fields


# --- Names and drafts

CURATORS = ("馆员甲编", "馆员乙核")
SECRET = "秘密草稿片"


@pytest.fixture
def worked(insurer: Insurer, ines: At, make_catalog: Callable[..., Catalog]) -> dict[str, Any]:
    """Everything an insurer's user may open, with curators' names on it wherever one is kept."""
    editor, reviewer = CURATORS
    catalog = make_catalog("COM", name="某地清单")
    edition = published(catalog, LIST, by=editor, publisher=reviewer)
    hidden = imported(catalog, HEAD + f"E-9,{SECRET},I10,\n", label="v2", by=editor).version
    asked = imported(make_catalog("CIDL"), LIST, by=editor).version
    assert hidden is not None and asked is not None
    moves.submit_version(version=asked, by=editor)
    comment = consultation.add_comment(
        version=asked, insurer_id=insurer.pk, by="ines", stance="oppose", text="价格过高", entry_code="E-1"
    )
    consultation.answer_comment(comment=comment, by=reviewer, disposition="accepted", text="已采纳")
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by=editor)
    version = insurers.create_product_version(product=product, data=TERMS, by="ines")
    insurers.publish_product_version(version=version, by=reviewer)
    key, _secret = key_issuing.issue_insurer_key(insurer=insurer, scopes=["catalog:read"], by=reviewer)
    return {
        "catalog": catalog.pk,
        "catalogversion": edition.pk,
        "hidden": hidden.pk,
        "asked": asked.pk,
        "comment": comment.pk,
        "product": product.pk,
        "productversion": version.pk,
        "apikey": key.pk,
        "insurer": insurer.pk,
    }


def addresses(ids: dict[str, Any]) -> Iterator[str]:
    """Every page of the desk, of every row above whose model it is about."""
    for name, pattern in sorted(routes().items()):
        if name in {"logout", "desk:end-sessions"}:
            continue
        for shown in ("catalogversion", "hidden", "asked"):
            world = World({**ids, "catalogversion": ids[shown], "form": "csv", "kind": "commercial"})
            if "comment_of" in name or "comment_s" in name or "comment_upload" in name:
                yield page(name, ids[shown])
            else:
                world.ids |= {
                    "app_label": "insurers",
                    "entry_pk": 1,
                    "upload_pk": "00000000-0000-0000-0000-000000000000",
                    "comment_pk": ids["comment"],
                }
                uuids = (
                    "claimbatch",
                    "webhook",
                    "claimcheck",
                    "importrun",
                    "delivery_pk",
                    "collection",
                    "finding",
                    "impactrun",
                )
                for given in (*uuids, "goldencase"):
                    world.ids.setdefault(given, "00000000-0000-0000-0000-000000000000")
                yield world.address(name, pattern)


def test_no_curators_name_and_no_draft_stands_on_any_page_an_insurer_may_open(ines: At, worked: dict[str, Any]) -> None:
    opened = {}
    for address in dict.fromkeys(addresses(worked)):
        answer = ines.get(address)
        if answer.status_code == 200:
            opened[address] = body(answer)

    telling = {address for address, told in opened.items() if any(one in told for one in (*CURATORS, SECRET))}
    assert telling == set()
    # The walk came to what it is about.
    for address in (
        page("index"),
        page("catalog_catalog_published"),
        page("catalog_catalog_published_version", worked["catalog"], worked["catalogversion"]),
        page("catalog_comment_of", worked["asked"]),
        page("catalog_comment_history", worked["comment"]),
        page("insurers_product_history", worked["product"]),
        page("insurers_productversion_change", worked["productversion"]),
        page("insurers_productversion_changelist"),
        page("insurers_apikey_history", worked["apikey"]),
    ):
        assert address in opened, address
    assert "目录办公室" in opened[page("insurers_productversion_change", worked["productversion"])]
    assert "ines" in opened[page("insurers_productversion_change", worked["productversion"])]


# --- The first page


def own(person: At) -> dict[str, Any]:
    told: dict[str, Any] = person.get(page("index")).context["own"]
    return told


def test_open_consultations_say_whether_one_commented(
    ines: At, bea: At, insurer: Insurer, make_catalog: Callable[..., Catalog]
) -> None:
    asked = imported(make_catalog("CIDL", name="创新药目录"), LIST).version
    assert asked is not None
    day = clock.china_today(clock.observe().known_at) + timedelta(days=9)
    moves.submit_version(version=asked, by="alice", comments_until=day)
    comment = consultation.add_comment(
        version=asked, insurer_id=insurer.pk, by="ines", stance="oppose", text="价格过高", entry_code="E-1"
    )

    assert [one.commented for one in own(ines)["open_consultations"]] == [True]
    assert [one.commented for one in own(bea)["open_consultations"]] == [False]
    assert str(day) in text_of(bea.get(page("index")))

    consultation.answer_comment(comment=comment, by="alice", disposition="accepted", text="已采纳")
    assert "已采纳" in text_of(ines.get(page("index")))
    assert own(bea)["answers"] == []
    Comment.objects.update(answered_at=clock.observe().known_at - timedelta(days=31))
    assert own(ines)["answers"] == []


def test_a_product_version_waits_for_who_did_not_write_it(
    ines: At, ivan: At, bea: At, insurer: Insurer, edition: CatalogVersion
) -> None:
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ines")
    version = insurers.create_product_version(product=product, data=TERMS, by="ines")
    assert own(ivan)["to_approve"][:] == []

    approval.submit_product_version(version=version, by="ines")

    waiting = {person.user.username: [str(one) for one in own(person)["to_approve"]] for person in (ines, ivan, bea)}
    assert waiting == {"ines": [], "ivan": ["HMB 2026"], "bea": []}
    rows = [row for group in ivan.get(page("index")).context["sidebar_navigation"] for row in group["items"]]
    assert [row.get("badge") for row in rows][0] == "1"


def test_editions_of_the_lists_that_products_name_begin_and_end(
    ines: At, bea: At, insurer: Insurer, make_catalog: Callable[..., Catalog]
) -> None:
    day = clock.china_today(clock.observe().known_at)
    com, other = make_catalog("COM", name="某地清单"), make_catalog("OTHER", name="别的清单")
    published(com, LIST, effective_to=day + timedelta(days=20))
    published(com, LIST, label="v2", effective_from=day + timedelta(days=21))
    published(com, LIST, label="v3", effective_from=day + timedelta(days=61))
    published(other, LIST, effective_to=day + timedelta(days=5))
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ines")
    version = insurers.create_product_version(product=product, data=TERMS, by="ines")

    coming = [(str(one[0] - day).split(" ")[0], one[1], one[2].label) for one in own(ines)["coming"]]
    assert coming == [("20", "ends", "v1"), ("21", "begins", "v2")]
    assert own(bea)["coming"] == []

    pinned = {
        **version.terms,
        "benefits": [{**version.terms["benefits"][0], "catalogs": [{"catalog": "COM", "label": "v1"}]}],
    }
    ProductVersion.objects.filter(pk=version.pk).update(terms=pinned)
    assert [(one[1], one[2].label) for one in own(ines)["coming"]] == [("ends", "v1")]
    assert referred_to(insurer.pk, day) == {CatalogReference("COM", "v1")}


def test_batches_are_shown_while_they_are_under_way_and_when_they_failed(
    ines: At, bea: At, insurer: Insurer, edition: CatalogVersion
) -> None:
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="ines")
    seen = clock.observe()
    for state in ("queued", "running", "failed", "cancelled"):
        ClaimBatch.objects.create(
            insurer=insurer,
            product=product,
            state=state,
            known_at=seen.known_at,
            revision=1,
            file_name=f"{state}.csv",
            file_path=state,
            file_size=1,
            sha256="0" * 64,
            created_by="ines",
            created_at=seen.known_at,
        )

    assert {one.state for one in own(ines)["batches"]} == {"queued", "running", "failed"}
    assert own(bea)["batches"] == []


def test_the_first_page_and_a_list_are_bounded(
    ines: At, worked: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    ines.get(page("index"))
    for address in (
        page("index"),
        page("catalog_catalog_published"),
        page("catalog_catalog_published_version", worked["catalog"], worked["catalogversion"]),
    ):
        with django_assert_max_num_queries(20):
            assert ines.get(address).status_code == 200


def test_an_insurers_user_finds_the_template_of_claims(ines: At) -> None:
    upload = ines.get(page("claims_claimbatch_add")).content.decode()
    links = re.findall(r'href="([^"]*templates/claims\.\w+)"', upload)

    assert [ines.get(one).status_code for one in links] == [200, 200]
    assert ines.get(page("catalog_catalog_template", "commercial", "csv")).status_code == 403
    assert Client().get(links[0]).status_code == 302
