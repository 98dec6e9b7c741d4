"""Impact runs and their parts, and what the database promises of them: they go with their draft, lines go with their facts, each insurer its own."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from common.tenancy import policy_sql

PROMISES = """
-- Whoever deletes a draft may not see the runs of others, so the database takes them along.
ALTER TABLE curation_impactrun ADD CONSTRAINT impact_run_goes_with_its_version
  FOREIGN KEY (version_id) REFERENCES catalog_catalogversion (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE curation_impactpart ADD CONSTRAINT impact_part_goes_with_its_run
  FOREIGN KEY (run_id) REFERENCES curation_impactrun (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- What retention removes of a check or a batch is removed of the lines that were tried on it, in the same transaction.
CREATE FUNCTION curation_impact_forgets_checks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE curation_impactpart SET differing = NULL
  WHERE differing IS NOT NULL
    AND checks && (SELECT coalesce(array_agg(id), '{}') FROM changed WHERE purged_at IS NOT NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER impact_forgets_checks AFTER UPDATE ON claims_claimcheck
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION curation_impact_forgets_checks();
CREATE FUNCTION curation_impact_forgets_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE curation_impactpart SET differing = NULL
  WHERE differing IS NOT NULL AND chunk_id IN (SELECT id FROM claims_batchchunk WHERE batch_id = NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER impact_forgets_batch AFTER UPDATE OF purged_at ON claims_claimbatch
  FOR EACH ROW WHEN (NEW.purged_at IS NOT NULL) EXECUTE FUNCTION curation_impact_forgets_batch();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0022_staged_master"),
        ("claims", "0004_refunds"),
        ("insurers", "0010_uploads_hidden"),
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImpactRun",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "product",
                    models.CharField(blank=True, db_default="", default="", max_length=64, verbose_name="product"),
                ),
                ("first_day", models.DateField(blank=True, null=True, verbose_name="first day")),
                ("last_day", models.DateField(blank=True, null=True, verbose_name="last day")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("fault", models.CharField(blank=True, db_default="", default="", max_length=20, verbose_name="fault")),
                ("known_at", models.DateTimeField(verbose_name="known at")),
                ("revision", models.BigIntegerField()),
                ("mark", models.CharField(max_length=64)),
                ("claims", models.PositiveIntegerField(default=0, verbose_name="claims")),
                ("checks", models.PositiveIntegerField(default=0, verbose_name="claim checks")),
                ("batch_claims", models.PositiveIntegerField(default=0, verbose_name="claims of batches")),
                ("lines", models.PositiveIntegerField(default=0, verbose_name="lines")),
                ("not_tried", models.JSONField(default=dict, verbose_name="not tried")),
                ("totals", models.JSONField(null=True, verbose_name="totals")),
                ("created_by", models.CharField(max_length=150, verbose_name="asked by")),
                ("created_at", models.DateTimeField(verbose_name="asked at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                (
                    "batch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.claimbatch",
                        verbose_name="claim batch",
                    ),
                ),
                (
                    "insurer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.insurer",
                        verbose_name="insurer",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jobs.job"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="impact_runs",
                        to="catalog.catalogversion",
                        verbose_name="catalog version",
                    ),
                ),
            ],
            options={
                "verbose_name": "impact run",
                "verbose_name_plural": "impact runs",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ImpactPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "checks",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("claims", models.PositiveIntegerField(verbose_name="claims")),
                ("totals", models.JSONField(null=True)),
                ("differing", models.TextField(null=True)),
                ("tried_at", models.DateTimeField(null=True, verbose_name="tried at")),
                (
                    "chunk",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.batchchunk"
                    ),
                ),
                (
                    "insurer",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.insurer",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jobs.job"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="parts",
                        to="curation.impactrun",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of an impact run",
                "verbose_name_plural": "parts of impact runs",
                "ordering": ["run", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="impactrun",
            index=models.Index(fields=["version", "insurer", "-created_at"], name="impact_run_of_version"),
        ),
        migrations.AddIndex(
            model_name="impactrun",
            index=models.Index(fields=["insurer", "-created_at", "-id"], name="impact_run_of_insurer"),
        ),
        migrations.AddConstraint(
            model_name="impactrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("batch__isnull", False), ("first_day", None), ("last_day", None)),
                    models.Q(("batch", None), ("first_day__isnull", False), ("last_day__gte", models.F("first_day"))),
                    _connector="OR",
                ),
                name="impact_of_a_batch_or_of_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="impactrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", False), ("state", "done"), ("totals__isnull", False)),
                    models.Q(("state", "done"), _negated=True),
                    _connector="OR",
                ),
                name="impact_done_with_totals",
            ),
        ),
        migrations.AddConstraint(
            model_name="impactpart",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="part_number_once_per_impact_run"),
        ),
        migrations.AddConstraint(
            model_name="impactpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("insurer__isnull", False), ("differing", None), _connector="OR"),
                name="office_keeps_no_line_of_an_insurer",
            ),
        ),
        migrations.RunSQL(PROMISES),
        migrations.RunSQL(policy_sql("curation_impactrun")),
        migrations.RunSQL(policy_sql("curation_impactpart")),
    ]
