"""Which of several media types an `Accept` header likes best."""

import pytest

from common.api.rendering import preferred

OFFERED = ("application/json", "text/html", "text/plain")


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("*/*", "application/json"),
        ("", None),
        ("text/html", "text/html"),
        ("TEXT/HTML; charset=utf-8", "text/html"),
        ("text/*", "text/html"),
        ("text/plain, application/json;q=0.5", "text/plain"),
        ("application/json, text/plain, */*", "application/json"),
        # What browsers send.
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html;q=0, */*;q=0.1", "application/json"),
        ("application/json;q=0, text/html;q=0, */*", "text/plain"),
        ("text/plain;q=0.3, text/*;q=0.7", "text/html"),
        ("text/html;Q=0.2, text/plain; q=0.3", "text/plain"),
        ("text/csv", None),
        ("*/*;q=0", None),
    ],
)
def test_the_best_liked_is_chosen(header: str, chosen: str | None) -> None:
    assert preferred(header, OFFERED) == chosen
