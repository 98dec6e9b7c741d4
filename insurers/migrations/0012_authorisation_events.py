import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("insurers", "0011_finding_event"),
    ]

    operations = [
        migrations.AlterField(
            model_name="webhook",
            name="events",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("catalog.published", "catalog version published"),
                        ("catalog.withdrawn", "catalog version withdrawn"),
                        ("consultation.opened", "consultation opened"),
                        ("consultation.closed", "consultation closed"),
                        ("comment.answered", "comment answered"),
                        ("batch.finished", "batch finished"),
                        ("finding.opened", "finding opened"),
                        ("prior_authorisation.opened", "prior authorisation in review"),
                        ("prior_authorisation.papers", "papers awaited for a prior authorisation"),
                        ("prior_authorisation.decided", "prior authorisation decided"),
                    ],
                    max_length=30,
                ),
                default=list,
                size=None,
                verbose_name="events",
            ),
        ),
    ]
