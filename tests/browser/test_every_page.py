"""Every page of the menu and a page of each kind, for each role: no serious finding of axe, nothing wider than the window.

The list is made of the desk's own addresses, so that a new page is looked at without anybody adding it here.
"""

from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse
from playwright.sync_api import expect

from catalog.models import Catalog
from common.tenancy import OFFICE, acting_for
from desk import menu
from desk.roles import GROUPS
from insurers import key_issuing
from insurers import services as insurers
from insurers.models import Insurer
from insurers.persons import INSURERS_USERS, bind_user
from tests.browser.people import DESK, PASSWORD, WIDTHS, Page
from tests.conftest import imported, published

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]

LIST = "entry_code,generic_name,icd10\nE-1,奥希替尼片,C34\nE-2,伏美替尼片,C34\n"
ROLES = [*GROUPS, "超级用户"]
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Answers of these are no pages: files, JSON, or what only takes a POST.
NO_PAGES = ("export.", "progress", "jsi18n", "autocomplete", "r/", "download", ".csv", ".xlsx", ".json", ".md")

# Elements without an end.
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())


def menu_pages() -> list[str]:
    return [menu.address_of(view) for _title, rows in menu.MENU for _icon, _name, view, _right in rows]


def pages_of_rows() -> list[str]:
    """Every page about one row, for the newest row there is of each model, and the pages that are no row's."""
    found = []
    for model, pages in admin.site._registry.items():
        newest = model._default_manager.order_by("-pk").first()
        for pattern in pages.get_urls():
            name = getattr(pattern, "name", None)
            if not isinstance(pattern, URLPattern) or not name:
                continue
            wanted = [*pattern.pattern.converters]
            if any(word in str(pattern.pattern) for word in NO_PAGES) or (wanted and newest is None) or len(wanted) > 1:
                continue
            try:
                found.append(reverse(f"admin:{name}", args=[newest.pk for _one in wanted]))
            except NoReverseMatch:
                continue
    for pattern in get_resolver("desk.urls").url_patterns:
        if not pattern.pattern.converters:  # a file of a page, or a deed of a row
            found.append(reverse(f"desk:{pattern.name}"))
    return found


@pytest.fixture
def office(transactional_db: None, make_catalog: Callable[..., Catalog], insurer: Insurer) -> None:
    """Something of each kind: a list in force and a draft, an insurer with a product and a key, people of each role."""
    catalog = make_catalog("CIDL", name="商业健康保险创新药品目录", provenance="hand_coded")
    published(catalog, LIST, label="2025")
    imported(catalog, LIST + "E-3,仑卡奈单抗注射液,G30\n", label="2026")
    key_issuing.issue_insurer_key(insurer=insurer, scopes=["catalog:read"], by="root")
    product = insurers.create_product(insurer_id=insurer.pk, code="HMB", name="惠民保", by="root")
    terms = {
        "label": "2026",
        "effective_from": "2026-01-01",
        "annual_limit": "3000000.00",
        "deductibles": {"hospital": "12000.00"},
        "benefits": [
            {"code": "s", "name": "特定药品", "scope": "any", "ratio": "0.7000", "deductible_group": "hospital"}
        ],
    }
    insurers.create_product_version(product=product, data=terms, by="root")
    for role in ROLES:
        user = User.objects.create_user(
            username=role, password=PASSWORD, is_staff=True, is_superuser=role not in GROUPS
        )
        if role == INSURERS_USERS:
            bind_user(user=user, insurer=insurer, by="root")
        elif role in GROUPS:
            user.groups.add(Group.objects.get(name=role))


def offered(role: str) -> tuple[list[str], Client]:
    """The pages offered to the role, and its session: all there are for a superuser, of the others those of their menu."""
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(User.objects.get(username=role), backend="django.contrib.auth.backends.ModelBackend")
    with acting_for(OFFICE):
        addresses = menu_pages() + (pages_of_rows() if role not in GROUPS else [reverse("desk:me")])
    return list(dict.fromkeys(addresses)), client


class Made(HTMLParser):
    """What a page is made of: each element with its attributes and classes, and those it stands in up to the root; not what it says."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.of: set[tuple[str, ...]] = set()
        self.count = Counter[str]()
        self._in: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = [f"{name}={value}" if name in {"class", "role", "type", "scope"} else name for name, value in attrs]
        self.count[tag] += 1
        self._in.append(" ".join([tag, *sorted(told)]))
        self.of.add(tuple(self._in))
        if tag in VOID:
            self._in.pop()

    def handle_endtag(self, tag: str) -> None:
        while tag not in VOID and self._in and self._in.pop().partition(" ")[0] != tag:
            pass


def findings(page: Any, within: str | None = None) -> list[str]:
    result = Axe().run(page, context=within, options={"resultTypes": ["violations"], "runOnly": LEVELS}).response
    return [
        f"{one['id']} ({one['impact']}): {one['help']} {[node['html'][:160] for node in one['nodes'][:2]]}"
        for one in result["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


# A superuser sees every page of the office, an insurer's user its own; the other roles see some of the same.
@pytest.mark.parametrize("role", ["超级用户", INSURERS_USERS])
def test_no_page_has_a_serious_finding(chromium: Any, live_server: Any, office: None, role: str) -> None:
    addresses, client = offered(role)
    wrong: dict[str, list[str]] = {}
    given: set[str] = set()
    looked_at: set[tuple[str, ...]] = set()
    context = chromium.new_context(viewport={"width": DESK, "height": 900}, locale="zh-CN")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = Page(context.new_page())
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code < 500, address
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        given.add(address)
        made = Made(answer.content.decode())
        found = []
        if (made.count["h1"], made.count["main"]) != (1, 1):
            found.append(f"{made.count['h1']} h1, {made.count['main']} main")
        # A page is not opened in the window that has nothing, and nowhere, that the pages before it had not.
        fresh = made.of - looked_at
        looked_at |= made.of
        if fresh:
            page.goto(live_server.url + address)
            # What is around the pages is looked at with the first, and where it differs.
            is_within = all(any(place.startswith("main") for place in places) for places in fresh)
            found += findings(page, "main" if is_within else None) + ([] if page.title() else ["no title"])
            for width in reversed(WIDTHS):  # the next page is opened in the last one
                page.set_viewport_size({"width": width, "height": 900})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    found.append(f"wider than {width}")
        if found:
            wrong[address] = found
    context.close()
    told = "\n".join(f"{address}\n    " + "\n    ".join(found) for address, found in wrong.items())
    assert not wrong, told
    assert {reverse("admin:index"), reverse("desk:me")} <= given


def test_the_way_in_and_the_user_menu_go_by_keyboard(chromium: Any, live_server: Any, office: None) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    page = Page(context.new_page())
    page.goto(f"{live_server.url}/admin/")
    assert findings(page) == []
    page.reload()  # looking for findings took the focus away
    page.focus("input[name=username]")
    page.keyboard.type("目录编辑")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{live_server.url}/admin/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.focus(".user-menu > summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/me/")
    expect(page.locator("text=目录编辑")).not_to_have_count(0)
    context.close()
