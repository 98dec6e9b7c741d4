"""The history of edits only grows: a row is never changed, and goes only with its draft. Also for raw SQL."""

from django.db import migrations

KEPT = """
CREATE FUNCTION catalog_edit_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM catalog_catalogversion WHERE id = OLD.version_id) THEN
    RAISE EXCEPTION 'edit % of catalog version % is history', OLD.id, OLD.version_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER edit_kept BEFORE UPDATE OR DELETE ON catalog_entryedit
  FOR EACH ROW EXECUTE FUNCTION catalog_edit_kept();
CREATE TRIGGER edit_of_a_draft BEFORE INSERT ON catalog_entryedit
  FOR EACH ROW EXECUTE FUNCTION catalog_rows_immutable();
CREATE TRIGGER edit_never_emptied BEFORE TRUNCATE ON catalog_entryedit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
"""
GONE = """
DROP TRIGGER edit_never_emptied ON catalog_entryedit;
DROP TRIGGER edit_of_a_draft ON catalog_entryedit;
DROP TRIGGER edit_kept ON catalog_entryedit;
DROP FUNCTION catalog_edit_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0017_entry_edits")]

    operations = [migrations.RunSQL(KEPT, GONE)]
