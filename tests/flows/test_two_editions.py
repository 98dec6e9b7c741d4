"""The two editions of the national list, whose codes are all new in each: what really differs is shown, and nothing else weighs."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from catalog import services
from catalog.models import Catalog, CatalogVersion, VersionChange
from tests.conftest import imported, published

pytestmark = pytest.mark.slow

SEEDS = Path(__file__).resolve().parent.parent.parent / "seeds"
ENDED = {"label": "2024", "effective_from": date(2025, 1, 1), "effective_to": date(2025, 12, 31)}
WIDTHS = str.maketrans("()[]（）［］;；:：", "（）［］()[]；;：:")


def part(code: str) -> str:
    """X western, Z Chinese patent medicine, N and M negotiated, B bidding."""
    return code.split("-")[2]


def written_otherwise(content: str) -> str:
    """Return a list as another typist has it: brackets and punctuation of the other width, spaces, a final 。, other codes."""
    rows = list(csv.DictReader(io.StringIO(content)))
    for number, row in enumerate(rows):
        row["entry_code"] = f"OTHER-{number:05}"
        # `，` and `；` part the criteria of a cell, so only what stands behind `=` in them is written otherwise.
        row["generic_name"] = row["generic_name"].replace("(", "（").replace(")", "）")
        if row["restriction"]:
            row["restriction"] = f" {row['restriction'].translate(WIDTHS)}。"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_two_real_editions_differ_by_what_really_changed(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog("NRDL", "base")
    texts = {year: (SEEDS / f"nrdl_{year}.csv").read_text(encoding="utf-8") for year in (2024, 2025)}
    old = published(catalog, texts[2024], names="printed", complete_for=["X", "Z"], **ENDED)
    run = imported(catalog, texts[2025], label="2025", names="printed", complete_for=["X"])
    assert run.version is not None
    new = run.version

    changes = list(VersionChange.objects.told(new))
    names_before = set(old.entries.values_list("generic_name", flat=True))
    assert new.parent == old
    assert len({one.generic_name for one in changes if one.change == "added"} - names_before) == 117
    # 21 negotiated Chinese patent medicines of 2025 were not to be had (seeds/README.md).
    gone = [one for one in changes if one.change == "removed"]
    assert len([one for one in gone if part(one.entry_code) != "M"]) == 30
    assert len([one for one in gone if part(one.entry_code) == "M"]) == 21
    moved = {
        one.generic_name for one in changes if one.old_entry_code and part(one.old_entry_code) != part(one.entry_code)
    }
    assert len(moved) == 59
    assert all(
        "effective_to" in one.fields
        for one in changes
        if one.generic_name in moved and one.major and one.change == "changed"
    )
    assert all(one.major for one in changes if "restriction" in one.fields)
    assert new.change_counts["typographic"] == 0
    # Thousands of entries got another number and source, nothing else: they drown nothing.
    assert new.change_counts["remark"] > 4_000 > 700 > new.change_counts["major"]
    services.publish_version(version=new, by="bob")

    again = imported(
        catalog, written_otherwise(texts[2025]), label="2025-b", names="printed", complete_for=["X"]
    ).version
    assert again is not None and again.parent == CatalogVersion.objects.get(pk=new.pk)
    counts = again.change_counts
    assert (counts["added"], counts["removed"], counts["major"], counts["minor"], counts["narrower"]) == (0, 0, 0, 0, 0)
    assert counts["typographic"] > 1_000
    assert counts["typographic"] + counts["remark"] == counts["changed"] == again.entry_count
