"""The public vectors once more, their worlds brought in as people bring them: files uploaded and published, products and checks over REST."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catalog import known_drugs, reference
from catalog import services as catalogs
from catalog.models import Catalog, CatalogVersion, ImportRun
from common.jobs import services as jobs
from common.tenancy import OFFICE, act_for
from insurers.key_issuing import issue_insurer_key
from insurers.models import Insurer
from tests.conftest import EVERY_INSURER_SCOPE, Api, published, withdrawn
from tests.flows.database_world import forms_of
from tests.flows.test_vectors_in_database import shown_line
from tests.sharing import share

VECTORS = json.loads((Path(__file__).parent.parent / "cases" / "vectors_public.json").read_text(encoding="utf-8"))
# What a file may not hold (spec csv.md, CONTROL_CHARACTER) and a world does, to show that it changes nothing.
NO_ROOM = re.compile("[\t\u200b-\u200f\u2060\ufeff\u180e]")


def comes_in(case: Mapping[str, Any]) -> bool:
    """Whether the world can be brought in today: not asked as known earlier, no empty list, no product that names what its insurer may
    not see (spec api.md refuses each)."""
    world = case["world"]
    seen = {
        (product["insurer"], catalog["code"])
        for product in world["products"]
        for catalog in world["catalogs"]
        if catalog.get("owner") in (None, "", product["insurer"])
    }
    named = {
        (product["insurer"], reference["catalog"])
        for product in world["products"]
        for version in product["versions"]
        for reference in references(version)
    }
    filled = all(version["entries"] for catalog in world["catalogs"] for version in catalog["versions"])
    return filled and named <= seen and not case["request"].get("as_known_at")


def references(terms: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    yield from [terms["base"]] if terms.get("base") else []
    for name in ("base_exclusions", "negative_lists"):
        yield from terms.get(name) or []
    for benefit in terms.get("benefits") or []:
        yield from benefit.get("catalogs") or []


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row if name != "recorded_at"))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([columns, *([cell(row.get(name)) for name in columns] for row in rows)])
    return out.getvalue()


def cell(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "Y", False: "N"}[value]
    return ";".join(map(cell, value)) if isinstance(value, list) else NO_ROOM.sub("", str(value))


def record(rows: Sequence[Mapping[str, Any]]) -> None:
    """Bring products into the drug master."""
    run, _new = catalogs.upload_drugs(chunks=[as_csv(rows).encode()], file_name="master.csv", by="alice")
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    run = ImportRun.objects.get(pk=run.pk)
    assert run.outcome == "ready", list(run.problems.values_list("row", "column", "code", "value"))


def publish(catalog: Catalog, version: Mapping[str, Any]) -> CatalogVersion:
    ends = version.get("effective_to")
    return published(
        catalog,
        as_csv(version["entries"]),
        label=version["label"],
        effective_from=date.fromisoformat(version["effective_from"]),
        effective_to=date.fromisoformat(ends) if ends else None,
        names="plain",  # a world's names are names
        complete_for=version.get("complete_for") or (),
    )


def bring_in(world: Mapping[str, Any]) -> Api:
    """Bring a world in, in the order in which it was recorded and published, and return the key of its product's insurer."""
    insurers = {
        code: Insurer.objects.create(code=code, name=code)
        for code in {part.get("insurer") or part.get("owner") for part in (*world["products"], *world["catalogs"])}
        - {None, ""}
    }
    deeds: list[tuple[str, Any]] = []
    for instant in sorted({row.get("recorded_at") or "" for row in world["master"]}):
        rows = [row for row in world["master"] if (row.get("recorded_at") or "") == instant]
        deeds.append((instant, lambda rows=rows: record(rows)))
    for listed in world["catalogs"]:
        owner = insurers.get(listed.get("owner"))
        catalog = catalogs.create_catalog(
            code=listed["code"], name="-", kind=listed["kind"], by="alice", owner_id=owner.pk if owner else None
        )
        for version in listed["versions"]:
            deeds.append((version["published_at"], lambda c=catalog, v=version: publish(c, v)))
            if at := version.get("withdrawn_at"):
                deeds.append((at, lambda c=catalog, v=version: withdraw(c, v["label"])))
    for product in world["products"]:
        api = Api(issue_insurer_key(insurer=insurers[product["insurer"]], scopes=EVERY_INSURER_SCOPE, by="root")[1])
        assert api.post("/products/", {"code": product["code"], "name": "-"}).status_code == 201
        address = f"/products/{product['code']}/versions/"
        for version in product["versions"]:
            deeds.append((version["published_at"], lambda a=api, to=address, v=version: publish_terms(a, to, v)))
    for _instant, deed in sorted(deeds, key=lambda one: one[0]):
        act_for(OFFICE)
        deed()
    return api


def withdraw(catalog: Catalog, label: str) -> None:
    withdrawn(catalog.versions.get(label=label))


def publish_terms(api: Api, address: str, version: Mapping[str, Any]) -> None:
    terms = {name: value for name, value in version.items() if name not in ("published_at", "withdrawn_at")}
    groups = {benefit["deductible_group"] for benefit in terms.get("benefits") or [] if benefit.get("deductible_group")}
    terms["deductibles"] = dict.fromkeys(groups, "0.00") | (terms.get("deductibles") or {})
    made = api.post(address, terms)
    assert made.status_code == 201, made.content.decode()
    assert api.post(f"{address}{terms['label']}/publish/").status_code == 200


CASES = [case for case in VECTORS if comes_in(case)]


@pytest.mark.django_db
@pytest.mark.parametrize("case", share(CASES, of="front door", each=40), ids=lambda case: case["name"])
def test_a_vector_is_answered_the_same_when_its_world_came_in_by_the_front_door(
    case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms = forms_of(case["world"])
    rows = tuple((r["form"], r.get("group") or "", r.get("same_as") or "") for r in case["world"]["dosage_forms"])
    monkeypatch.setattr(reference, "dosage_form_rows", lambda: rows)
    monkeypatch.setattr(known_drugs, "dosage_forms", lambda: forms)

    answer = bring_in(case["world"]).post("/claims/checks/", case["request"])

    if "invalid" in case["expected"]:
        assert answer.status_code == 400
        return
    shown = answer.json()
    assert {
        "lines": [shown_line(line) for line in shown["lines"]],
        "totals": {name: shown["totals"][name] for name in ("claimable", "payable")},
        "accumulators": shown["accumulators"],
    } == case["expected"]


def test_most_vectors_come_in() -> None:
    assert len(CASES) > 100
