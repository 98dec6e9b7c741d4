"""Checks that are settled, and what the database promises of them: kept as they are, each the check's own insurer's."""

import django.db.models.deletion
from django.db import migrations, models

from common.tenancy import policy_sql

PROMISES = """
CREATE FUNCTION curation_settled_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    RAISE EXCEPTION 'check % is settled and stays so', OLD.check_of_id USING ERRCODE = 'restrict_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM claims_claimcheck WHERE id = NEW.check_of_id AND insurer_id = NEW.insurer_id) THEN
    RAISE EXCEPTION 'check % is another insurer''s', NEW.check_of_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settled_stays BEFORE INSERT OR UPDATE OR DELETE ON curation_settledcheck
  FOR EACH ROW EXECUTE FUNCTION curation_settled_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0004_refunds"),
        ("curation", "0005_golden"),
        ("insurers", "0011_finding_event"),
    ]

    operations = [
        migrations.CreateModel(
            name="SettledCheck",
            fields=[
                (
                    "check_of",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="settled",
                        serialize=False,
                        to="claims.claimcheck",
                        verbose_name="claim check",
                    ),
                ),
                ("settled_by", models.CharField(max_length=150, verbose_name="settled by")),
                ("settled_at", models.DateTimeField(verbose_name="settled at")),
                (
                    "insurer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.insurer",
                        verbose_name="insurer",
                    ),
                ),
            ],
            options={
                "verbose_name": "settled claim check",
                "verbose_name_plural": "settled claim checks",
                "ordering": ["-settled_at"],
            },
        ),
        migrations.RunSQL(PROMISES),
        migrations.RunSQL(policy_sql("curation_settledcheck")),
    ]
