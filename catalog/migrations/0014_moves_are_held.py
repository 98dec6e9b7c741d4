"""What the database itself holds of a version's life (catalog/lifecycle.py; a test compares the two): no step is skipped, whoever worked on a version
does not publish it, and a withdrawal takes two persons. Also for raw SQL."""

from django.db import migrations

# Every version has for editors at least those whose names it keeps.
FILL = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE catalog_catalogversion DISABLE TRIGGER version_immutable;
UPDATE catalog_catalogversion SET editors = ARRAY(
  SELECT DISTINCT one FROM unnest(ARRAY[created_by, submitted_by]::varchar[]) one WHERE one <> '' ORDER BY 1);
UPDATE catalog_catalogversion SET base_id = parent_id WHERE published_at IS NULL;
ALTER TABLE catalog_catalogversion ENABLE TRIGGER version_immutable;
SET CONSTRAINTS ALL DEFERRED;
"""

IMMUTABLE = """
CREATE OR REPLACE FUNCTION catalog_version_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  may_change CONSTANT text[] :=
    '{state,withdrawal_asked_by,withdrawal_asked_at,withdrawn_at,withdrawn_by,withdraw_reason}'::text[];
BEGIN
  IF OLD.published_at IS NULL THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'catalog version % is published and cannot be deleted', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  IF OLD.withdrawn_at IS NOT NULL OR to_jsonb(NEW) - may_change IS DISTINCT FROM to_jsonb(OLD) - may_change THEN
    RAISE EXCEPTION 'catalog version % is published and cannot be changed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
"""

LIFE = """
CREATE FUNCTION catalog_version_life() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  steps CONSTANT text[] := ARRAY[
    'draft>in_consultation', 'in_consultation>draft', 'draft>in_review', 'in_review>draft',
    'draft>published', 'in_review>published', 'published>withdrawn'];
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'draft' THEN
      RAISE EXCEPTION 'a catalog version begins as a draft' USING ERRCODE = 'restrict_violation';
    END IF;
  ELSE
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) <> ALL (steps) THEN
      RAISE EXCEPTION 'catalog version % cannot go from % to %', OLD.id, OLD.state, NEW.state
        USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.published_at IS NOT NULL THEN
      IF NEW.state = 'withdrawn' AND (OLD.withdrawal_asked_by IN ('', NEW.withdrawn_by)
         OR NEW.withdrawal_asked_by <> OLD.withdrawal_asked_by OR NEW.withdraw_reason <> OLD.withdraw_reason) THEN
        RAISE EXCEPTION 'withdrawing catalog version % takes a second person', OLD.id USING ERRCODE = 'restrict_violation';
      END IF;
      IF NEW.withdrawal_asked_by <> OLD.withdrawal_asked_by AND '' NOT IN (NEW.withdrawal_asked_by, OLD.withdrawal_asked_by) THEN
        RAISE EXCEPTION 'the withdrawal of catalog version % is asked by one person', OLD.id USING ERRCODE = 'restrict_violation';
      END IF;
      RETURN NEW;
    END IF;
    IF NOT OLD.editors <@ NEW.editors THEN
      RAISE EXCEPTION 'an editor of catalog version % stays one', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  NEW.editors := ARRAY(
    SELECT DISTINCT one FROM unnest(NEW.editors || ARRAY[NEW.created_by, NEW.submitted_by, NEW.review_requested_by]::varchar[]) one
    WHERE one <> '' ORDER BY 1);
  IF NEW.state = 'published' AND NEW.published_by = ANY (NEW.editors) THEN
    RAISE EXCEPTION 'catalog version % is published by an editor of it (publisher_is_not_the_importer)', NEW.id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER version_life BEFORE INSERT OR UPDATE ON catalog_catalogversion
  FOR EACH ROW EXECUTE FUNCTION catalog_version_life();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0013_life_of_a_version")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(IMMUTABLE, migrations.RunSQL.noop),
        migrations.RunSQL(
            LIFE, "DROP TRIGGER version_life ON catalog_catalogversion; DROP FUNCTION catalog_version_life()"
        ),
    ]
