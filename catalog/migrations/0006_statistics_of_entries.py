"""The service may refresh what the planner knows of the entries: it does so after a large list has come in, and does not own the table."""

from django.db import migrations

CREATE = """
CREATE FUNCTION analyze_entries() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  ANALYZE catalog_catalogentry;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_class_of_entries")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION analyze_entries()")]
