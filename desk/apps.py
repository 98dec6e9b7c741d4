from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Curators")

    def ready(self) -> None:
        from desk.roles import make_groups

        # The login guard's own name is a word of programmers.
        apps.get_app_config("axes").verbose_name = _("System")
        post_migrate.connect(make_groups, dispatch_uid="desk.make_groups")
