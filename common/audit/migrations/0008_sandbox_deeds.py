"""Deeds done in a sandbox say so. What stands in the log already keeps its hash: only where it is so does the mark go into it."""

from django.db import migrations, models

_HASH = """
CREATE OR REPLACE FUNCTION audit_hash(r audit_record) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to((jsonb_build_array(
    r.previous, r.id, to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    r.who, r.via, r.deed, r.kind, r.object_id, r.object, r.before, r.after, r.reason, r.request_id
  ){})::text, 'UTF8')), 'hex')
$$;
"""
WITH_THE_MARK = _HASH.format(""" || CASE WHEN r.sandbox THEN '["sandbox"]'::jsonb ELSE '[]'::jsonb END""")
WITHOUT = _HASH.format("")


class Migration(migrations.Migration):
    dependencies = [("audit", "0007_sandboxes")]

    operations = [
        migrations.AddField(
            model_name="record",
            name="sandbox",
            field=models.BooleanField(db_default=False, default=False, verbose_name="in a sandbox"),
        ),
        migrations.RunSQL(WITH_THE_MARK, WITHOUT),
    ]
