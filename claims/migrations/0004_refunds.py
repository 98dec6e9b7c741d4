from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_batches")]

    operations = [
        migrations.AlterField(
            "claimcheck",
            "outcome",
            models.CharField(
                choices=[
                    ("eligible", "eligible"),
                    ("review", "review"),
                    ("ineligible", "ineligible"),
                    ("refunded", "refunded"),
                ],
                max_length=10,
                verbose_name="outcome",
            ),
        )
    ]
