"""The coding desk as other pages know it: who may code, where a draft's texts are, how many wait."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from catalog.models import CatalogVersion
from common.cache import LruCache
from curation.coding import queue

MAY_CODE = "catalog.change_catalogversion"

# Every edit of a draft gives it another checksum: (id, checksum) of each → how many texts wait in them.
_counted: LruCache[tuple[tuple[int, str], ...], int] = LruCache(50)


def coding_href(version: CatalogVersion) -> str:
    """Return where the texts of a draft are coded."""
    return f"{reverse('desk:coding')}?{urlencode({'catalog': version.catalog.office_code, 'label': version.label})}"


def texts_waiting(request: HttpRequest) -> int:
    """Return how many texts wait for codes of this person; one statement, two when a draft has changed."""
    if not request.user.has_perm(MAY_CODE):
        return 0
    drafts = tuple(queue.drafts(None).order_by("pk").values_list("pk", "checksum"))
    count = _counted.get(drafts)
    if count is None:
        count = queue.how_many([pk for pk, _checksum in drafts]) if drafts else 0
        _counted.put(drafts, count)
    return count
