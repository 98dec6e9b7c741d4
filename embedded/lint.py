"""Runs every check of the source, each by name, and fails when one of them does."""

import secrets
import sys
import time
from pathlib import Path

from embedded import scratch
from embedded.environment import ROOT

# What production sets: `check --deploy` looks at the settings that these make.
_PRODUCTION = {
    "ALLOWED_HOSTS": "shangbao.example",
    "CSRF_TRUSTED_ORIGINS": "https://shangbao.example",
    "EMBEDDED": "0",
    "HTTPS": "1",
    "SSL_REDIRECT": "1",
    "DJANGO_DEBUG": "0",
}


def _checks(python: Path) -> list[tuple[str, list[str | Path]]]:
    programs = python.parent
    manage = [python, ROOT / "manage.py"]
    return [
        ("ruff check", [programs / "ruff", "check", "."]),
        ("ruff format", [programs / "ruff", "format", "--check", "."]),
        ("import-linter", [programs / "lint-imports"]),
        ("mypy", [programs / "mypy"]),
        ("migration linter", [*manage, "lintmigrations", "--quiet", "ok", "ignore"]),
        ("makemigrations --check", [*manage, "makemigrations", "--check", "--dry-run"]),
        ("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"]),
    ]


def _lint(given: scratch.Scratch) -> int:
    failed = []
    for name, command in _checks(given.python):
        print(f"== {name}", flush=True)
        started = time.monotonic()
        env = given.env
        if name == "check --deploy":
            env = env | _PRODUCTION | {"SECRET_KEY": secrets.token_urlsafe(64)}
        code = given.supervisor.attend(command, env=env, cwd=ROOT)
        given.supervisor.pause(0)
        print(f"== {name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - started:.1f} s)", flush=True)
        if code:
            failed.append(name)
    print(f"== failed: {', '.join(failed)}" if failed else "== all checks passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(scratch.main("script/lint", _lint, durable=False))
