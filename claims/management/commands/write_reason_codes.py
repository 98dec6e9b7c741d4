"""`manage.py write_reason_codes`: write docs/reason-codes.md from the registry."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from claims.eligibility import REASONS

PAGE = Path(settings.BASE_DIR) / "docs" / "reason-codes.md"
HEAD = """# Reasons and notes 理由与说明

Generated from `claims/eligibility/reasons.py` by `script/manage write_reason_codes`; the same list is at `GET /api/v1/reason-codes/`.
Effect I makes a line ineligible 不予赔付, R sends it to a person 转人工, N is a note 说明. Codes are stable; wording may be improved.

| code | effect | 中文 | English | source |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """Return the page."""
    rows = (f"| `{kind.code}` | {kind.effect} | {kind.zh} | {kind.en} | {kind.source} |" for kind in REASONS.values())
    return HEAD + "\n".join(rows) + "\n"


class Command(BaseCommand):
    help = "Write docs/reason-codes.md from the registry of reasons."

    def handle(self, **options: Any) -> None:
        PAGE.write_text(page(), encoding="utf-8")
        self.stdout.write(str(PAGE.relative_to(settings.BASE_DIR)))
