"""Sandboxes: tenants whose id is below zero, which the office does not see; whoever keeps house sees everybody's."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

# Each policy of a tenant's table anew (common.tenancy.policy_sql): the office sees what is in no sandbox.
POLICIES = """
DO $$
DECLARE
  of_table record;
  asks text := 'current_setting(''app.insurer'', true)';
  tenant text;
  mine text;
BEGIN
  FOR of_table IN
    SELECT p.tablename, p.policyname, p.qual LIKE '%_id IS NULL%' AS all_read, p.with_check LIKE '%_id IS NULL%' AS all_write
      FROM pg_policies p WHERE p.schemaname = current_schema() AND p.policyname = p.tablename || '_of_the_insurer'
  LOOP
    SELECT max(a.attname) INTO STRICT tenant FROM pg_attribute a
     WHERE a.attrelid = of_table.tablename::regclass AND a.attname IN ('insurer_id', 'owner_id') AND NOT a.attisdropped;
    mine := format('%1$s = ''everybody'' OR (%1$s = ''office'' AND coalesce(%2$I, 1) > 0) OR %2$I::text = %1$s', asks, tenant);
    IF of_table.tablename = 'insurers_apikey' THEN
      mine := format('%s OR sandbox_id::text = %s', mine, asks);
    END IF;
    EXECUTE format('ALTER POLICY %I ON %I USING (%s%s) WITH CHECK (%s%s)', of_table.policyname, of_table.tablename,
      CASE WHEN of_table.all_read THEN format('%I IS NULL OR ', tenant) ELSE '' END, mine,
      CASE WHEN of_table.all_write THEN format('%I IS NULL OR ', tenant) ELSE '' END, mine);
  END LOOP;
END $$;
DROP POLICY audit_record_read ON audit_record;
CREATE POLICY audit_record_read ON audit_record FOR SELECT USING (current_setting('app.insurer', true) IN ('office', 'everybody'));
"""

# A test key is its sandbox's; the insurer that it is asked about in everything else is the one whose the sandbox is.
AUTHENTICATE = """
CREATE OR REPLACE FUNCTION authenticate_key(
  given_prefix text, given_hash text,
  OUT key_id bigint, OUT insurer_id bigint, OUT code text, OUT name text, OUT username text, OUT scopes text[],
  OUT expires_at timestamptz, OUT rights text[], OUT is_insurers boolean, OUT revision bigint, OUT known_at timestamptz, OUT may_be_kept boolean
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  issuer auth_user%ROWTYPE;
  limits integer;
  employer bigint;
BEGIN
  may_be_kept := may_keep_observation();
  PERFORM set_config('app.insurer', 'office', false);
  SELECT k.id, coalesce(k.sandbox_id, k.insurer_id), k.insurer_id, i.code, i.name, u.username, k.scopes, k.expires_at,
         coalesce(k.issued_by_id, CASE WHEN u.is_staff OR u.password NOT LIKE '!%' OR u.last_login IS NOT NULL THEN k.user_id END)
    INTO key_id, insurer_id, employer, code, name, username, scopes, expires_at, limits
    FROM insurers_apikey k
    LEFT JOIN insurers_insurer i ON i.id = k.insurer_id
    LEFT JOIN auth_user u ON u.id = k.user_id
   WHERE k.prefix = given_prefix AND k.secret_hash = given_hash AND k.revoked_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
     AND coalesce(i.is_active, u.is_active);
  IF limits IS NOT NULL THEN
    SELECT * INTO issuer FROM auth_user WHERE id = limits;
    username := issuer.username;
    is_insurers := EXISTS (SELECT 1 FROM insurers_insureruser b WHERE b.user_id = limits AND b.insurer_id = employer);
    rights := CASE
      WHEN NOT issuer.is_active OR NOT issuer.is_staff THEN '{}'
      WHEN issuer.is_superuser THEN '{*}'
      ELSE ARRAY(
        SELECT DISTINCT t.app_label || '.' || p.codename
          FROM (SELECT up.permission_id FROM auth_user_user_permissions up WHERE up.user_id = limits
                UNION
                SELECT gp.permission_id FROM auth_user_groups ug JOIN auth_group_permissions gp USING (group_id) WHERE ug.user_id = limits) held
          JOIN auth_permission p ON p.id = held.permission_id
          JOIN django_content_type t ON t.id = p.content_type_id
         WHERE t.app_label IN ('catalog', 'insurers', 'claims', 'audit'))
    END;
  END IF;
  PERFORM set_config('app.insurer', CASE WHEN key_id IS NULL THEN '' ELSE coalesce(insurer_id::text, 'office') END, false);
  IF key_id IS NOT NULL THEN
    SELECT o.revision, o.known_at INTO revision, known_at FROM observe_instant() o;
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("insurers", "0016_webhook_scope"),
        ("api", "0002_promises"),
        ("audit", "0006_product_changed"),
        ("catalog", "0026_own_code_spaces"),
        ("claims", "0008_checks_by_member"),
        ("curation", "0006_corrections"),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="sandbox",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="insurers.insurer",
            ),
        ),
        migrations.AddField(
            model_name="insurer",
            name="retired_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="insurer",
            name="sandbox_of",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sandboxes",
                to="insurers.insurer",
            ),
        ),
        migrations.AlterField(
            model_name="insurer",
            name="code",
            field=models.CharField(
                max_length=64,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[A-Za-z0-9][A-Za-z0-9._-]*$", "letters, digits, dot, dash and underscore only"
                    )
                ],
                verbose_name="code",
            ),
        ),
        migrations.AddConstraint(
            model_name="insurer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sandbox_of", None)), fields=("code",), name="insurer_code_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="insurer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)), fields=("sandbox_of",), name="one_sandbox_of_an_insurer"
            ),
        ),
        migrations.AddConstraint(
            model_name="insurer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id__gt", 0), ("sandbox_of", None)),
                    models.Q(("id__lt", 0), ("sandbox_of__isnull", False)),
                    _connector="OR",
                ),
                name="id_of_a_sandbox_below_zero",
            ),
        ),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
        migrations.RunSQL(AUTHENTICATE, migrations.RunSQL.noop),
    ]
