"""Checks are found by their member: the column is made of the facts and goes with them."""

import django.db.models.fields.json
from django.db import migrations, models

# As before, but for the new column, whose value the trigger cannot see yet: it is what the facts say, and nothing writes it.
APPEND_ONLY = """
CREATE OR REPLACE FUNCTION claims_check_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.purged_at IS NOT NULL OR NEW.purged_at IS NULL
     OR NEW.facts IS NOT NULL OR NEW.decision IS NOT NULL
     OR to_jsonb(NEW) - '{facts,decision,claim_no,purged_at,member_ref}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{facts,decision,claim_no,purged_at,member_ref}'::text[] THEN
    RAISE EXCEPTION 'claim check % is recorded and cannot be changed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0007_checks_by_digest")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.AddField(
            "claimcheck",
            "member_ref",
            models.GeneratedField(
                db_persist=True,
                expression=django.db.models.fields.json.KT("facts__member__member_ref"),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex("claimcheck", models.Index(fields=["insurer", "member_ref"], name="check_insurer_member")),
    ]
