"""What the database itself promises: a key is read in one look with the instant; published terms never change; tenants never mix."""

from django.db import migrations

from common.tenancy import policy_sql

# One statement a request: check the key, point row-level security at its holder, observe the instant and the revision.
AUTHENTICATE = """
CREATE FUNCTION authenticate_key(
  given_prefix text, given_hash text,
  OUT key_id bigint, OUT insurer_id bigint, OUT code text, OUT name text, OUT username text, OUT scopes text[],
  OUT expires_at timestamptz, OUT revision bigint, OUT known_at timestamptz
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
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

TERMS_IMMUTABLE = """
CREATE FUNCTION insurers_version_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NULL THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL
     OR to_jsonb(NEW) - '{withdrawn_at,withdrawn_by}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{withdrawn_at,withdrawn_by}'::text[] THEN
    RAISE EXCEPTION 'product version % is published and cannot be changed', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER version_immutable BEFORE UPDATE OR DELETE ON insurers_productversion
  FOR EACH ROW EXECUTE FUNCTION insurers_version_immutable();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("insurers", "0001_initial"),
        ("catalog", "0002_promises"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunSQL(AUTHENTICATE),
        migrations.RunSQL(TERMS_IMMUTABLE),
        migrations.RunSQL(policy_sql("insurers_apikey")),
        migrations.RunSQL(policy_sql("insurers_product")),
        migrations.RunSQL(policy_sql("insurers_productversion")),
    ]
