import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insurers", "0015_public_products"),
    ]

    operations = [
        migrations.AlterField(
            model_name="apikey",
            name="scopes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("catalog:read", "read catalogs"),
                        ("coverage:read", "query coverage"),
                        ("claims:check", "check claims"),
                        ("products:write", "keep products"),
                        ("webhooks:manage", "keep webhooks"),
                        ("catalog:write", "keep catalogs"),
                        ("catalog:publish", "publish catalogs"),
                        ("audit:read", "read the log of deeds"),
                    ],
                    max_length=30,
                ),
                default=list,
                size=None,
                verbose_name="scopes",
            ),
        ),
    ]
