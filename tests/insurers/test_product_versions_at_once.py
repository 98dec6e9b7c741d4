"""Of writers at once with the same ETag one wins."""

import threading

import pytest
from django.db import connection

from insurers import key_issuing, services
from insurers.models import Insurer, Product
from tests.conftest import EVERY_INSURER_SCOPE, Api
from tests.insurers.test_product_versions import PATH


@pytest.mark.django_db(transaction=True)
def test_of_writers_at_once_with_the_same_etag_one_wins() -> None:
    insurer = Insurer.objects.create(code="INS-A", name="甲保险")
    key = key_issuing.issue_insurer_key(insurer=insurer, scopes=EVERY_INSURER_SCOPE, by="root")[1]
    product = Product.objects.create(insurer=insurer, code="HMB", name="惠民保")
    terms = {"label": "2026", "effective_from": "2026-01-01", "benefits": [{"code": "a", "ratio": "0.5"}]}
    services.create_product_version(product=product, data=terms, by="key:a")
    tag = Api(key).get(PATH)["ETag"]
    statuses: list[int] = []
    together = threading.Barrier(8)

    def write(days: int) -> None:
        together.wait()
        statuses.append(Api(key).put(PATH, {**terms, "waiting_days": days}, **{"If-Match": tag}).status_code)
        connection.close()

    writers = [threading.Thread(target=write, args=(days,)) for days in range(1, 9)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert sorted(statuses) == [200] + [412] * 7
