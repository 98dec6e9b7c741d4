"""A declared instant is later than every one before it, and no observation is earlier: whatever happens to the machine's clock."""

from django.db import migrations, models

CLOCK = """
CREATE OR REPLACE FUNCTION declare_instant() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS $$
DECLARE declared timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(730100);
  UPDATE catalog_revision
     SET number = number + 1, declared_at = greatest(clock_timestamp(), declared_at + interval '1 microsecond')
  RETURNING declared_at INTO declared;
  RETURN declared;
END $$;
CREATE OR REPLACE FUNCTION observe_instant(OUT revision bigint, OUT known_at timestamptz) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(730100);
  SELECT number, greatest(clock_timestamp(), declared_at) INTO revision, known_at FROM catalog_revision;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_reference_data")]

    operations = [
        migrations.AddField("revision", "declared_at", models.DateTimeField(null=True)),
        migrations.RunSQL(CLOCK),
    ]
