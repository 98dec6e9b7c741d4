"""Who may do what to a version, at which state, by which door: tables in which what is not listed fails."""

import itertools
import re
from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.urls import reverse

from catalog import lifecycle, moves, services
from catalog.changes import compared_anew, followed
from catalog.lifecycle import ASKED, CONSULTATION, DRAFT, MOVE, MOVES, PUBLISHED, REVIEW, STATES, WITHDRAWN, Standing
from catalog.models import Catalog, CatalogVersion
from common.audit.deeds import Deed
from common.audit.models import Record
from common.lifecycle import GONE, NEW, STAYS, steps, why_not
from desk.roles import ADMINISTRATOR, AUDITOR, EDITOR, REVIEWER
from desk.versions.moves import PAGES
from insurers import lifecycle as product_versions
from tests.conftest import Api, imported, published, withdrawn

TODAY = date(2026, 3, 1)
LIST = (
    "entry_code,generic_name,class_code,icd10\nE-1,奥希替尼片,XL01,C34\nE-2,伏美替尼片,XL01,C34\nE-3,养血片,ZA01,D50\n"
)

# What the table answers whoever is no editor and asked for nothing; `ok` or the code. Rows: states; columns: moves.
ANSWERS = """
state            import       edit         merge        consult      end-consultation     request-review  send-back      publish            ask-withdrawal  withdraw      keep       revert         discard
(new)            ok           not_a_draft  not_a_draft  not_a_draft  not_in_consultation  not_a_draft     not_in_review  not_a_draft        not_published   not_asked     not_asked  not_published  not_a_draft
draft            ok           ok           ok           ok           not_in_consultation  ok              not_in_review  ok                 not_published   not_asked     not_asked  not_published  ok
in_consultation  label_taken  not_a_draft  not_a_draft  not_a_draft  ok                   not_a_draft     ok             consultation_open  not_published   not_asked     not_asked  not_published  not_a_draft
in_review        label_taken  not_a_draft  not_a_draft  not_a_draft  not_in_consultation  not_a_draft     ok             ok                 not_published   not_asked     not_asked  not_published  not_a_draft
published        label_taken  not_a_draft  not_a_draft  not_a_draft  not_in_consultation  not_a_draft     not_in_review  not_a_draft        ok              not_asked     not_asked  ok             not_a_draft
withdrawal_asked label_taken  not_a_draft  not_a_draft  not_a_draft  not_in_consultation  not_a_draft     not_in_review  not_a_draft        not_published   ok            ok         ok             not_a_draft
withdrawn        label_taken  not_a_draft  not_a_draft  not_a_draft  not_in_consultation  not_a_draft     not_in_review  not_a_draft        not_published   not_asked     not_asked  not_published  not_a_draft
"""
# What is otherwise for an editor, and for whoever asked for the withdrawal.
EDITORS = {(state, "publish"): "same_person" for state in (DRAFT, CONSULTATION, REVIEW)}
ASKERS = {(ASKED, "withdraw"): "same_person_withdraws"}


def answers() -> dict[tuple[str, str], str]:
    head, *rows = (line.split() for line in ANSWERS.strip().splitlines())
    return {(row[0], move): code for row in rows for move, code in zip(head[1:], row[1:], strict=True)}


def test_every_state_and_every_move_is_in_the_table() -> None:
    assert answers().keys() == set(itertools.product((NEW, *STATES), MOVE))


@pytest.mark.parametrize("person", ["nobody", "editor", "asker"])
def test_the_table_answers_as_the_truth_table_says(person: str) -> None:
    otherwise = {"nobody": {}, "editor": EDITORS, "asker": ASKERS}[person]
    for (state, move), code in answers().items():
        standing = Standing(state, TODAY, editors=frozenset({"editor"}), asked_by="asker")
        refusal = why_not(MOVE[move], standing, person)
        assert (refusal.code if refusal else "ok") == otherwise.get((state, move), code), (state, move)


GIVEN: list[tuple[str, Standing, dict[str, Any], str]] = [
    ("consult", Standing(DRAFT, TODAY), {"comments_until": TODAY - timedelta(days=1)}, "past_day"),
    ("consult", Standing(DRAFT, TODAY), {"comments_until": TODAY}, ""),
    ("consult", Standing(DRAFT, TODAY), {}, ""),
    ("request-review", Standing(DRAFT, TODAY, unanswered=2), {}, "comments_unanswered"),
    ("publish", Standing(REVIEW, TODAY, unanswered=1), {}, "comments_unanswered"),
    ("discard", Standing(DRAFT, TODAY, comments=1), {}, "has_comments"),
    ("discard", Standing(REVIEW, TODAY, comments=1), {}, "not_a_draft"),
    ("discard", Standing(PUBLISHED, TODAY, comments=1), {}, "not_a_draft"),
    ("send-back", Standing(REVIEW, TODAY), {"reason": " "}, "reason_required"),
    ("send-back", Standing(REVIEW, TODAY), {"reason": "错"}, ""),
    ("ask-withdrawal", Standing(PUBLISHED, TODAY), {}, "reason_required"),
    ("publish", Standing(DRAFT, TODAY, base="1", follows="1"), {}, ""),
    ("publish", Standing(DRAFT, TODAY, base="1", follows="2"), {}, "base_changed"),
    ("publish", Standing(DRAFT, TODAY, base=None, follows="2"), {}, "base_changed"),
    ("publish", Standing(DRAFT, TODAY, base="1", follows=None), {}, "base_changed"),
    ("publish", Standing(DRAFT, TODAY, base="1", follows="2"), {"against": "1"}, "base_changed"),
    ("publish", Standing(DRAFT, TODAY, base="1", follows="2"), {"against": "2"}, ""),
    ("publish", Standing(DRAFT, TODAY, base="1", follows="1"), {"against": "2"}, "base_changed"),
    ("publish", Standing(DRAFT, TODAY, base="1", follows="1"), {"against": ""}, ""),
    ("publish", Standing(DRAFT, TODAY, base="1", follows="2"), {"against": ""}, "base_changed"),
    ("publish", Standing(DRAFT, TODAY, base="1", follows=None), {"against": ""}, ""),
    ("publish", Standing(DRAFT, TODAY, base="1", follows=None), {"against": "1"}, "base_changed"),
    ("publish", Standing(DRAFT, TODAY, lost=1, in_force=10), {}, ""),
    ("publish", Standing(DRAFT, TODAY, lost=2, in_force=19), {}, "mass_change"),
    ("publish", Standing(DRAFT, TODAY, lost=2, in_force=19), {"confirm": True}, ""),
    ("publish", Standing(DRAFT, TODAY, counted={"X": 1}, expected={"X": 2}), {}, "incomplete_count"),
    ("publish", Standing(DRAFT, TODAY, counted={"X": 1}, expected={"X": 2}), {"acknowledge": " "}, "incomplete_count"),
    ("publish", Standing(DRAFT, TODAY, counted={"X": 1}, expected={"X": 2}), {"acknowledge": "so"}, ""),
    ("publish", Standing(DRAFT, TODAY, counted={"X": 2}, expected={"X": 2}), {}, ""),
]


@pytest.mark.parametrize(("move", "standing", "given", "code"), GIVEN)
def test_what_was_sent_is_asked_about(move: str, standing: Standing, given: dict[str, Any], code: str) -> None:
    refusal = why_not(MOVE[move], standing, "bob", given)

    assert (refusal.code if refusal else "") == code


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_consultation_is_over_by_itself_when_its_last_day_is(days: int) -> None:
    until = TODAY + timedelta(days=days)

    assert lifecycle.state_on(CONSULTATION, until, TODAY) == (DRAFT if days < 0 else CONSULTATION)
    assert lifecycle.state_on(PUBLISHED, until, TODAY) == PUBLISHED
    assert lifecycle.state_on(CONSULTATION, None, TODAY) == CONSULTATION


def test_every_deed_and_every_call_of_the_tables_is_there() -> None:
    matrix = Path(__file__).parent.parent / "cases" / "api_matrix.txt"
    listed = {tuple(line.split()[:2]) for line in matrix.read_text(encoding="utf-8").splitlines() if line}
    for move in MOVES:
        assert move.deed in Deed.values
        method, *where = move.call.split()
        name = (
            "import-list" if where == ["/imports/"] else "version-" + (where[1].strip("/") if where[1:] else "detail")
        )
        assert (method, name) in listed, move.name
    assert {move.deed for move in product_versions.MOVES} <= set(Deed.values)


# --- The pages


@pytest.fixture
def draft(make_catalog: Callable[..., Catalog]) -> CatalogVersion:
    version = imported(make_catalog(), LIST).version
    assert version is not None
    return version


ROLES = (EDITOR, REVIEWER, AUDITOR, ADMINISTRATOR, "")
PAGE_OF = {
    "edit": {EDITOR},
    "consult": {EDITOR},
    "end-consultation": {EDITOR},
    "request-review": {EDITOR},
    "send-back": {REVIEWER},
    "publish": {REVIEWER},
    "ask-withdrawal": {REVIEWER},
    "withdraw": {REVIEWER},
    "keep": {REVIEWER},
    "revert": {EDITOR},
    "discard": {EDITOR},
}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_each_group_reaches_the_pages_of_its_moves_and_no_other(draft: CatalogVersion, role: str) -> None:
    user = User.objects.create(username="x", is_staff=True)
    if role:
        user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    assert PAGE_OF.keys() == PAGES.keys() == MOVE.keys() - {"import", "merge"}
    for move, roles in PAGE_OF.items():
        address = reverse(f"admin:catalog_catalogversion_{PAGES[move].name}", args=[draft.pk])
        for method in (client.get, client.post):
            status = method(address).status_code
            assert (status == 403) == (role not in roles), (move, status)
    if role != EDITOR:
        assert CatalogVersion.objects.filter(pk=draft.pk, state=DRAFT).exists() or role == REVIEWER


@pytest.mark.django_db
def test_buttons_are_those_of_the_table_with_the_reason_in_place_of_one(draft: CatalogVersion) -> None:
    def shown(name: str) -> tuple[set[str], set[str]]:
        user, _made = User.objects.get_or_create(username=name, is_staff=True)
        user.groups.set(Group.objects.filter(name__in=[EDITOR, REVIEWER]))
        client = Client(headers={"accept-language": "en"})
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        buttons = client.get(reverse("admin:catalog_catalogversion_change", args=[draft.pk])).context["buttons"]
        moves = [button for button in buttons if button.title not in {"Compare with", "Try its impact"}]
        return {str(b.title) for b in moves if not b.why_not}, {str(b.title) for b in moves if b.why_not}

    to_edit = {"Correct label and days", "Submit for consultation", "Submit for review", "Delete the draft"}
    assert shown("alice") == (to_edit, {"Review and publish"})
    assert shown("bob") == ({*to_edit, "Review and publish"}, set())
    services.submit_version(version=draft, by="alice")
    assert shown("bob") == ({"End the consultation", "Send back"}, {"Review and publish"})
    services.end_consultation(version=draft, by="carol")
    services.request_review(version=draft, by="alice")
    assert shown("bob") == ({"Send back", "Review and publish"}, set())
    services.publish_version(version=draft, by="bob")
    assert shown("alice") == ({"Ask for withdrawal"}, set())  # there is no version before
    services.withdraw_version(version=draft, by="alice", reason="错")
    assert shown("alice") == ({"Do not withdraw"}, {"Withdraw"})
    assert shown("bob") == ({"Do not withdraw", "Withdraw"}, set())
    services.withdraw_version(version=draft, by="bob")
    assert shown("bob") == (set(), set())


# --- The services, and what becomes of editors


def test_whoever_worked_on_a_version_is_an_editor_and_who_sent_it_back_is_not(draft: CatalogVersion) -> None:
    services.edit_version(version=draft, by="erin", note="更正")
    services.submit_version(version=draft, by="frank", comments_until=date(2099, 1, 1))
    services.end_consultation(version=draft, by="gina")
    services.request_review(version=draft, by="henry")
    version = services.send_back(version=draft, by="bob", reason="第三条")

    assert version.editors == ["alice", "erin", "frank", "henry"]
    for person in version.editors:
        with pytest.raises(services.SamePerson):
            services.publish_version(version=version, by=person)
    assert services.publish_version(version=version, by="bob").published_by == "bob"


def test_a_consultation_ends_by_itself_and_the_calendar_is_who_did_it(draft: CatalogVersion) -> None:
    services.submit_version(version=draft, by="alice", comments_until=date(2099, 1, 1))
    with pytest.raises(services.ConsultationOpen):
        services.publish_version(version=draft, by="bob")
    with pytest.raises(services.PastDay):
        services.submit_version(version=_another(draft), by="alice", comments_until=date(2020, 1, 1))
    CatalogVersion.objects.filter(pk=draft.pk).update(comments_until="2020-01-01")
    draft.refresh_from_db()

    assert draft.state_on(TODAY) == DRAFT
    assert not CatalogVersion.objects.filter(pk=draft.pk).open_to_readers(TODAY).exists()
    services.request_review(version=draft, by="alice")

    told = Record.objects.filter(kind="catalogversion", object_id=str(draft.pk)).order_by("id")
    assert list(told.values_list("deed", "who"))[-2:] == [
        ("version.consultation_ended", "system:calendar"),
        ("version.review_requested", "alice"),
    ]


def _another(version: CatalogVersion) -> CatalogVersion:
    return services.create_draft(
        catalog=version.catalog, label="another", effective_from=date(2027, 1, 1), by="alice", copy_of=version
    )


def test_the_scheduled_task_ends_what_is_over(draft: CatalogVersion) -> None:
    from catalog.tasks import end_over_consultations

    services.submit_version(version=draft, by="alice", comments_until=date(2099, 1, 1))
    end_over_consultations()
    assert CatalogVersion.objects.get(pk=draft.pk).state == CONSULTATION
    CatalogVersion.objects.filter(pk=draft.pk).update(comments_until="2020-01-01")
    end_over_consultations()

    assert CatalogVersion.objects.get(pk=draft.pk).state == DRAFT
    last = Record.objects.first()
    assert last is not None and (last.deed, last.via) == ("version.consultation_ended", "job")


def test_what_a_colleague_removed_is_not_brought_back_unseen(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, LIST, label="v1")
    mine = imported(catalog, LIST.replace("C34", "C50"), label="mine").version
    assert mine is not None
    published(catalog, LIST.replace("E-3,养血片,ZA01,D50\n", ""), label="theirs")

    with pytest.raises(services.BaseChanged) as refusal:
        services.publish_version(version=mine, by="bob", confirm=True)

    assert "v1" in refusal.value.detail and "theirs" in refusal.value.detail
    compared = compared_anew(CatalogVersion.objects.get(pk=mine.pk))
    assert (compared.parent.label, compared.base.label) == ("theirs", "v1")  # type: ignore[union-attr]
    assert compared.changes.filter(entry_code="E-3", change="added").exists()


def test_going_back_gives_the_entries_of_the_version_before(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    first = published(catalog, LIST, label="v1")
    second = published(catalog, LIST.replace("C34", "C50"), label="v2")

    draft = services.revert_version(version=second, by="alice")

    assert (draft.label, draft.state, draft.checksum) == ("v2-revert", DRAFT, first.checksum)
    assert (draft.base, draft.effective_from) == (second, second.effective_from)
    with pytest.raises(services.SamePerson):
        services.publish_version(version=draft, by="alice")
    back = services.publish_version(version=draft, by="bob", confirm=True)
    assert followed(back) == back
    with pytest.raises(services.NothingBefore):
        services.revert_version(version=first, by="alice")


def test_a_draft_is_corrected_and_compared_with_what_it_then_follows(make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    published(catalog, LIST, label="v1", effective_from=date(2026, 1, 1), effective_to=date(2026, 6, 30))
    published(catalog, LIST + "E-4,丁片,XL01,C34\n", label="v2", effective_from=date(2026, 7, 1))
    draft = imported(catalog, LIST, label="v3", effective_from=date(2026, 2, 1)).version
    assert draft is not None and draft.parent is not None and draft.parent.label == "v1"

    changed = services.edit_version(version=draft, by="erin", label="v3b", effective_from=date(2026, 8, 1))

    assert (changed.label, changed.parent and changed.parent.label) == ("v3b", "v2")
    assert changed.change_counts["removed"] == 1
    with pytest.raises(services.LabelTaken):
        services.edit_version(version=changed, by="erin", label="v1")
    logged = Record.objects.filter(deed="version.edited").first()
    assert logged is not None and logged.before == {"label": "v3", "effective_from": "2026-02-01"}


def test_expected_rows_are_counted_by_class_and_printed_row(draft: CatalogVersion) -> None:
    right = {"drugs": 3, "X": 2, "Z": 1}
    assert moves.counts_of(draft, right) == right
    services.edit_version(version=draft, by="alice", expected_counts={"drugs": 3, "X": 3})

    with pytest.raises(services.IncompleteCount, match="X 2 ≠ 3"):
        services.publish_version(version=draft, by="bob")
    assert services.publish_version(version=draft, by="bob", acknowledge="附表未印全").state == PUBLISHED


# --- REST: codes and statuses as curation.md says them


@pytest.mark.django_db
def test_a_version_goes_its_whole_way_over_rest(maker: Api, checker: Api, api: Api, draft: CatalogVersion) -> None:
    path = "/catalogs/COM/versions/v1/"

    def code(answer: Any) -> tuple[int, str]:
        return answer.status_code, answer.json()["code"] if answer.status_code >= 400 else answer.json()["state"]

    assert code(maker.post(path + "submit/", {"comments_until": "2020-01-01"})) == (400, "past_day")
    assert api.get(path).status_code == 404
    assert code(maker.post(path + "submit/", {"comments_until": "2099-01-01"})) == (200, CONSULTATION)
    assert api.get(path).status_code == 200
    assert code(checker.post(path + "publish/")) == (409, "consultation_open")
    assert code(checker.post(path + "send-back/")) == (400, "invalid")
    assert code(checker.post(path + "send-back/", {"reason": "第三条"})) == (200, DRAFT)
    assert maker.get(path).json()["sent_back_reason"] == "第三条"
    assert code(maker.post(path + "request-review/", {"note": "改好了"})) == (200, REVIEW)
    assert code(maker.delete(path)) == (409, "not_a_draft")
    assert code(maker.post(path + "end-consultation/")) == (409, "not_in_consultation")
    assert api.get(path).status_code == 404
    assert code(checker.post(path + "publish/")) == (200, PUBLISHED)
    assert code(checker.post(path + "withdraw/")) == (400, "invalid")
    assert code(checker.post(path + "withdraw/", {"reason": "错"})) == (202, PUBLISHED)
    assert code(checker.post(path + "withdraw/")) == (409, "same_person")
    assert code(checker.delete(path + "withdraw/")) == (200, PUBLISHED)
    assert code(checker.delete(path + "withdraw/")) == (409, "not_asked")
    assert code(checker.post(path + "withdraw/", {"reason": "真错"})) == (202, PUBLISHED)
    services.withdraw_version(version=draft, by="erin")
    assert maker.get(path).json()["withdraw_reason"] == "真错"


@pytest.mark.django_db
def test_drafts_are_made_corrected_and_reverted_over_rest(maker: Api, make_catalog: Callable[..., Catalog]) -> None:
    catalog = make_catalog()
    first = published(catalog, LIST, label="v1")
    versions = "/catalogs/COM/versions/"

    made = maker.post(versions, {"label": "v2", "effective_from": "2027-01-01", "from": "v1"})
    assert (made.status_code, made.json()["checksum"], made["Location"]) == (
        201,
        first.checksum,
        f"/api/v1{versions}v2/",
    )
    assert maker.post(versions, {"label": "v2", "effective_from": "2027-01-01"}).json()["code"] == "label_taken"
    assert maker.post(versions, {"label": "v3", "effective_from": "2027-01-01", "from": "no"}).status_code == 400
    assert maker.post(versions, {"label": "v4", "effective_from": "2027-01-01"}).json()["entry_count"] == 0

    def patch(data: dict[str, Any], **headers: str) -> Any:
        sent = {**maker.headers, **headers}
        return maker.client.patch(f"/api/v1{versions}v2/", data, content_type="application/json", headers=sent)

    assert patch({"effective_to": "2026-12-31"}).status_code == 400
    assert patch({"label": "v1"}).json()["code"] == "label_taken"
    assert patch({"note": "x"}, **{"If-Match": '"stale"'}).status_code == 412
    changed = patch({"label": "v2b", "effective_to": "2027-12-31", "complete_for": ["X"]})
    assert (changed.status_code, changed["Content-Location"]) == (200, f"/api/v1{versions}v2b/")
    assert changed.json()["complete_for"] == ["X"]

    published(catalog, LIST.replace("C34", "C50"), label="v5")
    back = maker.post(versions + "v5/revert/", {})
    assert (back.status_code, back.json()["checksum"], back.json()["label"]) == (201, first.checksum, "v5-revert")


# --- The database, as the application's own role


@pytest.fixture
def stored(service: psycopg.Connection[Any], make_catalog: Callable[..., Catalog]) -> Callable[[str], int]:
    """Make a version of Alice's at a state, and return its id; the connection acts for the office."""
    catalog = make_catalog()
    with service.cursor() as cursor:
        cursor.execute("SET app.insurer = 'office'")

    def make(state: str) -> int:
        version = services.create_draft(catalog=catalog, label=state, effective_from=TODAY, by="alice")
        if state == CONSULTATION:
            services.submit_version(version=version, by="alice")
        elif state == REVIEW:
            services.request_review(version=version, by="alice")
        elif state != DRAFT:
            services.publish_version(version=version, by="bob", confirm=True, against=_follows(version))
            if state == WITHDRAWN:
                withdrawn(version)
            if state == ASKED:
                services.withdraw_version(version=version, by="erin", reason="错")
        return version.pk

    return make


def _follows(version: CatalogVersion) -> str | None:
    now = followed(version)
    return now.label if now else None


def _tried(service: psycopg.Connection[Any], sql: str, *parameters: Any) -> str:
    """Run raw SQL as the service's role; returns what the database says, or nothing."""
    try:
        with service.cursor() as cursor:
            cursor.execute(sql, parameters)
            assert cursor.rowcount == 1
    except psycopg.Error as refusal:
        return str(refusal)
    return ""


FIELDS = {
    PUBLISHED: "published_at = now(), published_by = 'bob'",
    WITHDRAWN: "withdrawn_at = now(), withdrawn_by = 'bob'",
}
STORED = (DRAFT, CONSULTATION, REVIEW, PUBLISHED, WITHDRAWN)


def stored_steps() -> set[tuple[str, str]]:
    """Return the table's steps as the database sees them: what is asked for is published."""
    real = [(a, b) for a, b, move in steps(MOVES) if a != NEW and b != GONE and move.after != STAYS]
    seen = {tuple(PUBLISHED if state == ASKED else state for state in step) for step in real}
    return {(before, after) for before, after in seen if before != after}


def test_the_database_lets_pass_the_steps_of_the_table_and_no_other(
    service: psycopg.Connection[Any], stored: Callable[[str], int]
) -> None:
    for before, after in itertools.permutations(STORED, 2):
        pk = stored(ASKED if (before, after) == (PUBLISHED, WITHDRAWN) else before)
        fields = ", ".join(filter(None, ["state = %s", FIELDS.get(after)]))
        told = _tried(service, f"UPDATE catalog_catalogversion SET {fields} WHERE id = %s", after, pk)
        assert (told == "") == ((before, after) in stored_steps()), (before, after, told)
        _away(pk)


def _away(pk: int) -> None:
    """Take a version out of the way, whatever became of it."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalog_catalogversion DISABLE TRIGGER version_immutable")
        cursor.execute("DELETE FROM catalog_catalogversion WHERE id = %s", [pk])
        cursor.execute("ALTER TABLE catalog_catalogversion ENABLE TRIGGER version_immutable")


def test_the_database_knows_the_steps_by_heart() -> None:
    written = import_module("catalog.migrations.0014_moves_are_held").LIFE
    pairs = set(re.findall(r"'([a-z_]+)>([a-z_]+)'", written))

    assert pairs == stored_steps()


RAW = [
    (DRAFT, f"state = 'published', {FIELDS[PUBLISHED].replace('bob', 'alice')}", "published by an editor"),
    (DRAFT, f"state = 'published', editors = '{{}}', {FIELDS[PUBLISHED].replace('bob', 'alice')}", "stays one"),
    (DRAFT, "editors = '{}'", "stays one"),
    (REVIEW, f"state = 'published', created_by = 'x', {FIELDS[PUBLISHED].replace('bob', 'alice')}", "by an editor"),
    (CONSULTATION, f"state = 'published', {FIELDS[PUBLISHED]}", "cannot go"),
    (PUBLISHED, f"state = 'withdrawn', {FIELDS[WITHDRAWN]}", "second person"),
    (PUBLISHED, f"state = 'withdrawn', withdrawal_asked_by = 'x', {FIELDS[WITHDRAWN]}", "second person"),
    (ASKED, f"state = 'withdrawn', {FIELDS[WITHDRAWN].replace('bob', 'erin')}", "second person"),
    (ASKED, f"state = 'withdrawn', withdraw_reason = 'y', {FIELDS[WITHDRAWN]}", "second person"),
    (ASKED, "withdrawal_asked_by = 'x'", "asked by one person"),
    (PUBLISHED, "editors = '{}'", "cannot be changed"),
    (WITHDRAWN, "withdrawal_asked_by = ''", "cannot be changed"),
]


@pytest.mark.parametrize(("state", "fields", "told"), RAW)
def test_raw_sql_of_the_services_role_gets_no_further(
    service: psycopg.Connection[Any], stored: Callable[[str], int], state: str, fields: str, told: str
) -> None:
    pk = stored(state)

    assert told in _tried(service, f"UPDATE catalog_catalogversion SET {fields} WHERE id = %s", pk)


def test_nothing_begins_published(service: psycopg.Connection[Any], stored: Callable[[str], int]) -> None:
    names = [f.column for f in CatalogVersion._meta.concrete_fields if f.column != "id"]
    listed = ", ".join(names)
    copied = ", ".join("'copy'" if name == "label" else name for name in names)
    sql = f"INSERT INTO catalog_catalogversion ({listed}) SELECT {copied} FROM catalog_catalogversion WHERE id = %s"

    assert "begins as a draft" in _tried(service, sql, stored(PUBLISHED))
