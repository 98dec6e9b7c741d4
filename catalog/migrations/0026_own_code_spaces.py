"""Catalog codes: the office's are a name space, and so are every insurer's own (spec api.md, Auth)."""

from django.core.validators import RegexValidator
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0025_publication_log"),
        ("insurers", "0013_authorisation_events"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="catalog",
            options={"ordering": ["code", "id"], "verbose_name": "catalog", "verbose_name_plural": "catalogs"},
        ),
        migrations.AlterField(
            model_name="catalog",
            name="code",
            field=models.CharField(
                max_length=64,
                validators=[
                    RegexValidator("^[A-Za-z0-9][A-Za-z0-9._-]*$", "letters, digits, dot, dash and underscore only")
                ],
                verbose_name="code",
            ),
        ),
        migrations.AddConstraint(
            model_name="catalog",
            constraint=models.UniqueConstraint(
                fields=("owner", "code"), name="catalog_code_once_per_owner", nulls_distinct=False
            ),
        ),
    ]
