"""The log of what an insurer's keys asked for: an insurer reads its own."""

import django.db.models.deletion
from django.db import migrations, models

from common.tenancy import policy_sql


class Migration(migrations.Migration):
    dependencies = [("insurers", "0013_authorisation_events")]

    operations = [
        migrations.CreateModel(
            name="ApiRequest",
            fields=[
                ("id", models.CharField(db_collation="C", max_length=24, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=16, verbose_name="key")),
                ("method", models.CharField(max_length=10, verbose_name="method")),
                ("route", models.CharField(max_length=200, verbose_name="route")),
                ("status", models.PositiveSmallIntegerField(verbose_name="status")),
                ("milliseconds", models.PositiveIntegerField(verbose_name="milliseconds")),
                ("request_id", models.CharField(max_length=64, verbose_name="request")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "insurer",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="insurers.insurer",
                        verbose_name="insurer",
                        db_index=False,
                    ),
                ),
            ],
            options={
                "verbose_name": "request",
                "verbose_name_plural": "requests",
                "ordering": ["-id"],
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["insurer", "-id"], name="request_of_insurer")],
            },
        ),
        migrations.RunSQL(policy_sql("insurers_apirequest"), migrations.RunSQL.noop),
    ]
