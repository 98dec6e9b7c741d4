"""Destroying data keys: the row first, in the transaction that removes what is sealed under it, and then the file."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.audit.deeds import Deed
from common.audit.services import hash_of, record
from common.dates import CHINA
from common.sealing import keys
from common.sealing.models import DataKey
from common.tenancy import EVERYBODY, acting_for


def destroy(chosen: QuerySet[DataKey], *, at: datetime) -> list[UUID]:
    """Destroy data keys for ever: what is sealed under them reads as removed, also in every backup. Answers which.

    Their files go when the transaction is committed; should the process end before, with `erase_files`, which retention calls every day.
    """
    due = list(chosen.filter(destroyed_at=None).order_by("pk").values_list("pk", flat=True))
    if due:
        DataKey.objects.filter(pk__in=due).update(destroyed_at=at)
        # Where that fails, retention tries again.
        transaction.on_commit(erase_files, robust=True)
    return due


def erase_files() -> int:
    """Remove the files of keys that were destroyed, and answer how many; raises KeysAway, and what is left is tried again the next time."""
    with acting_for(EVERYBODY):
        due = list(DataKey.objects.filter(erased_at=None).exclude(destroyed_at=None).values_list("pk", flat=True))
        for key_id in due:
            keys.remove_file(key_id)
            keys.forget(key_id)
            DataKey.objects.filter(pk=key_id).update(erased_at=timezone.now())
    return len(due)


def months_over(insurer_id: int | None, *, before: datetime) -> QuerySet[DataKey]:
    """Return an insurer's (None: the office's) keys of months that had ended by an instant and are not destroyed."""
    return DataKey.objects.filter(insurer_id=insurer_id, destroyed_at=None, month__lt=keys.month_of(before))


def bounds_of(key: DataKey) -> tuple[datetime, datetime]:
    """Return the instants between which what is sealed under a month's key arrived: the first inclusive, the second not."""
    assert key.month is not None, "it is a batch's"
    following = (key.month.replace(day=1) + timedelta(days=32)).replace(day=1)
    first, last = (datetime(day.year, day.month, 1, tzinfo=CHINA) for day in (key.month, following))
    return first, last


def missing(sample: Iterable[DataKey]) -> list[DataKey]:
    """Return those keys that are not destroyed and have no file, or another one's; raises KeysAway."""
    return [key for key in sample if not keys.is_whole(key)]


@transaction.atomic
def give_up_lost(*, lost: Iterable[DataKey], by: str) -> int:
    """Count data keys whose files are gone for good as destroyed, so that what is sealed under them reads as removed; answers how many."""
    gone = destroy(DataKey.objects.filter(pk__in=[key.pk for key in lost]), at=timezone.now())
    if gone:
        after = {"lost_keys": len(gone), "sha256": hash_of(sorted(map(str, gone)))}
        record(Deed.FACTS_PURGED, by=by, what=DataKey, after=after)
    return len(gone)
