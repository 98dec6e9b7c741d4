"""What the database itself promises: published versions never change, private catalogs stay private, instants never lie."""

from django.db import migrations

from common.tenancy import policy_sql

# A published version is never edited: only its withdrawal may be written, once. Nothing published is deleted.
VERSION_IMMUTABLE = """
CREATE FUNCTION catalog_version_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NULL THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'catalog version % is published and cannot be deleted', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.withdrawn_at IS NOT NULL
     OR to_jsonb(NEW) - '{state,withdrawn_at,withdrawn_by,withdraw_reason}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{state,withdrawn_at,withdrawn_by,withdraw_reason}'::text[] THEN
    RAISE EXCEPTION 'catalog version % is published and cannot be changed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER version_immutable BEFORE UPDATE OR DELETE ON catalog_catalogversion
  FOR EACH ROW EXECUTE FUNCTION catalog_version_immutable();
"""

# Entries and stored changes follow their version; a row can neither enter nor leave a published one.
ROWS_IMMUTABLE = """
CREATE FUNCTION catalog_rows_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF EXISTS (SELECT FROM catalog_catalogversion WHERE id = OLD.version_id AND published_at IS NOT NULL) THEN
      RAISE EXCEPTION 'rows of published catalog version % cannot be changed', OLD.version_id
        USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    IF EXISTS (SELECT FROM catalog_catalogversion WHERE id = NEW.version_id AND published_at IS NOT NULL) THEN
      RAISE EXCEPTION 'rows of published catalog version % cannot be added', NEW.version_id
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER entry_immutable BEFORE INSERT OR UPDATE OR DELETE ON catalog_catalogentry
  FOR EACH ROW EXECUTE FUNCTION catalog_rows_immutable();
CREATE TRIGGER change_immutable BEFORE INSERT OR UPDATE OR DELETE ON catalog_versionchange
  FOR EACH ROW EXECUTE FUNCTION catalog_rows_immutable();
CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER entry_never_emptied BEFORE TRUNCATE ON catalog_catalogentry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
CREATE TRIGGER version_never_emptied BEFORE TRUNCATE ON catalog_catalogversion
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
"""

# Master rows are only ever ended: recorded_to is set once, all else stays.
MASTER_APPEND_ONLY = """
CREATE FUNCTION catalog_product_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.recorded_to IS NOT NULL
     OR to_jsonb(NEW) - 'recorded_to' IS DISTINCT FROM to_jsonb(OLD) - 'recorded_to' THEN
    RAISE EXCEPTION 'drug product % is recorded; end it and record another', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER product_append_only BEFORE UPDATE OR DELETE ON catalog_drugproduct
  FOR EACH ROW EXECUTE FUNCTION catalog_product_append_only();
"""

# Who declares an instant holds the lock alone until commit; who observes one waits for that commit. So everything recorded up to an
# observed instant is visible to the observer, and nothing that becomes visible later carries an earlier instant.
CLOCK = """
INSERT INTO catalog_revision (id, number) VALUES (1, 0);
CREATE FUNCTION declare_instant() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(730100);
  UPDATE catalog_revision SET number = number + 1;
  RETURN clock_timestamp();
END $$;
CREATE FUNCTION observe_instant(OUT revision bigint, OUT known_at timestamptz) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(730100);
  known_at := clock_timestamp();
  SELECT number INTO revision FROM catalog_revision;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(VERSION_IMMUTABLE),
        migrations.RunSQL(ROWS_IMMUTABLE),
        migrations.RunSQL(MASTER_APPEND_ONLY),
        migrations.RunSQL(CLOCK),
        migrations.RunSQL(policy_sql("catalog_catalog", column="owner_id", shared=True)),
    ]
