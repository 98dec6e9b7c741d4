"""Every deed is in the log: a public function of a services module that is told who acts has a case here, and its row is looked for."""

import ast
import inspect
import re
from collections.abc import Callable
from datetime import date, timedelta
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django.utils.translation import override

from catalog import consultation, entry_editing, master_approval, mending, moves, reviewing
from catalog import services as catalogs
from catalog.clock import observe
from catalog.models import Catalog, CatalogVersion, Comment, ImportRun
from claims import erase_sandbox as erasing
from claims import retention
from claims import services as claims
from claims.authorisations import services as authorisations
from claims.batches import services as batches
from claims.models import ClaimCheck, PriorAuthorisation
from common.audit.deeds import Deed
from common.audit.models import Record
from common.jobs import services as jobs
from common.jobs.models import Job
from common.persons import services as persons
from common.sealing import services as sealing
from common.sealing.models import DataKey
from curation.coding import services as coding
from curation.corrections import services as corrections
from curation.findings import services as findings
from curation.findings.causes import Cause
from curation.golden import services as golden
from curation.impact import services as impact
from curation.market import collections
from curation.market import services as market
from curation.models import Finding, GoldenCase, ImpactRun
from desk.deed_words import changes
from desk.roles import ADMINISTRATOR
from insurers import approval, key_issuing, sandboxes
from insurers import persons as working_for
from insurers import services as insurers
from insurers.models import Insurer, Product, ProductVersion, Webhook
from insurers.webhooks import catalog_news
from insurers.webhooks import services as webhooks
from tests.api.conftest import AUTHORISATION, BATCH, CLAIM, TERMS, collected
from tests.conftest import imported, published

pytestmark = pytest.mark.django_db

MODULES: tuple[ModuleType, ...] = (
    catalogs,
    master_approval,
    mending,
    moves,
    entry_editing,
    consultation,
    reviewing,
    insurers,
    key_issuing,
    sandboxes,
    erasing,
    approval,
    working_for,
    persons,
    webhooks,
    catalog_news,
    claims,
    batches,
    retention,
    authorisations,
    golden,
    impact,
    jobs,
    sealing,
    findings,
    coding,
    corrections,
    collections,
    market,
)
LIST = "entry_code,generic_name,icd10\nE-1,奥希替尼片,C34\n"
WRITES = {"save", "create", "update", "delete", "bulk_create", "get_or_create", "_raw_delete", "update_or_create"}

# What writes and is nobody's deed: the machinery's own, each with the reason.
MACHINERY = {
    "common.persons.services.password_is_given": "part of the deed that makes an account",
    "common.persons.services.begin_second_factor": "a secret that counts for nothing until it is confirmed",
    # Of the owner of the account, by whom they are logged (tests/desk/test_sign_in.py).
    "common.persons.services.change_own_password": "the owner's own deed",
    "common.persons.services.confirm_second_factor": "the owner's own deed",
    "common.persons.services.make_recovery_codes": "the owner's own deed",
    "common.persons.services.verify_code": "the owner's own deed",
    "common.persons.services.tell_lock": "logged as of the account that was locked",
    "common.jobs.services.enqueue": "part of the deed that queues it",
    "common.jobs.services.notify": "tells the broker",
    "common.jobs.services.claim": "a worker takes a job",
    "common.jobs.services.stop": "part of a deed: cancel, cancel_import, cancel_batch",
    "common.sealing.services.destroy": "part of a deed: destroy_months, purge_batches, give_up_lost",
    "common.sealing.services.erase_files": "removes the files of keys whose destruction is logged",
    "common.jobs.services.revive": "part of a deed: retry, retry_import",
    "catalog.moves.end_consultations": "the calendar's deed, logged as system:calendar",
    "catalog.services.forget_uploads": "removes kept copies of files; what was found in them stays",
    "insurers.webhooks.catalog_news.queue_catalog_events": "writes deliveries of what is logged already",
    "insurers.webhooks.services.write_deliveries": "part of what is announced",
    "insurers.request_log.forget_old_requests": "housekeeping of what was asked",
    "insurers.webhooks.services.take_due": "a worker takes deliveries",
    "insurers.webhooks.services.record": "a delivery's own log",
    "curation.findings.services.work_out": "follows what is logged already",
    "curation.findings.services.follow": "follows what is logged already",
    "insurers.webhooks.services.forget_old_deliveries": "housekeeping of deliveries",
    "claims.batches.services.give_up": "a worker gives up; the batch says so",
    "curation.market.collections.follow_mended": "points a list to the import that somebody mended, which is logged",
    "curation.market.collections.publish_lists": "a worker publishes, each list by whoever asked for it, which is logged",
    "claims.batches.services.begin": "a worker begins; the batch says so",
    "curation.impact.services.give_up": "a worker gives up; the run says so",
}
# The check is itself an append-only row that says who decided it, when, and on what.
OWN_RECORD = {"claims.services.decide_claim"}
# Asks the table of moves for the deed that follows, and writes nothing.
ASKS = {
    "catalog.moves.begin_move",
    "common.persons.services.why_no_password",
    "common.persons.services.why_no_reset",
}


def _public(module: ModuleType) -> dict[str, Callable[..., Any]]:
    found = inspect.getmembers(module, inspect.isfunction)
    return {
        f"{module.__name__}.{name}": function
        for name, function in found
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


FUNCTIONS = {name: function for module in MODULES for name, function in _public(module).items()}
TOLD_WHO = (
    {name for name, function in FUNCTIONS.items() if "by" in inspect.signature(function).parameters} - OWN_RECORD - ASKS
)


def _writes(function: Callable[..., Any]) -> bool:
    tree = ast.parse(inspect.getsource(inspect.unwrap(function)).lstrip())
    called = {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    return bool(called & WRITES)


def test_whatever_writes_is_told_who_acts() -> None:
    silent = {name for name, function in FUNCTIONS.items() if _writes(function)} - TOLD_WHO - OWN_RECORD

    assert silent <= MACHINERY.keys(), "give it `by` and a row in the log, or say here why it is nobody's deed"


class Office:
    """A small office in which every deed can be done."""

    def __init__(self) -> None:
        self.insurer = Insurer.objects.create(code="INS-A", name="甲保险")
        self.catalog = Catalog.objects.create(code="COM", name="商保目录", kind="commercial")

    def draft(self, label: str = "v1") -> CatalogVersion:
        version = imported(self.catalog, LIST, label=label).version
        assert version is not None
        return version

    def consulted(self) -> CatalogVersion:
        return moves.submit_version(version=self.draft(), by="dora")

    def comment(self) -> Comment:
        return consultation.add_comment(
            version=self.consulted(),
            insurer_id=self.insurer.pk,
            by="key:a",
            entry_code="E-1",
            stance="oppose",
            text="请删除",
        )

    def published(self, label: str = "v1", content: str = LIST) -> CatalogVersion:
        return published(self.catalog, content, label=label)

    def queued(self) -> ImportRun:
        return self.upload()[0]

    def upload(self) -> Any:
        return catalogs.upload_catalog(
            catalog=self.catalog,
            label="up",
            effective_from=date(2026, 1, 1),
            effective_to=None,
            chunks=[LIST.encode()],
            file_name="up.csv",
            by="dora",
        )

    def reference(self) -> CatalogVersion:
        return published(Catalog.objects.create(code="REF", name="参考清单", kind="reference"), LIST)

    def failed(self) -> ImportRun:
        return imported(self.catalog, "generic_name,icd10\n,C34\n", label="bad", by="dora")

    def staged(self) -> ImportRun:
        run, _new = catalogs.upload_drugs(
            chunks=["generic_name\n奥希替尼片\n".encode()], file_name="master.csv", by="dora", staged=True
        )
        assert run.job is not None
        jobs.run(run.job.pk, heartbeat=False)
        return run

    def dead(self) -> ImportRun:
        run = self.queued()
        Job.objects.filter(pk=run.job_id).update(state="dead")
        return ImportRun.objects.select_related("job").get(pk=run.pk)

    def job(self, state: str) -> Job:
        return Job.objects.create(kind="catalog.import", subject="x", state=state)

    def product(self) -> Product:
        return insurers.create_product(insurer_id=self.insurer.pk, code="HMB", name="惠民保", by="dora")

    def terms(self) -> dict[str, Any]:
        self.published("terms")
        return TERMS

    def product_draft(self) -> ProductVersion:
        return insurers.create_product_version(product=self.product(), data=self.terms(), by="dora")

    def product_submitted(self) -> ProductVersion:
        return approval.submit_product_version(version=self.product_draft(), by="dora")

    def product_published(self) -> ProductVersion:
        return insurers.publish_product_version(version=self.product_draft(), by="dora")

    def person(self) -> User:
        return User.objects.create_user(username="erin", password="A long enough one 2026", is_staff=True)

    def key(self) -> Any:
        return key_issuing.issue_insurer_key(insurer=self.insurer, scopes=["catalog:read"], by="dora")[0]

    def sandbox(self) -> Insurer:
        return sandboxes.begin_sandbox(insurer=self.insurer, by="dora")

    def sandbox_with_a_key(self) -> Insurer:
        sandboxes.issue_test_key(insurer=self.insurer, scopes=["catalog:read"], by="dora")
        return self.sandbox()

    def sandbox_that_lacks_a_product(self) -> Insurer:
        found = self.sandbox()
        self.product_published()
        return found

    def administrator(self) -> User:
        person = self.person()
        person.groups.add(Group.objects.get(name=ADMINISTRATOR))
        return person

    def finding(self) -> Finding:
        (found,) = findings.follow([Cause("uncoded", ("COM", "x"), (("COM", "v1"),), text="x")], at=timezone.now())
        return found

    def webhook(self) -> Webhook:
        return webhooks.add_webhook(
            insurer_id=self.insurer.pk, url="https://hooks.example.com/a", events=["batch.finished"], by="dora"
        )

    def delivery(self) -> Any:
        delivery = webhooks.send_test(webhook=self.webhook(), by="dora", at=timezone.now())
        type(delivery).objects.filter(pk=delivery.pk).update(state="failed")
        return delivery

    def batch(self) -> Any:
        product = self.product_published().product
        return batches.accept_batch(product=product, chunks=[BATCH], file_name="b.ndjson", by="dora", seen=observe())[0]

    def impact(self, by: str = "dora") -> ImpactRun:
        days = impact.Asked(first_day=date(2026, 1, 1), last_day=date(2026, 1, 31))
        return impact.ask_impact(version=self.draft(), insurer_id=None, asked=days, by=by, seen=observe())

    def golden_case(self, by: str = "dora") -> GoldenCase:
        product = self.product_published().product
        given = golden.Given(
            name="用例", product=product.code, claim=CLAIM, expect={"lines": [{"outcome": "eligible"}]}
        )
        return golden.make_case(given=given, insurer_id=self.insurer.pk, by=by)

    def golden_case_of_a_check(self, by: str) -> GoldenCase:
        self.check()
        return golden.make_case_from_check(check=ClaimCheck.objects.get(), name="用例", by=by)

    def golden_case_accepted(self, by: str) -> None:
        case = self.golden_case()
        GoldenCase.objects.update(expect={"lines": [{"outcome": "refunded"}]})
        version = CatalogVersion.objects.get(catalog__code="COM", label="terms")
        golden.before_publication(version=version, by=by, reasons={str(case.pk): "已改"})()

    def published_together(self, by: str) -> None:
        asked = collections.ask_publication(collection=collected(), by=by)
        assert asked.publish_job is not None
        jobs.run(asked.publish_job.pk, heartbeat=False)

    def differing(self) -> Any:
        catalogs.create_catalog(code="REF-1", name="京惠保", kind="reference", province="天津", by="dora")
        return collected()

    def settle(self, by: str) -> None:
        self.check()
        corrections.settle_check(check=ClaimCheck.objects.get(), by=by, at=timezone.now())

    def authorisation(self, by: str = "dora", **changes: Any) -> PriorAuthorisation:
        """One in review, since its drug is not recognised; an approved one for `generic_name` 奥希替尼片."""
        self.product_published()
        data = {**AUTHORISATION, "generic_name": "没听说过的药", **changes}
        return authorisations.ask(insurer_id=self.insurer.pk, data=data, by=by, seen=observe())

    def approved(self) -> PriorAuthorisation:
        return self.authorisation(generic_name="奥希替尼片", **{"from": "2026-01-01"})

    def check(self) -> None:
        self.product_published()
        claims.decide_claim(insurer_id=self.insurer.pk, data=CLAIM, by="dora", seen=observe(), language="zh")


D = Deed
CASES: dict[str, tuple[Deed, Callable[[Office], Any]]] = {
    "curation.corrections.services.settle_check": (D.CHECK_SETTLED, lambda o: o.settle(by="zoe")),
    "curation.golden.services.make_case": (D.GOLDEN_CASE_MADE, lambda o: o.golden_case("zoe")),
    "curation.golden.services.make_case_from_check": (
        D.GOLDEN_CASE_MADE,
        lambda o: o.golden_case_of_a_check("zoe"),
    ),
    "curation.golden.services.change_case": (
        D.GOLDEN_CASE_CHANGED,
        lambda o: golden.change_case(case=(case := o.golden_case()), given=golden.given_of(case), by="zoe"),
    ),
    "curation.golden.services.remove_case": (
        D.GOLDEN_CASE_REMOVED,
        lambda o: golden.remove_case(case=o.golden_case(), by="zoe"),
    ),
    "curation.golden.services.before_publication": (
        D.GOLDEN_CASE_ACKNOWLEDGED,
        lambda o: o.golden_case_accepted("zoe"),
    ),
    "curation.impact.services.ask_impact": (D.IMPACT_ASKED, lambda o: o.impact("zoe")),
    "curation.impact.services.cancel_impact": (
        D.IMPACT_CANCELLED,
        lambda o: impact.cancel_impact(run=o.impact(), by="zoe"),
    ),
    "curation.impact.services.log_look": (D.CHECKS_LISTED, lambda o: impact.log_look(o.impact(), by="zoe")),
    "curation.market.collections.upload_collection": (
        D.CATALOGS_COLLECTED,
        lambda o: collections.upload_collection(chunks=[b"x"], file_name="x.zip", by="zoe"),
    ),
    "curation.market.collections.ask_publication": (D.VERSION_PUBLISHED, lambda o: o.published_together(by="zoe")),
    "curation.market.collections.take_facts": (
        D.CATALOG_CHANGED,
        lambda o: collections.take_facts(collection=o.differing(), by="zoe"),
    ),
    "common.persons.services.give_temporary_password": (
        D.PASSWORD_CHANGED,
        lambda o: persons.give_temporary_password(user=o.person(), by="zoe"),
    ),
    "common.persons.services.reset_second_factor": (
        D.SECOND_FACTOR_RESET,
        lambda o: persons.reset_second_factor(user=o.person(), by="zoe"),
    ),
    "common.persons.services.unlock": (D.ACCOUNT_UNLOCKED, lambda o: persons.unlock(user=o.person(), by="zoe")),
    "common.persons.services.end_sessions": (
        D.SESSIONS_ENDED,
        lambda o: persons.end_sessions(user=o.person(), by="zoe"),
    ),
    "insurers.persons.bind_user": (
        D.ACCOUNT_BOUND,
        lambda o: working_for.bind_user(user=o.person(), insurer=o.insurer, by="zoe"),
    ),
    "catalog.services.create_catalog": (
        D.CATALOG_CREATED,
        lambda o: catalogs.create_catalog(code="NEW", name="新", kind="base", by="zoe"),
    ),
    "catalog.services.change_catalog": (
        D.CATALOG_CHANGED,
        lambda o: catalogs.change_catalog(catalog=o.catalog, name="新名", by="zoe"),
    ),
    "catalog.services.upload_catalog": (
        D.IMPORT_UPLOADED,
        lambda o: catalogs.upload_catalog(
            catalog=o.catalog,
            label="x",
            effective_from=date(2026, 1, 1),
            effective_to=None,
            chunks=[b"x"],
            file_name="x.csv",
            by="zoe",
        ),
    ),
    "catalog.services.upload_drugs": (
        D.IMPORT_UPLOADED,
        lambda o: catalogs.upload_drugs(chunks=[b"x"], file_name="x.csv", by="zoe"),
    ),
    "catalog.services.queue_made_draft": (
        D.VERSION_DRAFTED,
        lambda o: catalogs.queue_made_draft(
            catalog=o.catalog,
            label="x",
            effective_from=date(2026, 1, 1),
            effective_to=None,
            asked={"lists": "all"},
            job=market.DRAFT_JOB,
            by="zoe",
        ),
    ),
    "curation.market.services.draft_by_frequency": (
        D.VERSION_DRAFTED,
        lambda o: market.draft_by_frequency(
            catalog=o.reference() and o.catalog,
            asked=market.Asked(day=date(2026, 1, 1)),
            insurer_id=None,
            label="x",
            effective_from=date(2026, 1, 1),
            by="zoe",
        ),
    ),
    "catalog.master_approval.merge_drugs": (
        D.MASTER_APPROVED,
        lambda o: master_approval.merge_drugs(run=o.staged(), by="zoe"),
    ),
    "catalog.mending.mend_import": (
        D.IMPORT_MENDED,
        lambda o: mending.mend_import(run=o.failed(), cells={(2, "generic_name"): "奥希替尼片"}, by="zoe"),
    ),
    "catalog.services.acknowledge_import": (
        D.IMPORT_ACKNOWLEDGED,
        lambda o: catalogs.acknowledge_import(run=o.failed(), by="zoe"),
    ),
    "catalog.services.cancel_import": (D.IMPORT_CANCELLED, lambda o: catalogs.cancel_import(run=o.queued(), by="zoe")),
    "catalog.reviewing.mark_changes": (
        D.VERSION_MARKED,
        lambda o: reviewing.mark_changes(
            version=o.draft(), by="zoe", marks=[reviewing.Mark("E-1", saw="x", seen=True)]
        ),
    ),
    "catalog.services.retry_import": (D.IMPORT_RETRIED, lambda o: catalogs.retry_import(run=o.dead(), by="zoe")),
    "catalog.moves.create_draft": (
        D.VERSION_EDITED,
        lambda o: moves.create_draft(catalog=o.catalog, label="x", effective_from=date(2026, 1, 1), by="zoe"),
    ),
    "catalog.moves.edit_version": (
        D.VERSION_EDITED,
        lambda o: moves.edit_version(version=o.draft(), by="zoe", note="x"),
    ),
    "curation.coding.services.decide_coding": (
        D.CODING_DECIDED,
        lambda o: coding.decide_coding(text="限儿童", columns={"age_max": 17}, by="zoe", apply_to=[o.draft()]),
    ),
    "catalog.moves.submit_version": (D.VERSION_CONSULTED, lambda o: moves.submit_version(version=o.draft(), by="zoe")),
    "catalog.moves.end_consultation": (
        D.VERSION_CONSULTATION_ENDED,
        lambda o: moves.end_consultation(version=moves.submit_version(version=o.draft(), by="dora"), by="zoe"),
    ),
    "catalog.moves.request_review": (
        D.VERSION_REVIEW_REQUESTED,
        lambda o: moves.request_review(version=o.draft(), by="zoe", note="请看"),
    ),
    "catalog.moves.send_back": (
        D.VERSION_SENT_BACK,
        lambda o: moves.send_back(version=moves.request_review(version=o.draft(), by="dora"), by="zoe", reason="错"),
    ),
    "catalog.moves.publish_version": (
        D.VERSION_PUBLISHED,
        lambda o: moves.publish_version(version=o.draft(), by="zoe"),
    ),
    "catalog.moves.withdraw_version": (
        D.VERSION_WITHDRAWN,
        lambda o: moves.withdraw_version(
            version=moves.withdraw_version(version=o.published(), by="dora", reason="错"), by="zoe"
        ),
    ),
    "catalog.moves.keep_version": (
        D.VERSION_WITHDRAWAL_TAKEN_BACK,
        lambda o: moves.keep_version(
            version=moves.withdraw_version(version=o.published(), by="dora", reason="错"), by="zoe"
        ),
    ),
    "catalog.moves.revert_version": (
        D.VERSION_REVERTED,
        lambda o: moves.revert_version(
            version=[o.published(), o.published("v2", LIST + "E-2,乙片,C50\n")][1], by="zoe"
        ),
    ),
    "catalog.moves.discard_draft": (D.VERSION_DISCARDED, lambda o: moves.discard_draft(version=o.draft(), by="zoe")),
    "catalog.consultation.add_comment": (
        D.COMMENT_MADE,
        lambda o: consultation.add_comment(
            version=o.consulted(), insurer_id=o.insurer.pk, by="zoe", stance="support", text="同意"
        ),
    ),
    "catalog.consultation.change_comment": (
        D.COMMENT_CHANGED,
        lambda o: consultation.change_comment(comment=o.comment(), by="zoe", text="请保留"),
    ),
    "catalog.consultation.remove_comment": (
        D.COMMENT_REMOVED,
        lambda o: consultation.remove_comment(comment=o.comment(), by="zoe"),
    ),
    "catalog.consultation.upload_comments": (
        D.COMMENTS_UPLOADED,
        lambda o: consultation.upload_comments(
            version=o.consulted(),
            insurer_id=o.insurer.pk,
            by="zoe",
            chunks=["条目编码,立场,意见\nE-1,支持,同意\nE-1,建议,增加规格\n".encode()],
            file_name="意见.csv",
        ),
    ),
    "catalog.consultation.answer_comment": (
        D.COMMENT_ANSWERED,
        lambda o: consultation.answer_comment(comment=o.comment(), by="zoe", disposition="noted", text="已阅"),
    ),
    "curation.findings.services.acknowledge_finding": (
        D.FINDING_ACKNOWLEDGED,
        lambda o: findings.acknowledge_finding(finding=o.finding(), reason="已知", by="zoe"),
    ),
    "catalog.entry_editing.add_entry": (
        D.VERSION_EDITED,
        lambda o: entry_editing.add_entry(version=o.draft(), values={"generic_name": "乙片"}, by="zoe"),
    ),
    "catalog.entry_editing.change_entry": (
        D.VERSION_EDITED,
        lambda o: entry_editing.change_entry(version=o.draft(), entry_code="E-1", values={"note": "x"}, by="zoe"),
    ),
    "catalog.entry_editing.remove_entry": (
        D.VERSION_EDITED,
        lambda o: entry_editing.remove_entry(version=o.draft(), entry_code="E-1", by="zoe"),
    ),
    "catalog.entry_editing.edit_entries": (
        D.VERSION_EDITED,
        lambda o: entry_editing.edit_entries(version=o.draft(), of=lambda _version: ["E-1"], reason="x", by="zoe"),
    ),
    "catalog.entry_editing.merge_base": (
        D.VERSION_MERGED,
        lambda o: entry_editing.merge_base(
            version=[o.draft(), o.published("v2", LIST + "E-2,乙片,C50\n")][0], by="zoe"
        ),
    ),
    "insurers.services.insurer_named": (D.INSURER_CREATED, lambda o: insurers.insurer_named(code="NEW", by="zoe")),
    "insurers.services.keep_insurer": (
        D.INSURER_CHANGED,
        lambda o: insurers.keep_insurer(insurer=o.insurer, by="zoe"),
    ),
    "insurers.key_issuing.issue_insurer_key": (
        D.KEY_ISSUED,
        lambda o: key_issuing.issue_insurer_key(insurer=o.insurer, scopes=["catalog:read"], by="zoe"),
    ),
    "insurers.key_issuing.issue_curator_key": (
        D.KEY_ISSUED,
        lambda o: key_issuing.issue_curator_key(username="erin", scopes=["catalog:read"], by="zoe"),
    ),
    "insurers.key_issuing.issue_further_key": (
        D.KEY_ISSUED,
        lambda o: key_issuing.issue_further_key(own=o.key(), held={"catalog:read"}, scopes=["catalog:read"], by="zoe"),
    ),
    "insurers.key_issuing.take_over_key": (
        D.KEY_TAKEN_OVER,
        lambda o: key_issuing.take_over_key(key=o.key(), issuer=o.administrator(), by="zoe"),
    ),
    "insurers.key_issuing.revoke_key": (D.KEY_REVOKED, lambda o: key_issuing.revoke_key(key=o.key(), by="zoe")),
    "insurers.sandboxes.begin_sandbox": (
        D.SANDBOX_BEGUN,
        lambda o: sandboxes.begin_sandbox(insurer=o.insurer, by="zoe"),
    ),
    "insurers.sandboxes.refresh_sandbox": (
        D.SANDBOX_REFRESHED,
        lambda o: sandboxes.refresh_sandbox(sandbox=o.sandbox_that_lacks_a_product(), by="zoe"),
    ),
    "insurers.sandboxes.issue_test_key": (
        D.KEY_ISSUED,
        lambda o: sandboxes.issue_test_key(
            insurer=o.sandbox().sandbox_of or o.insurer, scopes=["catalog:read"], by="zoe"
        ),
    ),
    "insurers.sandboxes.issue_further_key": (
        D.KEY_ISSUED,
        lambda o: sandboxes.issue_further_key(
            own=o.key(), held={"catalog:read"}, scopes=["catalog:read"], sandbox=bool(o.sandbox()), by="zoe"
        ),
    ),
    "insurers.sandboxes.close_sandbox": (
        D.KEY_REVOKED,
        lambda o: sandboxes.close_sandbox(sandbox=o.sandbox_with_a_key(), by="zoe"),
    ),
    "insurers.sandboxes.retire_sandbox": (
        D.SANDBOX_ERASED,
        lambda o: sandboxes.retire_sandbox(sandbox=o.sandbox(), by="zoe"),
    ),
    "claims.erase_sandbox.erase_sandbox": (
        D.SANDBOX_ERASED,
        lambda o: erasing.erase_sandbox(sandbox=o.sandbox(), by="zoe"),
    ),
    "insurers.services.create_product": (
        D.PRODUCT_CREATED,
        lambda o: insurers.create_product(insurer_id=o.insurer.pk, code="X", name="x", by="zoe"),
    ),
    "insurers.services.change_product": (
        D.PRODUCT_CHANGED,
        lambda o: insurers.change_product(product=o.product(), public=True, by="zoe"),
    ),
    "insurers.services.create_product_version": (
        D.PRODUCT_VERSION_CREATED,
        lambda o: insurers.create_product_version(product=o.product(), data=o.terms(), by="zoe"),
    ),
    "insurers.services.clone_product_version": (
        D.PRODUCT_VERSION_CREATED,
        lambda o: insurers.clone_product_version(
            version=o.product_draft(), label="x", effective_from=date(2028, 1, 1), effective_to=None, pin={}, by="zoe"
        ),
    ),
    "insurers.services.change_product_version": (
        D.PRODUCT_VERSION_CHANGED,
        lambda o: insurers.change_product_version(
            version=o.product_draft(), data={**TERMS, "waiting_days": 3}, by="zoe"
        ),
    ),
    "insurers.services.publish_product_version": (
        D.PRODUCT_VERSION_PUBLISHED,
        lambda o: insurers.publish_product_version(version=o.product_draft(), by="zoe"),
    ),
    "insurers.services.withdraw_product_version": (
        D.PRODUCT_VERSION_WITHDRAWN,
        lambda o: insurers.withdraw_product_version(version=o.product_published(), by="zoe"),
    ),
    "insurers.services.discard_product_draft": (
        D.PRODUCT_VERSION_DISCARDED,
        lambda o: insurers.discard_product_draft(version=o.product_draft(), by="zoe"),
    ),
    "insurers.approval.change_terms": (
        D.PRODUCT_VERSION_CHANGED,
        lambda o: approval.change_terms(
            version=(draft := o.product_draft()), data={**TERMS, "waiting_days": 3}, against=draft.checksum, by="zoe"
        ),
    ),
    "insurers.approval.submit_product_version": (
        D.PRODUCT_VERSION_SUBMITTED,
        lambda o: approval.submit_product_version(version=o.product_draft(), by="zoe"),
    ),
    "insurers.approval.send_back_product_version": (
        D.PRODUCT_VERSION_SENT_BACK,
        lambda o: approval.send_back_product_version(version=o.product_submitted(), reason="缺限额", by="zoe"),
    ),
    "insurers.approval.approve_product_version": (
        D.PRODUCT_VERSION_PUBLISHED,
        lambda o: approval.approve_product_version(
            version=(draft := o.product_submitted()), against=draft.checksum, by="zoe"
        ),
    ),
    "insurers.webhooks.services.change_webhook": (
        D.WEBHOOK_CHANGED,
        lambda o: webhooks.change_webhook(webhook=o.webhook(), events=["batch.finished"], note="夜间", by="zoe"),
    ),
    "insurers.webhooks.services.add_webhook": (
        D.WEBHOOK_ADDED,
        lambda o: webhooks.add_webhook(
            insurer_id=o.insurer.pk, url="https://hooks.example.com/b", events=["batch.finished"], by="zoe"
        ),
    ),
    "insurers.webhooks.services.rotate_secret": (
        D.WEBHOOK_SECRET_ROTATED,
        lambda o: webhooks.rotate_secret(webhook=o.webhook(), by="zoe", at=timezone.now()),
    ),
    "insurers.webhooks.services.remove_webhook": (
        D.WEBHOOK_REMOVED,
        lambda o: webhooks.remove_webhook(webhook=o.webhook(), by="zoe"),
    ),
    "insurers.webhooks.services.send_test": (
        D.WEBHOOK_TESTED,
        lambda o: webhooks.send_test(webhook=o.webhook(), by="zoe", at=timezone.now()),
    ),
    "insurers.webhooks.services.replay": (
        D.DELIVERY_REPLAYED,
        lambda o: webhooks.replay(delivery=o.delivery(), by="zoe"),
    ),
    "claims.authorisations.services.ask": (D.AUTHORISATION_ASKED, lambda o: o.authorisation(by="zoe")),
    "claims.authorisations.services.decide": (
        D.AUTHORISATION_DECIDED,
        lambda o: authorisations.decide(authorisation=o.authorisation(), decision="declined", reason="x", by="zoe"),
    ),
    "claims.authorisations.services.papers": (
        D.AUTHORISATION_PAPERS_ASKED,
        lambda o: authorisations.papers(authorisation=o.authorisation(), asked=["x"], came=[], by="zoe"),
    ),
    "claims.authorisations.services.ask_papers": (
        D.AUTHORISATION_PAPERS_ASKED,
        lambda o: authorisations.ask_papers(authorisation=o.authorisation(), names=["x"], by="zoe"),
    ),
    "claims.authorisations.services.papers_came": (
        D.AUTHORISATION_PAPERS_CAME,
        lambda o: authorisations.papers_came(authorisation=o.authorisation(), came=[("x", None)], by="zoe"),
    ),
    "claims.authorisations.services.renew": (
        D.AUTHORISATION_RENEWED,
        lambda o: authorisations.renew(authorisation=o.approved(), by="zoe", seen=observe()),
    ),
    "claims.retention.purge_authorisations": (
        D.FACTS_PURGED,
        lambda o: retention.purge_authorisations(
            insurer_id=o.approved().insurer_id,
            older_than=timezone.now() + timedelta(days=400),
            by="zoe",
            at=timezone.now(),
        ),
    ),
    "claims.retention.purge_facts": (
        D.FACTS_PURGED,
        lambda o: retention.purge_facts(
            insurer_id=o.insurer.pk, older_than=[o.check(), timezone.now()][1], by="zoe", at=timezone.now()
        ),
    ),
    "claims.batches.services.accept_batch": (
        D.BATCH_ACCEPTED,
        lambda o: batches.accept_batch(
            product=o.product_published().product, chunks=[BATCH], file_name="b.ndjson", by="zoe", seen=observe()
        ),
    ),
    "claims.batches.services.cancel_batch": (
        D.BATCH_CANCELLED,
        lambda o: batches.cancel_batch(batch=o.batch(), by="zoe"),
    ),
    "claims.retention.purge_batches": (
        D.FACTS_PURGED,
        lambda o: retention.purge_batches(
            insurer_id=[batches.cancel_batch(batch=o.batch(), by="dora"), o.insurer.pk][1],
            older_than=timezone.now(),
            by="zoe",
            at=timezone.now(),
        ),
    ),
    "claims.retention.destroy_months": (
        D.FACTS_PURGED,
        lambda o: retention.destroy_months(
            insurer_id=[o.check(), o.insurer.pk][1],
            insurer=o.insurer,
            older_than=timezone.now(),
            by="zoe",
            at=timezone.now(),
            all_of_them=True,
        ),
    ),
    "common.sealing.services.give_up_lost": (
        D.FACTS_PURGED,
        lambda o: sealing.give_up_lost(lost=[o.check(), DataKey.objects.get()][1:], by="zoe"),
    ),
    "claims.retention.purge_due": (
        D.FACTS_PURGED,
        lambda o: retention.purge_due(
            at=[o.check(), Insurer.objects.update(retention_days=0), timezone.now()][2], by="zoe"
        ),
    ),
    "common.jobs.services.cancel": (D.JOB_CANCELLED, lambda o: jobs.cancel(job=o.job("queued"), by="zoe")),
    "common.jobs.services.retry": (D.JOB_RETRIED, lambda o: jobs.retry(job=o.job("dead"), by="zoe")),
}


def test_every_function_that_is_told_who_acts_has_a_case() -> None:
    assert CASES.keys() == TOLD_WHO


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_deed_is_in_the_log_once_with_its_name_and_who(name: str) -> None:
    deed, do = CASES[name]
    office = Office()

    do(office)

    assert list(Record.objects.filter(who="zoe").values_list("deed", flat=True)) == [deed]
    with override("zh-hans"):
        told = [name for row in Record.objects.all() for name in _names_told(row)]
    assert [name for name in told if not re.search(r"[\u4e00-\u9fff]", name)] == []


def _names_told(row: Record) -> list[str]:
    """The names of what a deed changed, as its page tells them."""
    found = changes(row)
    inner = [value for change in found for value in (change.old, change.new)]
    return [change.name for change in found] + re.findall(r"(?:^|；)([a-z_]+): ", "；".join(inner))


def test_a_deed_that_is_rolled_back_leaves_no_row() -> None:
    office = Office()
    draft = office.draft()
    before = Record.objects.count()

    with pytest.raises(catalogs.SamePerson):
        catalogs.publish_version(version=draft, by="alice")

    assert Record.objects.count() == before


def test_a_file_is_logged_when_it_becomes_a_draft_and_when_it_is_refused() -> None:
    office = Office()
    office.draft()
    imported(office.catalog, LIST + "E-2,,C34\n", label="bad")

    told = Record.objects.filter(via="job").order_by("id").values_list("deed", "who")
    assert list(told) == [("version.imported", "alice"), ("import.refused", "alice")]
