"""What a drafted entry rests on, and what was asked of the job that drafted it."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

# It stays with a published version as it was then, also for raw SQL (catalog_rows_immutable: migration 0002).
KEPT = """
CREATE TRIGGER evidence_immutable BEFORE INSERT OR UPDATE OR DELETE ON catalog_entryevidence
  FOR EACH ROW EXECUTE FUNCTION catalog_rows_immutable();
CREATE TRIGGER evidence_never_emptied BEFORE TRUNCATE ON catalog_entryevidence
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
"""
GONE = """
DROP TRIGGER evidence_never_emptied ON catalog_entryevidence;
DROP TRIGGER evidence_immutable ON catalog_entryevidence;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0023_suggest_codings"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="asked",
            field=models.JSONField(
                blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name="asked for"
            ),
        ),
        migrations.CreateModel(
            name="EntryEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry_code", models.CharField(db_collation="C", max_length=64, verbose_name="entry code")),
                ("rank", models.PositiveIntegerField(verbose_name="rank")),
                ("products", models.PositiveIntegerField(verbose_name="lists that hold it")),
                ("provinces", models.PositiveSmallIntegerField(verbose_name="provinces")),
                (
                    "premium_share",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=5,
                        validators=[django.core.validators.MaxValueValidator(1)],
                        verbose_name="share of premium",
                    ),
                ),
                ("key_provinces_hit", models.PositiveSmallIntegerField(verbose_name="key provinces")),
                (
                    "lists",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64), size=None, verbose_name="lists"
                    ),
                ),
                ("pinned", models.JSONField(blank=True, null=True, verbose_name="pin")),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="catalog.catalogversion",
                        verbose_name="version",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence of an entry",
                "verbose_name_plural": "evidence of entries",
                "ordering": ["version", "rank"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("version", "entry_code"), name="one_evidence_per_entry"),
                    models.CheckConstraint(
                        condition=models.Q(("premium_share__gte", 0), ("premium_share__lte", 1)),
                        name="premium_share_between_0_and_1",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, GONE),
    ]
