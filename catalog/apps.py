from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from common.files import private_folder


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = _("Catalogs and drugs")

    def ready(self) -> None:
        # Uploads in flight lie under the data folder too, like everything the service writes.
        private_folder(Path(settings.FILE_UPLOAD_TEMP_DIR))
        # The vocabularies change with the software, not with the schema: a new file reaches an existing database as well.
        post_migrate.connect(_bring_in_vocabularies, sender=self)


def _bring_in_vocabularies(sender: AppConfig, *, using: str, **_details: Any) -> None:
    from django.db import connections

    from catalog.models import DiseaseName
    from catalog.reference_tables import make_equal

    # An older schema (a migration taken back) has not all the tables.
    if DiseaseName._meta.db_table in connections[using].introspection.table_names():
        make_equal(using=using)
