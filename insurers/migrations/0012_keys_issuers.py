"""A key knows its issuer and has no more than the issuer has now; who called is then the issuer, one person with any other key of theirs.

Keys issued at the pages get their issuer from the log of deeds; those issued on the machine have none.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

ISSUERS = """
SELECT set_config('app.insurer', 'office', false);
UPDATE insurers_apikey k SET issued_by_id = u.id
  FROM audit_record r JOIN auth_user u ON u.username = r.who
 WHERE r.deed = 'key.issued' AND r.kind = 'apikey' AND r.object_id = k.id::text AND r.via = 'page';
"""

# `rights` are those that the scopes of keys ask about, as the issuer has them now: NULL where nobody limits the key, '*' for a superuser.
# A curator's key is limited by the curator, but an account that a command made and nobody ever signs in to has no rights at pages to compare with.
AUTHENTICATE = """
DROP FUNCTION authenticate_key(text, text);
CREATE FUNCTION authenticate_key(
  given_prefix text, given_hash text,
  OUT key_id bigint, OUT insurer_id bigint, OUT code text, OUT name text, OUT username text, OUT scopes text[],
  OUT expires_at timestamptz, OUT rights text[], OUT is_insurers boolean, OUT revision bigint, OUT known_at timestamptz, OUT may_be_kept boolean
) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  issuer auth_user%ROWTYPE;
  limits integer;
BEGIN
  may_be_kept := may_keep_observation();
  PERFORM set_config('app.insurer', 'office', false);
  SELECT k.id, k.insurer_id, i.code, i.name, u.username, k.scopes, k.expires_at,
         coalesce(k.issued_by_id, CASE WHEN u.is_staff OR u.password NOT LIKE '!%' OR u.last_login IS NOT NULL THEN k.user_id END)
    INTO key_id, insurer_id, code, name, username, scopes, expires_at, limits
    FROM insurers_apikey k
    LEFT JOIN insurers_insurer i ON i.id = k.insurer_id
    LEFT JOIN auth_user u ON u.id = k.user_id
   WHERE k.prefix = given_prefix AND k.secret_hash = given_hash AND k.revoked_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
     AND coalesce(i.is_active, u.is_active);
  IF limits IS NOT NULL THEN
    SELECT * INTO issuer FROM auth_user WHERE id = limits;
    username := issuer.username;
    is_insurers := EXISTS (SELECT 1 FROM insurers_insureruser b WHERE b.user_id = limits AND b.insurer_id = authenticate_key.insurer_id);
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
        ("insurers", "0011_finding_event"),
        ("audit", "0004_deeds"),
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="issued_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="issued by",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="made_with",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="made",
                to="insurers.apikey",
            ),
        ),
        migrations.RunSQL(ISSUERS, migrations.RunSQL.noop),
        migrations.RunSQL(AUTHENTICATE, migrations.RunSQL.noop),
    ]
