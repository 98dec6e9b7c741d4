"""The journeys read no page too early: what they do and read goes by `people.Page`, or by what asks until it is so."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# What Playwright answers at once, of a page that may be half there. `expect`, `wait_for_…` and `people.Page` are for it.
AT_ONCE = frozenset(
    """all all_inner_texts all_text_contents bounding_box count evaluate_all get_attribute inner_html is_checked is_disabled is_editable is_enabled
    is_hidden is_visible query_selector query_selector_all text_content""".split()
)
# These a `people.Page` has too, told what to look for; a locator's own, told nothing, do not wait.
OF_A_LOCATOR = frozenset(["check", "click", "inner_text", "input_value", "uncheck"])


def too_early(source: str) -> list[str]:
    """Return each call that does not wait, as `line name`."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, whose = node.func.attr, ast.unparse(node.func.value)
            if (name in AT_ONCE and ".objects" not in whose) or (name in OF_A_LOCATOR and not node.args):
                found.append(f"{node.lineno} {name}")
    return found


@pytest.mark.parametrize("file", sorted(HERE.glob("test_*.py")), ids=lambda file: file.stem)
def test_a_journey_reads_no_page_too_early(file: Path) -> None:
    assert too_early(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "assert page.locator('tr').count() == 2",
        "row.count()",
        "told = page.locator('main').inner_text()",
        "row.locator('summary').click()",
        "page.is_visible('nav')",
    ],
)
def test_a_reading_that_does_not_wait_is_found(line: str) -> None:
    assert len(too_early(line)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "expect(page.locator('tr')).to_have_count(2)",
        "told = page.inner_text('main')",
        "page.click('summary')",
        "Comment.objects.filter(by='ines').count()",
    ],
)
def test_a_reading_that_waits_is_let_be(line: str) -> None:
    assert too_early(line) == []
