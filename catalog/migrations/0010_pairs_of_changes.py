"""Stored changes tell pairs under another entry code, and what reads the same; those stored before keep what they say."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_diseases")]

    operations = [
        migrations.AddField(
            model_name="versionchange",
            name="slight",
            field=models.CharField(
                blank=True,
                choices=[("", "no"), ("typographic", "typographic"), ("remark", "remark")],
                db_default="",
                default="",
                help_text="neither major nor minor: written otherwise only, or nothing but remarks and codes",
                max_length=11,
                verbose_name="slight",
            ),
        ),
        migrations.AddField(
            model_name="versionchange",
            name="old_entry_code",
            field=models.CharField(
                blank=True,
                db_collation="C",
                db_default="",
                default="",
                max_length=64,
                verbose_name="entry code before",
            ),
        ),
        migrations.AddIndex(
            model_name="versionchange",
            index=models.Index(
                condition=~Q(old_entry_code=""), fields=["version", "old_entry_code"], name="change_old_entry_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="versionchange",
            constraint=models.CheckConstraint(
                condition=Q(slight="")
                | Q(slight__in=["typographic", "remark"], change="changed", major=False, narrower=False),
                name="slight_changes_alter_nothing",
            ),
        ),
    ]
