"""What the database itself promises: a decision is append-only (only its facts may go, after retention), and nobody else's."""

from django.db import migrations

from common.tenancy import policy_sql

APPEND_ONLY = """
CREATE FUNCTION claims_check_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.purged_at IS NOT NULL OR NEW.purged_at IS NULL
     OR NEW.facts IS NOT NULL OR NEW.decision IS NOT NULL
     OR to_jsonb(NEW) - '{facts,decision,claim_no,purged_at}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{facts,decision,claim_no,purged_at}'::text[] THEN
    RAISE EXCEPTION 'claim check % is recorded and cannot be changed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_append_only BEFORE UPDATE OR DELETE ON claims_claimcheck
  FOR EACH ROW EXECUTE FUNCTION claims_check_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY), migrations.RunSQL(policy_sql("claims_claimcheck"))]
