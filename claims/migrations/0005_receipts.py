"""Receipts: what was signed for a check, kept for ever and never changed."""

import django.db.models.deletion
from django.db import migrations, models

from common.tenancy import policy_sql

# The tables of decisions are append-only the same way (migration 0002).
KEPT = """
CREATE FUNCTION claims_receipt_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a receipt is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER receipt_append_only BEFORE UPDATE OR DELETE ON claims_receipt FOR EACH ROW EXECUTE FUNCTION claims_receipt_stays();
"""
GONE = """
DROP TRIGGER receipt_append_only ON claims_receipt;
DROP FUNCTION claims_receipt_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0004_refunds"),
        ("insurers", "0012_keys_issuers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("check_id", models.UUIDField(primary_key=True, serialize=False)),
                ("jws", models.TextField()),
                (
                    "insurer",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.insurer",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt",
                "verbose_name_plural": "receipts",
                "default_permissions": (),
            },
        ),
        migrations.RunSQL(KEPT, GONE),
        migrations.RunSQL(policy_sql("claims_receipt")),
    ]
