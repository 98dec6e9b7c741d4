"""Who comes to which page of the desk: every route × every role → status, read from tests/cases/desk_matrix.txt; a route that is not listed fails.

A page that only a POST does something on is asked with GET too: its form is what it protects. Insurer B's user asks for A's rows, and nothing that
bears A's mark may stand in any answer.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone

from catalog import consultation, moves
from catalog.clock import observe
from catalog.models import CatalogEntry, Comment, ImportRun
from catalog.upload_steps import begin_upload
from claims.authorisations.services import ask, ask_papers
from claims.models import ClaimCheck
from common.audit.models import Record
from common.jobs.models import Job
from curation.findings.causes import Cause
from curation.findings.services import follow
from curation.golden.services import Given, make_case
from curation.impact.services import Asked, ask_impact
from desk.frame import Logged
from desk.roles import ADMINISTRATOR, EDITOR, GROUPS, REVIEWER, SECURITY, why_not_together
from insurers import services
from insurers.models import ApiKey, ApiRequest, Insurer, ProductVersion
from insurers.persons import bind_user
from insurers.webhooks import services as webhooks
from tests.api.conftest import collected
from tests.conftest import Api, imported, published

pytestmark = pytest.mark.slow

FILE = Path(__file__).parent.parent / "cases" / "desk_matrix.txt"
ROLES = ("nobody", "目录编辑", "目录复核", "审计", "系统管理", "安全管理", "A", "B")
MARK = "甲的秘密"
LIST = "entry_code,generic_name,icd10\nE-1,奥希替尼片,C34\n"
TERMS = {"label": "2026", "effective_from": "2026-01-01", "benefits": [{"code": "b", "name": MARK, "ratio": "0.5"}]}
# Pages of the theme that hold nothing of ours, and sign-in itself.
NOT_OURS = {"jsi18n", "autocomplete", "view_on_site"}


def routes() -> dict[str, URLPattern]:
    """Every named route below /admin/, by name."""
    found: dict[str, URLPattern] = {}

    def walk(patterns: list[Any], within: str) -> None:
        for one in patterns:
            if isinstance(one, URLResolver):
                walk(one.url_patterns, within)
            elif one.name and one.name not in NOT_OURS:
                found[within + one.name] = one

    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and "admin/" in str(resolver.pattern):
            # Those of a model stand in the table without the namespace.
            walk(resolver.url_patterns, "" if resolver.namespace == "admin" else f"{resolver.namespace}:")
    return found


def listed() -> dict[str, tuple[str, ...]]:
    """The table: a route's name, then a status for each role."""
    rows = (line.split() for line in FILE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return {name: tuple(statuses) for name, *statuses in rows}


@dataclass
class World:
    """A row of everything, the insurers' rows A's and marked so."""

    ids: dict[str, Any] = field(default_factory=dict)

    def address(self, name: str, pattern: URLPattern) -> str:
        given = {}
        for argument in pattern.pattern.converters or {}:
            if argument in {"pk", "object_id", "id", "run_pk", "version_pk"}:
                key = "catalogversion" if argument == "version_pk" else self.model_of(name)
                given[argument] = self.ids[key] if key in self.ids else _some_row(name)
            else:
                given[argument] = self.ids.get(argument, 1)
        full = name if ":" in name else f"admin:{name}"
        return reverse(full, kwargs=given) if given else reverse(full, args=self._plain(pattern))

    def _plain(self, pattern: URLPattern) -> list[Any]:
        return ["catalog"] if pattern.name == "app_list" else []

    def model_of(self, name: str) -> str:
        return name.split("_")[1] if "_" in name else name


def _some_row(name: str) -> Any:
    """The id of a row of the model whose page this is: of a vocabulary, whose ids are nobody's."""
    model = apps.get_model(*name.split("_")[:2])
    row = model._default_manager.order_by("pk").first()
    return row.pk if row else 1


@pytest.fixture
def world(make_catalog: Callable[..., Any], insurer: Insurer, api: Api) -> World:
    catalog = make_catalog("CIDL")
    draft = imported(catalog, LIST).version
    assert draft is not None
    moves.submit_version(version=draft, by="alice")
    published(make_catalog("COM"), LIST)
    product = services.create_product(insurer_id=insurer.pk, code="HMB", name=MARK, by="ines")
    version = services.create_product_version(product=product, data=TERMS, by="ines")
    kept = services.create_product_version(product=product, data={**TERMS, "label": "2025"}, by="ines")
    services.publish_product_version(version=kept, by="ivan")
    asked = ApiRequest.objects.create(id="1", insurer=insurer, key=MARK, status=200, milliseconds=1, at=timezone.now())
    webhook = webhooks.add_webhook(
        insurer_id=insurer.pk, url="https://hooks.example.com/a", events=["batch.finished"], note=MARK, by="ines"
    )
    delivery = webhooks.send_test(webhook=webhook, by="ines", at=timezone.now())
    comment = consultation.add_comment(
        version=draft, insurer_id=insurer.pk, by="ines", stance="oppose", text=MARK, entry_code="E-1"
    )
    header = "claim_no,member_ref,line_no,service_date,diagnoses,setting,generic_name,quantity,amount\n"
    claims = SimpleUploadedFile(f"{MARK}.csv", f"{header}C,M,1,2026-03-01,I10,inpatient,阿司匹林片,1,1.00\n".encode())
    batch = api.upload("/claims/batches/", claims, product="HMB").json()
    claim = {"product": "HMB", "claim_no": MARK, "service_date": "2026-03-01", "diagnoses": ["I10"], "lines": []}
    line = {"line_no": 1, "generic_name": "阿司匹林片", "quantity": "1", "amount": "1.00", "setting": "inpatient"}
    answer = api.post("/claims/checks/", {**claim, "lines": [line]})
    check = ClaimCheck.objects.first()
    assert check is not None, answer.content
    cause = Cause("uncoded", ("PRIVATE", MARK), (("PRIVATE", "v1"),), owner=insurer.pk, text=MARK)
    (finding,) = follow([cause], at=timezone.now())
    ids: dict[str, Any] = {
        "finding": finding.pk,
        "catalog": catalog.pk,
        "catalogversion": draft.pk,
        "importrun": ImportRun.objects.filter(catalog=catalog).get().pk,
        "entry_pk": CatalogEntry.objects.filter(version=draft).get().pk,
        "insurer": insurer.pk,
        "product": product.pk,
        "productversion": version.pk,
        "apikey": ApiKey.objects.order_by("pk")[0].pk,
        "webhook": webhook.pk,
        "apirequest": asked.pk,
        "delivery_pk": delivery.pk,
        "comment": comment.pk,
        "claimbatch": batch["id"],
        "claimcheck": check.pk,
        "job": Job.objects.order_by("pk").first().pk,
        "record": Record.objects.order_by("pk").first().pk,
    }
    days = Asked("HMB", first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))
    run = ask_impact(version=draft, insurer_id=insurer.pk, asked=days, by="ines", seen=observe())
    ids["impactrun"], ids["table"] = run.pk, "matrix"
    kept = Given(MARK, claim | {"lines": [line]}, {"lines": [{"outcome": "eligible"}]}, product="HMB")
    ids["goldencase"] = make_case(given=kept, insurer_id=insurer.pk, by="ines").pk
    wanted = {"product": "HMB", "member_ref": "M-1", "generic_name": "没听说过的药", "quantity": "1"}
    waiting = ask(insurer_id=insurer.pk, data=wanted, by="ines", seen=observe())
    ids["priorauthorisation"] = ask_papers(authorisation=waiting, names=[MARK], by="ines").pk
    ids["collection"] = collected().pk
    ids["user"] = User.objects.create(username="target", is_staff=True).pk
    ids["group"] = Group.objects.get(name="目录编辑").pk
    ids["app_label"] = "insurers"
    ids["form"], ids["kind"] = "csv", "commercial"
    ids["comment_pk"] = comment.pk
    ids["upload_pk"] = begin_upload(catalog=catalog, chunks=[LIST.encode()], file_name="x.csv", by="person-1").pk
    return World(ids)


@pytest.fixture
def insurers_people(insurer: Insurer) -> Insurer:
    """The insurer that A's people work for."""
    return insurer


@pytest.fixture
def people(insurers_people: Insurer, other_insurer: Insurer) -> dict[str, Client]:
    found = {}
    for number, role in enumerate(ROLES):
        client = found[role] = Client(headers={"accept-language": "zh-hans"})
        if role == "nobody":
            continue
        user = User.objects.create(username=f"person-{number}", is_staff=True)
        if role in GROUPS:
            user.groups.add(Group.objects.get(name=role))
        else:
            bind_user(user=user, insurer=insurers_people if role == "A" else other_insurer, by="sam")
        client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    return found


def test_every_route_is_in_the_table_and_none_that_is_gone() -> None:
    names, told = set(routes()), set(listed())

    assert names - told == set(), "add a line for each: " + " ".join(sorted(names - told))
    assert told - names == set(), "these routes are gone"


@pytest.mark.django_db
def test_who_comes_to_which_page(world: World, people: dict[str, Client]) -> None:
    table, differing = listed(), []
    for name, pattern in sorted(routes().items()):
        address = world.address(name, pattern)
        answers = {
            role: client.get(address) for role, client in people.items() if name not in {"logout", "desk:end-sessions"}
        }
        found = tuple(str(answers[role].status_code) if role in answers else "-" for role in ROLES)
        if found != table.get(name):
            differing.append(f"{name} {' '.join(found)}")
        for role, answer in answers.items():
            assert_closed(answer, f"{name} {role}")
        if "B" in answers:
            assert MARK not in _text(answers["B"]), f"{name} shows B what is A's"

    assert differing == [], "\n" + "\n".join(differing)


def test_every_page_tells_the_log_of_deeds_and_none_the_admins_own() -> None:
    unlogged = [model.__name__ for model, pages in admin.site._registry.items() if not isinstance(pages, Logged)]
    # A page may add to its history; what it tells of is the log of deeds all the same.
    told = ("log_addition", "log_change", "log_deletions")
    own = [
        f"{model.__name__}.{name}"
        for model, pages in admin.site._registry.items()
        for name in told
        if getattr(type(pages), name) is not getattr(Logged, name)
    ]

    assert (unlogged, own) == ([], [])
    assert LogEntry not in admin.site._registry


@pytest.mark.django_db
def test_nothing_that_b_posts_touches_what_is_as(world: World, people: dict[str, Client]) -> None:
    before = _kept()
    for name, pattern in sorted(routes().items()):
        if name not in {"login", "logout", "password_change", "desk:end-sessions", "desk:password"}:
            people["B"].post(world.address(name, pattern), {"text": "x", "reason": "x", "do": "keep", "events": []})

    assert _kept() == before
    assert not LogEntry.objects.exists()


def assert_closed(answer: Any, where: str) -> None:
    """No frame holds the page, no type is guessed, and nobody keeps what a person may see (A37)."""
    assert answer["X-Content-Type-Options"] == "nosniff", where
    assert answer["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in answer["Content-Security-Policy"], where
    assert "no-store" in answer.get("Cache-Control", ""), where


RIGHTS = {"is_active": "on", "is_staff": "on", "is_superuser": "on", "name": "own", "username": "made-by-post"}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_no_role_widens_anybodys_rights_at_any_address_of_accounts(
    world: World, people: dict[str, Client], role: str
) -> None:
    every = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
    groups = [str(pk) for pk in Group.objects.filter(name__in=(EDITOR, REVIEWER)).values_list("pk", flat=True)]
    sent = {**RIGHTS, "user_permissions": every, "permissions": every, "groups": groups}
    own = people[role].session.get("_auth_user_id")
    mine = Group.objects.filter(user=own).values_list("pk", flat=True).first() if own else None
    ids = [pk for pk in (own, world.ids["user"], world.ids["group"], mine) if pk]
    before = _rights()
    for name, pattern in routes().items():
        if not name.startswith("auth_"):
            continue
        takes = "<" in str(pattern.pattern)
        for address in {_address(name, [pk] if takes else []) for pk in ids}:
            people[role].post(address, sent)

    after = _rights()
    if role in {
        ADMINISTRATOR,
        SECURITY,
    }:  # who gives roles: to others, by groups alone, never more than one beside theirs
        assert after["rights"] == before["rights"] and after["superusers"] == before["superusers"]
        assert after["groups"].get(int(own or 0)) == before["groups"].get(int(own or 0))
        assert all(not why_not_together(set(names)) for names in after["groups"].values())
    else:
        assert after == before


def _address(name: str, args: list[Any]) -> str:
    return reverse(f"admin:{name}", args=args)


def _rights() -> dict[str, Any]:
    """What everybody may do: single rights, superusers, groups, and the rights of groups."""
    users = User.objects.order_by("pk")
    return {
        "rights": {user.pk: sorted(user.user_permissions.values_list("codename", flat=True)) for user in users},
        "superusers": [user.pk for user in users if user.is_superuser],
        "groups": {user.pk: sorted(user.groups.values_list("name", flat=True)) for user in users},
        "of_groups": {group.name: group.permissions.count() for group in Group.objects.order_by("pk")},
    }


def _kept() -> list[Any]:
    versions = ProductVersion.objects.order_by("pk").values_list("pk", "checksum", "published_at", "withdrawn_at")
    return [*versions, *Comment.objects.values_list("pk", "text"), *ApiKey.objects.values_list("revoked_at")]


def _text(answer: Any) -> str:
    def chunks() -> Iterator[bytes]:
        yield from answer.streaming_content if answer.streaming else [answer.content]

    return b"".join(chunks()).decode("utf-8", "replace")
