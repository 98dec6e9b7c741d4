"""Who watches the service sees requests, jobs and backups, and nothing of what was asked."""

import json
import logging
import re
from typing import Any

import pytest
import yaml

from common.jobs.models import Job
from tests.conftest import Api
from tests.embedded.conftest import ROOT

pytestmark = pytest.mark.django_db

MONITORING = ROOT / "deploy" / "monitoring"
SECRET = "C-7301-secret"


def figures(client: Any) -> dict[str, float]:
    lines = client.get("/metrics").content.decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if not line.startswith("#")}


def test_a_request_is_counted_by_route_outcome_and_tenant(api: Api, client: Any) -> None:
    asked = 'shangbao_requests_total{{method="GET",route="{}",status="{}",tenant="{}"}}'
    before = figures(client)

    api.get("/insurers/me/")
    client.get("/api/v1/insurers/me/")
    client.get("/healthz")
    client.get(f"/nothing/{SECRET}")
    counted = {
        name: value - before.get(name, 0) for name, value in figures(client).items() if value != before.get(name, 0)
    }

    known = [name for name in counted if "insurers/me" in name and "requests_total" in name]
    assert sorted(re.findall(r'status="(\d+)",tenant="([^"]*)"', " ".join(known))) == [("200", "INS-A"), ("401", "-")]
    assert counted[asked.format("/healthz", 200, "-")] == 1
    assert counted[asked.format("-", 404, "-")] == 1


def test_jobs_are_told_by_kind_and_state(client: Any) -> None:
    Job.objects.create(kind="import", subject="1")

    told = figures(client)

    assert told['shangbao_jobs{kind="import",state="queued"}'] == 1
    assert 'shangbao_job_waiting_seconds{kind="import"}' in told


def test_the_access_log_has_one_line_a_request_and_nothing_that_was_asked(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="access"):
        api.get(f"/claims/checks/?claim_no={SECRET}")
        api.post("/claims/checks/", {"product": SECRET, "claim_no": SECRET})
        api.get(f"/catalogs/{SECRET}/")

    lines = [record for record in caplog.records if record.name == "access"]
    assert [line.fields["method"] for line in lines] == ["GET", "POST", "GET"]
    assert SECRET not in str([(line.getMessage(), line.fields) for line in lines])


def test_no_rule_and_no_picture_asks_for_a_figure_that_is_not_given(client: Any) -> None:
    rules = yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"][0]["rules"]
    panels = json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    asked = " ".join([rule["expr"] for rule in rules] + [one["expr"] for panel in panels for one in panel["targets"]])
    text = client.get("/metrics").content.decode()
    given = set(re.findall(r"^# TYPE (\w+)", text, re.M)) | set(re.findall(r"^(\w+)", text, re.M))

    wanted = set(re.findall(r"\bshangbao_\w+", asked))
    assert wanted and wanted <= given | {f"{name}_bucket" for name in given}
    assert all(rule["annotations"]["summary"] for rule in rules)
