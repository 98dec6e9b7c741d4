from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0002_sandboxes"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="traceparent",
            field=models.CharField(blank=True, db_default="", default="", editable=False, max_length=55),
        ),
    ]
