"""Which column of impact runs was in clear before it was sealed: for the migrations that seal it (0007 to 0009)."""

from common.sealing.upgrading import Sealed

PARTS = Sealed(
    "curation_impactpart",
    ("differing",),
    instant="run.created_at",
    join="JOIN curation_impactrun run ON run.id = t.run_id",
)
