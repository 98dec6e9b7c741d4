"""Uploads that are being looked at; what an import expects, what it was mended from, who took note of its failure."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0019_review_marks"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="acknowledged_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="seen to at"),
        ),
        migrations.AddField(
            model_name="importrun",
            name="acknowledged_by",
            field=models.CharField(blank=True, db_default="", default="", max_length=150, verbose_name="seen to by"),
        ),
        migrations.AddField(
            model_name="importrun",
            name="expected_counts",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                verbose_name="expected counts",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="mended_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="mended_as",
                to="catalog.importrun",
                verbose_name="mended from",
            ),
        ),
        migrations.AddField(
            model_name="importrun",
            name="mending",
            field=models.JSONField(
                blank=True, db_default=models.Value([], models.JSONField()), default=list, verbose_name="mended cells"
            ),
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("file_name", models.CharField(max_length=255, verbose_name="file name")),
                ("file_path", models.CharField(max_length=255)),
                ("file_size", models.PositiveBigIntegerField(verbose_name="file size")),
                ("names", models.CharField(blank=True, db_default="", default="", max_length=7, verbose_name="names")),
                (
                    "sheet",
                    models.CharField(blank=True, db_default="", default="", max_length=100, verbose_name="sheet"),
                ),
                ("header_row", models.PositiveIntegerField(blank=True, null=True, verbose_name="header row")),
                (
                    "mapping",
                    models.JSONField(
                        blank=True,
                        db_default=models.Value({}, models.JSONField()),
                        default=dict,
                        verbose_name="columns by own header",
                    ),
                ),
                (
                    "preview",
                    models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                ("typed", models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict)),
                ("created_by", models.CharField(max_length=150, verbose_name="uploaded by")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="uploaded at")),
                (
                    "catalog",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="catalog.catalog",
                        verbose_name="catalog",
                    ),
                ),
            ],
            options={
                "verbose_name": "upload",
                "verbose_name_plural": "uploads",
                "ordering": ["-created_at"],
            },
        ),
    ]
