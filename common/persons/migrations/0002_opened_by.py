"""Who could have entered an account themself, since they gave its password before its owner had a second step."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("persons", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="opened_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=150),
        )
    ]
