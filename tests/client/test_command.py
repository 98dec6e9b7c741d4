"""The command: what it prints, and that every way to fail is one line and its exit code. The tutorial (docs/client.md) runs it against a service."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from config.openapi import EXAMPLES
from shangbao_client import Client, asking, command
from shangbao_client.operations import OPERATIONS
from tests.client.test_client import NOT_THERE, Answers, Scripted, ok, refusal

KEPT: dict[str, Any] = json.loads(Path(EXAMPLES).read_text(encoding="utf-8"))
BATCH: dict[str, Any] = KEPT["create_batch"]["answer"]
TOTALS = {"lines": 2, "amount": "9993.00", "claimable": "9993.00", "payable": "3511.20", "by_outcome": []}


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str, Scripted]]:
    """Run the command against a scripted service; returns (exit code, output, errors, what was asked)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SHANGBAO_URL", raising=False)
    monkeypatch.setattr(asking.time, "sleep", lambda seconds: None)

    def run(words: str, answers: Answers | None = None) -> tuple[int, str, str, Scripted]:
        scripted = Scripted(answers or [])
        if answers is not None:
            monkeypatch.setattr(asking, "client_of", lambda given: scripted.client())
        code = command.main(words.split())
        out, err = capsys.readouterr()
        return code, out, err, scripted

    return run


def test_each_part_of_the_question_is_an_option() -> None:
    # `fields` chooses what is answered, and asks nothing.
    assert set(asking.QUESTION) == set(OPERATIONS["get_coverage"][2]) - {"fields"}


def test_an_answer_is_told_in_lines_or_whole(run: Any) -> None:
    answer = KEPT["get_coverage"]["answer"]

    code, out, _err, scripted = run(
        "coverage HMB --generic-name 奥希替尼 --icd10 C34 --icd10 C50 --age 61", [ok(answer)]
    )
    assert code == 0
    assert out.startswith(f"{answer['outcome']}: ")
    assert [one for one in scripted.asked[0].url.params.multi_items() if one[0] == "icd10"] == [
        ("icd10", "C34"),
        ("icd10", "C50"),
    ]
    code, out, _err, _scripted = run("coverage HMB --json", [ok(answer)])
    assert json.loads(out) == answer


def test_a_claim_is_read_from_the_standard_input(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, answer = KEPT["check_claim"]["body"], KEPT["check_claim"]["answer"]
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(claim)))

    code, out, _err, scripted = run("check --idempotency-key mine", [ok(answer)])

    assert code == 0
    assert out.splitlines()[0] == "line 1: eligible, 3413.90 of 4977.00 CNY payable"
    assert json.loads(scripted.asked[0].content) == claim
    assert scripted.asked[0].headers["Idempotency-Key"] == "mine"


def test_a_batch_is_uploaded_followed_and_its_results_are_kept(run: Any) -> None:
    Path("claims.csv").write_text("claim_no\n")
    done = {**BATCH, "state": "done", "claims": 2, "lines": 2, "totals": TOTALS}
    steps = [
        {**BATCH, "state": state, "progress": {"done": place, "total": 2, "phase": ""}}
        for place, state in enumerate(("queued", "running"))
    ]

    code, out, err, scripted = run(
        "batch claims.csv --product HMB --output r.ndjson",
        [ok(steps[0]), ok(steps[1]), ok(done), httpx.Response(200, content=b"results")],
    )

    assert code == 0, err
    assert "2 claims, 2 lines, 0 claims invalid; 3511.20 of 9993.00 CNY payable; results in r.ndjson" in out
    assert err.splitlines() == [f"batch {BATCH['id']}", "queued  0/2", "running  1/2"]
    assert Path("r.ndjson").read_bytes() == b"results"
    assert scripted.asked[-1].url.path.endswith("/results.ndjson")


@pytest.mark.parametrize(
    ("words", "answers", "expected", "told"),
    [
        ("coverage HMB", None, 2, "SHANGBAO_URL"),
        ("coverage HMB --url mulu.example", None, 2, "no address"),
        ("check missing.json --url https://mulu.example", None, 2, "cannot be read"),
        ("batch --product HMB", [], 2, "--id"),
        ("sync m.sqlite --begin-at v1", [], 2, "name the list"),
        ("coverage HMB", [refusal(404, "unknown_product")], 3, "unknown_product"),
        ("coverage HMB", [refusal(401, "bad_key")], 3, "bad_key"),
        ("coverage HMB", [NOT_THERE] * 6, 4, "no one there"),
        ("coverage HMB", [refusal(503, "busy")] * 6, 4, "busy"),
        ("coverage HMB", [refusal(429, "throttled")] * 6, 4, "throttled"),
        ("coverage HMB", [httpx.Response(200, text="<html>")], 4, "no JSON"),
        ("batch --id b", [ok({**BATCH, "state": "failed", "errors": [{"message": "unreadable"}]})], 3, "unreadable"),
        ("sync m.sqlite --check", [], 0, ""),
    ],
)
def test_each_way_to_fail_is_one_line_and_its_exit_code(
    run: Any, words: str, answers: Answers | None, expected: int, told: str
) -> None:
    code, _out, err, _scripted = run(words, answers)

    lines = [line for line in err.splitlines() if line != f"batch {BATCH['id']}"]
    assert code == expected
    assert len(lines) == (1 if told else 0)
    assert told in err


def test_what_is_no_mirror_is_not_written_to(run: Any) -> None:
    Path("m.sqlite").write_text("a letter to my aunt, and much more of it" * 50)
    before = Path("m.sqlite").read_bytes()

    code, _out, err, _scripted = run("sync m.sqlite", [])

    assert (code, len(err.splitlines())) == (2, 1)
    assert Path("m.sqlite").read_bytes() == before


def test_who_interrupts_it_is_told_so(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_given: Any, **_more: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "get_coverage", interrupted)

    code, _out, err, _scripted = run("coverage HMB", [])

    assert (code, err) == (130, "interrupted\n")
