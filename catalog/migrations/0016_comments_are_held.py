"""What the database itself holds of comments: nobody but their insurer and the office sees them, they are made and changed only while the consultation
is open, and answered only until the version is published. Also for raw SQL."""

from django.db import migrations

from common.tenancy import policy_sql

HELD = """
CREATE FUNCTION catalog_comment_held() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  on_version bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
  may_change CONSTANT text[] := '{version_id,disposition,answer,answered_by,answered_at}'::text[];
  version record;
BEGIN
  SELECT state, published_at INTO version FROM catalog_catalogversion WHERE id = on_version;
  IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - may_change = to_jsonb(OLD) - may_change THEN
    -- An answer, or the move to the draft that replaces theirs.
    IF version.state IS NULL OR version.published_at IS NOT NULL THEN
      RAISE EXCEPTION 'comments on published catalog version % are answered', on_version USING ERRCODE = 'restrict_violation';
    END IF;
  ELSIF version.state IS DISTINCT FROM 'in_consultation' THEN
    RAISE EXCEPTION 'catalog version % is not in consultation', on_version USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER comment_held BEFORE INSERT OR UPDATE OR DELETE ON catalog_comment
  FOR EACH ROW EXECUTE FUNCTION catalog_comment_held();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0015_comments")]

    operations = [
        migrations.RunSQL(policy_sql("catalog_comment")),
        migrations.RunSQL(HELD, "DROP TRIGGER comment_held ON catalog_comment; DROP FUNCTION catalog_comment_held()"),
    ]
