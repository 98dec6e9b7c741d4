"""An account may be an insurer's; and who audits, keeps accounts or works for an insurer does nothing else, whichever way groups are written."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.tenancy import policy_sql

# The function looks for bindings as the office does: who may hold which groups does not depend on who asks.
ALONE = """
CREATE FUNCTION persons_groups_alone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asks text := current_setting('app.insurer', true);
  bound boolean;
  held text[] := ARRAY(SELECT g.name FROM auth_user_groups m JOIN auth_group g ON g.id = m.group_id WHERE m.user_id = NEW.user_id);
BEGIN
  IF cardinality(held) > 1 AND held && ARRAY['审计', '系统管理', '保险公司'] THEN
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
CREATE TRIGGER groups_alone AFTER INSERT OR UPDATE ON auth_user_groups FOR EACH ROW EXECUTE FUNCTION persons_groups_alone();
CREATE TRIGGER bound_alone AFTER INSERT OR UPDATE ON insurers_insureruser FOR EACH ROW EXECUTE FUNCTION persons_groups_alone();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("insurers", "0007_comments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InsurerUser",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="insurer_binding",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
                ("bound_by", models.CharField(max_length=150, verbose_name="bound by")),
                ("bound_at", models.DateTimeField(auto_now_add=True, verbose_name="bound at")),
                (
                    "insurer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="insurers.insurer",
                        verbose_name="insurer",
                    ),
                ),
            ],
            options={
                "verbose_name": "insurer's user",
                "verbose_name_plural": "insurers' users",
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(policy_sql("insurers_insureruser")),
        migrations.RunSQL(ALONE),
    ]
