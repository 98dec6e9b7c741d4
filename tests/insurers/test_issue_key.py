"""`manage.py issue_key`: a new insurer is made, a mistyped one is not (issue_key makes what is missing, spec running.md)."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from insurers.mistyped import meant_by
from insurers.models import ApiKey, Insurer

KNOWN = ["DEMO-INS-A", "DEMO-INS-B", "INS-12", "PICC", "TAIKANG"]
SLIPS = [
    ("demo-ins-a", "DEMO-INS-A"),
    ("DEMO_INS_A", "DEMO-INS-A"),
    ("DEMOINSA", "DEMO-INS-A"),
    ("DEM0-INS-A", "DEMO-INS-A"),
    ("ＤＥＭＯ-INS-A", "DEMO-INS-A"),
    ("DEOM-INS-A", "DEMO-INS-A"),
    ("DEMO-IS-A", "DEMO-INS-A"),
    ("DEMMO-INS-B", "DEMO-INS-B"),
    ("taikang", "TAIKANG"),
    ("TAIKNG", "TAIKANG"),
    ("picc", "PICC"),
    # Others, and those that are there.
    *[
        (code, None)
        for code in ("DEMO-INS-C", "DEMO-INS-A2", "INS-21", "PICCA", "PIC", "CPIC", "TAIPING", "X", "", *KNOWN)
    ],
]


@pytest.mark.parametrize(("code", "meant"), SLIPS)
def test_a_slip_is_told_from_another_code(code: str, meant: str | None) -> None:
    assert meant_by(code, KNOWN) == meant


def issue(*options: str) -> list[str]:
    out = StringIO()
    call_command("issue_key", "--scope", "coverage:read", *options, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_a_mistyped_insurer_is_not_made(insurer: Insurer, capsys: Any) -> None:
    Insurer.objects.create(code="TAIKANG", name="泰康")

    with pytest.raises(CommandError, match="TAIKANG is meant"):
        issue("--insurer", "TAIKNAG")

    assert (Insurer.objects.count(), ApiKey.objects.count()) == (2, 0)
    assert issue("--insurer", "TAIKANG")[-1].startswith("sbm_")
    told = issue("--insurer", "TAIKNAG", "--new")
    assert "Made the insurer TAIKNAG" in told[0] and told[-1].startswith("sbm_")
    assert issue("--insurer", "INS-C")[-1].startswith("sbm_") and Insurer.objects.filter(code="INS-C").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", " ", "x" * 65, "A B", "A/B", "甲\u200b", "A\n"])
def test_what_is_no_code_makes_no_insurer(code: str) -> None:
    with pytest.raises(CommandError, match="is no code"):
        issue("--insurer", code)

    assert not Insurer.objects.exists()
