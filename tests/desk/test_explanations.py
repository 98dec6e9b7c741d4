"""The explanation of a check on the desk: for both audiences, in both languages, as a document to print."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from claims import retention
from claims.models import ClaimCheck
from tests.claims.test_explaining import check  # noqa: F401


@pytest.fixture
def page(admin_client: Client, check: str) -> Any:  # noqa: F811
    def get(**asked: str) -> Any:
        made = ClaimCheck.objects.get()
        return admin_client.get(reverse("admin:claims_claimcheck_explanation", args=[made.pk]), asked)

    return get


def test_it_is_told_for_both_in_both_languages(page: Any, admin_client: Client) -> None:
    told = {
        (who, tongue): page(audience=who, language=tongue).text
        for who in ("member", "adjudicator")
        for tongue in ("zh", "en")
    }

    assert "可以赔付 560.00 元" in told["member", "zh"] and '<html lang="zh-Hans">' in told["member", "zh"]
    assert "CNY 560.00 is paid" in told["member", "en"] and '<html lang="en">' in told["member", "en"]
    assert "DRUG_NOT_RECOGNISED" in told["adjudicator", "en"] and "DRUG_NOT_RECOGNISED" not in told["member", "zh"]
    assert all(text.count("<h1>") == 1 and "<style" not in text and "<script" not in text for text in told.values())

    made = ClaimCheck.objects.get()
    shown = admin_client.get(reverse("admin:claims_claimcheck_change", args=[made.pk])).text
    assert (
        f"{made.pk}/explanation/?audience=member" in shown and f"{made.pk}/explanation/?audience=adjudicator" in shown
    )


def test_it_takes_few_statements(page: Any, django_assert_max_num_queries: Any) -> None:
    page()
    with django_assert_max_num_queries(20):
        assert page(audience="adjudicator").status_code == 200


def test_after_the_retention_it_says_so(page: Any) -> None:
    later = timezone.now() + timedelta(days=1)
    retention.purge_facts(insurer_id=ClaimCheck.objects.get().insurer_id, older_than=later, by="zoe", at=later)

    gone = page()

    assert gone.status_code == 410 and "digest" in gone.text or "摘要" in gone.text
