"""The checking process: the same answer as in this one, and no file that can hang or hurt its parent."""

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import asdict

import pytest

from catalog.importing.check import check
from catalog.importing.child import check_in_child
from catalog.importing.result import Block, CheckOptions, CheckResult, options_from_dict, result_from_dict
from tables import child_process
from tables.child_process import ROOT, ChildDied, frames_from
from tables.limits import Limits, Progress
from tables.refusal import Refusal
from tests.files import FORMS, OPTIONS, ROWS, csv_text, xlsx

pytestmark = pytest.mark.own_process

BAD = csv_text([*ROWS, ("E-8", "", "", "肺癌", "x")])


@pytest.mark.parametrize(
    "content", [csv_text(ROWS).encode(), BAD.encode(), xlsx(ROWS), b"%PDF", b""], ids="csv bad xlsx pdf empty".split()
)
def test_the_child_answers_as_this_process_does(content, tmp_path):
    file = tmp_path / "upload"
    file.write_bytes(content)

    assert list(check_in_child(file, "base", OPTIONS)) == list(check(file, "base", OPTIONS))


def test_results_and_options_survive_the_pipe(tmp_path):
    file = tmp_path / "upload"
    file.write_text(BAD + "E-9,ｘ 奥希替尼 ,,,\n")
    result = [message for message in check(file, "base", OPTIONS) if isinstance(message, CheckResult)][0]
    options = CheckOptions(FORMS, {"国谈": "negotiated"}, "7\t", limits=Limits(rows=3))

    assert result.normalised_count == 1
    assert result_from_dict(json.loads(json.dumps(result.as_dict()))) == result
    assert options_from_dict(json.loads(json.dumps(options.as_dict()))) == options


def test_blocks_come_before_the_end_and_stop_with_the_first_error(tmp_path):
    file = tmp_path / "upload"
    rows = [(f"E-{number}", f"药品{number}", "", "C34", "1") for number in range(5000)]
    rows[2500] = ("E-2500", "药品", "", "C34", "x")
    file.write_text(csv_text(rows))

    messages = list(check(file, "base", OPTIONS))

    blocks = [message for message in messages if isinstance(message, Block)]
    assert sum(block.rows for block in blocks) == 2500
    assert messages[-1].rows == 5000
    steps = [(message.done, message.rows) for message in messages if isinstance(message, Progress)]
    assert steps == sorted(steps)
    assert messages[-2] == Progress("check", file.stat().st_size, file.stat().st_size, 5000)


def test_the_reader_may_stop_early(tmp_path):
    file = tmp_path / "upload"
    file.write_text(csv_text((f"E-{number}", f"药品{number}", "", "C34", "1") for number in range(20_000)))

    with closing(check_in_child(file, "base", OPTIONS)) as messages:
        assert isinstance(next(messages), Progress)

    assert not _children()


def _children():
    mine = f"{os.getpid()}"
    return subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", mine], capture_output=True, text=True, check=False
    ).stdout.count("catalog.importing.child")


def _module(tmp_path, monkeypatch, body):
    """A child of ours that does what the body says."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "strange_child.py").write_text("import sys\nfrom tables.child_process import serve, send\n" + body)
    popen = subprocess.Popen

    def with_folder(command, **how):
        how["env"]["PYTHONPATH"] = f"{folder}:{ROOT}"
        return popen(command, **how)

    monkeypatch.setattr(child_process.subprocess, "Popen", with_folder)
    return "strange_child"


def outcome_of(module, limits=None):
    try:
        return list(frames_from(module, {}, limits or Limits()))
    except Refusal as refusal:
        return refusal.problem.code


FRAMES = "def frames(request):\n    yield b'B', b'one'\n    {}\n    yield b'B', b'two'\nserve(frames)\n"


@pytest.mark.parametrize(
    ("line", "limits", "outcome"),
    [
        ("pass", Limits(), [(b"B", b"one"), (b"B", b"two")]),
        ("raise ValueError('999999199001011238')", Limits(), "NOT_A_TABLE"),
        ("raise RecursionError", Limits(), "NOT_A_TABLE"),
        ("x = bytearray(10**10)", Limits(memory_bytes=400 * 2**20), "TOO_LARGE"),
        ("x = [bytes(10**6) for _ in range(10**6)]", Limits(memory_bytes=400 * 2**20), "TOO_LARGE"),
        ("import time; time.sleep(60)", Limits(wall_seconds=2), "TOO_LARGE"),
        ("while True: pass", Limits(cpu_seconds=1), "TOO_LARGE"),
        ("while True: pass", Limits(wall_seconds=2), "TOO_LARGE"),
        ("import os; os.abort()", Limits(), "NOT_A_TABLE"),
        ("import os; os.kill(os.getpid(), 11)", Limits(), "NOT_A_TABLE"),
        ("import tempfile; tempfile.TemporaryFile(buffering=0).write(b'x')", Limits(), "NOT_A_TABLE"),
    ],
    ids="well raises recursion memory many-bytes sleeps cpu spins aborts segfault writes".split(),
)
def test_whatever_a_child_does_has_an_answer(line, limits, outcome, tmp_path, monkeypatch):
    if "cpu" in line and sys.platform != "linux":
        pytest.skip("needs Linux limits")

    assert outcome_of(_module(tmp_path, monkeypatch, FRAMES.format(line)), limits) == outcome


@pytest.mark.parametrize(
    "line", ["import os; os.kill(os.getpid(), 9)", "import os; os.kill(os.getpid(), 15)", "import os; os._exit(3)"]
)
def test_a_child_ended_by_someone_says_nothing_about_the_file(line, tmp_path, monkeypatch):
    with pytest.raises(ChildDied):
        outcome_of(_module(tmp_path, monkeypatch, FRAMES.format(line)))


def test_a_child_that_ends_within_a_frame_is_not_taken_for_done(tmp_path, monkeypatch):
    body = "import os\nsys.stdin.read()\nos.write(1, b'B' + (100).to_bytes(4, 'little') + b'half')\n"

    with pytest.raises(ChildDied):
        outcome_of(_module(tmp_path, monkeypatch, body))


def test_where_it_broke_is_noted_but_never_what_stood_in_the_file(tmp_path, monkeypatch):
    module = _module(tmp_path, monkeypatch, FRAMES.format("raise ValueError('999999199001011238')"))

    with pytest.raises(Refusal) as refused:
        list(frames_from(module, {}, Limits()))

    notes = "".join(refused.value.__notes__)
    assert "ValueError at strange_child.py:5" in notes
    assert "999999199001011238" not in notes + str(refused.value.problem)


def test_the_child_is_told_nothing_of_our_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://kept-to-ourselves")
    module = _module(tmp_path, monkeypatch, FRAMES.format("import os; yield b'E', repr(dict(os.environ)).encode()"))

    assert b"kept-to-ourselves" not in outcome_of(module)[1][1]


def test_the_child_imports_no_django(tmp_path):
    code = "import sys, catalog.importing.child, claims.batches.child; print([m for m in sys.modules if m.startswith('django')])"

    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True).stdout
        == "[]\n"
    )


def test_limits_are_plain_data():
    assert Limits(**asdict(Limits(rows=5))) == Limits(rows=5)
    assert signal.SIGXCPU
