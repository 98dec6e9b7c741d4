"""The supervisor: nothing is left behind, and what went wrong is said."""

import os
import selectors
import signal
import subprocess
import sys
import time

import pytest

from embedded.errors import CannotRun, Interrupted
from embedded.supervisor import Stop, Supervisor
from tests.embedded.conftest import ROOT, wait_for

PYTHON = sys.executable


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(said):
    with Supervisor(said.append) as supervisor:
        yield supervisor


def spawn(supervisor, tmp_path, code, name="child", **options):
    return supervisor.spawn(
        name, [PYTHON, "-c", code], env=os.environ, cwd=tmp_path, log=tmp_path / f"{name}.log", **options
    )


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_that_dies_is_named_with_the_end_of_its_log(supervisor, tmp_path):
    spawn(supervisor, tmp_path, "print('disk is full'); raise SystemExit(3)", name="worker")

    with pytest.raises(CannotRun, match=r"(?s)worker \(pid \d+\) ended by itself: exit code 3.*disk is full"):
        supervisor.pause(10)


def test_a_step_is_given_its_words_also_where_the_machine_is_too_busy_to_take_them_at_once(
    supervisor, tmp_path, monkeypatch
):
    class Busy(selectors.PollSelector):
        first = True

        def select(self, timeout=None):
            if Busy.first:
                Busy.first = False
                time.sleep(timeout or 0)
                return []
            return super().select(timeout)

    monkeypatch.setattr(subprocess, "_PopenSelector", Busy)
    looks = iter(range(100))
    monkeypatch.setattr(supervisor, "_look", lambda: next(looks))  # ends a wait that would never end
    code = "import sys; print(sys.stdin.read().upper())"

    told = supervisor.run(
        "step", [PYTHON, "-c", code], env=os.environ, cwd=tmp_path, log=tmp_path / "step.log", stdin="words"
    )

    assert told.strip() == "WORDS"


def test_a_child_that_is_killed_is_named_with_the_signal(supervisor, tmp_path):
    child = spawn(supervisor, tmp_path, "import time; time.sleep(60)", name="scheduler")
    os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(CannotRun, match="scheduler .* SIGKILL"):
        supervisor.pause(10)


def test_a_child_that_is_restarted_comes_back_and_the_others_go_on(supervisor, said, tmp_path):
    web = spawn(supervisor, tmp_path, "import time; time.sleep(60)", name="web server")
    code = "import os; open('starts', 'a').write('x'); os._exit(1) if len(open('starts').read()) < 3 else __import__('time').sleep(60)"
    spawn(supervisor, tmp_path, code, name="worker", restarted=True, patience=0.1)

    assert wait_for(lambda: supervisor.pause(0.05) or (tmp_path / "starts").read_text() == "xxx")
    assert alive(web.pid) and web.popen.poll() is None
    assert [process.name for process in supervisor.processes] == ["web server", "worker"]
    assert len([line for line in said if line.startswith("worker (pid ")]) == 2


def test_the_last_started_is_stopped_first(supervisor, tmp_path):
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def stop(*_): open({order!r}, 'a').write({name!r}); sys.exit()\n"
        "signal.signal(signal.SIGTERM, stop); print('up', flush=True); time.sleep(60)"
    )
    for name in "abc":
        spawn(supervisor, tmp_path, code.format(order=str(order), name=name), name=name)
        assert wait_for(lambda name=name: (tmp_path / f"{name}.log").read_text() == "up\n")

    supervisor.stop_all()

    assert order.read_text() == "cba"


def test_a_child_that_will_not_stop_is_killed_and_that_is_said(supervisor, said, tmp_path):
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = spawn(supervisor, tmp_path, code, stop=Stop(((signal.SIGTERM, 0.2),)))
    assert wait_for(lambda: (tmp_path / "child.log").read_text() == "up\n")

    supervisor.stop_all()

    assert child.popen.returncode == -signal.SIGKILL
    assert said == ["child did not stop when asked: killed"]


def test_the_children_of_a_killed_child_end_with_it(supervisor, tmp_path):
    code = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print(p.pid, flush=True); time.sleep(60)"
    child = spawn(supervisor, tmp_path, code)
    log = tmp_path / "child.log"
    assert wait_for(lambda: log.read_text().endswith("\n"))
    grandchild = int(log.read_text())
    os.kill(child.pid, signal.SIGKILL)
    assert wait_for(lambda: child.popen.poll() is not None)

    supervisor.stop_all()

    assert wait_for(lambda: not alive(grandchild))


def test_a_signal_stops_every_wait(supervisor):
    os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(Interrupted, match="SIGTERM"):
        supervisor.pause(10)


def test_a_step_returns_what_it_printed_and_takes_what_it_is_given(supervisor, tmp_path):
    code = "import sys; print(sys.stdin.read().upper())"
    step = {"env": os.environ, "cwd": tmp_path, "log": tmp_path / "log"}

    assert supervisor.run("step", [PYTHON, "-c", code], stdin="abc", **step) == "ABC\n"


def test_a_step_that_fails_says_what_both_outputs_said(supervisor, tmp_path):
    code = "import sys; print('on output'); print('on errors', file=sys.stderr); sys.exit(2)"
    step = {"env": os.environ, "cwd": tmp_path, "log": tmp_path / "log"}

    with pytest.raises(CannotRun, match=r"(?s)migrate failed \(exit code 2\).*on output.*on errors"):
        supervisor.run("migrate", [PYTHON, "-c", code], **step)
    assert supervisor.processes == []


def test_a_step_prints_more_than_a_pipe_holds(supervisor, tmp_path):
    step = {"env": os.environ, "cwd": tmp_path, "log": tmp_path / "log"}

    assert len(supervisor.run("step", [PYTHON, "-c", "print('x' * 1_000_000)"], **step)) == 1_000_001


def test_a_step_is_heard_line_by_line_while_it_works(supervisor, tmp_path):
    go_on = tmp_path / "go on"
    code = (
        "import sys, time, pathlib\n"
        "print('1 of 2 · 第1份', flush=True)\n"
        f"while not pathlib.Path({str(go_on)!r}).exists(): time.sleep(0.01)\n"
        "sys.stdout.write('2 of 2'); sys.stdout.flush(); time.sleep(0.1); print(' …'); print('end', end='')"
    )
    heard = []

    def hear(line):
        heard.append(line)
        go_on.touch()

    step = {"env": os.environ, "cwd": tmp_path, "log": tmp_path / "log"}

    assert supervisor.run("step", [PYTHON, "-c", code], hear=hear, **step) == "1 of 2 · 第1份\n2 of 2 …\nend"
    assert heard == ["1 of 2 · 第1份", "2 of 2 …"]


def test_a_step_that_is_heard_and_fails_says_what_both_outputs_said(supervisor, tmp_path):
    code = "import sys; print('on output'); print('on errors', file=sys.stderr); sys.exit(2)"
    step = {"env": os.environ, "cwd": tmp_path, "log": tmp_path / "log"}

    with pytest.raises(CannotRun, match=r"(?s)seed failed \(exit code 2\).*on output.*on errors"):
        supervisor.run("seed", [PYTHON, "-c", code], hear=lambda line: None, **step)
    assert supervisor.processes == []


HOLDS_A_CHILD = """
import os, sys, time
from pathlib import Path
from embedded.errors import Interrupted
from embedded.supervisor import Supervisor
with Supervisor(print) as supervisor:
    child = supervisor.spawn("child", [sys.executable, "-c", "import time; time.sleep(60)"], env=os.environ, cwd=Path("/"))
    print(child.pid, flush=True)
    try:
        supervisor.pause(60)
    except Interrupted:
        pass
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_whatever_ends_the_supervisor_ends_its_child(number):
    if number == signal.SIGKILL and not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells a child that its parent was killed")
    # As a shell starts what it puts in the background: with INT ignored.
    holder = subprocess.Popen(
        [PYTHON, "-c", HOLDS_A_CHILD],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    child = int(holder.stdout.readline())

    holder.send_signal(number)
    holder.communicate(timeout=20)

    assert wait_for(lambda: not alive(child), 5)


def test_the_children_of_what_a_killed_supervisor_left_end_too():
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    parent = (
        "import subprocess, sys, time; "
        f"p = subprocess.Popen([sys.executable, '-c', {stubborn!r}]); print(p.pid, flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [PYTHON, "-c", HOLDS_A_CHILD.replace('"import time; time.sleep(60)"', repr(parent))],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = [holder.stdout.readline().strip() for _ in range(3)]
    pids = [int(line) for line in lines if line != "up"]
    assert len(pids) == 2

    holder.kill()
    holder.wait(10)

    assert wait_for(lambda: not any(alive(pid) for pid in pids), 5)
    holder.stdout.close()


def test_a_second_signal_while_stopping_ends_the_patience(tmp_path):
    stubborn = (
        "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (signal.SIGTERM, signal.SIGINT)]; "
        "print('up', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [PYTHON, "-c", HOLDS_A_CHILD.replace("import time; time.sleep(60)", stubborn)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    pids = [holder.stdout.readline(), holder.stdout.readline()]
    child = int(next(line for line in pids if line.strip().isdigit()))
    started = time.monotonic()

    holder.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert alive(child)
    holder.send_signal(signal.SIGTERM)
    holder.communicate(timeout=20)

    assert not alive(child)
    assert time.monotonic() - started < 5
