"""Traces: only where they are asked for, nothing of a person in them, and nobody waits for a collector that is away."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import tracing

ROOT = Path(__file__).resolve().parents[2]
ASKED = "OTEL_EXPORTER_OTLP_ENDPOINT"


def python(text: str, **variables: str) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")} | variables
    answer = subprocess.run([sys.executable, "-c", text], cwd=ROOT, env=env, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr[-2000:]
    return answer.stdout.strip()


@pytest.mark.parametrize(
    ("variables", "wanted"),
    [
        ({}, False),
        ({ASKED: ""}, False),
        ({ASKED: "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({ASKED: "http://collector:4318", "OTEL_SDK_DISABLED": "True"}, False),
        ({ASKED: "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({ASKED: "http://collector:4318", "OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_SERVICE_NAME": "lists"}, False),
    ],
)
def test_traces_are_asked_for_by_the_variables_of_opentelemetry(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], wanted: bool
) -> None:
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert tracing.wanted() == wanted


def test_where_nobody_asks_nothing_that_traces_or_sends_is_imported() -> None:
    # The broker's client looks for OpenTelemetry's metrics by itself wherever they are installed, and does nothing with them.
    loaded = python(
        "import sys, config.processes, config.celery, config.wsgi, config.urls\n"
        "config.processes.post_fork(None, None); config.processes.worker_exit(None, None)\n"
        "from django.conf import settings\n"
        "print(sum(name.startswith(('opentelemetry.sdk.trace', 'opentelemetry.exporter', 'opentelemetry.proto', 'google.protobuf')) for name in sys.modules), 'Trace' in str(settings.MIDDLEWARE))"
    )

    assert loaded == "0 False"


def test_another_protocol_than_there_is_stops_the_start() -> None:
    asked = {ASKED: "http://collector:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    told = python("try:\n import config.settings\nexcept Exception as fault:\n print(fault)", **asked)

    assert "OTEL_EXPORTER_OTLP_PROTOCOL" in told
    assert "http/protobuf" in told


def test_a_collector_that_is_away_costs_nobody_anything() -> None:
    # Nobody listens there, and more is told than is kept.
    text = (
        "import time\nfrom common import tracing\n"
        "tracing.start('web')\n"
        "began = time.monotonic()\n"
        "for number in range(5000):\n"
        "    with tracing.span('work') as told: told.tell({'n': number})\n"
        "made = time.monotonic() - began\n"
        "began = time.monotonic()\n"
        "tracing.stop()\n"
        "print(made < 10, time.monotonic() - began < tracing.STOP_SECONDS + 2)"
    )
    began = time.monotonic()
    told = python(text, **{ASKED: "http://127.0.0.1:1", "OTEL_BSP_MAX_QUEUE_SIZE": "600"})

    assert told == "True True"
    assert time.monotonic() - began < 60


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT * FROM x WHERE a = %s", "SELECT * FROM x WHERE a = %s"),
        ("SELECT 'C-7301' FROM x WHERE n = 42 AND r = 0.5", "SELECT ? FROM x WHERE n = ? AND r = ?"),
        ("SELECT 'it''s', col1 FROM t2", "SELECT ??, col1 FROM t2"),
        ("x IN (%s, %s, %s)", "x IN (%s, …)"),
        ("x", "x"),
    ],
)
def test_no_value_stands_in_what_is_told_of_a_statement(sql: str, told: str) -> None:
    assert tracing.without_values(sql) == told


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1).filter(lambda text: not set(text) <= set("'?")))
def test_whatever_is_quoted_is_masked(value: str) -> None:
    quoted = "'" + value.replace("'", "''") + "'"

    told = tracing.without_values(f"SELECT {quoted} AS x")

    assert set(told.removeprefix("SELECT ").removesuffix(" AS x")) == {"?"}


def test_a_traceparent_is_sixteen_and_eight_bytes_or_none() -> None:
    good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    assert tracing._context_of(good).trace_id == 0x0AF7651916CD43DD8448EB211C80319C
    for bad in (
        "",
        good[3:],
        good + "-x",
        good.upper(),
        good.replace("b7ad6b7169203331", "0" * 16),
        good + "\n",
        "x" * 9999,
    ):
        assert tracing._context_of(bad) is None
