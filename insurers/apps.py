from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class InsurersConfig(AppConfig):
    name = "insurers"
    verbose_name = _("Insurers and products")

    def ready(self) -> None:
        from insurers.groups import make_groups

        post_migrate.connect(make_groups, dispatch_uid="insurers.make_groups")
