"""Background work of curation."""

from django.utils import timezone

from common.jobs.services import Lease, work
from curation.market.bulk import COLLECT_JOB, PUBLISH_JOB, bring_in, publish_lists
from curation.models import Collection


def _gave_up(collection_id: str) -> None:
    Collection.objects.filter(pk=collection_id).update(finished_at=timezone.now())


@work(COLLECT_JOB, on_dead=_gave_up)
def collect(lease: Lease, collection_id: str) -> None:
    """Bring in the lists of one package."""
    bring_in(Collection.objects.select_related("job").get(pk=collection_id), lease)


@work(PUBLISH_JOB)
def publish_collection(lease: Lease, collection_id: str) -> None:
    """Publish the lists of one package that are without problems."""
    publish_lists(Collection.objects.get(pk=collection_id), lease)
