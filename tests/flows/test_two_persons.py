"""Two persons, three drafts of one list, and whatever they do: what is in force is what somebody saw and approved; nothing is lost, nothing revived.

The service is held against a model of plain dictionaries that does the same slowly and obviously.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import services
from catalog.clock import observe
from catalog.entry_editing import NoSuchEntry
from catalog.models import Catalog, CatalogVersion
from tests.catalog.test_entry_editing import is_right
from tests.conftest import Api, imported, published

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

DAY = date(2026, 1, 1)
LIST = "entry_code,generic_name,icd10,note\nA,甲药片,C34,\nB,乙药片,C50,\nC,丙药片,D50,\n"
NAMES = {"A": "甲药片", "B": "乙药片", "C": "丙药片", "D": "丁药片", "E": "戊药片"}
V = "/catalogs/COM/versions/mine/"

Entries = dict[str, dict[str, Any]]


@dataclass
class Draft:
    """A draft as the model knows it."""

    version: CatalogVersion
    base: str
    entries: Entries
    editors: set[str] = field(default_factory=set)


@dataclass
class World:
    """The list as the model knows it: what each edition said, which is in force, which drafts there are."""

    catalog: Catalog
    editions: dict[str, Entries]
    in_force: str
    drafts: dict[str, Draft] = field(default_factory=dict)
    made: int = 0


def merged_slowly(
    base: Entries, theirs: Entries, mine: Entries, side: str
) -> tuple[Entries, set[tuple[str, str | None]]]:
    """Merge entry by entry and field by field; returns the outcome, and what both sides did otherwise."""
    outcome: Entries = {}
    asked: set[tuple[str, str | None]] = set()
    for code in base.keys() | theirs.keys() | mine.keys():
        was, other, own = base.get(code), theirs.get(code), mine.get(code)
        if other in (was, own):
            kept = own
        elif own == was:
            kept = other
        elif other is None or own is None:
            asked.add((code, None))
            kept = other if side == "theirs" else own
        else:
            kept = {}
            for name in own:
                values = was and was[name], other[name], own[name]
                if values[1] == values[2] or (was and values[1] == values[0]):
                    kept[name] = values[2]
                elif was and values[2] == values[0]:
                    kept[name] = values[1]
                else:
                    asked.add((code, name))
                    kept[name] = values[1] if side == "theirs" else values[2]
        if kept is not None:
            outcome[code] = kept
    return outcome, asked


def said_by(version: CatalogVersion) -> Entries:
    rows = version.entries.values("entry_code", "icd10", "note")
    return {row.pop("entry_code"): row for row in rows}


persons = st.sampled_from(["alice", "bob"])
drafts = st.sampled_from(["one", "two", "three"])
acts = st.one_of(
    st.tuples(st.just("draft"), drafts, persons),
    st.tuples(
        st.just("edit"), drafts, persons, st.sampled_from(sorted(NAMES)), st.sampled_from([["C34"], ["C61"]]), st.sampled_from("一二")
    ),
    st.tuples(st.just("note"), drafts, persons, st.sampled_from(sorted(NAMES)), st.sampled_from("一二")),
    st.tuples(st.just("remove"), drafts, persons, st.sampled_from(sorted(NAMES))),
    st.tuples(st.just("merge"), drafts, persons, st.sampled_from(["", "mine", "theirs"])),
    st.tuples(st.just("publish"), drafts, persons),
)  # fmt: skip


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(todo=st.lists(acts, min_size=8, max_size=25))
def test_what_is_in_force_is_what_somebody_saw_and_approved(
    make_catalog: Callable[..., Catalog], todo: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        first = published(make_catalog(), LIST, label="v0", by="zoe", publisher="yan")
        world = World(first.catalog, {"v0": said_by(first)}, "v0")
        for name in ("one", "two", "three"):
            _act(world, "draft", name, "alice")
        for act in todo:
            _act(world, *act)
            _compare(world)
        transaction.set_rollback(True)


def _act(world: World, what: str, name: str, person: str, *told: Any) -> None:
    """Do it, and say in the model what comes of it; whatever the service refuses, the model must have expected."""
    draft = world.drafts.get(name)
    if what == "draft":
        if draft is None:
            world.made += 1
            copied = world.catalog.versions.get(label=world.in_force)
            version = services.create_draft(
                catalog=world.catalog, label=f"{name}-{world.made}", effective_from=DAY, by=person, copy_of=copied
            )
            world.drafts[name] = Draft(version, world.in_force, dict(world.editions[world.in_force]), {person})
    elif draft is not None:
        {"edit": _edit, "note": _edit_note, "remove": _remove, "merge": _merge, "publish": _publish}[what](
            world, name, draft, person, *told
        )


def _edit(world: World, name: str, draft: Draft, person: str, code: str, icd10: list[str], note: str) -> None:
    columns = {"icd10": icd10, "note": note}
    values = {"entry_code": code, "generic_name": NAMES[code], **columns}
    if code in draft.entries:
        services.change_entry(version=draft.version, entry_code=code, values=columns, by=person)
    else:
        services.add_entry(version=draft.version, values=values, by=person)
    if draft.entries.get(code) != columns:
        draft.editors.add(person)
    draft.entries = {**draft.entries, code: columns}


def _edit_note(world: World, name: str, draft: Draft, person: str, code: str, note: str) -> None:
    if code in draft.entries:
        _edit(world, name, draft, person, code, draft.entries[code]["icd10"], note)


def _remove(world: World, name: str, draft: Draft, person: str, code: str) -> None:
    if code not in draft.entries:
        with pytest.raises(NoSuchEntry):
            services.remove_entry(version=draft.version, entry_code=code, by=person)
        return
    services.remove_entry(version=draft.version, entry_code=code, by=person)
    draft.editors.add(person)
    draft.entries = {key: row for key, row in draft.entries.items() if key != code}


def _merge(world: World, name: str, draft: Draft, person: str, side: str) -> None:
    base, theirs = world.editions[draft.base], world.editions[world.in_force]
    outcome, asked = merged_slowly(base, theirs, draft.entries, side)
    resolve = {code: side for code, _field in asked} if side else {}
    if asked and not side:
        with pytest.raises(services.Conflicts) as refusal:
            services.merge_base(version=draft.version, by=person)
        assert {(one["entry_code"], one["field"]) for one in refusal.value.more["conflicts"]} == asked
        return
    services.merge_base(version=draft.version, by=person, resolve=resolve)
    if draft.base != world.in_force:
        draft.editors.add(person)
    draft.entries, draft.base = outcome, world.in_force


def _publish(world: World, name: str, draft: Draft, person: str) -> None:
    refusal = (
        services.SamePerson
        if person in draft.editors
        else services.BaseChanged
        if draft.base != world.in_force
        else None
    )
    if refusal:
        with pytest.raises(refusal):
            services.publish_version(version=draft.version, by=person, confirm=True)
        return
    version = services.publish_version(version=draft.version, by=person, confirm=True)
    world.in_force = version.label
    world.editions[version.label] = draft.entries
    del world.drafts[name]


def _compare(world: World) -> None:
    """Fail where the service and the model differ, in what is in force or in any draft."""
    (in_force,) = world.catalog.versions.in_force(DAY, observe().known_at)
    assert in_force.label == world.in_force
    for label, entries in world.editions.items():
        assert said_by(world.catalog.versions.get(label=label)) == entries
    for draft in world.drafts.values():
        version = CatalogVersion.objects.get(pk=draft.version.pk)
        assert said_by(version) == draft.entries
        assert set(version.editors) == draft.editors
        if version.parent is not None and version.parent.label == world.in_force:
            is_right(version)


# --- Over REST


def test_a_base_is_merged_over_rest(maker: Api, checker: Api, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, LIST, label="v1")
    assert imported(catalog, LIST.replace("D50,", "D50,我") + "D,丁药片,C61,\n", label="mine").version is not None
    published(catalog, LIST.replace("D50,", "D50,他").replace("B,乙药片,C50,\n", ""), label="v2", by="carol")
    assert checker.post(V + "publish/", {"confirm": True}).json()["code"] == "base_changed"

    refused = maker.post(V + "merge-base/", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflicts")
    assert refused.json()["conflicts"] == [
        {"entry_code": "C", "field": "note", "base": None, "theirs": "他", "mine": "我"}
    ]
    assert maker.post(V + "merge-base/", {"resolve": {"C": "both"}}).status_code == 400
    merged = maker.post(V + "merge-base/", {"resolve": {"C": "theirs"}})

    assert merged.status_code == 200, merged.json()
    assert (merged.json()["base"], merged.json()["parent"], merged.json()["entry_count"]) == ("v2", "v2", 3)
    assert merged["ETag"] == maker.get(V)["ETag"]
    version = is_right(catalog.versions.get(label="mine"))
    assert said_by(version) == {
        "A": {"icd10": ["C34"], "note": ""},
        "C": {"icd10": ["D50"], "note": "他"},
        "D": {"icd10": ["C61"], "note": ""},
    }
    edits = maker.get(V + "edits/").json()["results"]
    assert {(one["entry_code"], one["kind"]) for one in edits} == {("B", "merged"), ("C", "merged")}
    assert maker.post(V + "merge-base/", {"resolve": {"C": "mine"}}).json()["checksum"] == version.checksum
    assert checker.post(V + "publish/", {"confirm": True}).status_code == 200


def test_entries_under_new_codes_are_merged_as_the_ones_they_were(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, LIST, label="v1")
    mine = imported(catalog, LIST.replace("A,甲", "A9,甲").replace("B,乙", "B9,乙"), label="mine").version
    published(catalog, LIST.replace("A,甲药片,C34,\n", "").replace("C50,", "C50,他"), label="v2", by="carol")
    assert mine is not None

    services.merge_base(version=mine, by="dora")

    assert said_by(is_right(mine)) == {"B9": {"icd10": ["C50"], "note": "他"}, "C": {"icd10": ["D50"], "note": ""}}


def test_what_was_withdrawn_was_not_removed(make_catalog: Callable[..., Catalog]) -> None:
    from tests.conftest import withdrawn

    catalog = make_catalog()
    first = published(catalog, LIST, label="v1")
    mine = imported(catalog, LIST, label="mine").version
    withdrawn(first)
    assert mine is not None

    merged = services.merge_base(version=mine, by="dora")

    assert (merged.base, merged.parent, merged.entry_count, merged.checksum) == (None, None, 3, mine.checksum)


def test_a_first_edition_that_came_meanwhile_is_merged(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    mine = imported(catalog, LIST.replace("C34,", "C34,我"), label="mine").version
    published(catalog, LIST + "D,丁药片,C61,\n", label="v1", by="carol")
    assert mine is not None

    with pytest.raises(services.Conflicts) as refusal:
        services.merge_base(version=mine, by="dora")
    assert refusal.value.more["conflicts"] == [
        {"entry_code": "A", "field": "note", "base": None, "theirs": None, "mine": "我"}
    ]
    services.merge_base(version=mine, by="dora", resolve={"A": "mine"})
    assert said_by(is_right(mine)).keys() == {"A", "B", "C", "D"}
