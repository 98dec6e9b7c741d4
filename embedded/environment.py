"""The Python environment: .venv with exactly the pinned, hashed requirements of one file."""

# ruff: noqa: S603 - it starts programs it names itself, never through a shell

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from embedded.errors import CannotRun
from embedded.supervisor import Supervisor

ROOT = Path(__file__).resolve().parent.parent
_DEBIAN_WHEELS = Path("/usr/share/python-wheels")
_HOW_TO_GET_PIP = (
    "This Python has neither ensurepip nor pip, so nothing can be installed into .venv. "
    "On Debian and Ubuntu: apt-get install python3-venv; elsewhere install the pip that belongs to your Python."
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment at `path`, filled by `supervisor`'s steps; their errors go to `log`."""

    path: Path
    supervisor: Supervisor
    log: Path

    @property
    def python(self) -> Path:
        return self.path / "bin" / "python"

    def prepare(self, requirements: Path) -> Path:
        """Make the environment hold a requirements file and return its Python; does nothing when it already does.

        Raises CannotRun when a step fails, with what pip said.
        """
        # The content decides, not the date: switching branches back and forth installs nothing twice.
        marker = self.path / "installed" / hashlib.sha256(requirements.read_bytes()).hexdigest()
        if marker.exists() and self._works():
            return self.python
        with self._alone():
            if not self._works():
                self.supervisor.say(f"making {self.path}")
                self._make()
            self.supervisor.say(f"installing {requirements.name} (the first time takes a while)")
            command = [*self._pip(), "install", "--quiet", "--disable-pip-version-check", "--no-input"]
            self._run("pip", [*command, "--require-hashes", "--only-binary", ":all:", "-r", requirements])
            marker.parent.mkdir(exist_ok=True)
            marker.touch()
        return self.python

    def _run(self, name: str, command: Sequence[str | Path], cwd: Path = ROOT) -> None:
        self.supervisor.run(name, command, env=os.environ, cwd=cwd, log=self.log)

    def _make(self) -> None:
        # Debian keeps ensurepip in a package of its own. --clear also mends a .venv whose Python was upgraded away.
        with_pip = importlib.util.find_spec("ensurepip") is not None
        self._run(
            "venv", [sys.executable, "-m", "venv", "--clear", *([] if with_pip else ["--without-pip"]), self.path]
        )

    def _works(self) -> bool:
        return _succeeds([self.python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"])

    def _pip(self) -> list[str | Path]:
        """Return the command of a pip that installs here: its own, this Python's, or Debian's wheel of it."""
        if _succeeds([self.python, "-m", "pip", "--version"]):
            return [self.python, "-m", "pip"]
        borrowed = [sys.executable, "-m", "pip", "--python", self.python]
        if _succeeds([*borrowed, "--version"]):
            return borrowed
        wheel = next(iter(sorted(_DEBIAN_WHEELS.glob("pip-*.whl"))), None) or self._wheel_through_apt()
        if wheel is None:
            raise CannotRun(_HOW_TO_GET_PIP)
        return [self.python, wheel / "pip"]

    def _wheel_through_apt(self) -> Path | None:
        """Fetch Debian's wheel of pip, as any user and without installing a package; None where that cannot be."""
        if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
            return None
        self.supervisor.say("this Python comes without pip: fetching Debian's (python3-pip-whl)")
        with tempfile.TemporaryDirectory() as name:
            scratch = Path(name)
            own_lists = [f"-oDir::State::lists={scratch}", f"-oDir::Cache={scratch}", "-oAPT::Sandbox::User=root"]
            try:
                self._run("apt-get", ["apt-get", "-qq", *own_lists, "update"], scratch)
                self._run("apt-get", ["apt-get", "-qq", *own_lists, "download", "python3-pip-whl"], scratch)
                self._run("dpkg-deb", ["dpkg-deb", "-x", next(scratch.glob("python3-pip-whl_*.deb")), scratch], scratch)
                wheel = next(scratch.glob("usr/share/python-wheels/pip-*.whl"))
            except (CannotRun, StopIteration):
                return None
            return Path(shutil.copy(wheel, self.path))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep two scripts from installing into one environment at once."""
        descriptor = os.open(self.path.parent, os.O_RDONLY)
        try:
            while not _lock(descriptor):
                self.supervisor.pause(0.2)
            yield
        finally:
            os.close(descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _succeeds(command: Sequence[str | Path]) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False
