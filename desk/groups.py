"""The groups every office has (spec curation.md 7): made where they are missing, after that the office's own to change."""

from fnmatch import fnmatchcase
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

from insurers.persons import INSURERS_USERS

EDITOR, REVIEWER, AUDITOR, ADMINISTRATOR = "目录编辑", "目录复核", "审计", "系统管理"
# Whoever audits, keeps the accounts or works for an insurer does nothing else (insurers' migration 0007 holds it too).
ALONE = frozenset({AUDITOR, ADMINISTRATOR, INSURERS_USERS})

_LISTS = ("catalog.view_*", "insurers.view_insurer", "insurers.view_product*")
GROUPS: dict[str, tuple[str, ...]] = {
    EDITOR: (
        *_LISTS,
        "catalog.add_catalog",
        "catalog.add_importrun",
        "catalog.change_importrun",
        "catalog.change_catalogversion",
        "catalog.delete_catalogversion",
    ),
    REVIEWER: (*_LISTS, "catalog.publish_catalogversion", "catalog.withdraw_catalogversion"),
    AUDITOR: ("*.view_*",),
    ADMINISTRATOR: (
        "auth.view_user",
        "auth.add_user",
        "auth.change_user",
        "auth.view_group",
        "insurers.view_insurer",
        "insurers.add_insurer",
        "insurers.change_insurer",
        "insurers.view_apikey",
        "insurers.add_apikey",
        "insurers.change_apikey",
        "axes.view_accessattempt",
        "jobs.view_job",
        "jobs.change_job",
    ),
    # Of their own insurer's rows, which the database holds (insurers.persons).
    INSURERS_USERS: (
        "insurers.view_product",
        "insurers.add_product",
        "insurers.view_productversion",
        "insurers.change_productversion",
        "insurers.view_apikey",
        "insurers.add_apikey",
        "insurers.change_apikey",
        "insurers.view_webhook",
        "insurers.change_webhook",
        "claims.view_claimcheck",
        "claims.view_claimbatch",
        "claims.add_claimbatch",
        "catalog.view_comment",
        "catalog.add_comment",
    ),
}


def make_groups(sender: Any, **_signal: Any) -> None:
    """Make the groups that are missing, once every app has its rights: after the last app that has models."""
    if sender is not [app for app in apps.get_app_configs() if app.models_module][-1]:
        return
    missing = GROUPS.keys() - set(Group.objects.values_list("name", flat=True))
    if not missing:
        return
    rights = list(Permission.objects.select_related("content_type"))
    for name in sorted(missing):
        held = [right for right in rights if any(fnmatchcase(_name(right), wanted) for wanted in GROUPS[name])]
        Group.objects.create(name=name).permissions.set(held)


def _name(right: Permission) -> str:
    return f"{right.content_type.app_label}.{right.codename}"


def why_not_together(names: set[str]) -> bool:
    """Tell whether one person may not be in all these groups."""
    return len(names) > 1 and not names.isdisjoint(ALONE)


def role_names(user: Any) -> list[str]:
    """Return a person's roles in words: the names of their groups, and that they may do everything."""
    names = sorted(group.name for group in user.groups.all())
    return [str(_("everything (superuser)")), *names] if user.is_superuser else names
