"""Reading a key also says whether the caller may be kept for a moment: not while somebody is about to change what is known (docs/adr/0007)."""

from django.db import migrations

# The question whether it may be kept comes first: everything that is read after it was committed before.
AUTHENTICATE = """
DROP FUNCTION authenticate_key(text, text);
CREATE FUNCTION authenticate_key(
  given_prefix text, given_hash text,
  OUT key_id bigint, OUT insurer_id bigint, OUT code text, OUT name text, OUT username text, OUT scopes text[],
  OUT expires_at timestamptz, OUT revision bigint, OUT known_at timestamptz, OUT may_be_kept boolean
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  may_be_kept := may_keep_observation();
  PERFORM set_config('app.insurer', 'office', false);
  SELECT k.id, k.insurer_id, i.code, i.name, u.username, k.scopes, k.expires_at
    INTO key_id, insurer_id, code, name, username, scopes, expires_at
    FROM insurers_apikey k
    LEFT JOIN insurers_insurer i ON i.id = k.insurer_id
    LEFT JOIN auth_user u ON u.id = k.user_id
   WHERE k.prefix = given_prefix AND k.secret_hash = given_hash AND k.revoked_at IS NULL
     AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
     AND coalesce(i.is_active, u.is_active);
  PERFORM set_config('app.insurer', CASE WHEN key_id IS NULL THEN '' ELSE coalesce(insurer_id::text, 'office') END, false);
  IF key_id IS NOT NULL THEN
    SELECT o.revision, o.known_at INTO revision, known_at FROM observe_instant() o;
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("insurers", "0004_private_catalogs"), ("catalog", "0007_observations_kept")]

    operations = [migrations.RunSQL(AUTHENTICATE)]
