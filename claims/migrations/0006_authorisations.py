import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

from common.tenancy import policy_sql

# What was asked and decided stays; events and uses are only added. Retention alone removes what tells of a person.
PROMISES = """
CREATE FUNCTION claims_authorisation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving text[] := CASE
    WHEN TG_OP = 'DELETE' OR OLD.purged_at IS NOT NULL THEN '{}'
    WHEN NEW.purged_at IS NOT NULL THEN '{facts,judgement,member_ref,papers,reason,purged_at}'
    WHEN OLD.state = 'in_review'
      THEN '{state,quantity,valid_from,valid_to,due_at,stopped_at,papers,decided_by,decided_at,reason}'
    ELSE '{}' END;
BEGIN
  IF TG_OP = 'DELETE' OR to_jsonb(NEW) - moving IS DISTINCT FROM to_jsonb(OLD) - moving
     OR (NEW.purged_at IS NOT NULL AND (NEW.facts IS NOT NULL OR NEW.judgement IS NOT NULL OR NEW.member_ref <> '')) THEN
    RAISE EXCEPTION 'prior authorisation % is recorded and cannot be changed so', OLD.id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER authorisation_kept BEFORE UPDATE OR DELETE ON claims_priorauthorisation
  FOR EACH ROW EXECUTE FUNCTION claims_authorisation_kept();

CREATE FUNCTION claims_authorisation_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR TG_TABLE_NAME <> 'claims_authorisationuse'
     OR to_jsonb(NEW) - 'claim_no' IS DISTINCT FROM to_jsonb(OLD) - 'claim_no' OR NEW.claim_no <> '' THEN
    RAISE EXCEPTION 'what happened to prior authorisation % stays', OLD.authorisation_id USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER authorisation_event_kept BEFORE UPDATE OR DELETE ON claims_authorisationevent
  FOR EACH ROW EXECUTE FUNCTION claims_authorisation_append_only();
CREATE TRIGGER authorisation_use_kept BEFORE UPDATE OR DELETE ON claims_authorisationuse
  FOR EACH ROW EXECUTE FUNCTION claims_authorisation_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0005_receipts"),
        ("insurers", "0013_authorisation_events"),
    ]

    operations = [
        migrations.CreateModel(
            name="PriorAuthorisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.CharField(max_length=32, verbose_name="authorisation number")),
                ("member_ref", models.CharField(blank=True, max_length=100, verbose_name="member reference")),
                (
                    "facts",
                    models.JSONField(
                        encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name="facts"
                    ),
                ),
                ("judgement", models.JSONField(null=True, verbose_name="judgement")),
                ("drug", models.CharField(blank=True, max_length=300, verbose_name="drug")),
                ("quantity", models.DecimalField(decimal_places=9, max_digits=24, null=True, verbose_name="quantity")),
                ("urgent", models.BooleanField(default=False, verbose_name="urgent")),
                (
                    "state",
                    models.CharField(
                        choices=[("in_review", "in review"), ("approved", "approved"), ("declined", "declined")],
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="asked from")),
                ("valid_from", models.DateField(null=True, verbose_name="valid from")),
                ("valid_to", models.DateField(null=True, verbose_name="valid to (inclusive)")),
                ("valid_days", models.PositiveIntegerField(verbose_name="days valid")),
                ("known_at", models.DateTimeField(verbose_name="known at")),
                ("rules_version", models.CharField(max_length=20, verbose_name="rules version")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("asked_by", models.CharField(max_length=150, verbose_name="asked by")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("due_at", models.DateTimeField(null=True, verbose_name="due at")),
                ("stopped_at", models.DateTimeField(null=True, verbose_name="clock stopped at")),
                (
                    "papers",
                    models.JSONField(
                        default=list, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="papers"
                    ),
                ),
                ("decided_by", models.CharField(blank=True, max_length=150, verbose_name="decided by")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided at")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("purged_at", models.DateTimeField(null=True, verbose_name="facts removed at")),
                (
                    "insurer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.insurer",
                        verbose_name="insurer",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="insurers.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "renews",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="renewals",
                        to="claims.priorauthorisation",
                        verbose_name="renewal of",
                    ),
                ),
            ],
            options={
                "verbose_name": "prior authorisation",
                "verbose_name_plural": "prior authorisations",
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="AuthorisationUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim_no", models.CharField(blank=True, max_length=100, verbose_name="claim number")),
                ("line_no", models.PositiveIntegerField(verbose_name="line")),
                ("quantity", models.DecimalField(decimal_places=9, max_digits=24, verbose_name="quantity")),
                ("check_id", models.UUIDField(null=True)),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.claimbatch",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
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
                    "authorisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="claims.priorauthorisation",
                        verbose_name="prior authorisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "use of a prior authorisation",
                "verbose_name_plural": "uses of prior authorisations",
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="AuthorisationEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("asked", "asked"),
                            ("judged", "judged"),
                            ("papers_asked", "papers asked for"),
                            ("papers_came", "papers came"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                            ("renewed", "renewed"),
                        ],
                        max_length=20,
                        verbose_name="what happened",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                ("by", models.CharField(max_length=150, verbose_name="by")),
                ("detail", models.JSONField(default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder)),
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
                    "authorisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="claims.priorauthorisation",
                        verbose_name="prior authorisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a prior authorisation",
                "verbose_name_plural": "events of prior authorisations",
                "ordering": ["at", "id"],
            },
        ),
        migrations.AddIndex(
            model_name="priorauthorisation",
            index=models.Index(fields=["insurer", "-asked_at", "-id"], name="authorisation_insurer_asked"),
        ),
        migrations.AddIndex(
            model_name="priorauthorisation",
            index=models.Index(fields=["insurer", "member_ref"], name="authorisation_insurer_member"),
        ),
        migrations.AddIndex(
            model_name="priorauthorisation",
            index=models.Index(
                condition=models.Q(("state", "in_review")),
                fields=["insurer", "due_at"],
                name="authorisation_insurer_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="priorauthorisation",
            constraint=models.UniqueConstraint(fields=("insurer", "no"), name="authorisation_no_once_per_insurer"),
        ),
        migrations.AddConstraint(
            model_name="priorauthorisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), ("valid_from__isnull", False), ("valid_to__isnull", False)),
                    models.Q(models.Q(("state", "approved"), _negated=True), ("valid_from", None), ("valid_to", None)),
                    _connector="OR",
                ),
                name="authorisation_days_when_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="priorauthorisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("due_at__isnull", False), ("state", "in_review")),
                    models.Q(
                        models.Q(("state", "in_review"), _negated=True),
                        ("decided_at__isnull", False),
                        ("stopped_at", None),
                    ),
                    _connector="OR",
                ),
                name="authorisation_decided_or_in_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="priorauthorisation",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity", None), ("quantity__gt", 0), _connector="OR"),
                name="authorisation_quantity",
            ),
        ),
        migrations.AddIndex(
            model_name="authorisationuse",
            index=models.Index(
                condition=models.Q(("claim_no", ""), _negated=True),
                fields=["insurer", "claim_no"],
                name="authorisation_use_claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorisationuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("batch__isnull", False), ("check_id", None)),
                    models.Q(("batch", None), ("check_id__isnull", False)),
                    _connector="OR",
                ),
                name="authorisation_use_of_one_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorisationuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity", 0), _negated=True), name="authorisation_use_of_something"
            ),
        ),
        migrations.RunSQL(PROMISES),
        *[
            migrations.RunSQL(policy_sql(table))
            for table in ("claims_priorauthorisation", "claims_authorisationevent", "claims_authorisationuse")
        ],
    ]
