"""When a run is over: every part is tried. Whoever asks holds the run's lock, so exactly one of the parts is the last."""

from typing import Final

from django.utils import timezone

from curation.impact.totals import Totals
from curation.models import ImpactPart, ImpactRun

# Why a run failed: the version was edited meanwhile, or a technical fault; then its parts go on, and a retried one may still bring it to its end.
EDITED: Final = "version_edited"
FAULT: Final = "fault"


def end_if_all_tried(run: ImpactRun) -> None:
    """Set a locked run done, with its totals, where no part is left to try; the caller saves it."""
    parts = ImpactPart.objects.filter(run=run.pk)
    if parts.filter(tried_at=None).exists():
        return
    totals = Totals()
    for kept in parts.order_by("number").values_list("totals", flat=True).iterator(chunk_size=100):
        assert kept is not None, "a tried part has its totals"
        totals.merge(kept)
    run.totals = totals.groups
    end(run, ImpactRun.State.DONE)


def end(run: ImpactRun, state: ImpactRun.State, fault: str = "") -> None:
    """Set a locked run done, failed or cancelled; the caller saves it."""
    run.state, run.fault, run.finished_at = state, fault, timezone.now()


def is_under_way(run: ImpactRun) -> bool:
    """Tell whether parts of the run are to be tried."""
    return run.state == ImpactRun.State.RUNNING or (run.state == ImpactRun.State.FAILED and run.fault == FAULT)
