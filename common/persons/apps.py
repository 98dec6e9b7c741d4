from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonsConfig(AppConfig):
    name = "common.persons"
    label = "persons"
    verbose_name = _("Persons")

    def ready(self) -> None:
        from common.persons import signals  # noqa: F401
