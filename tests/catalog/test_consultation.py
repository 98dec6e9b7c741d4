"""Consultation: who comments, answers and reads what, at which state, by which door. A and B are insurers; Alice edits, Bob reviews."""

import copy
import io
import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from openpyxl import load_workbook

from catalog import consultation, moves, services
from catalog.clock import china_today, observe
from catalog.importing.comments import LONGEST_TEXT
from catalog.models import Catalog, CatalogVersion, Comment
from common import tenancy
from common.audit.models import Record
from insurers import key_issuing
from insurers.models import Insurer
from tests.conftest import Api, Once, imported

pytestmark = pytest.mark.django_db

LIST = "entry_code,generic_name,icd10\nE-1,奥希替尼片,C34\nE-2,伏美替尼片,C34\n"
V = "/catalogs/COM/versions/v1"
WORDS = {"entry_code": "E-1", "stance": "oppose", "text": "请删除"}


@pytest.fixture(scope="module")
def made_draft(once: Once) -> CatalogVersion:
    def make() -> CatalogVersion:
        version = imported(services.create_catalog(code="COM", name="COM", kind="commercial", by="alice"), LIST).version
        assert version is not None
        return version

    return once(make)


@pytest.fixture
def draft(made_draft: CatalogVersion, db: None) -> CatalogVersion:
    return copy.deepcopy(made_draft)


@pytest.fixture
def catalog(draft: CatalogVersion) -> Catalog:
    return draft.catalog


@pytest.fixture
def version(draft: CatalogVersion) -> CatalogVersion:
    """The draft in consultation."""
    return moves.submit_version(version=draft, by="alice")


def ended(version: CatalogVersion) -> CatalogVersion:
    return moves.end_consultation(version=version, by="alice")


def comment(version: CatalogVersion, insurer: Insurer, **words: str) -> Comment:
    return consultation.add_comment(version=version, insurer_id=insurer.pk, by="key:a", **{**WORDS, **words})


def answered(made: Comment, disposition: str = "declined", text: str = "不予采纳") -> Comment:
    return consultation.answer_comment(comment=made, by="bob", disposition=disposition, text=text)


def patch(api: Api, path: str, data: Any, **headers: str) -> Any:
    return api.client.patch(f"/api/v1{path}", data, content_type="application/json", headers={**api.headers, **headers})


def code_of(response: Any) -> Any:
    return response.json().get("code") if response.status_code >= 400 else response.status_code


# --- Who, what, when

# The answer at each door; `ok`, or the code. Columns: what happened to the version before. A commented when it was open.
DOORS = """
door              who      never_asked        open                   ended              review             published
list              A        not_found          ok                     ok                 ok                 ok
list              B        not_found          ok                     ok                 ok                 ok
list              office   ok                 ok                     ok                 ok                 ok
comment           A        not_found          ok                     consultation_over  consultation_over  consultation_over
comment           B        not_found          ok                     consultation_over  consultation_over  consultation_over
comment           office   insurer_key_required insurer_key_required insurer_key_required insurer_key_required insurer_key_required
change            A        -                  ok                     consultation_over  consultation_over  consultation_over
change            B        -                  not_found              not_found          not_found          not_found
change            office   -                  insurer_key_required   insurer_key_required insurer_key_required insurer_key_required
remove            A        -                  ok                     consultation_over  consultation_over  consultation_over
remove            B        -                  not_found              not_found          not_found          not_found
remove            office   -                  insurer_key_required   insurer_key_required insurer_key_required insurer_key_required
upload            A        not_found          ok                     consultation_over  consultation_over  consultation_over
upload            B        not_found          ok                     consultation_over  consultation_over  consultation_over
upload            office   insurer_key_required insurer_key_required insurer_key_required insurer_key_required insurer_key_required
answer            A        -                  missing_scope          missing_scope      missing_scope      missing_scope
answer            B        -                  missing_scope          missing_scope      missing_scope      missing_scope
answer            office   -                  ok                     ok                 ok                 not_a_draft
summary           A        not_found          consultation_open      ok                 ok                 ok
summary           B        not_found          consultation_open      ok                 ok                 ok
summary           office   ok                 ok                     ok                 ok                 ok
table             A        not_found          not_yours              not_yours          not_yours          not_yours
table             B        not_found          not_yours              not_yours          not_yours          not_yours
table             office   ok                 ok                     ok                 ok                 ok
"""
STATES = ("never_asked", "open", "ended", "review", "published")


def table() -> dict[tuple[str, str, str], str]:
    _head, *rows = (line.split() for line in DOORS.strip().splitlines())
    return {(door, who, state): code for door, who, *codes in rows for state, code in zip(STATES, codes, strict=True)}


def sheet(text: str = "条目编码,立场,意见\nE-2,支持,同意\n", name: str = "意见.csv") -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = name
    return file


CALLS: dict[str, Callable[[Api, str], Any]] = {
    "list": lambda api, _pk: api.get(f"{V}/comments/"),
    "comment": lambda api, _pk: api.post(f"{V}/comments/", WORDS),
    "change": lambda api, pk: patch(api, f"{V}/comments/{pk}/", {"text": "请保留"}),
    "remove": lambda api, pk: api.delete(f"{V}/comments/{pk}/"),
    "upload": lambda api, _pk: api.upload(f"{V}/comments/upload/", sheet()),
    "answer": lambda api, pk: api.post(f"{V}/comments/{pk}/answer/", {"disposition": "partly", "text": "部分采纳"}),
    "summary": lambda api, _pk: api.get(f"{V}/comments/summary/"),
    "table": lambda api, _pk: api.get(f"{V}/comments/summary.xlsx"),
}


def brought_to(draft: CatalogVersion, state: str, insurer: Insurer) -> Comment | None:
    """Bring a draft to a state, with one comment of the insurer where it was asked."""
    if state == "never_asked":
        return None
    version = moves.submit_version(version=draft, by="alice")
    made = comment(version, insurer)
    if state == "open":
        return made
    ended(version)
    answered(made)
    if state in {"review", "published"}:
        moves.request_review(version=version, by="alice")
    if state == "published":
        moves.publish_version(version=version, by="bob")
    return made


@pytest.mark.parametrize("state", STATES)
def test_each_door_answers_as_the_table_says(
    state: str, draft: CatalogVersion, insurer: Insurer, api: Api, other_api: Api, checker: Api
) -> None:
    made = brought_to(draft, state, insurer)
    callers = {"A": api, "B": other_api, "office": checker}
    for (door, who, at), expected in table().items():
        if at != state or expected == "-":
            continue
        mark = transaction.savepoint()
        response = CALLS[door](callers[who], str(made.pk if made else ""))
        if response.streaming:
            b"".join(response.streaming_content)
        told = "ok" if response.status_code < 300 else response.json()["code"]
        transaction.savepoint_rollback(mark)
        assert told == expected, (door, who, response.content if not response.streaming else "")


def test_every_door_is_in_the_table_for_everybody() -> None:
    assert table().keys() == set(itertools.product(CALLS, ("A", "B", "office"), STATES))


def test_a_key_with_one_right_of_the_office_answers_and_one_that_only_reads_does_not(
    version: CatalogVersion, insurer: Insurer
) -> None:
    made = comment(version, insurer)

    def asked(*scopes: str) -> int:
        key = key_issuing.issue_curator_key(username="erin", scopes=list(scopes), by="root")[1]
        return Api(key).post(f"{V}/comments/{made.pk}/answer/", {"disposition": "noted", "text": "已阅"}).status_code

    assert [asked("catalog:read"), asked("catalog:write"), asked("catalog:publish")] == [403, 200, 200]


def test_answering_makes_nobody_an_editor(version: CatalogVersion, insurer: Insurer, checker: Api) -> None:
    made = comment(version, insurer)
    assert checker.post(f"{V}/comments/{made.pk}/answer/", {"disposition": "noted", "text": "已阅"}).status_code == 200
    ended(version)

    assert checker.post(f"{V}/publish/").status_code == 200


def test_an_insurer_with_rights_on_lists_of_its_own_answers_nothing_on_a_shared_one(
    version: CatalogVersion, insurer: Insurer
) -> None:
    made = comment(version, insurer)
    key = key_issuing.issue_insurer_key(insurer=insurer, scopes=["catalog:read", "catalog:write"], by="root")[1]

    refused = Api(key).post(f"{V}/comments/{made.pk}/answer/", {"disposition": "noted", "text": "已阅"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_yours")


# --- Comments


def test_a_comment_is_made_shown_changed_and_taken_back(version: CatalogVersion, api: Api) -> None:
    made = api.post(f"{V}/comments/", WORDS)
    assert made.status_code == 201
    shown = made.json()
    assert {name: shown[name] for name in WORDS} == WORDS
    assert (shown["generic_name"], shown["insurer"], shown["answer"], shown["changed_at"]) == (
        "奥希替尼片",
        "INS-A",
        None,
        None,
    )
    path = made["Location"].removeprefix("/api/v1")
    assert api.get(path).json() == shown

    changed = patch(api, path, {"entry_code": None, "stance": "suggest"}, **{"If-Match": made["ETag"]})
    assert (changed.json()["entry_code"], changed.json()["generic_name"], changed.json()["stance"]) == (
        "",
        "",
        "suggest",
    )
    assert patch(api, path, {"text": "好"}, **{"If-Match": made["ETag"]}).status_code == 412
    assert api.delete(path, **{"If-Match": made["ETag"]}).status_code == 412
    assert api.delete(path, **{"If-Match": changed["ETag"]}).status_code == 204
    assert api.get(path).status_code == 404
    assert list(Record.objects.filter(kind="comment").order_by("id").values_list("deed", flat=True)) == [
        "comment.made",
        "comment.changed",
        "comment.removed",
    ]


@pytest.mark.parametrize(
    ("words", "pointer", "code"),
    [
        ({"entry_code": "E-9"}, "/entry_code", "unknown_entry"),
        ({"entry_code": "E" * 65}, "/entry_code", "too_long"),
        ({"stance": "maybe"}, "/stance", "bad_choice"),
        ({"stance": None}, "/stance", "required"),
        ({"text": ""}, "/text", "required"),
        ({"text": "　"}, "/text", "required"),
        ({"text": "长" * (LONGEST_TEXT + 1)}, "/text", "too_long"),
        ({"text": "患者 11010519491231002X 用过"}, "/text", "personal_data"),
        ({"text": "好\u200b"}, "/text", "control_character"),
        ({"text": 7}, "/text", "wrong_type"),
        ({"remark": "x"}, "/remark", "unknown_field"),
    ],
)
def test_what_cannot_be_a_comment_is_refused_with_its_place(
    words: dict[str, Any], pointer: str, code: str, version: CatalogVersion, api: Api
) -> None:
    refused = api.post(f"{V}/comments/", {**WORDS, **words})
    assert refused.status_code == 400
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [(pointer, code)]
    made = api.post(f"{V}/comments/", {**WORDS, "text": "长" * LONGEST_TEXT})
    assert made.status_code == 201
    refused = patch(api, f"{V}/comments/{made.json()['id']}/", words)
    assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [(pointer, code)]
    assert Comment.objects.get().text == "长" * LONGEST_TEXT


def test_the_service_itself_refuses_what_is_too_long(version: CatalogVersion, insurer: Insurer) -> None:
    with pytest.raises(services.InvalidInput) as refusal:
        comment(version, insurer, text="长" * (LONGEST_TEXT + 1), stance="")

    assert [(one.pointer, one.code) for one in refusal.value.errors] == [("/stance", "required"), ("/text", "too_long")]


def test_the_office_sees_who_and_an_insurer_its_own_with_the_answers(
    version: CatalogVersion, insurer: Insurer, other_insurer: Insurer, api: Api, other_api: Api, maker: Api
) -> None:
    answered(comment(version, insurer))
    comment(version, other_insurer, entry_code="", stance="support", text="总体同意")

    ours, theirs, office = (who.get(f"{V}/comments/").json()["results"] for who in (api, other_api, maker))
    assert [one["insurer"] for one in ours] == ["INS-A"]
    assert [one["insurer"] for one in theirs] == ["INS-B"]
    assert [(one["insurer"], one["by"]) for one in office] == [("INS-A", "key:a"), ("INS-B", "key:a")]
    assert (ours[0]["answer"]["disposition"], ours[0]["answer"]["text"]) == ("declined", "不予采纳")
    assert (ours[0]["answer"]["by"], office[0]["answer"]["by"]) == ("office", "bob")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["一", "二", "三"]),
        ({"entry_code": "E-1"}, ["一"]),
        ({"stance": "support"}, ["二", "三"]),
        ({"answered": "true"}, ["一"]),
        ({"answered": "false"}, ["二", "三"]),
        ({"insurer": "INS-B"}, ["三"]),
        ({"insurer": "INS-B", "entry_code": "E-1"}, []),
    ],
)
def test_filters(
    query: dict[str, str],
    found: list[str],
    version: CatalogVersion,
    insurer: Insurer,
    other_insurer: Insurer,
    maker: Api,
) -> None:
    answered(comment(version, insurer, text="一"))
    comment(version, insurer, entry_code="E-2", stance="support", text="二")
    comment(version, other_insurer, entry_code="", stance="support", text="三")

    assert [one["text"] for one in maker.get(f"{V}/comments/", query).json()["results"]] == found


@pytest.mark.parametrize("query", [{"stance": "maybe"}, {"answered": "yes"}, {"who": "x"}])
def test_an_unknown_filter_is_never_ignored(query: dict[str, str], version: CatalogVersion, maker: Api) -> None:
    assert maker.get(f"{V}/comments/", query).status_code == 400


def test_a_draft_that_was_asked_about_is_hidden_again_and_its_comments_stay(
    version: CatalogVersion, insurer: Insurer, api: Api
) -> None:
    made = comment(version, insurer)
    ended(version)

    assert api.get(f"{V}/").status_code == 404
    assert api.get(f"{V}/entries/").status_code == 404
    assert api.get(f"{V}/comments/{made.pk}/").json()["text"] == "请删除"


def test_a_consultation_is_over_by_itself_when_its_day_is(draft: CatalogVersion, insurer: Insurer, api: Api) -> None:
    today = china_today(observe().known_at)
    version = moves.submit_version(version=draft, by="alice", comments_until=today)
    made = comment(version, insurer)
    CatalogVersion.objects.filter(pk=version.pk).update(comments_until=today - timedelta(days=1))

    assert code_of(api.post(f"{V}/comments/", WORDS)) == "consultation_over"
    assert code_of(api.delete(f"{V}/comments/{made.pk}/")) == "consultation_over"
    assert api.get(f"{V}/comments/summary/").status_code == 200
    assert moves.end_consultations() == 1
    assert CatalogVersion.objects.get(pk=version.pk).consultation_closed_at is not None


def test_a_repeated_request_makes_one_comment(version: CatalogVersion, api: Api) -> None:
    first, again = (api.post(f"{V}/comments/", WORDS, **{"Idempotency-Key": "k"}) for _ in range(2))

    assert first.json() == again.json()
    assert Comment.objects.count() == 1


def test_a_private_list_is_commented_on_by_its_owner_alone(
    make_catalog: Callable[..., Catalog], insurer: Insurer, api: Api, other_api: Api
) -> None:
    private = imported(make_catalog("PRIV", owner_id=insurer.pk), LIST, by="key:a").version
    moves.submit_version(version=private, by="key:a")
    path = "/catalogs/PRIV/versions/v1/comments/"

    assert api.post(path, WORDS).status_code == 201
    assert [other_api.post(path, WORDS).status_code, other_api.get(path).status_code] == [404, 404]


# --- Answers


def test_an_answer_may_be_given_otherwise_until_publication_and_each_is_logged(
    version: CatalogVersion, insurer: Insurer, checker: Api
) -> None:
    made = comment(version, insurer)
    path = f"{V}/comments/{made.pk}/answer/"
    for words in ({"disposition": "accepted", "text": "采纳"}, {"disposition": "declined", "text": "经费不足"}):
        assert checker.post(path, words).json()["answer"].items() >= words.items()
    ended(version)
    moves.publish_version(version=CatalogVersion.objects.get(pk=version.pk), by="bob")

    assert code_of(checker.post(path, {"disposition": "noted", "text": "晚了"})) == "not_a_draft"
    logged = Record.objects.filter(deed="comment.answered").order_by("id").values_list("before", "after")
    assert list(logged) == [
        (None, {"disposition": "accepted", "answer": "采纳"}),
        ({"disposition": "accepted", "answer": "采纳"}, {"disposition": "declined", "answer": "经费不足"}),
    ]


@pytest.mark.parametrize(
    "words", [{"disposition": "maybe", "text": "x"}, {"disposition": "noted"}, {"disposition": "noted", "text": " "}]
)
def test_an_answer_has_a_disposition_and_words(
    words: dict[str, str], version: CatalogVersion, insurer: Insurer, checker: Api
) -> None:
    made = comment(version, insurer)

    assert checker.post(f"{V}/comments/{made.pk}/answer/", words).status_code == 400
    assert Comment.objects.get().answered_at is None


def test_other_words_need_another_answer(version: CatalogVersion, insurer: Insurer) -> None:
    made = answered(comment(version, insurer))

    assert (
        consultation.change_comment(comment=made, by="key:a", text="请删除").answered_at is not None
    )  # nothing changed
    assert consultation.change_comment(comment=made, by="key:a", text="请保留").answered_at is None
    logged = Record.objects.filter(deed="comment.changed").get()
    assert logged.before["answer"] == "不予采纳"


def test_comments_wait_for_their_answers_before_review_and_publication(
    version: CatalogVersion, insurer: Insurer, maker: Api, checker: Api
) -> None:
    made = comment(version, insurer)
    ended(version)

    assert [code_of(maker.post(f"{V}/request-review/")), code_of(checker.post(f"{V}/publish/"))] == [
        "comments_unanswered"
    ] * 2
    answered(made)
    assert [code_of(maker.post(f"{V}/request-review/")), code_of(checker.post(f"{V}/publish/"))] == [200, 200]


# --- The summary


def test_the_summary_counts_all_and_names_nobody(
    version: CatalogVersion, insurer: Insurer, other_insurer: Insurer, api: Api, other_api: Api, maker: Api
) -> None:
    answered(comment(version, insurer))
    answered(comment(version, other_insurer), "accepted", "删除")
    comment(version, other_insurer, stance="support", text="绝密理由")
    comment(version, insurer, entry_code="", stance="suggest", text="总体意见")
    ended(version)
    results = api.get(f"{V}/comments/summary/").json()["results"]

    assert results == [
        {
            "entry_code": "",
            "generic_name": "",
            "counts": {"support": 0, "oppose": 0, "suggest": 1},
            "unanswered": 1,
            "answers": [],
        },
        {
            "entry_code": "E-1",
            "generic_name": "奥希替尼片",
            "counts": {"support": 1, "oppose": 2, "suggest": 0},
            "unanswered": 1,
            "answers": [
                {"stance": "oppose", "disposition": "declined", "text": "不予采纳"},
                {"stance": "oppose", "disposition": "accepted", "text": "删除"},
            ],
        },
    ]
    for who in (other_api, maker):
        assert who.get(f"{V}/comments/summary/").json()["results"] == results
    with tenancy.acting_for(str(other_insurer.pk)):
        assert consultation.summary_of(version)[1].counts["oppose"] == 2
        assert Comment.objects.count() == 2  # and the wall stands where it stood


def test_the_table_of_the_office_names_everybody_and_runs_nothing(
    version: CatalogVersion, insurer: Insurer, maker: Api
) -> None:
    answered(comment(version, insurer, text="=1+1"))
    response = maker.get(f"{V}/comments/summary.xlsx")
    [header, row] = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active.iter_rows(values_only=True)

    assert header == consultation.SUMMARY_HEADER
    told = dict(zip(header, row, strict=True))
    assert (told["条目编码"], told["通用名"], told["立场"], told["处理结果"]) == ("E-1", "奥希替尼片", "反对", "未采纳")
    assert (told["保险公司编码"], told["保险公司"], told["提出人"], told["答复人"]) == (
        "INS-A",
        "甲保险",
        "key:a",
        "bob",
    )
    assert told["意见"] == "'=1+1"


# --- A file


def test_a_file_becomes_comments_once(version: CatalogVersion, api: Api, maker: Api) -> None:
    text = "条目编码,立场,意见\nE-1,反对,太贵\n,支持,总体同意\n"
    first, again = (api.upload(f"{V}/comments/upload/", sheet(text)) for _ in range(2))

    assert (first.status_code, first.json()["counts"]) == (201, {"rows": 2, "made": 2, "already": 0})
    assert (again.status_code, again.json()["counts"]) == (200, {"rows": 2, "made": 0, "already": 2})
    assert (first.json()["state"], first.json()["file_name"]) == ("ready", "意见.csv")
    assert first.json()["columns"][1] == {"header": "立场", "column": "stance"}
    told = [
        (one["entry_code"], one["generic_name"], one["stance"], one["insurer"])
        for one in maker.get(f"{V}/comments/").json()["results"]
    ]
    assert sorted(told) == [("", "", "support", "INS-A"), ("E-1", "奥希替尼片", "oppose", "INS-A")]
    assert Record.objects.filter(deed="comments.uploaded").count() == 1


def test_a_file_with_faults_says_all_of_them_and_leaves_nothing(version: CatalogVersion, api: Api) -> None:
    text = "条目编码,立场,意见\nE-9,反对,太贵\nE-1,也许,好\nE-8,支持,\nE-2,支持,好\n"
    refused = api.upload(f"{V}/comments/upload/", sheet(text))

    body = refused.json()
    assert (refused.status_code, refused["Content-Type"], body["code"], body["state"]) == (
        400,
        "application/problem+json",
        "invalid",
        "failed",
    )
    assert body["error_count"] == 4
    assert sorted((one["row"], one["column"], one["value"], one["code"]) for one in body["errors"]) == [
        (2, "entry_code", "E-9", "UNKNOWN_ENTRY"),
        (3, "stance", "也许", "BAD_CHOICE"),
        (4, "entry_code", "E-8", "UNKNOWN_ENTRY"),
        (4, "text", "", "REQUIRED"),
    ]
    assert [one["row"] for one in body["errors"]] == [2, 3, 4, 4]
    assert all(one["message_zh"] and one["message_en"] and one["detail"] and one["pointer"] for one in body["errors"])
    assert not Comment.objects.exists()
    assert not Record.objects.filter(deed__startswith="comment").exists()


def test_a_report_ends_and_counts_on(version: CatalogVersion, api: Api) -> None:
    text = "条目编码,立场,意见\n" + "".join(f"X-{n},反对,太贵\n" for n in range(1_200))
    body = api.upload(f"{V}/comments/upload/", sheet(text)).json()

    assert (body["error_count"], len(body["errors"])) == (1_200, 100)


def test_one_file_of_an_insurer_is_read_at_a_time(
    version: CatalogVersion, insurer: Insurer, other_insurer: Insurer, api: Api, other_api: Api
) -> None:
    with psycopg.connect(**connection.get_connection_params()) as elsewhere:
        elsewhere.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"comments of {insurer.pk}"])
        assert code_of(api.upload(f"{V}/comments/upload/", sheet())) == "in_flight"
        assert code_of(other_api.upload(f"{V}/comments/upload/", sheet())) == 201
    assert code_of(api.upload(f"{V}/comments/upload/", sheet())) == 201


def test_nothing_of_an_upload_stays_on_disk(version: CatalogVersion, api: Api, settings: Any) -> None:
    api.upload(f"{V}/comments/upload/", sheet())
    api.upload(f"{V}/comments/upload/", sheet("x"))

    assert list(settings.UPLOAD_DIR.iterdir()) == []


@pytest.mark.parametrize("fields", [{}, {"file": "text"}])
def test_an_upload_without_a_file_is_refused(fields: dict[str, Any], version: CatalogVersion, api: Api) -> None:
    assert api.client.post(f"/api/v1{V}/comments/upload/", fields, headers=api.headers).status_code == 400


# --- What becomes of the draft


def test_a_draft_with_comments_is_not_deleted_and_one_without_is(
    version: CatalogVersion, insurer: Insurer, maker: Api
) -> None:
    comment(version, insurer)
    ended(version)

    assert code_of(maker.delete(f"{V}/")) == "has_comments"
    assert CatalogVersion.objects.filter(pk=version.pk).exists()


def test_a_consulted_draft_without_comments_is_deleted(version: CatalogVersion, maker: Api) -> None:
    ended(version)

    assert maker.delete(f"{V}/").status_code == 204


def test_a_file_imported_over_a_draft_keeps_what_was_said(
    version: CatalogVersion, catalog: Catalog, insurer: Insurer, api: Api, checker: Api
) -> None:
    made = comment(version, insurer)
    ended(version)
    again = imported(catalog, LIST.replace("E-1,奥希替尼片,C34\n", ""), by="erin").version

    assert again is not None and again.pk != version.pk
    assert [one["id"] for one in api.get(f"{V}/comments/").json()["results"]] == [str(made.pk)]
    assert code_of(checker.post(f"{V}/publish/")) == "comments_unanswered"
    assert "alice" in CatalogVersion.objects.get(pk=again.pk).editors  # whoever sent it for consultation


# --- The database


def raw(who: str, sql: str, *parameters: Any) -> str:
    with tenancy.acting_for(who):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql, parameters)
                return str(cursor.rowcount)
        except DatabaseError as refusal:
            return str(refusal)


def test_raw_sql_neither_comments_late_nor_sees_anothers(
    version: CatalogVersion, insurer: Insurer, other_insurer: Insurer
) -> None:
    made = comment(version, insurer)
    change = "UPDATE catalog_comment SET text = 'x' WHERE id = %s"
    answer = "UPDATE catalog_comment SET disposition = 'noted', answer = 'x', answered_by = 'x', answered_at = now() WHERE id = %s"
    add = (
        'INSERT INTO catalog_comment (id, version_id, insurer_id, "by", at, stance, text)'
        " VALUES (gen_random_uuid(), %s, %s, 'x', now(), 'support', 'x')"
    )
    ours, theirs = str(insurer.pk), str(other_insurer.pk)

    assert raw(theirs, change, made.pk) == "0"
    assert raw(theirs, "DELETE FROM catalog_comment") == "0"
    assert "row-level security" in raw(theirs, add, version.pk, insurer.pk)
    assert raw(theirs, add, version.pk, other_insurer.pk) == "1"
    ended(version)
    for who in (ours, tenancy.OFFICE):
        for sql in (change, "DELETE FROM catalog_comment WHERE id = %s"):
            assert "not in consultation" in raw(who, sql, made.pk)
    assert "not in consultation" in raw(theirs, add, version.pk, other_insurer.pk)
    assert raw(tenancy.OFFICE, answer, made.pk) == "1"
    for one in Comment.objects.filter(answered_at=None):
        answered(one)
    moves.publish_version(version=CatalogVersion.objects.get(pk=version.pk), by="bob")
    assert "are answered" in raw(tenancy.OFFICE, answer, made.pk)
