import collections
import time

from catalog import clock
from curation.findings import services
from curation.findings.gather import world_at
from curation.findings.rules import RULES
from curation.models import Finding
from tests.conftest import load_seeds


def test_x(db):
    load_seeds()
    seen = clock.observe()
    t = time.time()
    w = world_at(seen)
    print("gather", time.time() - t, w.day)
    for kind, rule in RULES.items():
        t = time.time()
        got = list(rule(w))
        print(kind, len(got), round(time.time() - t, 2))
        for c in got[:60]:
            print(
                "    ",
                c.key,
                c.editions,
                c.days,
                c.text[:30],
                [(p.catalog, p.entry_code, p.name) for p in c.places[:6]],
                len(c.places),
            )
    services.work_out()
    print(collections.Counter(Finding.objects.values_list("kind", "state")))
    services.work_out()
    print(collections.Counter(Finding.objects.values_list("kind", "state")))
    assert 0
