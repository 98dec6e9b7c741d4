"""An observation may be kept for a moment, but not while somebody is about to change what is known (docs/adr/0007)."""

from django.db import migrations

# While the lock is held alone, no observation may be kept; those made before have ended when the sleep has. Committed rows are visible before
# the lock is free, so whoever gets it sees them.
CREATE = """
CREATE FUNCTION outlive_observations(seconds double precision) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(730101);
  PERFORM pg_sleep(seconds);
END $$;
CREATE FUNCTION may_keep_observation() RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT pg_try_advisory_xact_lock_shared(730101)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_statistics_of_entries")]

    operations = [
        migrations.RunSQL(
            CREATE, "DROP FUNCTION outlive_observations(double precision); DROP FUNCTION may_keep_observation()"
        )
    ]
