"""The publication log: leaves that nobody changes, beginning with all that was ever published and withdrawn of shared lists."""

from django.db import migrations, models

from catalog.log.merkle import leaf_hash
from common.dates import instant_text
from common.jcs import canonical_json

# Also for raw SQL: a leaf is added and stays (catalog_rows_immutable and the like: migration 0002).
KEPT = """
CREATE FUNCTION catalog_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the publication log is never changed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER log_append_only BEFORE UPDATE OR DELETE ON catalog_logleaf FOR EACH ROW EXECUTE FUNCTION catalog_log_stays();
CREATE TRIGGER log_never_emptied BEFORE TRUNCATE ON catalog_logleaf FOR EACH STATEMENT EXECUTE FUNCTION catalog_log_stays();
"""
GONE = """
DROP TRIGGER log_never_emptied ON catalog_logleaf;
DROP TRIGGER log_append_only ON catalog_logleaf;
DROP FUNCTION catalog_log_stays();
"""


def begin(apps, schema_editor):
    versions = apps.get_model("catalog", "CatalogVersion").objects.select_related("catalog")
    happened = []
    for version in versions.filter(catalog__owner=None).exclude(published_at=None):
        happened.append((version.published_at, version.pk, "published", version))
        if version.withdrawn_at:
            happened.append((version.withdrawn_at, version.pk, "withdrawn", version))
    for seq, (at, _pk, deed, version) in enumerate(sorted(happened, key=lambda one: one[:3])):
        last = version.effective_to
        leaf = canonical_json(
            {
                "seq": seq,
                "catalog": version.catalog.code,
                "label": version.label,
                "checksum": version.checksum,
                "effective_from": version.effective_from.isoformat(),
                "effective_to": last.isoformat() if last else None,
                "complete_for": list(version.complete_for),
                "deed": deed,
                "at": instant_text(at),
            }
        )
        apps.get_model("catalog", "LogLeaf").objects.create(
            seq=seq,
            catalog=version.catalog.code,
            label=version.label,
            deed=deed,
            at=at,
            leaf=leaf.decode(),
            leaf_hash=leaf_hash(leaf),
        )


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0024_evidence"),
    ]

    operations = [
        migrations.CreateModel(
            name="LogLeaf",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False, verbose_name="number in the log")),
                ("catalog", models.CharField(max_length=64, verbose_name="catalog")),
                ("label", models.CharField(db_collation="C", max_length=64, verbose_name="label")),
                ("deed", models.CharField(max_length=10, verbose_name="deed")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("leaf", models.TextField()),
                ("leaf_hash", models.BinaryField()),
            ],
            options={
                "verbose_name": "entry of the publication log",
                "verbose_name_plural": "entries of the publication log",
                "ordering": ["seq"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["catalog", "label"], name="log_catalog_label")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("seq__gte", 0)), name="log_begins_at_0"),
                    models.CheckConstraint(
                        condition=models.Q(("deed__in", ["published", "withdrawn"])), name="log_deed_is_of_the_list"
                    ),
                ],
            },
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunSQL(KEPT, GONE),
    ]
