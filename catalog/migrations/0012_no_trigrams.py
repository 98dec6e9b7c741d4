"""No search asks the database for trigrams any more, and none of its indexes needs btree_gin (catalog.search)."""

from django.db import migrations

# Where a superuser made them, only a superuser may take them away: then they stay, and nothing uses them.
DROP = """
DO $$ BEGIN
  DROP EXTENSION IF EXISTS pg_trgm;
  DROP EXTENSION IF EXISTS btree_gin;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE 'pg_trgm and btree_gin are not used any more; a superuser may drop them';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_base_names")]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
