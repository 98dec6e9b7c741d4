"""The tools that need no server: `docs` builds the documentation as pages, `sbom` lists what the service is made of, `client` makes its client."""

import os
import sys
import tempfile
from pathlib import Path

from embedded.environment import ROOT, Environment
from embedded.errors import ended
from embedded.supervisor import Supervisor

_OUT = ROOT / "var"


def _commands(programs: Path) -> dict[str, list[str | Path]]:
    return {
        "docs": [programs / "mkdocs", "build", "--strict", "--quiet", "--site-dir", _OUT / "site"],
        # What is made of the OpenAPI document.
        "client": [programs / "python", ROOT / "client" / "generate.py"],
        # CycloneDX, of what runs in production: names, versions, hashes, licences are in the requirements.
        "sbom": [
            programs / "cyclonedx-py",
            "requirements",
            ROOT / "requirements.txt",
            "--pyproject",
            ROOT / "pyproject.toml",
            "--of",
            "JSON",
            "-o",
            _OUT / "sbom.json",
        ],
    }


def main(name: str) -> int:
    """Run a tool in the project's environment; returns its exit code."""

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def work() -> int:
        _OUT.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as folder, Supervisor(say) as supervisor:
            python = Environment(ROOT / ".venv", supervisor, Path(folder) / "setup.log").prepare(
                ROOT / "requirements" / "dev.txt"
            )
            command = _commands(python.parent)[name]
            code = supervisor.attend(command, env=dict(os.environ), cwd=ROOT)
        if code == 0:
            print(command[-1])
        return code

    return ended(f"script/{name}", work)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
