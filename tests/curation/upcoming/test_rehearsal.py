"""A rehearsal: what is asked today for days to come is answered with the digest it has on the day, by what was known today."""

from random import Random

import pytest

from claims.services import decide_claim
from common.dates import instant_text
from tests.curation.corrections.test_as_replayed import AFTER, BEFORE, THEN, change, random_world


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(1_600, 1_612))
def test_the_digest_of_a_rehearsal_is_that_of_the_day(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists come and go and the master changes in between; asked as known at the rehearsal, nothing of the answer differs."""
    draft, product, claims = random_world(seed, monkeypatch)
    rehearsed = [
        decide_claim(insurer_id=product.insurer_id, data=claim, by="k", seen=BEFORE, language="zh", record=False)
        for claim in claims
    ]
    change(Random(seed), draft)

    for claim, before in zip(claims, rehearsed, strict=True):
        as_then = {**claim, "as_known_at": instant_text(THEN)}
        on_the_day = decide_claim(
            insurer_id=product.insurer_id, data=as_then, by="k", seen=AFTER, language="zh", record=False
        )
        assert on_the_day.decision.digest == before.decision.digest
