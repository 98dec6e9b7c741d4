"""Webhooks and their deliveries: nobody else's; and from when on catalogs' news are told."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from common.tenancy import policy_sql


class Migration(migrations.Migration):
    dependencies = [
        ("insurers", "0002_promises"),
    ]

    operations = [
        migrations.CreateModel(
            name="CatalogNewsRead",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("read_until", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_catalog_news_row")],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("url", models.CharField(max_length=2000, verbose_name="address")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("catalog.published", "catalog version published"),
                                ("catalog.withdrawn", "catalog version withdrawn"),
                                ("consultation.opened", "consultation opened"),
                                ("batch.finished", "batch finished"),
                            ],
                            max_length=30,
                        ),
                        default=list,
                        size=None,
                        verbose_name="events",
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200, verbose_name="note")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="an endpoint that answers 410 is told no more", verbose_name="active"
                    ),
                ),
                ("salt", models.CharField(max_length=64)),
                ("fingerprint", models.CharField(max_length=32)),
                ("previous_salt", models.CharField(blank=True, default="", max_length=64)),
                ("previous_fingerprint", models.CharField(blank=True, default="", max_length=32)),
                ("previous_until", models.DateTimeField(blank=True, null=True, verbose_name="previous secret until")),
                ("created_by", models.CharField(max_length=150, verbose_name="created by")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                (
                    "insurer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="webhooks",
                        to="insurers.insurer",
                        verbose_name="insurer",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
                "ordering": ["created_at", "id"],
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("message_id", models.CharField(max_length=64, verbose_name="message id")),
                ("event", models.CharField(max_length=30, verbose_name="event")),
                ("body", models.TextField(verbose_name="body")),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "pending"), ("delivered", "delivered"), ("failed", "failed")],
                        default="pending",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="since it was made or replayed", verbose_name="attempts"
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="due at")),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("token", models.PositiveIntegerField(default=0)),
                (
                    "log",
                    models.JSONField(
                        default=list,
                        help_text="the latest attempts: at, status, error, milliseconds",
                        verbose_name="log",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "insurer",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.insurer",
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="insurers.webhook",
                        verbose_name="webhook",
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook delivery",
                "verbose_name_plural": "webhook deliveries",
                "ordering": ["-created_at", "-id"],
                "indexes": [
                    models.Index(condition=models.Q(("state", "pending")), fields=["due_at"], name="delivery_due"),
                    models.Index(fields=["webhook", "-created_at", "-id"], name="delivery_of_webhook"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("webhook", "message_id"), name="message_once_per_webhook")
                ],
            },
        ),
        migrations.RunSQL(policy_sql("insurers_webhook")),
        migrations.RunSQL(policy_sql("insurers_webhookdelivery")),
        # What happened before there could be an endpoint is nobody's news.
        migrations.RunSQL("INSERT INTO insurers_catalognewsread (id, read_until) VALUES (1, clock_timestamp())"),
    ]
