"""What published lists call drugs, once for all editions that call them so (catalog.models.listed)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

from common.tenancy import policy_sql

_FACTS = "generic_name, national_code, approval_no, dosage_form, brand_name, manufacturer, strength, class_code"
_FOUND = f"""
SELECT DISTINCT ON (facts_hash) * FROM (
  SELECT c.owner_id, e.version_id, v.published_at, c.code, v.label, e.entry_code, {_FACTS}, base_name, approval_key, brand_key,
    sha256(convert_to(ROW({_FACTS})::text, 'UTF8')) AS facts_hash
  FROM catalog_catalogentry e
  JOIN catalog_catalogversion v ON v.id = e.version_id
  JOIN catalog_catalog c ON c.id = v.catalog_id
  WHERE v.id = OF_VERSION AND e.generic_name <> ''
) written ORDER BY facts_hash, entry_code
"""  # noqa: S608
# Kept by the database when a version is published, by whatever door: its entries never change from then on, so what is kept is whole.
# Instants of publishing rise, so the edition that is there is the earlier one; where one comes out of turn, it takes over what it wrote first.
LISTED = f"""
CREATE FUNCTION catalog_list_drugs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM catalog_catalogversion WHERE published_at >= NEW.published_at AND id <> NEW.id) THEN
    UPDATE catalog_listeddrug d SET version_id = n.version_id, entry_code = n.entry_code
    FROM ({_FOUND}) n, catalog_catalogversion v, catalog_catalog c
    WHERE d.owner_id IS NOT DISTINCT FROM n.owner_id AND d.facts_hash = n.facts_hash AND v.id = d.version_id AND c.id = v.catalog_id
      AND (n.published_at, n.code COLLATE "C", n.label, n.entry_code) < (v.published_at, c.code COLLATE "C", v.label, d.entry_code);
  END IF;
  INSERT INTO catalog_listeddrug (owner_id, version_id, entry_code, {_FACTS}, base_name, approval_key, brand_key, facts_hash)
  SELECT owner_id, version_id, entry_code, {_FACTS}, base_name, approval_key, brand_key, facts_hash FROM ({_FOUND}) n
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER drugs_listed AFTER UPDATE OF published_at ON catalog_catalogversion
  FOR EACH ROW WHEN (OLD.published_at IS NULL AND NEW.published_at IS NOT NULL) EXECUTE FUNCTION catalog_list_drugs();
""".replace("OF_VERSION", "NEW.id")  # noqa: S608
GONE = "DROP TRIGGER drugs_listed ON catalog_catalogversion; DROP FUNCTION catalog_list_drugs();"
# What was published before this release, the earliest first.
FILL = f"""
INSERT INTO catalog_listeddrug (owner_id, version_id, entry_code, {_FACTS}, base_name, approval_key, brand_key, facts_hash)
SELECT DISTINCT ON (owner_id, facts_hash) owner_id, version_id, entry_code, {_FACTS}, base_name, approval_key, brand_key, facts_hash
FROM (
  SELECT c.owner_id, e.version_id, v.published_at, c.code, v.label, e.entry_code, {_FACTS}, base_name, approval_key, brand_key,
    sha256(convert_to(ROW({_FACTS})::text, 'UTF8')) AS facts_hash
  FROM catalog_catalogentry e
  JOIN catalog_catalogversion v ON v.id = e.version_id
  JOIN catalog_catalog c ON c.id = v.catalog_id
  WHERE v.published_at IS NOT NULL AND e.generic_name <> ''
) written
ORDER BY owner_id, facts_hash, published_at, code COLLATE "C", label, entry_code
"""  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0026_own_code_spaces"),
        ("insurers", "0017_sandboxes"),
    ]

    operations = [
        migrations.CreateModel(
            name="ListedDrug",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry_code", models.CharField(db_collation="C", max_length=64)),
                ("generic_name", models.CharField(max_length=200)),
                ("national_code", models.CharField(blank=True, max_length=30)),
                ("approval_no", models.CharField(blank=True, max_length=200)),
                ("dosage_form", models.CharField(blank=True, max_length=100)),
                ("brand_name", models.CharField(blank=True, max_length=200)),
                ("manufacturer", models.CharField(blank=True, max_length=200)),
                ("strength", models.CharField(blank=True, max_length=200)),
                ("class_code", models.CharField(blank=True, max_length=10)),
                ("facts_hash", models.BinaryField(max_length=32)),
                ("base_name", models.CharField(blank=True, max_length=200)),
                ("approval_key", models.CharField(blank=True, max_length=200)),
                ("brand_key", models.CharField(blank=True, max_length=200)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.TENANT_MODEL,
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.catalogversion"
                    ),
                ),
            ],
            options={
                "verbose_name": "drug as listed",
                "verbose_name_plural": "drugs as listed",
                "ordering": ["id"],
                "default_permissions": (),
                "indexes": [
                    models.Index(fields=["base_name"], name="listed_base_name"),
                    models.Index(fields=["national_code"], condition=~Q(national_code=""), name="listed_national_code"),
                    models.Index(fields=["approval_key"], condition=~Q(approval_key=""), name="listed_approval_key"),
                    models.Index(fields=["brand_key"], condition=~Q(brand_key=""), name="listed_brand_key"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner", "facts_hash"), name="drug_listed_once_an_owner", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.RunSQL(policy_sql("catalog_listeddrug", column="owner_id", shared=True), migrations.RunSQL.noop),
        # The trigger first: its lock keeps publications out until what there is is written down.
        migrations.RunSQL(LISTED, GONE),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
