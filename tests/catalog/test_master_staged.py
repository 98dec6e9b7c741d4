"""The drug master is staged by one and merged by another: nothing of a staged file is known before, all of it after."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalog import clock, mending, services
from catalog.drugs.knowledge import Identity
from catalog.drugs.recognise import recognise
from catalog.known_drugs import knowledge_of
from catalog.master_approval import merge_drugs, moved_since
from catalog.models import Drug, DrugProduct, ImportRun, Revision
from catalog.refusals import Ended
from common.audit.models import Record
from common.errors import Refused
from common.jobs import services as jobs
from common.jobs.models import Job
from tests.files import kept_path

pytestmark = pytest.mark.django_db

HEADER = "generic_name,approval_no,strength,manufacturer,regulators\n"
BEFORE = HEADER + "奥希替尼片,H20170167,80mg,AstraZeneca AB,\n阿司匹林片,H20000001,100mg,甲厂,\n"
AFTER = (
    HEADER
    + "奥希替尼片,H20170167,80mg,阿斯利康,NMPA\n阿司匹林片,H20000001,100mg,甲厂,\n伏美替尼片,H20210009,40mg,艾力斯,\n"
)
BAD = HEADER + ",H20170167,80mg,阿斯利康,\n"


def upload(content: str, *, by: str = "alice", staged: bool = True) -> ImportRun:
    run, _new = services.upload_drugs(chunks=[content.encode()], file_name="master.csv", by=by, staged=staged)
    return run


def done(run: ImportRun) -> ImportRun:
    run = ImportRun.objects.select_related("job").get(pk=run.pk)
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    return ImportRun.objects.select_related("job").get(pk=run.pk)


def staged(content: str = AFTER, by: str = "alice") -> ImportRun:
    """A file that was compared and waits."""
    return done(upload(content, by=by))


def master() -> list[tuple[Any, ...]]:
    """Everything that the master holds, and when it was last declared."""
    products = DrugProduct.objects.order_by("pk").values_list("pk", "generic_name", "manufacturer", "recorded_to")
    return [*products, *Drug.objects.order_by("pk").values_list("pk"), Revision.objects.get().number]


def knows(name: str) -> bool:
    line, now = Identity(generic_name=name), clock.observe().known_at
    return recognise(line, knowledge_of([line], insurer_id=None, known_at=now)).drug is not None


def test_a_staged_file_tells_what_it_would_change_and_writes_nothing() -> None:
    done(upload(BEFORE, staged=False))
    held = master()

    run = staged()

    assert run.state == "staged"
    assert {name: run.counts[name] for name in ("added", "changed", "unchanged")} == {
        "added": 1,
        "changed": 1,
        "unchanged": 1,
    }
    assert run.sample[0] == {
        "row": 2,
        "change": "changed",
        "name": "奥希替尼片",
        "fields": {"manufacturer": ["AstraZeneca AB", "阿斯利康"], "regulators": ["", "NMPA"]},
    }
    assert (run.sample[1]["change"], run.sample[1]["fields"]["generic_name"]) == ("added", ["", "伏美替尼片"])
    assert master() == held
    assert not knows("伏美替尼片")
    assert kept_path(run.file_path).exists()


def test_a_second_person_merges_it_and_then_it_is_known() -> None:
    done(upload(BEFORE, staged=False))
    run = staged()
    compared = run.counts, run.sample

    merge_drugs(run=run, by="bob")
    assert not knows("伏美替尼片")
    run = done(run)

    assert (run.state, run.merged_by) == ("ready", "bob")
    assert (run.counts, run.sample) == compared
    assert knows("伏美替尼片")
    assert DrugProduct.objects.get(generic_name="奥希替尼片", recorded_to=None).manufacturer == "阿斯利康"
    told = Record.objects.filter(object_id=str(run.pk)).order_by("id").values_list("deed", "who")
    assert list(told) == [("import.uploaded", "alice"), ("master.approved", "bob"), ("master.merged", "bob")]


def test_its_file_goes_once_it_is_merged() -> None:
    run = staged()
    file = kept_path(run.file_path)
    merge_drugs(run=run, by="bob")

    done(run)

    assert not file.exists()


def _by_state(state: str) -> ImportRun:
    if state == "at once":
        return done(upload(AFTER, staged=False))
    if state == "queued":
        return upload(AFTER)
    if state == "failed":
        return done(upload(BAD))
    run = staged()
    if state == "given up":
        services.cancel_import(run=run, by="alice")
    if state in {"merging", "merged"}:
        merge_drugs(run=run, by="carol")
    return done(run) if state == "merged" else run


@pytest.mark.parametrize(
    ("state", "by", "code"),
    [
        ("staged", "bob", None),
        ("staged", "alice", "same_person"),
        ("queued", "bob", "not_ready"),
        ("queued", "alice", "not_ready"),
        ("merging", "bob", "already_merged"),
        ("merging", "alice", "already_merged"),
        ("merged", "bob", "already_merged"),
        ("merged", "carol", "already_merged"),
        ("at once", "bob", "not_staged"),
        ("failed", "bob", "not_staged"),
        ("given up", "bob", "not_staged"),
    ],
)
def test_who_may_have_it_merged_when(state: str, by: str, code: str | None) -> None:
    run = _by_state(state)
    before = Record.objects.count()
    told = None

    try:
        merge_drugs(run=run, by=by)
    except Refused as refusal:
        told = refusal.code, refusal.status

    assert told == (code and (code, 409))
    assert Record.objects.count() == before + (code is None)


def test_whoever_mended_it_does_not_merge_it_nor_does_whoever_uploaded_it_first() -> None:
    failed = done(upload(BAD))

    run = done(mending.mend_import(run=failed, cells={(2, "generic_name"): "奥希替尼片"}, by="bob"))

    assert (run.state, run.staged, knows("奥希替尼片")) == ("staged", True, False)
    for person in ("alice", "bob"):
        with pytest.raises(services.SamePerson):
            merge_drugs(run=run, by=person)
    assert merge_drugs(run=run, by="carol").state == "queued"


@pytest.mark.parametrize("wrong", [{"merged_by": "alice"}, {"outcome": "ready"}, {"kind": "entries"}])
def test_the_database_holds_it_too(wrong: dict[str, str]) -> None:
    run = staged()

    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRun.objects.filter(pk=run.pk).update(**wrong)


def test_a_file_that_fails_now_changes_nothing_and_is_told_as_any_other() -> None:
    run = staged()
    kept_path(run.file_path).write_text(BAD)
    merge_drugs(run=run, by="bob")

    run = done(run)

    assert (run.state, run.error_count, run.counts.get("added")) == ("failed", 1, None)
    assert not DrugProduct.objects.exists()
    assert Record.objects.get(deed="import.refused").who == "bob"


def test_a_file_given_up_is_gone(django_capture_on_commit_callbacks: Any) -> None:
    run = staged()
    file = kept_path(run.file_path)

    with django_capture_on_commit_callbacks(execute=True):
        services.cancel_import(run=run, by="dora")

    run.refresh_from_db()
    assert (run.state, run.file_path, file.exists()) == ("cancelled", "", False)
    with pytest.raises(Ended):
        services.cancel_import(run=run, by="dora")
    assert not ImportRun.objects.unsettled().exists()


def test_housekeeping_leaves_what_waits_and_takes_what_was_stopped() -> None:
    waiting, stopped = staged(), staged(BEFORE)
    merge_drugs(run=stopped, by="bob")
    services.cancel_import(run=ImportRun.objects.get(pk=stopped.pk), by="alice")
    kept: list[Path] = [kept_path(one.file_path) for one in (waiting, stopped)]

    services.forget_uploads(before=timezone.now() + timedelta(days=60))

    assert [file.exists() for file in kept] == [True, False]


def test_the_job_of_a_file_that_waits_does_nothing_when_it_comes_again() -> None:
    run = staged()
    Job.objects.filter(pk=run.job_id).update(state="queued", attempts=0)

    run = done(run)

    assert (run.state, DrugProduct.objects.exists()) == ("staged", False)


def test_one_that_came_between_is_told_and_the_merge_counts_anew() -> None:
    done(upload(BEFORE, staged=False))
    run = staged()
    assert not moved_since(run)

    done(upload(AFTER + "甲药片,,,,\n", staged=False, by="carol"))

    assert moved_since(run)
    merge_drugs(run=run, by="bob")
    run = done(run)
    assert (run.counts["added"], run.counts["changed"], run.counts["unchanged"]) == (0, 0, 3)


def test_the_same_bytes_again_are_the_earlier_upload_while_the_master_has_not_moved() -> None:
    first = staged()

    assert upload(AFTER) == first
    at_once = done(upload(AFTER, staged=False))
    assert at_once != first
    assert upload(AFTER) == at_once
    merge_drugs(run=first, by="bob")
    done(first)
    assert upload(AFTER, staged=False) != at_once
