"""The drug master: importing again updates and never removes, and what was known stays known."""

from datetime import timedelta

import pytest

from catalog import clock, services
from catalog.drugs.knowledge import Identity
from catalog.drugs.resolve import recognise
from catalog.known import knowledge_of
from catalog.models import Approval, Drug, DrugProduct, ImportRun
from common.jobs import services as jobs

HEADER = "national_code,approval_no,generic_name,aliases,dosage_form,strength,brand_name,manufacturer,regulators,pack\n"
OSIMERTINIB = "XL01EBA001A001010100001"


def loaded(content: str) -> ImportRun:
    """Import a master file at once."""
    run, _new = services.upload_drugs(chunks=[content.encode()], file_name="master.csv", by="alice")
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    run.refresh_from_db()
    assert run.outcome == "ready", list(run.problems.values_list("row", "code", "message_en"))
    return run


def current() -> list[DrugProduct]:
    return list(DrugProduct.objects.filter(recorded_to=None).order_by("position"))


@pytest.mark.django_db
def test_products_come_in_with_their_approvals_and_drugs() -> None:
    run = loaded(
        HEADER
        + f"{OSIMERTINIB},H20170167,甲磺酸奥希替尼片,AZD9291,片,80mg,泰瑞沙,AstraZeneca AB,NMPA:2017-03-22;FDA,30片\n"
    )

    assert run.counts["added"] == 1
    assert Drug.objects.get().base_name == "奥希替尼"
    assert [str(a) for a in Approval.objects.all()] == ["FDA", "NMPA 2017-03-22"]


@pytest.mark.django_db
def test_importing_again_updates_by_national_code_and_keeps_the_place() -> None:
    loaded(
        HEADER
        + f"{OSIMERTINIB},H20170167,甲磺酸奥希替尼片,,片,80mg,泰瑞沙,AstraZeneca AB,,30片\n,H20000001,阿司匹林片,,,,,,,\n"
    )

    run = loaded(HEADER + f"{OSIMERTINIB},H20170167,甲磺酸奥希替尼片,,片,80mg,泰瑞沙,阿斯利康,,30片\n")

    assert (run.counts["added"], run.counts["changed"], run.counts["unchanged"]) == (0, 1, 0)
    assert [(p.generic_name, p.manufacturer) for p in current()] == [
        ("甲磺酸奥希替尼片", "阿斯利康"),
        ("阿司匹林片", ""),
    ]
    assert DrugProduct.objects.count() == 3


@pytest.mark.django_db
def test_without_a_code_the_approval_number_with_strength_and_pack_is_the_product() -> None:
    loaded(HEADER + ",H20000001,阿司匹林片,,片,100mg,,甲厂,,30片\n,H20000001,阿司匹林片,,片,100mg,,甲厂,,60片\n")

    run = loaded(HEADER + ",H20000001,阿司匹林片,,片,100mg,,乙厂,,60片\n")

    assert run.counts["changed"] == 1
    assert [p.manufacturer for p in current()] == ["甲厂", "乙厂"]


@pytest.mark.django_db
def test_the_same_rows_again_change_nothing() -> None:
    content = HEADER + f"{OSIMERTINIB},H20170167,甲磺酸奥希替尼片,,片,80mg,泰瑞沙,AstraZeneca AB,NMPA,30片\n"
    loaded(content)

    run = loaded(content + "\n")

    assert run.counts["unchanged"] == 1
    assert DrugProduct.objects.count() == 1


@pytest.mark.django_db
def test_recognition_obeys_what_was_recorded_by_then() -> None:
    before = clock.observe().known_at
    loaded(HEADER + ",,甲磺酸奥希替尼片,AZD9291,片,,,,,\n")
    after = clock.observe().known_at
    line = Identity.of(generic_name="AZD9291")

    def drug_at(instant: object) -> str | None:
        return recognise(line, knowledge_of([line], insurer_id=None, known_at=instant)).drug  # type: ignore[arg-type]

    assert drug_at(before) is None
    assert drug_at(after) == "奥希替尼"
    assert drug_at(before - timedelta(days=1)) is None
