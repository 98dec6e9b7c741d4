"""What is in a sandbox is in no answer to the office, nor to its insurer's own keys or to another's: every route that reads, as each of them."""

from datetime import date

from django.utils import timezone

from catalog import services as catalogs
from catalog.clock import observe
from claims import services as claims
from common import tenancy
from curation.findings.causes import Cause
from curation.findings.services import follow
from curation.golden.services import Given, make_case
from insurers import services
from insurers.models import ApiRequest, Insurer
from tests.api.calls import call
from tests.api.conftest import CLAIM, World, terms
from tests.api.test_matrix import ROWS

MARK = "SANDBOX-MARK"
READERS = ("maker", "checker", "auditor", "A-write", "B")
# The log of deeds keeps every deed, a sandbox's too: by its key, and nothing of a claim.
TELLS_DEEDS = {"audit-list"}


def marked(world: World) -> int:
    """Put marked rows of many kinds into A's sandbox; returns its id."""
    twin = Insurer.every.get(sandbox_of=world.a)
    with tenancy.acting_for(str(twin.pk)):
        own = catalogs.create_catalog(code=MARK, name=MARK, kind="commercial", by="key:a", owner_id=twin.pk)
        catalogs.create_draft(catalog=own, label=MARK, effective_from=date(2026, 1, 1), by="key:a")
        product = services.create_product(insurer_id=twin.pk, code=MARK, name=MARK, by="key:a", public=True)
        version = services.create_product_version(product=product, data=terms(label=MARK), by="key:a")
        services.publish_product_version(version=version, by="key:a")
        asked = {**CLAIM, "claim_no": MARK, "product": MARK}
        claims.decide_claim(insurer_id=twin.pk, data=asked, by="key:a", seen=observe(), language="zh")
        given = Given(MARK, asked, {"lines": [{"outcome": "eligible"}]}, product=MARK)
        make_case(given=given, insurer_id=twin.pk, by="key:a")
        ApiRequest.objects.create(id=MARK, insurer=twin, key=MARK, status=200, milliseconds=1, at=timezone.now())
    with tenancy.acting_for(tenancy.EVERYBODY):
        follow([Cause("uncoded", (MARK,), ((MARK, "v1"),), owner=twin.pk, text=MARK)], at=timezone.now())
    return twin.pk


def test_no_answer_to_anybody_else_says_what_is_in_a_sandbox(world: World) -> None:
    marked(world)
    rows = [row for row in ROWS if row.method == "GET" and row.route not in TELLS_DEEDS]
    shown = []
    for row in rows:
        for who in READERS:
            if row.expected[who] < 300:
                answer = call(world, who, row.method, row.route, row.of)
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content
                shown += [f"{row} {who}"] if MARK.encode() in body else []

    assert len(rows) > 50
    assert shown == []
