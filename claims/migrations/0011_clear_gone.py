"""What was in clear goes; what the database promises is said of the sealed columns."""

from django.db import migrations, models

from claims.sealed_tables import TABLES

PROMISES = """
CREATE OR REPLACE FUNCTION claims_check_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] := '{facts,decision,claim_no,claim_tag,member_tag,totals,catalogs,purged_at}';
BEGIN
  IF TG_OP = 'DELETE' OR OLD.purged_at IS NOT NULL OR NEW.purged_at IS NULL
     OR num_nonnulls(NEW.facts, NEW.decision, NEW.claim_no, NEW.claim_tag, NEW.member_tag) > 0
     OR to_jsonb(NEW) - moving IS DISTINCT FROM to_jsonb(OLD) - moving THEN
    RAISE EXCEPTION 'claim check % is recorded and cannot be changed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION claims_authorisation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] := CASE
    WHEN TG_OP = 'DELETE' OR OLD.purged_at IS NOT NULL THEN '{}'
    WHEN NEW.purged_at IS NOT NULL THEN '{facts,judgement,member_ref,member_tag,papers,reason,purged_at}'
    WHEN OLD.state = 'in_review'
      THEN '{state,quantity,valid_from,valid_to,due_at,stopped_at,papers,decided_by,decided_at,reason}'
    ELSE '{}' END;
BEGIN
  IF TG_OP = 'DELETE' OR to_jsonb(NEW) - moving IS DISTINCT FROM to_jsonb(OLD) - moving
     OR (NEW.purged_at IS NOT NULL AND num_nonnulls(NEW.facts, NEW.judgement, NEW.member_ref, NEW.member_tag, NEW.papers, NEW.reason) > 0) THEN
    RAISE EXCEPTION 'prior authorisation % is recorded and cannot be changed so', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION claims_authorisation_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] := '{claim_no,claim_tag}';
BEGIN
  IF TG_OP = 'DELETE' OR TG_TABLE_NAME <> 'claims_authorisationuse'
     OR to_jsonb(NEW) - moving IS DISTINCT FROM to_jsonb(OLD) - moving OR num_nonnulls(NEW.claim_no, NEW.claim_tag) > 0 THEN
    RAISE EXCEPTION 'what happened to prior authorisation % stays', OLD.authorisation_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0010_seal")]

    operations = [
        migrations.RunSQL("".join(sealed.go() for sealed in TABLES)),
        migrations.RunSQL(PROMISES),
        migrations.AddIndex(
            model_name="authorisationuse",
            index=models.Index(
                condition=models.Q(("claim_tag", None), _negated=True),
                fields=["insurer", "claim_tag"],
                name="authorisation_use_claim_tag",
            ),
        ),
        migrations.AddIndex(
            model_name="claimcheck",
            index=models.Index(fields=["insurer", "claim_tag"], name="check_insurer_claim_tag"),
        ),
        migrations.AddIndex(
            model_name="claimcheck",
            index=models.Index(fields=["insurer", "member_tag"], name="check_insurer_member_tag"),
        ),
        migrations.AddIndex(
            model_name="priorauthorisation",
            index=models.Index(fields=["insurer", "member_tag"], name="authorisation_member_tag"),
        ),
    ]
