"""Which column of impact runs was in clear before it was sealed: for the migrations that seal it (0008 to 0010)."""

from common.sealing.upgrading import Sealed

PARTS = Sealed(
    "curation_impactpart",
    ("differing",),
    instant="run.created_at",
    join="JOIN curation_impactrun run ON run.id = t.run_id",
)
