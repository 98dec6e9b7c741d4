"""`manage.py demo_logins`: one person of each role to try the pages with, with the passwords given."""

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management.base import CommandParser
from django.db import transaction

from common.audit.deeds import Deed
from common.audit.services import record
from common.commands import OfficeCommand
from desk.roles import ADMINISTRATOR, AUDITOR, EDITOR, REVIEWER
from insurers.persons import bind_user
from insurers.services import insurer_named

# The demonstration accounts, and the group of each; `insurer` is bound to the demonstration insurer instead.
LOGINS = {
    "editor": EDITOR,
    "reviewer": REVIEWER,
    "auditor": AUDITOR,
    "administrator": ADMINISTRATOR,
    "insurer": "",
}
BY = "system:demonstration"


class Command(OfficeCommand):
    help = "Make (or give new passwords to) one demonstration account of each role; prints a line of JSON for each."

    def add_arguments(self, parser: CommandParser) -> None:
        for name in LOGINS:
            parser.add_argument(f"--{name}-password", required=True)
        parser.add_argument("--insurer-code", default="DEMO-INS-A", help="for whom `insurer` works")

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        for name, group in LOGINS.items():
            user, made = get_user_model().objects.get_or_create(username=name)
            user.is_staff = True
            user.set_password(options[f"{name}_password"])
            user.save()
            if group:
                user.groups.set([Group.objects.get(name=group)])
            else:
                bind_user(user=user, insurer=insurer_named(code=options["insurer_code"], by=BY), by=BY)
            record(Deed.ACCOUNT_CREATED if made else Deed.PASSWORD_CHANGED, by=BY, what=user)
            self.stdout.write(json.dumps({"username": name}))
