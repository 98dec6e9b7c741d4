"""Which recorded checks rest on what has changed since they were decided: only these can be answered otherwise now.

An answer rests on the product's versions, on the lists that they name, and on what is known about drugs, which is the drug master and the entries of
every list that was published (spec eligibility 3). So what was published anywhere counts for every product, a withdrawal for those that name the
list.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from catalog.clock import Observation
from catalog.models import Catalog, CatalogVersion, DrugProduct
from claims.models import ClaimCheck
from insurers.models import ProductVersion
from insurers.product_lists import lists_named


def checks_resting(
    *, insurer_id: int | None, since: datetime | None, seen: Observation, settled: bool | None = None
) -> QuerySet[ClaimCheck]:
    """Return the checks of an insurer (None: of all) that rest on what has changed after they were decided; with `since`, changed at it or later.

    The newest first; six statements before the first is read.
    """
    products = defaultdict(list)
    for product, changed in changed_at(insurer_id, seen).items():
        if since is None or changed >= since:
            products[changed].append(product)
    rests = Q(pk__in=[])
    for changed, ids in products.items():
        rests |= Q(known_at__lt=changed, product__in=ids)
    checks = ClaimCheck.objects.filter(rests).order_by("-decided_at", "-id")
    if insurer_id is not None:
        checks = checks.filter(insurer=insurer_id)
    return checks if settled is None else checks.filter(settled__isnull=not settled)


def changed_at(insurer_id: int | None, seen: Observation) -> dict[int, datetime]:
    """Return, for each product of an insurer (None: of all), when last anything changed that its answers rest on, by its id."""
    now = seen.known_at
    versions = ProductVersion.objects.filter(published_at__lte=now)
    if insurer_id is not None:
        versions = versions.filter(insurer=insurer_id)
    lists = CatalogVersion.objects.order_by()
    published: dict[int | None, datetime] = dict(
        lists.filter(published_at__lte=now)
        .values("catalog__owner")
        .annotate(at=Max("published_at"))
        .values_list("catalog__owner", "at")
    )
    withdrawn = dict(
        lists.filter(withdrawn_at__lte=now)
        .values("catalog")
        .annotate(at=Max("withdrawn_at"))
        .values_list("catalog", "at")
    )
    known = [*_master_changed_at(now), *([published[None]] if None in published else [])]
    found: dict[int, datetime] = {}
    rows = list(versions.values_list("product", "insurer", "terms", "published_at", "withdrawn_at"))
    names = {one.catalog for _product, _insurer, terms, *_at in rows for one in lists_named(terms)} if withdrawn else ()
    meaning = Catalog.objects.meanings(names)
    for product, insurer, terms, begun, ended in rows:
        assert begun is not None, "it is published"
        happened = [begun, *known]
        if ended and ended <= now:
            happened.append(ended)
        if insurer in published:
            happened.append(published[insurer])
        happened += [withdrawn[pk] for one in lists_named(terms) if (pk := meaning(one.catalog, insurer)) in withdrawn]
        found[product] = max([*happened, *([found[product]] if product in found else [])])
    return found


def _master_changed_at(now: datetime) -> Iterator[datetime]:
    """Yield when rows of the drug master last came and went."""
    for name in ("recorded_from", "recorded_to"):
        at = DrugProduct.objects.filter(**{f"{name}__lte": now}).aggregate(at=Max(name))["at"]
        if at:
            yield at
