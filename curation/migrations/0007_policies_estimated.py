"""Row security whose cost the planner guesses right (common.tenancy.policy_sql): the policies of earlier releases, in whatever table, as those of today."""

from django.db import migrations

ESTIMATED = r"""
DO $$
DECLARE
  one record;
BEGIN
  FOR one IN SELECT schemaname, tablename, policyname, qual FROM pg_policies
    WHERE schemaname = current_schema() AND policyname LIKE '%\_of\_the\_insurer' AND ltrim(qual, E' \n') NOT LIKE 'CASE%'
  LOOP
    EXECUTE format('ALTER POLICY %I ON %I.%I USING (CASE WHEN %s THEN true ELSE false END)',
      one.policyname, one.schemaname, one.tablename, one.qual);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    # Sandboxes write the policies there are anew, in the old way.
    dependencies = [("curation", "0006_corrections"), ("insurers", "0017_sandboxes")]

    operations = [migrations.RunSQL(ESTIMATED, migrations.RunSQL.noop)]
