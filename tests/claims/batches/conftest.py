"""A small world for batches: two lists, one product with a deductible and limits, and a way to run a batch to its end on one connection."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from catalog.clock import observe
from claims.batches import decide, services
from claims.batches.results import csv_lines, ndjson_lines
from claims.batches.services import accept_batch
from claims.models import ClaimBatch
from common.jobs import services as jobs
from common.jobs.models import Job
from insurers import services as insurers
from insurers.models import Insurer, Product
from tests.conftest import published

NRDL = """entry_code,generic_name,dosage_form,icd10
N-1,阿司匹林片,片,I10
N-2,奥希替尼片,片,C34
"""
COMMERCIAL = """entry_code,generic_name,icd10,payment_standard
C-1,戈沙妥珠单抗,C50,
C-2,维恩妥尤单抗,C67,4000.00
"""
TERMS: dict[str, Any] = {
    "label": "2026",
    "effective_from": "2026-01-01",
    "effective_to": "2026-12-31",
    "base": {"catalog": "NRDL"},
    "annual_limit": "20000.00",
    "deductibles": {"hospital": "1000.00"},
    "benefits": [
        {
            "code": "in_catalog",
            "scope": "base_listed",
            "deductible_group": "hospital",
            "ratio": "0.7000",
            "annual_limit": "5000.00",
        },
        {"code": "special_drug", "scope": "off_base", "catalogs": [{"catalog": "COM"}], "ratio": "0.8000"},
    ],
}
LATER = {
    **TERMS,
    "label": "2027",
    "effective_from": "2027-01-01",
    "effective_to": "2027-12-31",
    "annual_limit": "900.00",
}
HEADER = "claim_no,member_ref,line_no,service_date,diagnoses,setting,generic_name,quantity,amount\n"
TABLET = "I10,inpatient,阿司匹林片,10"


@pytest.fixture(autouse=True)
def _nothing_kept_of_a_batch() -> Iterator[None]:
    decide.forget()
    yield
    decide.forget()


@pytest.fixture
def product(make_catalog: Callable[..., Any], insurer: Insurer) -> Product:
    """HMB of insurer A: 2026 and, with a lower limit, 2027."""
    published(make_catalog("NRDL", "base"), NRDL)
    published(make_catalog("COM", "commercial"), COMMERCIAL)
    return make_product(insurer)


def make_product(insurer: Insurer, code: str = "HMB") -> Product:
    product = insurers.create_product(insurer_id=insurer.pk, code=code, name="惠民保", by="key:a")
    for terms in (TERMS, LATER):
        version = insurers.create_product_version(product=product, data=terms, by="alice")
        insurers.publish_product_version(version=version, by="bob")
    return product


def accepted(product: Product, content: str | bytes, file_name: str = "claims.csv") -> ClaimBatch:
    raw = content.encode() if isinstance(content, str) else content
    batch, _new = accept_batch(product=product, chunks=[raw], file_name=file_name, by="alice", seen=observe())
    return batch


def waiting_jobs(batch: ClaimBatch) -> list[Job]:
    """The jobs of a batch that wait, in the order they were made."""
    return list(Job.objects.filter(subject__startswith=str(batch.pk), state=Job.State.QUEUED).order_by("pk"))


def worked_off(batch: ClaimBatch, *, backwards: bool = False) -> ClaimBatch:
    """Do the batch's jobs on this connection until none waits, and return the batch as it then is."""
    while waiting := waiting_jobs(batch):
        jobs.run((waiting[-1] if backwards else waiting[0]).pk, heartbeat=False)
    return fresh(batch)


def fresh(batch: ClaimBatch) -> ClaimBatch:
    return ClaimBatch.objects.select_related("product", "job").get(pk=batch.pk)


def decided(product: Product, content: str | bytes, file_name: str = "claims.csv") -> ClaimBatch:
    """A batch brought to its end."""
    batch = worked_off(accepted(product, content, file_name))
    assert batch.state == ClaimBatch.State.DONE, (batch.state, batch.errors, batch.job and batch.job.last_error)
    return batch


def results(batch: ClaimBatch, language: Any = "zh") -> list[dict[str, Any]]:
    """The results of a batch as NDJSON gives them."""
    return [json.loads(line) for line in results_file(batch, "ndjson", language).splitlines()]


def results_file(batch: ClaimBatch, form: str, language: Any = "zh") -> bytes:
    lines_of = {"csv": csv_lines, "ndjson": ndjson_lines}[form]
    return b"".join(lines_of(services.decisions_of(batch), services.shown_in(batch, language)))
