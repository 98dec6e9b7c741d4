"""A draft's pages: its grid, editing one entry and many, merging what it follows, comments and their answers, the record. Alice edits, Bob reviews."""

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from catalog import consultation, entry_editing, services
from catalog.models import Catalog, CatalogVersion, Comment, EntryEdit
from common import tenancy
from desk.roles import ADMINISTRATOR, AUDITOR, EDITOR, REVIEWER
from insurers.models import Insurer
from insurers.persons import INSURERS_USERS
from tests.conftest import Once, imported, published
from tests.desk.test_catalogs import text_of

pytestmark = pytest.mark.django_db

LIST = (
    "entry_code,generic_name,class_code,reimbursement_class,indication,icd10,marks,manufacturer\n"
    "E-1,奥希替尼片,XL01EB,谈判,非小细胞肺癌,C34,negotiated,阿斯利康\n"
    "E-2,伏美替尼片,XL01EB,谈判,非小细胞肺癌,C34,,艾力斯\n"
    "E-3,养血片,ZA01,乙,贫血,,,某药厂\n"
    "E-4,蔗糖铁注射液,XB03,乙,缺铁性贫血,D50,,某药厂\n"
)
V2 = LIST.replace("E-3,养血片,ZA01,乙", "E-3,养血片,ZA01,甲")


def person(name: str, *groups: str) -> Client:
    user = User.objects.create(username=name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=groups))
    client = Client(headers={"accept-language": "zh-CN"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(name: str, version: CatalogVersion, *args: Any, **query: str) -> str:
    href = reverse(f"admin:catalog_catalogversion_{name}", args=[version.pk, *args])
    return f"{href}?{urlencode(query)}" if query else href


@pytest.fixture
def alice(db: None) -> Client:
    return person("alice", EDITOR)


@pytest.fixture
def bob(db: None) -> Client:
    return person("bob", REVIEWER)


@pytest.fixture(scope="module")
def _draft(once: Once) -> int:
    return once(make_draft)


def make_draft() -> int:
    catalog = services.create_catalog(code="COM", name="创新药目录", kind="commercial", by="alice")
    published(catalog, LIST, label="v1")
    version = imported(catalog, V2, label="v2", effective_from=date(2026, 2, 1)).version
    assert version is not None
    return version.pk


@pytest.fixture
def draft(db: None, _draft: int) -> CatalogVersion:
    """A draft that Alice imported, one entry other than in the version it follows."""
    return CatalogVersion.objects.get(pk=_draft)


def codes(client: Client, version: CatalogVersion, **query: str) -> list[str]:
    shown = client.get(page("entries", version, **query)).context["entries"]
    return [entry.entry_code for entry in shown]


def entry(version: CatalogVersion, code: str) -> Any:
    return version.entries.get(entry_code=code)


# --- The grid


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["E-1", "E-2", "E-3", "E-4"]),
        ({"q": "fumei"}, ["E-2"]),
        ({"q": "缺铁"}, ["E-4"]),
        ({"class_code": "xl01"}, ["E-1", "E-2"]),
        ({"reimbursement_class": "A"}, ["E-3"]),
        ({"icd10": "C34.1"}, ["E-1", "E-2"]),
        ({"icd10": "不是编码"}, []),
        ({"mark": "negotiated"}, ["E-1"]),
        ({"uncoded": "on"}, ["E-3"]),
        ({"changed": "on"}, ["E-3"]),
        ({"class_code": "XL", "mark": "negotiated", "q": "奥希"}, ["E-1"]),
        ({"sort": "-entry_code"}, ["E-4", "E-3", "E-2", "E-1"]),
        ({"sort": "class_code"}, ["E-4", "E-1", "E-2", "E-3"]),
        ({"sort": "row_hash"}, ["E-1", "E-2", "E-3", "E-4"]),
        ({"page": "99"}, ["E-1", "E-2", "E-3", "E-4"]),
    ],
)
def test_the_grid_finds_and_sorts(
    alice: Client, draft: CatalogVersion, query: dict[str, str], found: list[str]
) -> None:
    assert codes(alice, draft, **query) == found


def test_what_cannot_be_read_as_a_diagnosis_is_said(alice: Client, draft: CatalogVersion) -> None:
    assert "“肺癌”不是" in text_of(alice.get(page("entries", draft, icd10="肺癌"))) or "肺癌 不是" in text_of(
        alice.get(page("entries", draft, icd10="肺癌"))
    )


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_is_found_is_a_file(alice: Client, draft: CatalogVersion, form: str) -> None:
    content = b"".join(alice.get(page(f"found_{form}", draft, class_code="XL01")).streaming_content)  # type: ignore[attr-defined]

    if form == "csv":
        lines = content.decode("utf-8-sig").splitlines()
        assert [line.split(",")[0] for line in lines] == ["entry_code", "E-1", "E-2"]
    else:
        rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
        assert [row[0] for row in rows] == ["entry_code", "E-1", "E-2"]


def test_what_is_published_is_shown_and_not_edited(alice: Client, draft: CatalogVersion) -> None:
    assert draft.parent is not None
    answer = alice.get(page("entries", draft.parent))

    assert not answer.context["editable"]
    assert "新增条目" not in text_of(answer)
    refused = alice.post(page("entry_edit", draft.parent, entry="E-1"), {"generic_name": "别的药"})
    assert refused.status_code in {200, 400, 409}
    assert entry(draft.parent, "E-1").generic_name == "奥希替尼片"


# --- Who may


EDITS = {
    "entry_add": {},
    "entry_edit": {"entry": "E-1"},
    "entry_remove": {"entry": "E-1"},
    "entries_bulk": {},
    "merge": {},
}


@pytest.mark.parametrize("group", [REVIEWER, AUDITOR, ADMINISTRATOR, INSURERS_USERS])
@pytest.mark.parametrize("name", EDITS)
def test_only_editors_edit(draft: CatalogVersion, group: str, name: str) -> None:
    somebody = person("erin", group)

    for method in (somebody.get, somebody.post):
        assert method(page(name, draft, **EDITS[name])).status_code in {302, 403}
    assert not EntryEdit.objects.exists()


@pytest.mark.parametrize("group", [ADMINISTRATOR, INSURERS_USERS])
@pytest.mark.parametrize("name", ["entries", "changes", "problems", "record", "comments", "comments_summary"])
def test_others_than_the_office_do_not_see_a_draft(draft: CatalogVersion, group: str, name: str) -> None:
    assert person("erin", group).get(page(name, draft)).status_code in {302, 403}


# --- One entry


def sent(client: Client, href: str, **changed: Any) -> dict[str, Any]:
    """What the browser sends of an entry's form, some of it changed."""
    form = client.get(href).context["form"]
    values = {field.html_name: field.value() for field in form}
    return {name: value for name, value in (values | changed).items() if value is not None}


def test_an_entry_is_edited_with_its_reason(alice: Client, draft: CatalogVersion) -> None:
    href = page("entry_edit", draft, entry="E-2", back="class_code=XL01")

    answer = alice.post(
        href, sent(alice, href, strength="40mg", marks=["vbp"], criteria="EGFR=检测阳性\nLINE=一线", reason="补录")
    )

    assert answer.headers["Location"] == page("entries", draft, class_code="XL01")
    changed = entry(draft, "E-2")
    assert (changed.strength, changed.marks, changed.criteria) == ("40mg", ["vbp"], ["EGFR=检测阳性", "LINE=一线"])
    edit = EntryEdit.objects.get()
    assert (edit.by, edit.reason, sorted(edit.changes)) == ("alice", "补录", ["criteria", "marks", "strength"])


def test_what_is_sent_as_it_was_is_no_edit(alice: Client, draft: CatalogVersion) -> None:
    href = page("entry_edit", draft, entry="E-1")

    alice.post(href, sent(alice, href))

    assert not EntryEdit.objects.exists()


def test_errors_stand_at_their_fields(alice: Client, draft: CatalogVersion) -> None:
    href = page("entry_edit", draft, entry="E-1")

    answer = alice.post(href, sent(alice, href, icd10="ZZZ", age_min="abc"))

    assert answer.status_code == 400
    assert {"icd10", "age_min"} <= set(answer.context["form"].errors)
    assert entry(draft, "E-1").icd10 == ["C34"]


def test_what_a_colleague_saved_meanwhile_is_not_overwritten(alice: Client, draft: CatalogVersion) -> None:
    href = page("entry_edit", draft, entry="E-1")
    mine = sent(alice, href, strength="80mg")
    entry_editing.change_entry(version=draft, entry_code="E-1", values={"strength": "40mg"}, by="erin")

    answer = alice.post(href, mine)

    assert answer.status_code == 412
    assert entry(draft, "E-1").strength == "40mg"


def test_an_entry_is_added(alice: Client, draft: CatalogVersion) -> None:
    answer = alice.post(page("entry_add", draft), {"generic_name": "甲磺酸片", "icd10": "C50; C51"}, follow=True)

    assert "已新增" in text_of(answer)
    assert draft.entries.get(generic_name="甲磺酸片").icd10 == ["C50", "C51"]


def test_removing_needs_a_reason(alice: Client, draft: CatalogVersion) -> None:
    href = page("entry_remove", draft, entry="E-4")

    assert alice.post(href, {}).context["form"].errors
    alice.post(href, {"reason": "重复"})

    assert not draft.entries.filter(entry_code="E-4").exists()
    assert EntryEdit.objects.get().reason == "重复"


# --- Many


def many(client: Client, version: CatalogVersion, ticked: dict[str, Any], **given: str) -> Any:
    """Tick, see the page, fill it in and send it."""
    form = client.post(page("entries_bulk", version), ticked).context["form"]
    hidden = {field.html_name: field.value() for field in form.hidden_fields()}
    return client.post(page("entries_bulk", version), {**hidden, **given}, follow=True)


def test_a_column_is_set_in_what_is_ticked(alice: Client, draft: CatalogVersion) -> None:
    ticked = {"what": "set", "entry": ["E-1", "E-2"]}

    answer = many(alice, draft, ticked, column="reimbursement_class", value="乙", reason="调整")

    assert "已设置 2 个条目" in text_of(answer)
    assert [entry(draft, code).reimbursement_class for code in ("E-1", "E-2", "E-3")] == ["B", "B", "A"]


def test_all_that_a_filter_finds_is_removed(alice: Client, draft: CatalogVersion) -> None:
    many(alice, draft, {"what": "remove", "all": "1", "where": "class_code=XL01"}, reason="不再收载")

    assert codes(alice, draft) == ["E-3", "E-4"]


def test_what_a_filter_finds_meanwhile_is_not_removed_unseen(alice: Client, draft: CatalogVersion) -> None:
    form = alice.post(page("entries_bulk", draft), {"what": "remove", "all": "1", "where": "class_code=XL01"}).context[
        "form"
    ]
    entry_editing.add_entry(version=draft, values={"generic_name": "新片", "class_code": "XL01"}, by="erin")

    answer = alice.post(
        page("entries_bulk", draft), {f.html_name: f.value() for f in form.hidden_fields()} | {"reason": "不再收载"}
    )

    assert answer.status_code == 412
    assert draft.entries.count() == 5


@pytest.mark.parametrize(
    "given", [{"column": "icd10", "value": "ZZZ", "reason": "x"}, {"column": "icd10", "value": "C34"}, {"reason": "x"}]
)
def test_what_breaks_a_rule_is_set_nowhere(alice: Client, draft: CatalogVersion, given: dict[str, str]) -> None:
    answer = many(alice, draft, {"what": "set", "entry": ["E-1", "E-4"]}, **given)

    assert answer.context["form"].errors
    assert [entry(draft, code).icd10 for code in ("E-1", "E-4")] == [["C34"], ["D50"]]


@pytest.mark.parametrize("broken", ["{", "1", '{"a": 1}', "[1]", "null"])
def test_broken_codes_are_asked_for_again(alice: Client, draft: CatalogVersion, broken: str) -> None:
    given = {"what": "remove", "codes": broken, "where": "", "count": "4", "reason": "x"}

    alice.post(page("entries_bulk", draft), given)

    assert draft.entries.count() == 4


def test_nothing_ticked_is_nothing_done(alice: Client, draft: CatalogVersion) -> None:
    answer = alice.post(page("entries_bulk", draft), {"what": "remove"}, follow=True)

    assert "请先选择条目" in text_of(answer)
    assert draft.entries.count() == 4


# --- Merging


@pytest.fixture
def behind(draft: CatalogVersion) -> CatalogVersion:
    """The draft, when an edition came into force between that changed E-1 (as the draft did), removed E-2 and added E-9."""
    entry_editing.change_entry(version=draft, entry_code="E-1", values={"strength": "80mg"}, by="alice")
    rows = LIST.splitlines(keepends=True)
    rows[1] = "E-1,奥希替尼片,XL01EB,谈判,肺癌,C34,negotiated,阿斯利康\n"
    between = "".join([rows[0], rows[1], *rows[3:], "E-9,新药片,XL01,丙,肺癌,C34,,某药厂\n"]).replace(
        "marks,manufacturer", "marks,manufacturer,strength"
    )
    lines = between.splitlines()
    between = "\n".join([lines[0], lines[1] + ",40mg", *(line + "," for line in lines[2:])]) + "\n"
    published(draft.catalog, between, label="v1b", effective_from=date(2026, 1, 15), by="erin")
    return CatalogVersion.objects.get(pk=draft.pk)


def test_the_banner_tells_how_far_behind(alice: Client, bob: Client, behind: CatalogVersion) -> None:
    answer = alice.get(page("entries", behind))

    assert "落后 1 个版本" in text_of(answer)
    assert page("merge", behind) in answer.content.decode()
    assert page("merge", behind) not in bob.get(page("entries", behind)).content.decode()


def test_the_page_refuses_until_each_is_resolved(alice: Client, behind: CatalogVersion) -> None:
    shown = alice.get(page("merge", behind))
    assert [one["entry"].entry_code for one in shown.context["both"]] == ["E-1"]
    assert [row[1:] for row in shown.context["both"][0]["rows"]] == [("—", "40mg", "80mg")]
    assert shown.context["counts"] == {"added": 1, "removed": 1}

    seen = shown.context["form"]["seen"].value()
    refused = alice.post(page("merge", behind), {"seen": seen})

    assert refused.context["form"].errors["side_0"]
    assert codes(alice, behind) == ["E-1", "E-2", "E-3", "E-4"]


@pytest.mark.parametrize(("side", "strength"), [("theirs", "40mg"), ("mine", "80mg"), ("both", "80mg")])
def test_a_merge_takes_over_what_changed(alice: Client, behind: CatalogVersion, side: str, strength: str) -> None:
    seen = alice.get(page("merge", behind)).context["form"]["seen"].value()

    answer = alice.post(page("merge", behind), {"seen": seen, "side_0": side})

    goes = page("entry_edit", behind, entry="E-1") if side == "both" else page("changes", behind)
    assert answer.headers["Location"] == goes
    assert codes(alice, behind) == ["E-1", "E-3", "E-4", "E-9"]
    merged = entry(behind, "E-1")
    assert (merged.strength, merged.indication) == (strength, "肺癌")
    assert "落后" not in text_of(alice.get(page("entries", behind)))


def test_a_merge_of_what_was_not_seen_is_refused(alice: Client, behind: CatalogVersion) -> None:
    seen = alice.get(page("merge", behind)).context["form"]["seen"].value()
    entry_editing.change_entry(version=behind, entry_code="E-4", values={"strength": "5ml"}, by="erin")

    assert alice.post(page("merge", behind), {"seen": seen, "side_0": "mine"}).status_code == 412


def test_an_up_to_date_draft_has_nothing_to_merge(alice: Client, draft: CatalogVersion) -> None:
    assert "没有需要合并的内容" in text_of(alice.get(page("merge", draft), follow=True))


# --- The record


def test_the_record_tells_edits_and_deeds_together(alice: Client, draft: CatalogVersion) -> None:
    entry_editing.change_entry(version=draft, entry_code="E-1", values={"strength": "80mg"}, by="alice", reason="补录")
    services.submit_version(version=draft, by="alice")

    steps = alice.get(page("record", draft)).context["steps"]

    told = [step["edit"].entry_code if "edit" in step else step["deed"].deed for step in steps]
    assert told == ["version.consulted", "E-1", "version.imported"]
    shown = text_of(alice.get(page("record", draft, entry="E-1")))
    assert "补录" in shown and "80mg" in shown


# --- Consultation


@pytest.fixture
def comment(draft: CatalogVersion, insurer: Insurer) -> Comment:
    """A comment of an insurer on a draft whose consultation is over."""
    services.submit_version(version=draft, by="alice", comments_until=date(2099, 1, 1))
    with tenancy.acting_for(tenancy.OFFICE):
        made = consultation.add_comment(
            version=draft, insurer_id=insurer.pk, by="ivan", stance="suggest", text="建议补规格", entry_code="E-1"
        )
    services.end_consultation(version=draft, by="alice")
    return made


def test_the_office_sees_who_said_what(bob: Client, comment: Comment) -> None:
    shown = text_of(bob.get(page("comments", comment.version)))

    for text in ("建议补规格", comment.insurer.name, "ivan", "建议", "未答复", "奥希替尼片"):
        assert text in shown


@pytest.mark.parametrize(("disposition", "opens"), [("accepted", True), ("partly", True), ("declined", False)])
def test_what_is_accepted_opens_its_entry(alice: Client, comment: Comment, disposition: str, opens: bool) -> None:
    href = page("comment_answer", comment.version, comment.pk)

    answer = alice.post(href, {"disposition": disposition, "text": "谢谢"})

    goes = page("entry_edit", comment.version, entry="E-1") if opens else page("comments", comment.version)
    assert answer.headers["Location"] == goes
    comment.refresh_from_db()
    assert (comment.disposition, comment.answered_by) == (disposition, "alice")


def test_a_reviewer_answers_and_an_auditor_does_not(bob: Client, comment: Comment) -> None:
    href = page("comment_answer", comment.version, comment.pk)
    given = {"disposition": "accepted", "text": "谢谢"}

    assert person("audrey", AUDITOR).post(href, given).status_code == 403
    assert bob.post(href, given).headers["Location"] == page("comments", comment.version)


def test_an_empty_answer_is_refused_at_its_fields(alice: Client, comment: Comment) -> None:
    answer = alice.post(page("comment_answer", comment.version, comment.pk), {})

    assert set(answer.context["form"].errors) == {"disposition", "text"}


def test_the_summary_as_page_and_as_workbook(alice: Client, comment: Comment) -> None:
    assert alice.get(page("comments_summary", comment.version)).context["totals"] == [
        ("支持", 0),
        ("反对", 0),
        ("建议", 1),
    ]
    content = b"".join(alice.get(page("comments_xlsx", comment.version)).streaming_content)  # type: ignore[attr-defined]

    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [row[3] for row in rows] == ["意见", "建议补规格"]


def test_the_grid_finds_what_was_commented_on(alice: Client, comment: Comment) -> None:
    assert codes(alice, comment.version, commented="on") == ["E-1"]


def test_a_past_last_day_is_refused_at_its_field(alice: Client, draft: CatalogVersion) -> None:
    answer = alice.post(page("submit", draft), {"comments_until": "2020-01-01"})

    assert list(answer.context["form"].errors) == ["comments_until"]


def test_what_is_over_is_not_shown_as_if_it_were_not(alice: Client, comment: Comment) -> None:
    assert "2099" not in text_of(alice.get(page("change", comment.version)))


# --- Changes


def test_what_the_newer_list_does_not_speak_of_is_not_called_removed(
    alice: Client, make_catalog: Callable[..., Catalog]
) -> None:
    catalog = make_catalog("NRDL", kind="base")
    published(catalog, LIST, label="v1")
    fewer = "".join(LIST.splitlines(keepends=True)[i] for i in (0, 2))
    version = imported(catalog, fewer, label="v2", effective_from=date(2026, 2, 1), complete_for=["X"]).version
    assert version is not None

    rows = {one.entry_code: one for one in alice.get(page("changes", version)).context["changes"]}

    assert {code: one.told_as for code, one in rows.items()} == {"E-1": "removed", "E-3": "silent", "E-4": "removed"}
    assert all(one.facts for one in rows.values())
    counts = alice.get(page("changes", version)).context["counts"]
    assert (counts["removed"], counts["silent"]) == (2, 1)
    for kind, found in (("removed", {"E-1", "E-4"}), ("silent", {"E-3"})):
        shown = alice.get(page("changes", version, change=kind)).context["changes"]
        assert {one.entry_code for one in shown} == found


# --- What it costs


@pytest.mark.parametrize("name", ["change", "entries", "changes", "problems", "record", "comments", "merge"])
def test_no_page_takes_more_than_twenty_statements(
    alice: Client,
    behind: CatalogVersion,
    insurer: Insurer,
    name: str,
) -> None:
    services.submit_version(version=behind, by="alice")
    with tenancy.acting_for(tenancy.OFFICE):
        for code in ("E-1", "E-2", ""):
            consultation.add_comment(
                version=behind, insurer_id=insurer.pk, by="ivan", stance="oppose", text="不同意", entry_code=code
            )
    services.end_consultation(version=behind, by="alice")
    alice.get(page(name, behind))  # what a process learns once

    with CaptureQueriesContext(connection) as done:
        assert alice.get(page(name, behind)).status_code == 200
    # A transaction of its own is three statements more in a test only, which has put itself around it.
    said = [one["sql"] for one in done.captured_queries if "SAVEPOINT" not in one["sql"]]
    assert len(said) <= 20, said


def test_codes_are_kept_apart_however_they_are_written(alice: Client, draft: CatalogVersion) -> None:
    odd = "A/1 & “二”?=#"
    entry_editing.add_entry(version=draft, values={"entry_code": odd, "generic_name": "某片"}, by="alice")

    assert alice.get(page("entry_of", draft, entry=odd)).status_code == 200
    form = alice.post(page("entries_bulk", draft), {"what": "remove", "entry": [odd]}).context["form"]
    assert json.loads(form["codes"].value()) == [odd]
