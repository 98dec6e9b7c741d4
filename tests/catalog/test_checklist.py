"""What a reviewer is told before publishing: every check, good, to be looked at, or bad."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from catalog.checklist import Facts, checks
from catalog.lifecycle import CONSULTATION, REVIEW, Standing

TODAY = date(2026, 6, 1)
FACTS = Facts(kind="commercial", first_day=date(2026, 7, 1), last_day=None, entries=10, was_consulted=True)
STANDING = Standing(REVIEW, TODAY, editors=frozenset({"alice"}), base="v1", follows="v1", in_force=10)


def signs(person: str = "bob", *, facts: dict[str, Any] | None = None, standing: dict[str, Any] | None = None) -> Any:
    told = checks(replace(FACTS, **(facts or {})), replace(STANDING, **(standing or {})), person)
    return {one.name: one.sign for one in told}


def test_a_draft_without_any_fault_is_in_order_throughout() -> None:
    assert set(signs().values()) == {"good"}


@pytest.mark.parametrize(
    ("name", "sign", "facts", "standing"),
    [
        ("base", "look", {}, {"follows": "v1.1"}),
        ("base", "look", {}, {"follows": None}),
        ("consultation_open", "bad", {}, {"state": CONSULTATION}),
        ("consultation", "bad", {}, {"comments": 3, "unanswered": 1}),
        ("consultation", "good", {}, {"comments": 3}),
        ("not_consulted", "look", {"was_consulted": False}, {}),
        ("first_day", "look", {"first_day": date(2026, 5, 31)}, {}),
        ("first_day", "good", {"first_day": TODAY}, {}),
        ("empty", "look", {"entries": 0}, {}),
        ("uncoded", "look", {"uncoded": 1}, {}),
        ("ends_within", "look", {"ends_within": 1}, {}),
        ("over_before", "look", {"over_before": 1}, {}),
        ("without_class", "look", {"kind": "base", "without_class": 1}, {}),
        ("without_class", "good", {"kind": "base"}, {}),
        ("total", "bad", {}, {"expected": {"drugs": 9}, "counted": {"drugs": 8}}),
        ("total", "bad", {}, {"expected": {"drugs": 9}}),
        ("total", "good", {}, {"expected": {"drugs": 9}, "counted": {"drugs": 9}}),
        ("narrower", "look", {}, {"lost": 2}),
        ("narrower", "good", {}, {"lost": 1}),
        ("fewer_classes", "look", {"fewer_classes": ("XA",)}, {}),
    ],
)
def test_each_check_has_its_sign(name: str, sign: str, facts: dict[str, Any], standing: dict[str, Any]) -> None:
    assert signs(facts=facts, standing=standing)[name] == sign


def test_an_editor_is_told_at_the_top() -> None:
    first = checks(FACTS, STANDING, "alice")[0]

    assert (first.name, first.sign) == ("editors", "bad")


@pytest.mark.parametrize("kind", ["negative", "base_exclusion"])
def test_text_on_a_list_of_what_is_not_paid_needs_no_code(kind: str) -> None:
    assert "uncoded" not in signs(facts={"kind": kind, "uncoded": 5})
