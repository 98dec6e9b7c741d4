"""What tells of persons gets columns that are sealed; what an earlier release kept in clear steps aside for 0010 to seal, and goes with 0011.

The three are run with the service stopped, as every migration that says so in docs/operations.md.
"""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import migrations, models

from claims.sealed_tables import TABLES
from common.sealing import fields

# Made of the facts, which will not be readable to the database.
INDEXES = """
ALTER TABLE claims_claimcheck DROP COLUMN member_ref;
DROP INDEX check_insurer_claim_no;
DROP INDEX authorisation_insurer_member;
DROP INDEX authorisation_use_claim;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0008_checks_by_member"),
        ("insurers", "0017_sandboxes"),
        ("sealing", "0001_data_keys"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(INDEXES),
                *[migrations.RunSQL(sealed.step_aside()) for sealed in TABLES],
            ],
            state_operations=[
                migrations.RemoveIndex(
                    model_name="authorisationuse",
                    name="authorisation_use_claim",
                ),
                migrations.RemoveIndex(
                    model_name="claimcheck",
                    name="check_insurer_claim_no",
                ),
                migrations.RemoveIndex(
                    model_name="claimcheck",
                    name="check_insurer_member",
                ),
                migrations.RemoveIndex(
                    model_name="priorauthorisation",
                    name="authorisation_insurer_member",
                ),
                migrations.RemoveField(
                    model_name="claimcheck",
                    name="member_ref",
                ),
                migrations.AlterField(
                    model_name="authorisationuse",
                    name="claim_no",
                    field=fields.SealedText(blank=True, null=True, verbose_name="claim number"),
                ),
                migrations.AlterField(
                    model_name="batchchunk",
                    name="parts",
                    field=fields.SealedText(null=True),
                ),
                migrations.AlterField(
                    model_name="batchclaim",
                    name="facts",
                    field=fields.SealedText(null=True),
                ),
                migrations.AlterField(
                    model_name="batchdecision",
                    name="decided",
                    field=fields.SealedText(null=True),
                ),
                migrations.AlterField(
                    model_name="claimbatch",
                    name="asked_about",
                    field=fields.SealedText(blank=True, null=True),
                ),
                migrations.AlterField(
                    model_name="claimbatch",
                    name="errors",
                    field=fields.SealedJSON(blank=True, default=list, null=True, verbose_name="errors"),
                ),
                migrations.AlterField(
                    model_name="claimbatch",
                    name="file_name",
                    field=fields.SealedText(blank=True, null=True, verbose_name="file name"),
                ),
                migrations.AlterField(
                    model_name="claimbatch",
                    name="warnings",
                    field=fields.SealedJSON(blank=True, default=list, null=True, verbose_name="warnings"),
                ),
                migrations.AlterField(
                    model_name="claimcheck",
                    name="claim_no",
                    field=fields.SealedText(blank=True, null=True, verbose_name="claim number"),
                ),
                migrations.AlterField(
                    model_name="claimcheck",
                    name="decision",
                    field=fields.SealedJSON(null=True, verbose_name="decision"),
                ),
                migrations.AlterField(
                    model_name="claimcheck",
                    name="facts",
                    field=fields.SealedJSON(encoder=DjangoJSONEncoder, null=True, verbose_name="facts"),
                ),
                migrations.AlterField(
                    model_name="priorauthorisation",
                    name="facts",
                    field=fields.SealedJSON(encoder=DjangoJSONEncoder, null=True, verbose_name="facts"),
                ),
                migrations.AlterField(
                    model_name="priorauthorisation",
                    name="judgement",
                    field=fields.SealedJSON(null=True, verbose_name="judgement"),
                ),
                migrations.AlterField(
                    model_name="priorauthorisation",
                    name="member_ref",
                    field=fields.SealedText(blank=True, null=True, verbose_name="member reference"),
                ),
                migrations.AlterField(
                    model_name="priorauthorisation",
                    name="papers",
                    field=fields.SealedJSON(default=list, encoder=DjangoJSONEncoder, null=True, verbose_name="papers"),
                ),
                migrations.AlterField(
                    model_name="priorauthorisation",
                    name="reason",
                    field=fields.SealedText(blank=True, null=True, verbose_name="reason"),
                ),
            ],
        ),
        migrations.AddField(
            model_name="authorisationuse",
            name="claim_tag",
            field=fields.Tag(null=True, of="claim_no"),
        ),
        migrations.AddField(
            model_name="batchchunk",
            name="catalogs",
            field=models.JSONField(null=True, verbose_name="lists consulted"),
        ),
        migrations.AddField(
            model_name="batchdecision",
            name="claim_tag",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="claimcheck",
            name="catalogs",
            field=models.JSONField(null=True, verbose_name="lists consulted"),
        ),
        migrations.AddField(
            model_name="claimcheck",
            name="claim_tag",
            field=fields.Tag(null=True, of="claim_no"),
        ),
        migrations.AddField(
            model_name="claimcheck",
            name="member_tag",
            field=fields.Tag(null=True, of="member_ref"),
        ),
        migrations.AddField(
            model_name="claimcheck",
            name="totals",
            field=models.JSONField(null=True, verbose_name="totals"),
        ),
        migrations.AddField(
            model_name="priorauthorisation",
            name="member_tag",
            field=fields.Tag(null=True, of="member_ref"),
        ),
    ]
