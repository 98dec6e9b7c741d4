"""The drug master: importing again updates and never removes, and what was known stays known."""

import time
from datetime import timedelta

import pytest

from catalog import clock, services
from catalog.drugs.knowledge import Identity
from catalog.drugs.recognise import recognise
from catalog.known_drugs import knowledge_of
from catalog.models import Approval, Drug, DrugProduct, ImportRun
from common.jobs import services as jobs

HEADER = "national_code,approval_no,generic_name,aliases,dosage_form,strength,brand_name,manufacturer,regulators,pack\n"
OSIMERTINIB = "XL01EBA001A001010100001"


def ended(content: str) -> ImportRun:
    """Import a master file at once, whatever becomes of it."""
    run, _new = services.upload_drugs(chunks=[content.encode()], file_name="master.csv", by="alice")
    assert run.job is not None
    jobs.run(run.job.pk, heartbeat=False)
    run.refresh_from_db()
    return run


def loaded(content: str) -> ImportRun:
    """Import a master file that has no errors."""
    run = ended(content)
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
@pytest.mark.parametrize(
    ("first", "second", "column"),
    [
        (f"{OSIMERTINIB},,甲药片,,片,80mg,,甲厂,,", f"{OSIMERTINIB},,甲药片,,片,80mg,,乙厂,,", "national_code"),
        (f"{OSIMERTINIB},H20000001,甲药片,,,,,,,", f"{OSIMERTINIB},H20000002,乙药片,,,,,,,", "national_code"),
        (",H20000001,甲药片,,片,80mg,,甲厂,,30片", ",H20000001,甲药片,,片,80mg,,乙厂,,30片", "approval_no"),
        (",BH20201234,甲药片,,片,80mg,,甲厂,,30片", ",bh20201234,甲药片,,片,80mg,,乙厂,,30片", "approval_no"),
        (",J 2020 1,甲药片,,片,80mg,,甲厂,,30片", ",Ｊ20201,甲药片,,片,80mg,,甲厂,,30片", "approval_no"),
    ],
)
def test_two_rows_of_one_product_are_refused_and_both_are_named(first: str, second: str, column: str) -> None:
    loaded(HEADER + first + "\n")
    before = list(DrugProduct.objects.values())

    run = ended(HEADER + f"{first}\n,,别的药片,,,,,,,\n{second}\n")

    assert run.outcome == "failed"
    problem = run.problems.exclude(severity="warning").get()
    assert (problem.code, problem.row, problem.column) == ("CONFLICTING_ROWS", 4, column)
    assert "2" in problem.message_zh and "4" in problem.message_zh
    assert list(DrugProduct.objects.values()) == before


@pytest.mark.django_db
def test_one_approval_number_of_two_drugs_is_two_products_each_with_its_own_past() -> None:
    pair = ",H20000001,甲药片,旧名,,,,,,\n,H20000001,乙药片,,,,,,,\n"
    loaded(HEADER + ",H20000001,甲药片,,,,,,,\n")

    counts = loaded(HEADER + pair).counts
    assert (counts["added"], counts["changed"], counts["unchanged"]) == (1, 1, 0)
    assert loaded(HEADER + "\n" + pair).counts["unchanged"] == 2
    assert [(p.generic_name, p.aliases) for p in current()] == [("甲药片", ["旧名"]), ("乙药片", [])]
    alone = loaded(HEADER + ",H20000001,乙药片,新名,,,,,,\n")
    assert alone.counts["changed"] == 1
    assert [(p.generic_name, p.aliases) for p in current()] == [("甲药片", ["旧名"]), ("乙药片", ["新名"])]


@pytest.mark.django_db
def test_products_that_no_number_tells_apart_are_not_guessed_at() -> None:
    pair = ",,甲药片,别名一,片,,,,,\n,,甲药片,别名二,片,,,,,\n"
    loaded(HEADER + ",,甲药片,旧名,片,,,,,\n")

    assert loaded(HEADER + pair).counts["added"] == 2
    assert loaded(HEADER + "\n" + pair).counts["unchanged"] == 2
    assert [p.aliases for p in current()] == [["旧名"], ["别名一"], ["别名二"]]


@pytest.mark.django_db
def test_a_product_without_a_number_is_updated_while_its_description_is_its_own() -> None:
    loaded(HEADER + ",,甲药片,旧名,片,,,,,\n")

    assert loaded(HEADER + ",,甲药片,新名,片,,,,,\n").counts["changed"] == 1
    assert [p.aliases for p in current()] == [["新名"]]


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


@pytest.mark.django_db
def test_a_large_master_a_second_time_takes_about_as_long_as_the_first() -> None:
    rows = [f",H{20000000 + n},第{n}号胶囊,,胶囊,{n}mg,,甲厂,,30粒\n" for n in range(6_000)]
    seconds = []
    for maker in ("甲厂", "乙厂"):
        begun = time.monotonic()
        run = loaded(HEADER + "".join(rows).replace("甲厂", maker))
        seconds.append(time.monotonic() - begun)

    assert run.counts["changed"] == 6_000
    assert seconds[1] < 3 * seconds[0] + 1
