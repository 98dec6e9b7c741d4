"""What the database itself holds of the log of deeds: it only grows, in order, and every row carries the hash of the one before."""

from django.db import migrations

HASH = """
CREATE FUNCTION audit_hash(r audit_record) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(jsonb_build_array(
    r.previous, r.id, to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    r.who, r.via, r.deed, r.kind, r.object_id, r.object, r.before, r.after, r.reason, r.request_id
  )::text, 'UTF8')), 'hex')
$$;
"""

# The head's row is the lock: the next number is given when the writer before has committed, so numbers have no gaps and no other order.
CHAIN = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE audit_head SET rows = rows + 1 WHERE id = 1 RETURNING rows, hash INTO NEW.id, NEW.previous;
  IF NOT FOUND THEN
    INSERT INTO audit_head (id, rows, hash) VALUES (1, 1, '');
    NEW.id := 1;
    NEW.previous := '';
  END IF;
  NEW.at := clock_timestamp();
  NEW.hash := audit_hash(NEW);
  UPDATE audit_head SET hash = NEW.hash WHERE id = 1;
  RETURN NEW;
END $$;
CREATE TRIGGER record_chained BEFORE INSERT ON audit_record FOR EACH ROW EXECUTE FUNCTION audit_chain();
INSERT INTO audit_head (id, rows, hash) VALUES (1, 0, '');
"""

APPEND_ONLY = """
CREATE FUNCTION audit_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log of deeds is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER record_never_changes BEFORE UPDATE OR DELETE ON audit_record
  FOR EACH ROW EXECUTE FUNCTION audit_never_changes();
CREATE TRIGGER record_never_emptied BEFORE TRUNCATE ON audit_record
  FOR EACH STATEMENT EXECUTE FUNCTION audit_never_changes();
CREATE FUNCTION audit_head_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Only the chain's own trigger may move the head.
  IF pg_trigger_depth() < 2 OR TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'the log of deeds is never changed' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER head_follows BEFORE INSERT OR UPDATE OR DELETE ON audit_head
  FOR EACH ROW EXECUTE FUNCTION audit_head_follows();
CREATE TRIGGER head_never_emptied BEFORE TRUNCATE ON audit_head
  FOR EACH STATEMENT EXECUTE FUNCTION audit_never_changes();
"""

# Everybody's deeds are written; only the office reads them.
READ_BY_THE_OFFICE = """
ALTER TABLE audit_record ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_record FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_record_read ON audit_record FOR SELECT USING (current_setting('app.insurer', true) = 'office');
CREATE POLICY audit_record_written ON audit_record FOR INSERT WITH CHECK (true);
-- So that whoever tries is told, by the trigger, rather than finds no row.
CREATE POLICY audit_record_kept ON audit_record FOR UPDATE USING (true);
CREATE POLICY audit_record_kept_too ON audit_record FOR DELETE USING (true);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.RunSQL(HASH),
        migrations.RunSQL(CHAIN),
        migrations.RunSQL(APPEND_ONLY),
        migrations.RunSQL(READ_BY_THE_OFFICE),
    ]
