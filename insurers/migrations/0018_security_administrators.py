"""Whoever keeps accounts and keys, where that is not who keeps the system going, does nothing else either."""

from django.db import migrations

ALONE = """
CREATE OR REPLACE FUNCTION persons_groups_alone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asks text := current_setting('app.insurer', true);
  bound boolean;
  held text[] := ARRAY(SELECT g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id WHERE m.user_id = NEW.user_id);
BEGIN
  IF cardinality(held) > 1 AND held && ARRAY[%(alone)s] THEN
    RAISE EXCEPTION 'whoever audits, keeps the accounts or works for an insurer is in no other group'
      USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM set_config('app.insurer', 'office', false);
  bound := EXISTS (SELECT FROM insurers_insureruser b WHERE b.user_id = NEW.user_id);
  PERFORM set_config('app.insurer', coalesce(asks, ''), false);
  IF bound AND NOT held <@ ARRAY['保险公司'] THEN
    RAISE EXCEPTION 'an insurer''s user is in no group of the office' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;
"""
BEFORE, NOW = "'审计', '系统管理', '保险公司'", "'审计', '系统管理', '安全管理', '保险公司'"


class Migration(migrations.Migration):
    dependencies = [("insurers", "0017_sandboxes")]

    operations = [
        migrations.RunSQL(ALONE.replace("%(alone)s", NOW), reverse_sql=ALONE.replace("%(alone)s", BEFORE)),
    ]
