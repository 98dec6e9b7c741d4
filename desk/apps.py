from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Curators")

    def ready(self) -> None:
        from desk.groups import make_groups

        post_migrate.connect(make_groups, dispatch_uid="desk.make_groups")
