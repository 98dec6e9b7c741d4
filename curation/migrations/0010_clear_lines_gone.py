"""What was in clear goes, and what was promised of it is promised of what is sealed."""

from django.db import migrations

from curation.sealed_tables import PARTS

# It went with the column that it was about; rows without an insurer have none, so it holds of every row.
OFFICE_KEEPS_NO_LINE = """
ALTER TABLE curation_impactpart DROP CONSTRAINT IF EXISTS office_keeps_no_line_of_an_insurer;
ALTER TABLE curation_impactpart ADD CONSTRAINT office_keeps_no_line_of_an_insurer
  CHECK (insurer_id IS NOT NULL OR differing IS NULL);
"""


class Migration(migrations.Migration):
    dependencies = [("curation", "0009_seal_lines")]

    operations = [migrations.RunSQL(PARTS.go()), migrations.RunSQL(OFFICE_KEEPS_NO_LINE)]
