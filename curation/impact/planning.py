"""What a run is to try, cut into parts with a job each: chunks of batches, and recorded checks of one product some hundred at a time.

One transaction holds the parts, their jobs and the end of the planning: a worker that dies in between leaves nothing.
"""

from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet, Sum

from claims.batches.judging import days_asked_about
from claims.models import BatchClaim, ClaimBatch, ClaimCheck
from common.jobs import services as jobs
from common.jobs.services import Cancelled, Lease
from curation.impact.ending import end_if_all_tried
from curation.models import ImpactRun

PART_JOB: Final = "curation.impact.try"
CHECKS_A_PART: Final = 500
FACTS_REMOVED, INVALID, OTHER_RULES = "facts_removed", "invalid", "other_rules"

_CHUNKS = """
INSERT INTO curation_impactpart (run_id, insurer_id, number, chunk_id, checks, claims)
SELECT %(run)s, %(insurer)s, %(before)s + row_number() OVER (ORDER BY number), id, '{}', claims
FROM claims_batchchunk WHERE batch_id = %(batch)s AND parts IS NOT NULL
"""
_CHECKS = """
INSERT INTO curation_impactpart (run_id, insurer_id, number, checks, claims)
SELECT %(run)s, %(insurer)s, %(before)s + row_number() OVER (ORDER BY product_id, place),
       array_agg(id ORDER BY decided_at, id), count(*)
FROM (SELECT id, product_id, decided_at,
             (row_number() OVER (PARTITION BY product_id ORDER BY decided_at, id) - 1) / %(size)s AS place
      FROM ({checks}) due) placed
GROUP BY product_id, place
"""


def plan(run: ImpactRun, lease: Lease) -> None:
    """Find what the run is to try and queue a job for each part of it; where there is nothing, end it. Raises Cancelled, LeaseLost."""
    lease.progress("plan")
    with transaction.atomic():
        run.state = ImpactRun.State(
            ImpactRun.objects.select_for_update().values_list("state", flat=True).get(pk=run.pk)
        )
        if run.state not in (ImpactRun.State.QUEUED, ImpactRun.State.FAILED):  # failed: by a fault, and tried again
            raise Cancelled(f"impact run {run.pk}")
        run.state, run.fault, run.finished_at = ImpactRun.State.RUNNING, "", None
        run.not_tried = {}
        for batch in _batches(run):
            lease.check()
            _plan_batch(run, batch)
        if run.batch_id is None:
            _plan_checks(run)
        for part in run.parts.filter(job=None).only("pk", "number").iterator(chunk_size=1_000):
            part.job = jobs.enqueue(kind=PART_JOB, subject=f"{run.pk}/{part.number}")
            part.save(update_fields=["job"])
        run.claims = run.parts.aggregate(n=Sum("claims"))["n"] or 0
        end_if_all_tried(run)
        run.save()
        lease.finish()


def _batches(run: ImpactRun) -> QuerySet[ClaimBatch]:
    """Return the batches that were done when the run was asked for, of its insurer and product; or the one it is about."""
    done = ClaimBatch.objects.filter(state=ClaimBatch.State.DONE, finished_at__lte=run.known_at)
    if run.batch_id is not None:
        return done.filter(pk=run.batch_id)
    return _of_whom(run, done).order_by("created_at", "pk")


def _of_whom(run: ImpactRun, rows: QuerySet[Any]) -> QuerySet[Any]:
    if run.insurer_id is not None:
        rows = rows.filter(insurer=run.insurer_id)
    return rows.filter(product__code=run.product) if run.product else rows


def _plan_batch(run: ImpactRun, batch: ClaimBatch) -> None:
    if batch.purged_at is not None:
        # Of which days its claims were went with them.
        _not_tried(run, FACTS_REMOVED, batch.claims)
        return
    days = days_asked_about(batch)
    if run.first_day and run.last_day and days and not any(run.first_day <= day <= run.last_day for day in days):
        return
    _insert(run, _CHUNKS, batch=batch.pk)
    _not_tried(run, INVALID, BatchClaim.objects.filter(batch=batch.pk, member_key=None).count())


def _plan_checks(run: ImpactRun) -> None:
    # A check without a service date of its own is of its lines' first day, which is known once it is read.
    of_the_days = Q(service_date__range=(run.first_day, run.last_day)) | Q(service_date=None)
    due = _of_whom(run, ClaimCheck.objects.filter(of_the_days, decided_at__lte=run.known_at)).order_by()
    removed = due.exclude(purged_at=None).aggregate(n=Count("pk"))["n"]
    _not_tried(run, FACTS_REMOVED, removed)
    sql, values = due.filter(purged_at=None).values("id", "product_id", "decided_at").query.sql_with_params()
    _insert(run, _CHECKS, due=(sql, values))


def _insert(run: ImpactRun, statement: str, *, due: tuple[str, tuple[Any, ...]] | None = None, **words: Any) -> None:
    words |= {"run": run.pk, "insurer": run.insurer_id, "before": run.parts.count(), "size": CHECKS_A_PART}
    if due is not None:
        # The framework's own values stand by place, ours by name.
        names = {f"due{place}": value for place, value in enumerate(due[1])}
        statement = statement.replace("{checks}", due[0] % tuple(f"%({name})s" for name in names))
        words |= names
    with connection.cursor() as cursor:
        cursor.execute(statement, words)


def _not_tried(run: ImpactRun, why: str, claims: int) -> None:
    if claims:
        run.not_tried[why] = run.not_tried.get(why, 0) + claims
