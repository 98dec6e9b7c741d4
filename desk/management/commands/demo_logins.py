"""`manage.py demo_logins`: two curators to try the admin with, a maker and a checker, with the passwords given."""

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "Make (or give new passwords to) the demonstration curators `maker` and `checker`; prints a line of JSON for each."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--maker-password", required=True)
        parser.add_argument("--checker-password", required=True)

    def handle(self, **options: Any) -> None:
        apps = ["catalog", "insurers", "claims", "jobs"]
        permissions = list(Permission.objects.filter(content_type__app_label__in=apps))
        for name in ("maker", "checker"):
            user, _made = get_user_model().objects.get_or_create(username=name)
            user.is_staff = True
            user.set_password(options[f"{name}_password"])
            user.save()
            user.user_permissions.set(permissions)
            self.stdout.write(json.dumps({"username": name}))
