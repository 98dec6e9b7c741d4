import uuid

import django.db.models.deletion
from django.db import migrations, models

from common.tenancy import policy_sql

# What was asked and when it was known never change; decisions are written once, and only retention may empty them.
PROMISES = """
CREATE FUNCTION claims_batch_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.purged_at IS NOT NULL
     OR (OLD.state IN ('done', 'cancelled') AND NEW.state <> OLD.state)
     OR (OLD.id, OLD.insurer_id, OLD.product_id, OLD.known_at, OLD.revision, OLD.sha256, OLD.created_by, OLD.created_at)
        IS DISTINCT FROM
        (NEW.id, NEW.insurer_id, NEW.product_id, NEW.known_at, NEW.revision, NEW.sha256, NEW.created_by, NEW.created_at) THEN
    RAISE EXCEPTION 'claim batch % is recorded and cannot be changed so', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER batch_kept BEFORE UPDATE OR DELETE ON claims_claimbatch FOR EACH ROW EXECUTE FUNCTION claims_batch_kept();

CREATE FUNCTION claims_batch_rows_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' OR NOT EXISTS (SELECT FROM claims_claimbatch WHERE id = OLD.batch_id AND purged_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the claims of batch % stay as they were read', OLD.batch_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER batch_claim_kept BEFORE UPDATE OR DELETE ON claims_batchclaim
  FOR EACH ROW EXECUTE FUNCTION claims_batch_rows_kept();

CREATE FUNCTION claims_batch_decision_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.decided IS NOT NULL
     OR NOT EXISTS (SELECT FROM claims_claimbatch WHERE id = OLD.batch_id AND purged_at IS NOT NULL)
     OR (OLD.batch_id, OLD.insurer_id, OLD.seq, OLD.chunk_id, OLD.outcome, OLD.digest)
        IS DISTINCT FROM (NEW.batch_id, NEW.insurer_id, NEW.seq, NEW.chunk_id, NEW.outcome, NEW.digest) THEN
    RAISE EXCEPTION 'decision % of batch % is recorded and cannot be changed', OLD.seq, OLD.batch_id
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER batch_decision_append_only BEFORE UPDATE OR DELETE ON claims_batchdecision
  FOR EACH ROW EXECUTE FUNCTION claims_batch_decision_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0002_promises"),
        ("insurers", "0002_promises"),
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClaimBatch",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
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
                ("known_at", models.DateTimeField(verbose_name="known at")),
                ("revision", models.BigIntegerField()),
                ("file_name", models.CharField(max_length=255, verbose_name="file name")),
                ("file_path", models.CharField(max_length=255)),
                ("file_size", models.PositiveBigIntegerField(verbose_name="file size")),
                ("file_format", models.CharField(blank=True, default="", max_length=10, verbose_name="file format")),
                ("sha256", models.CharField(max_length=64)),
                ("claims", models.PositiveIntegerField(default=0, verbose_name="claims")),
                ("invalid_claims", models.PositiveIntegerField(default=0, verbose_name="invalid claims")),
                ("lines", models.PositiveIntegerField(default=0, verbose_name="lines")),
                ("lines_done", models.PositiveIntegerField(default=0, verbose_name="lines decided")),
                (
                    "rules_version",
                    models.CharField(blank=True, default="", max_length=20, verbose_name="rules version"),
                ),
                ("asked_about", models.TextField(blank=True, default="")),
                ("totals", models.JSONField(null=True, verbose_name="totals")),
                ("errors", models.JSONField(blank=True, default=list, verbose_name="errors")),
                ("warnings", models.JSONField(blank=True, default=list, verbose_name="warnings")),
                ("created_by", models.CharField(max_length=150, verbose_name="uploaded by")),
                ("created_at", models.DateTimeField(verbose_name="uploaded at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                ("purged_at", models.DateTimeField(null=True, verbose_name="facts removed at")),
                (
                    "insurer",
                    models.ForeignKey(
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
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "claim batch",
                "verbose_name_plural": "claim batches",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="BatchDecision",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.PositiveIntegerField()),
                ("chunk_id", models.BigIntegerField(null=True)),
                ("outcome", models.CharField(max_length=10, verbose_name="outcome")),
                ("digest", models.CharField(blank=True, max_length=64, verbose_name="digest")),
                ("decided", models.TextField(null=True)),
                (
                    "insurer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.insurer",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.claimbatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "batch decision",
                "verbose_name_plural": "batch decisions",
            },
        ),
        migrations.CreateModel(
            name="BatchClaim",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "batch_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.PositiveIntegerField(help_text="place in the file, by its first row")),
                ("member_key", models.BigIntegerField(null=True)),
                ("lines", models.PositiveIntegerField()),
                ("facts", models.TextField()),
                (
                    "insurer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.insurer",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.claimbatch",
                    ),
                ),
            ],
            options={
                "verbose_name": "batch claim",
                "verbose_name_plural": "batch claims",
            },
        ),
        migrations.CreateModel(
            name="BatchChunk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("first_key", models.BigIntegerField()),
                ("last_key", models.BigIntegerField()),
                ("claims", models.PositiveIntegerField(verbose_name="claims")),
                ("lines", models.PositiveIntegerField(verbose_name="lines")),
                ("parts", models.TextField(null=True)),
                ("totals", models.JSONField(null=True)),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                (
                    "insurer",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.insurer",
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jobs.job"),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chunks",
                        to="claims.claimbatch",
                        verbose_name="claim batch",
                    ),
                ),
            ],
            options={
                "verbose_name": "batch chunk",
                "verbose_name_plural": "batch chunks",
                "ordering": ["batch", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="claimbatch",
            index=models.Index(fields=["insurer", "-created_at", "-id"], name="batch_insurer_created"),
        ),
        migrations.AddIndex(
            model_name="claimbatch",
            index=models.Index(fields=["product", "sha256"], name="batch_product_sha256"),
        ),
        migrations.AddConstraint(
            model_name="claimbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at__isnull", False), ("state", "done"), ("totals__isnull", False)),
                    models.Q(("state", "done"), _negated=True),
                    _connector="OR",
                ),
                name="batch_done_with_totals",
            ),
        ),
        migrations.AddIndex(
            model_name="batchclaim",
            index=models.Index(fields=["batch", "member_key"], name="batch_claim_member"),
        ),
        migrations.AddConstraint(
            model_name="batchchunk",
            constraint=models.UniqueConstraint(fields=("batch", "number"), name="chunk_number_once_per_batch"),
        ),
        migrations.RunSQL(PROMISES),
        *[
            migrations.RunSQL(policy_sql(table))
            for table in ("claims_claimbatch", "claims_batchchunk", "claims_batchclaim", "claims_batchdecision")
        ],
    ]
