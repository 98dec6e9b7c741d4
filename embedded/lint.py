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
# By hand, since the service itself does not install the linter's app; our own migrations, not those of packages.
_LINT_MIGRATIONS = """
import django
django.setup()
from django.apps import apps
from django.core.management import call_command
from django_migration_linter.management.commands.lintmigrations import Command
# By a person: a uniqueness that is weaker than the one it takes the place of, on a table of some hundred rows.
looked_at = ["0026_own_code_spaces", "0017_sandboxes"]
# What is sealed takes the place of what was in clear, which may not stay beside it: the release needs a stop (config/releases.tsv).
looked_at += ["0009_sealed", "0011_clear_gone", "0003_sealed_answers", "0005_clear_answers_gone", "0008_sealed_lines", "0010_clear_lines_gone"]
ours = [config.label for config in apps.get_app_configs() if "site-packages" not in config.path]
call_command(Command(), quiet=["ok", "ignore"], include_apps=ours, no_cache=True, sql_analyser="postgresql", ignore_name=looked_at)
"""
# What kustomize itself reads is no object of a cluster.
_MANIFESTS = sorted(set((ROOT / "deploy/kubernetes").glob("*.yaml")) - {ROOT / "deploy/kubernetes/kustomization.yaml"})


def _checks(python: Path) -> list[tuple[str, list[str | Path]]]:
    programs = python.parent
    manage = [python, ROOT / "manage.py"]
    return [
        ("ruff check", [programs / "ruff", "check", "."]),
        ("ruff format", [programs / "ruff", "format", "--check", "."]),
        ("import-linter", [programs / "lint-imports"]),
        ("mypy", [programs / "mypy"]),
        ("migration linter", [python, "-c", _LINT_MIGRATIONS]),
        ("makemigrations --check", [*manage, "makemigrations", "--check", "--dry-run"]),
        ("hadolint", [programs / "hadolint", ROOT / "Dockerfile"]),
        ("kubernetes-validate", [python, "-m", "kubernetes_validate", "--strict", "--no-warn", "--quiet", *_MANIFESTS]),
        ("check --deploy", [*manage, "check", "--deploy", "--fail-level", "WARNING"]),
    ]


def _lint(given: scratch.Scratch) -> int:
    failed = []
    base = given.env | {"DJANGO_SETTINGS_MODULE": "config.settings", "AS_OWNER": "1", "LOG_LEVEL": "WARNING"}
    for name, command in _checks(given.python):
        print(f"== {name}", flush=True)
        started = time.monotonic()
        production = _PRODUCTION | {"SECRET_KEY": secrets.token_urlsafe(64)} if name == "check --deploy" else {}
        code = given.supervisor.attend(command, env=base | production, cwd=ROOT)
        given.supervisor.pause(0)
        print(f"== {name}: {'ok' if code == 0 else 'FAILED'} ({time.monotonic() - started:.1f} s)", flush=True)
        if code:
            failed.append(name)
    print(f"== failed: {', '.join(failed)}" if failed else "== all checks passed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(scratch.main("script/lint", _lint, durable=False))
