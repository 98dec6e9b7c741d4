"""What hangs on a private catalog is hidden with it: its versions, its imports and what was found in their files.

Each is visible where its catalog (or import) is, whose own policy decides: a tenth of a millisecond a query on versions. Entries and stored changes
have no policy of their own. They are reached by the id of a version, and only by that; PostgreSQL's COPY FROM, by which imports load a million
rows, refuses a table with row-level security; and a policy would keep the trigram and array indexes from being used, because their operators are
not leakproof.
"""

from django.db import migrations


def through(table: str, column: str, parent: str, *, shared: bool = False) -> str:
    """Return the SQL that shows a row of a table where the row of `parent` it points to is shown; `shared`: also where it points to none."""
    # Left to the planner: a look at the one parent, or one hash of all that are seen.  # noqa: S608
    seen = f"EXISTS (SELECT FROM {parent} parent WHERE parent.id = {table}.{column})"
    if shared:
        seen = f"{column} IS NULL OR {seen}"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY {table}_of_what_is_seen ON {table} USING ({seen}) WITH CHECK ({seen});"
    )


# The trigger looks at versions, which may be hidden from whoever writes: it must refuse then, so it asks for a draft that is seen.
ROWS_IMMUTABLE = """
CREATE OR REPLACE FUNCTION catalog_rows_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    IF NOT EXISTS (SELECT FROM catalog_catalogversion WHERE id = OLD.version_id AND published_at IS NULL) THEN
      RAISE EXCEPTION 'rows of published catalog version % cannot be changed', OLD.version_id
        USING ERRCODE = 'restrict_violation';
    END IF;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    IF NOT EXISTS (SELECT FROM catalog_catalogversion WHERE id = NEW.version_id AND published_at IS NULL) THEN
      RAISE EXCEPTION 'rows of published catalog version % cannot be added', NEW.version_id
        USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
  END IF;
  RETURN OLD;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("insurers", "0003_webhooks"), ("catalog", "0003_reference_data")]

    operations = [
        migrations.RunSQL(through("catalog_catalogversion", "catalog_id", "catalog_catalog")),
        migrations.RunSQL(through("catalog_importrun", "catalog_id", "catalog_catalog", shared=True)),
        migrations.RunSQL(through("catalog_importproblem", "run_id", "catalog_importrun")),
        migrations.RunSQL(ROWS_IMMUTABLE),
    ]
