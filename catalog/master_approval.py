"""The drug master's second person: a staged file is merged by somebody who had no hand in it (curation.md 7). Giving it up is `cancel_import`."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog import refusals, services
from catalog.models import ImportRun
from common.audit.deeds import Deed
from common.audit.services import record
from common.errors import Refused
from common.jobs import services as jobs
from common.persons.two_persons import one_with

_UNDER_WAY = {"queued", "running"}


def why_not_merged(run: ImportRun, person: str) -> Refused | None:
    """Return why this person cannot have this file merged now; None where they can.

    NotStaged (also a failed or given-up file), NotReady while it is checked, AlreadyMerged, SamePersonMerges.
    """
    if run.staged and run.merged_by and run.state in {*_UNDER_WAY, "ready"}:
        return refusals.AlreadyMerged(_(refusals.AlreadyMerged.sentence) % {"person": run.merged_by})
    if run.staged and run.state in _UNDER_WAY:
        return refusals.NotReady(_(refusals.NotReady.sentence))
    if run.state != ImportRun.Outcome.STAGED:
        return refusals.NotStaged(_(refusals.NotStaged.sentence))
    if not one_with(person).isdisjoint({run.created_by, *run.editors}):
        return refusals.SamePersonMerges(_(refusals.SamePersonMerges.sentence))
    return None


@transaction.atomic
def merge_drugs(*, run: ImportRun, by: str) -> ImportRun:
    """Queue the merging of a staged file: it is read, checked and compared anew, and known from when that job has ended.

    Raises what `why_not_merged` says.
    """
    run = ImportRun.objects.select_for_update(of=("self",)).select_related("job").get(pk=run.pk)
    if refusal := why_not_merged(run, by):
        raise refusal
    run.merged_by, run.merged_at = by, timezone.now()
    run.outcome, run.finished_at = ImportRun.Outcome.PENDING, None
    run.job = jobs.enqueue(kind=services.IMPORT_JOB, subject=str(run.pk), exclusive_key="drugs")
    run.save(update_fields=["merged_by", "merged_at", "outcome", "finished_at", "job"])
    after = {"file": run.file_name, "sha256": run.sha256, "uploaded_by": run.created_by}
    record(Deed.MASTER_APPROVED, by=by, what=run, name=run.called, after=after)
    return run


def moved_since(run: ImportRun) -> bool:
    """Tell whether another file came into the master since this one was compared with it: its merge may change other rows than shown."""
    other = ImportRun.objects.filter(kind=ImportRun.Kind.DRUGS, outcome=ImportRun.Outcome.READY)
    return run.state == ImportRun.Outcome.STAGED and other.filter(finished_at__gt=run.finished_at).exists()
