"""People at a browser, and their pages, which cannot be read too early.

A click ends when the next page has begun, not when it is there: what is read of it then is read of half a page. So the deeds of a `Page` end, and
its readings begin, when the page is loaded; and what a page has is said with Playwright's `expect`, which asks again until it is so
(tests/browser/test_people.py holds the journeys to both).
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

PASSWORD = "a long enough one 2026"
# A desk's screen and a telephone's. A journey goes at one of them; every page is looked at in both (test_every_page.py).
WIDTHS = DESK, PHONE = (1280, 390)

# What may open another page, and what is read of one.
DEEDS = frozenset(["check", "click", "go_back", "goto", "press", "reload", "select_option", "tap", "uncheck"])
READINGS = frozenset(["evaluate", "inner_text", "input_value"])


class Page:
    """Playwright's page, which is loaded whenever something has been done on it or is read of it."""

    def __init__(self, page: Any) -> None:
        self._page = page

    def __getattr__(self, name: str) -> Any:
        own = getattr(self._page, name)
        return self._loaded(own) if name in DEEDS | READINGS else own

    def _loaded(self, own: Callable[..., Any]) -> Callable[..., Any]:
        def done(*given: Any, **named: Any) -> Any:
            self._page.wait_for_load_state()
            answer = own(*given, **named)
            self._page.wait_for_load_state()
            return answer

        return done


class Person:
    """Somebody at a browser, whose console is listened to."""

    def __init__(self, page: Any, home: str, pictures: Path, width: int) -> None:
        self.page, self.home, self.pictures, self.width = Page(page), home, pictures, width
        self.complaints: list[str] = []
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda fault: self.complaints.append(str(fault)))
        page.on("response", lambda r: self.complaints.append(f"{r.status} {r.url}") if r.status >= 500 else None)

    def sign_in(self, name: str) -> None:
        """Begin at the first page as somebody who has signed in (the form for it is tested in test_whole_journey.py)."""
        client = Client()
        client.force_login(User.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.home}
        self.page.context.add_cookies([cookie])
        self.page.goto(f"{self.home}/admin/")

    def sign_in_by_form(self, name: str) -> None:
        self.page.goto(f"{self.home}/admin/")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("#login-form button[type=submit]")
        self.page.wait_for_url("**/admin/")

    def fits(self, what: str = "the page") -> None:
        """Hold the page to its width: nothing may stick out."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{what} is {wide} px wide at {self.width}"

    def turn(self, width: int) -> None:
        """Go on at a screen of another width."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": 900})

    def menu(self, title: str) -> None:
        """Go to a page by the side bar, which a telephone opens first."""
        if self.width < 1000:
            self.page.click("header span, #header-inner span.material-symbols-outlined >> visible=true")
        self.page.click(f"#nav-sidebar >> text='{title}'")

    def move(self, title: str, **given: str) -> None:
        """Make a move of a version: its button, its page's fields, its form's button."""
        self.page.click(f"a.button:has-text('{title}')")
        for name, value in given.items():
            self.page.fill(f"#id_{name}", value)
        self.page.click(f"form button:has-text('{title}')")

    def sign_out(self) -> None:
        self.page.click(".user-menu > summary")
        self.page.click(".user-menu button:has-text('退出')")

    def look(self, name: str) -> None:
        """Look at a page at every width, and go on at the one before."""
        before = self.width
        for width in WIDTHS:
            self.turn(width)
            self.picture(name)
        self.turn(before)

    def picture(self, name: str) -> None:
        """Hold the page to its width, and keep a screenshot of it where PICTURES is set."""
        self.fits(name)
        if os.environ.get("PICTURES"):
            self.page.wait_for_load_state("networkidle")
            self.page.screenshot(path=self.pictures / f"{name}-{self.width}.png", full_page=True)

    def was_refused(self, status: int) -> None:
        """Take the browser's own note of one refusal off the complaints."""
        assert [str(status) in told for told in self.complaints] == [True]
        self.complaints.clear()
