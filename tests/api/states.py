"""What must have happened before what the small world, as it is, refuses: the examples of those operations are asked after it.

Each function changes the world through the services, as people would, inside a savepoint that its caller undoes, and returns the route's
arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from catalog import moves
from catalog import services as catalogs
from catalog.clock import china_today, observe
from catalog.models import CatalogVersion, ImportRun
from claims.authorisations import services as authorisations
from claims.batches import services as batches
from common.jobs import services as jobs
from common.jobs.models import Job
from insurers import services as insurers
from insurers.webhooks import services as webhooks
from insurers.webhooks.sending import Outcome
from tests.api.calls import call
from tests.api.conftest import AUTHORISATION, BATCH, LIST, TERMS, World
from tests.conftest import published

MASTER = "generic_name,dosage_form\n伏美替尼片,片\n"


@dataclass(frozen=True)
class State:
    """A way to make what is called on, and who then calls."""

    make: Callable[[World], str]
    who: str


def in_consultation(world: World) -> str:
    moves.submit_version(version=world.v2, by="alice")
    return "COM v2"


def in_review(world: World) -> str:
    moves.request_review(version=world.v2, by="alice")
    return "COM v2"


def published_twice(world: World) -> str:
    catalogs.publish_version(version=world.v2, by="bob", confirm=True)
    return "COM v2"


def withdrawal_asked_for(world: World) -> str:
    catalogs.withdraw_version(version=world.v1, by="erin", reason="误发")
    return "COM v1"


def changed_on_both_sides(world: World) -> str:
    """The draft v2 writes E-3 otherwise than v1, and so does the edition that came after v1."""
    published(world.com, LIST.replace("肾癌", "晚期肾癌"), label="v1-2")
    return "COM v2"


def reference_list_in_force(world: World) -> str:
    draft = CatalogVersion.objects.get(catalog__code="REF-1")
    catalogs.publish_version(version=draft, by="bob", confirm=True)
    return "COM"


def commented_by_file(world: World) -> str:
    assert call(world, "A-write", "POST", "comment-upload", "PRIV-A p3").status_code == 201
    return "PRIV-A p3"


def list_uploaded(world: World) -> str:
    assert call(world, "maker", "POST", "import-list", "-").status_code == 202
    return "-"


def import_waiting(world: World) -> str:
    list_uploaded(world)
    return str(ImportRun.objects.get(label="v3").pk)


def master_staged(_world: World) -> str:
    run, _new = catalogs.upload_drugs(chunks=[MASTER.encode()], file_name="master.csv", by="alice", staged=True)
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    return str(run.pk)


def collection_uploaded(world: World) -> str:
    assert call(world, "maker", "POST", "collection-list", "-").status_code == 202
    return "-"


def approved_until_soon(world: World) -> str:
    """An authorisation that ends within the thirty days in which it can be renewed."""
    day = date(2020, 1, 1)
    catalog = catalogs.create_catalog(code="LONG", name="长期目录", kind="commercial", by="alice")
    published(catalog, LIST, effective_from=day)
    product = insurers.create_product(insurer_id=world.a.pk, code="LONG", name="长期产品", by="key:a")
    benefits = [{"code": "special", "catalogs": [{"catalog": "LONG"}], "ratio": "0.7000"}]
    terms = {**TERMS, "effective_from": day.isoformat(), "effective_to": None, "benefits": benefits, "deductibles": {}}
    version = insurers.create_product_version(product=product, data=terms, by="key:a")
    insurers.publish_product_version(version=version, by="key:a")
    first = china_today(timezone.now()) - timedelta(days=170)
    asked = {**AUTHORISATION, "product": "LONG", "from": first.isoformat()}
    return authorisations.ask(insurer_id=world.a.pk, data=asked, by="key:a", seen=observe()).no


def no_batch_under_way(world: World) -> str:
    batches.cancel_batch(batch=world.batch, by="key:a")
    return "-"


def batch_ended(world: World) -> str:
    """A batch all of whose claims are decided."""
    batch, _new = batches.accept_batch(
        product=world.product,
        chunks=[BATCH.replace(b"C-1", b"C-2")],
        file_name="claims.ndjson",
        by="key:a",
        seen=observe(),
    )
    while job := Job.objects.filter(subject__startswith=str(batch.pk), state=Job.State.QUEUED).order_by("pk").first():
        jobs.run(job.pk, heartbeat=False)
    return str(batch.pk)


def first_claim_of_a_batch(world: World) -> str:
    return f"{batch_ended(world)} 0"


def delivered(_world: World) -> str:
    at = timezone.now()
    for taken in webhooks.take_due(limit=100, at=at):
        webhooks.record(taken=taken, outcome=Outcome(204, "", 9), at=at)
    return "WEBHOOK-A DELIVERY-A"


# By the status that is answered then; the lesser of two where an operation has two that succeed.
STATES: dict[tuple[str, str, int], State] = {
    ("POST", "version-end-consultation", 200): State(in_consultation, "maker"),
    ("POST", "version-send-back", 200): State(in_review, "checker"),
    ("POST", "version-revert", 201): State(published_twice, "maker"),
    ("POST", "version-withdraw", 200): State(withdrawal_asked_for, "checker"),
    ("POST", "version-merge-base", 200): State(changed_on_both_sides, "maker"),
    ("POST", "draft-by-frequency", 202): State(reference_list_in_force, "maker"),
    ("POST", "comment-upload", 200): State(commented_by_file, "A-write"),
    ("POST", "import-list", 200): State(list_uploaded, "maker"),
    ("POST", "import-cancel", 202): State(import_waiting, "maker"),
    ("POST", "import-merge", 202): State(master_staged, "checker"),
    ("POST", "collection-list", 200): State(collection_uploaded, "maker"),
    ("POST", "authorisation-renew", 201): State(approved_until_soon, "A-write"),
    ("POST", "batch-list", 202): State(no_batch_under_way, "A-write"),
    ("GET", "batch-results-csv", 200): State(batch_ended, "A-write"),
    ("GET", "batch-results-ndjson", 200): State(batch_ended, "A-write"),
    ("GET", "batch-claim-list", 200): State(batch_ended, "A-write"),
    ("GET", "batch-claim-detail", 200): State(first_claim_of_a_batch, "A-write"),
    ("POST", "batch-claim-replay", 200): State(first_claim_of_a_batch, "A-write"),
    ("POST", "delivery-replay", 202): State(delivered, "A-write"),
}
