"""Many lists brought in at once, and each list of a package."""

import uuid

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("catalog", "0022_staged_master"),
        ("curation", "0003_coding"),
        ("jobs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Collection",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("file_name", models.CharField(max_length=255, verbose_name="file name")),
                ("file_path", models.CharField(max_length=255)),
                ("file_size", models.PositiveBigIntegerField(verbose_name="file size")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "label",
                    models.CharField(
                        blank=True,
                        default="",
                        max_length=64,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Za-z0-9][A-Za-z0-9._-]*$", "letters, digits, dot, dash and underscore only"
                            )
                        ],
                        verbose_name="label",
                    ),
                ),
                ("effective_from", models.DateField(blank=True, null=True, verbose_name="effective from")),
                ("effective_to", models.DateField(blank=True, null=True, verbose_name="effective to (inclusive)")),
                ("note", models.TextField(blank=True, default="", verbose_name="note")),
                ("names", models.CharField(blank=True, default="", max_length=7, verbose_name="names")),
                ("change_facts", models.BooleanField(default=False, verbose_name="change the catalogs' facts")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "not finished"), ("ready", "ready"), ("failed", "failed")],
                        default="",
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                ("cover", models.CharField(blank=True, default="", max_length=255, verbose_name="cover table")),
                ("problems", models.JSONField(blank=True, default=list, verbose_name="problems")),
                ("created_by", models.CharField(max_length=150, verbose_name="uploaded by")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="uploaded at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                (
                    "publish_asked_by",
                    models.CharField(blank=True, default="", max_length=150, verbose_name="publication asked by"),
                ),
                ("publish_note", models.TextField(blank=True, default="", verbose_name="publishing note")),
                ("publish_with_warnings", models.BooleanField(default=False, verbose_name="also with warnings")),
                (
                    "job",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jobs.job"
                    ),
                ),
                (
                    "publish_job",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="jobs.job"
                    ),
                ),
            ],
            options={
                "verbose_name": "collection of lists",
                "verbose_name_plural": "collections of lists",
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="CollectedList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField(verbose_name="row")),
                ("part", models.PositiveIntegerField(null=True)),
                ("file", models.CharField(blank=True, default="", max_length=500, verbose_name="file or sheet")),
                ("code", models.CharField(blank=True, default="", max_length=64, verbose_name="code")),
                ("name", models.CharField(blank=True, default="", max_length=200, verbose_name="name")),
                ("province", models.CharField(blank=True, default="", max_length=50, verbose_name="province")),
                ("publisher", models.CharField(blank=True, default="", max_length=200, verbose_name="publisher")),
                (
                    "premium_cny",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=16, null=True, verbose_name="premium (CNY)"
                    ),
                ),
                (
                    "insured_count",
                    models.PositiveBigIntegerField(blank=True, null=True, verbose_name="insured persons"),
                ),
                ("note", models.TextField(blank=True, default="", verbose_name="note")),
                ("label", models.CharField(blank=True, default="", max_length=64, verbose_name="label")),
                ("effective_from", models.DateField(blank=True, null=True, verbose_name="effective from")),
                ("effective_to", models.DateField(blank=True, null=True, verbose_name="effective to (inclusive)")),
                ("expected_rows", models.PositiveIntegerField(blank=True, null=True, verbose_name="expected rows")),
                ("made_catalog", models.BooleanField(default=False, verbose_name="a new catalog")),
                ("differences", models.JSONField(blank=True, default=dict, verbose_name="other facts")),
                ("facts_taken", models.BooleanField(default=False, verbose_name="facts changed")),
                ("refused", models.BooleanField(default=False, verbose_name="refused")),
                ("problems", models.JSONField(blank=True, default=list, verbose_name="problems")),
                ("not_published", models.JSONField(blank=True, default=dict, verbose_name="why not published")),
                (
                    "catalog",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="collected",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="collected",
                        to="catalog.importrun",
                        verbose_name="import",
                    ),
                ),
                (
                    "collection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lists",
                        to="curation.collection",
                        verbose_name="collection",
                    ),
                ),
            ],
            options={
                "verbose_name": "collected list",
                "verbose_name_plural": "collected lists",
                "ordering": ["collection", "row"],
            },
        ),
        migrations.AddIndex(
            model_name="collection",
            index=models.Index(fields=["sha256"], name="collection_sha256"),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("effective_to", None), ("effective_to__gte", models.F("effective_from")), _connector="OR"
                ),
                name="collection_days_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="collection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("publish_asked_by", ""),
                    models.Q(("publish_asked_by", models.F("created_by")), _negated=True),
                    _connector="OR",
                ),
                name="collection_published_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="collectedlist",
            constraint=models.UniqueConstraint(fields=("collection", "row"), name="list_row_once_per_collection"),
        ),
    ]
