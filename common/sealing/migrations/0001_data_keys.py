"""Which data keys there are. A destroyed one stays destroyed, and no row goes: it tells what was forgotten from what is lost."""

import uuid

from django.db import migrations, models
from django.db.models import Q

from common.tenancy import policy_sql

PROMISES = """
CREATE FUNCTION sealing_data_key_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR to_jsonb(NEW) - '{destroyed_at,erased_at}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{destroyed_at,erased_at}'::text[]
     OR OLD.destroyed_at IS NOT NULL AND NEW.destroyed_at IS DISTINCT FROM OLD.destroyed_at
     OR NEW.destroyed_at IS NULL AND NEW.erased_at IS NOT NULL THEN
    RAISE EXCEPTION 'data key % cannot be changed so', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER data_key_kept BEFORE UPDATE OR DELETE ON sealing_datakey
  FOR EACH ROW EXECUTE FUNCTION sealing_data_key_kept();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DataKey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("insurer_id", models.BigIntegerField(null=True, verbose_name="insurer")),
                ("month", models.DateField(null=True, verbose_name="month")),
                ("batch", models.UUIDField(null=True, verbose_name="claim batch")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="fingerprint")),
                ("created_at", models.DateTimeField(verbose_name="made at")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="destroyed at")),
                ("erased_at", models.DateTimeField(null=True, verbose_name="erased at")),
            ],
            options={
                "verbose_name": "data key",
                "verbose_name_plural": "data keys",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(month=None, batch__isnull=False) | Q(month__isnull=False, batch=None),
                        name="data_key_of_a_month_or_a_batch",
                    ),
                    models.UniqueConstraint(
                        fields=("insurer_id", "month"),
                        condition=Q(month__isnull=False, destroyed_at=None),
                        nulls_distinct=False,
                        name="one_data_key_per_insurer_and_month",
                    ),
                    models.UniqueConstraint(
                        fields=("batch",), condition=Q(batch__isnull=False), name="one_data_key_per_batch"
                    ),
                ],
            },
        ),
        migrations.RunSQL(PROMISES),
        migrations.RunSQL(policy_sql("sealing_datakey")),
    ]
