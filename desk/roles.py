"""The groups every office has (spec curation.md 7), and their rights: this table is the truth, and every migrate makes the groups follow it.

Who may do what together with whom rests on these (`ALONE`, and the second persons of every move), and a new release brings pages with rights
of their own: a group that stayed as it once was would keep its people from them, one with rights added by hand would let one person do what takes
two. So nothing is kept of what was added or taken away; an office that wants it otherwise makes a group of its own, which is left alone.

Three kinds of administrators are apart where THREE_ADMINISTRATORS is set (等保 三权分立, RELIABILITY.md C18): who keeps the system
going (insurers, jobs) is not who keeps accounts and keys, and neither reads the log of deeds. Elsewhere 系统管理 does what both do.
"""

from fnmatch import fnmatchcase
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

from common.audit.deeds import Deed
from common.audit.services import SYSTEM, record
from insurers.persons import INSURERS_USERS

EDITOR, REVIEWER, AUDITOR, ADMINISTRATOR, SECURITY = "目录编辑", "目录复核", "审计", "系统管理", "安全管理"
# Whoever audits, keeps system or accounts or works for an insurer does nothing else (insurers' migrations 0008 and 0018 hold it too).
ALONE = frozenset({AUDITOR, ADMINISTRATOR, SECURITY, INSURERS_USERS})

_LISTS = ("catalog.view_*", "insurers.view_insurer", "insurers.view_product*", "curation.view_finding")
# Of the office sums over all insurers; of an insurer its own.
_IMPACT = ("curation.view_impactrun", "curation.add_impactrun")
_GOLDEN = tuple(f"curation.{deed}_goldencase" for deed in ("view", "add", "change", "delete"))
_SYSTEM = (
    "insurers.view_insurer",
    "insurers.add_insurer",
    "insurers.change_insurer",
    "jobs.view_job",
    "jobs.change_job",
)
_SECURITY = (
    "auth.view_user",
    "auth.add_user",
    "auth.change_user",
    "auth.view_group",
    "insurers.view_insurer",
    "insurers.view_apikey",
    "insurers.add_apikey",
    "insurers.change_apikey",
    "axes.view_accessattempt",
)
GROUPS: dict[str, tuple[str, ...]] = {
    EDITOR: (
        *_LISTS,
        "catalog.add_catalog",
        "catalog.add_importrun",
        "catalog.change_importrun",
        "catalog.change_catalogversion",
        "catalog.delete_catalogversion",
        "curation.change_finding",
        *_IMPACT,
        *_GOLDEN,
        "curation.view_collection",
        "curation.add_collection",
    ),
    REVIEWER: (
        *_LISTS,
        "catalog.publish_catalogversion",
        "catalog.withdraw_catalogversion",
        "curation.change_finding",
        *_IMPACT,
        "curation.view_goldencase",
        "curation.view_collection",
    ),
    AUDITOR: ("*.view_*",),
    ADMINISTRATOR: (*_SYSTEM, *_SECURITY),
    SECURITY: _SECURITY,
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
        "insurers.view_apirequest",
        "insurers.change_webhook",
        "claims.view_claimcheck",
        "claims.view_claimbatch",
        "claims.add_claimbatch",
        "claims.view_priorauthorisation",
        "claims.add_priorauthorisation",
        "claims.change_priorauthorisation",
        "catalog.view_comment",
        "catalog.add_comment",
        "curation.add_settledcheck",
        *_IMPACT,
        *_GOLDEN,
        # Those about shared lists are read, those about their own are seen to.
        "curation.view_finding",
        "curation.change_finding",
    ),
}


def rights_of(name: str) -> tuple[str, ...]:
    """Return the rights of one of the groups of the table, as patterns, as they are here."""
    return _SYSTEM if name == ADMINISTRATOR and settings.THREE_ADMINISTRATORS else GROUPS[name]


def keeper_of_accounts() -> str:
    """Return the group whose people unlock and change accounts."""
    return SECURITY if settings.THREE_ADMINISTRATORS else ADMINISTRATOR


def make_groups(sender: Any, **_signal: Any) -> None:
    """Make the groups that are missing and give each the rights of the table, once every app has its rights: after the last app that has models."""
    if sender is not [app for app in apps.get_app_configs() if app.models_module][-1]:
        return
    rights = list(Permission.objects.select_related("content_type"))
    known = {group.name: group for group in Group.objects.filter(name__in=GROUPS).prefetch_related("permissions")}
    for name in sorted(GROUPS):
        wanted = rights_of(name)
        held = {right.pk for right in rights if any(fnmatchcase(_name(right), one) for one in wanted)}
        group = known.get(name) or Group.objects.create(name=name)
        before = {right.pk for right in group.permissions.all()}
        if before == held:
            continue
        group.permissions.set(held)
        if name in known:
            names = {right.pk: _name(right) for right in rights}
            told = [sorted(names[pk] for pk in some) for some in (before, held)]
            record(Deed.GROUP_CHANGED, by=SYSTEM, what=group, before=told[0], after=told[1])


def _name(right: Permission) -> str:
    return f"{right.content_type.app_label}.{right.codename}"


def why_not_together(names: set[str]) -> bool:
    """Tell whether one person may not be in all these groups."""
    return len(names) > 1 and not names.isdisjoint(ALONE)


_ROLE_WORDS = {
    EDITOR: _("list editor"),
    REVIEWER: _("list reviewer"),
    AUDITOR: _("auditor"),
    ADMINISTRATOR: _("administrator"),
    SECURITY: _("security administrator"),
    INSURERS_USERS: _("insurer's user"),
}


def role_name(group: str) -> str:
    """Return what a group is called by its reader; one that an office made is called as the office does."""
    return str(_ROLE_WORDS.get(group, group))


def role_names(user: Any) -> list[str]:
    """Return a person's roles in words: the names of their groups, and that they may do everything."""
    names = sorted(role_name(group.name) for group in user.groups.all())
    return [str(_("everything (superuser)")), *names] if user.is_superuser else names
