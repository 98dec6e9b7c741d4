"""Who wrote and who submitted a product version, so that another person publishes it; drafts there are were written by whoever kept them last."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insurers", "0008_persons"),
    ]

    operations = [
        migrations.AddField(
            model_name="productversion",
            name="editors",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=150),
                blank=True,
                db_default=[],
                default=list,
                size=None,
                verbose_name="editors",
            ),
        ),
        migrations.AddField(
            model_name="productversion",
            name="sent_back_reason",
            field=models.TextField(blank=True, db_default="", default="", verbose_name="reason of sending back"),
        ),
        migrations.AddField(
            model_name="productversion",
            name="submitted_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="submitted at"),
        ),
        migrations.AddField(
            model_name="productversion",
            name="submitted_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=150, verbose_name="submitted by"),
        ),
        migrations.RunSQL(
            "UPDATE insurers_productversion SET editors = ARRAY[created_by] WHERE published_at IS NULL",
            migrations.RunSQL.noop,
        ),
    ]
