"""Which column of kept answers was in clear before it was sealed: for the migrations that seal it (0003 to 0005)."""

from common.sealing.upgrading import Sealed

ANSWERS = Sealed("api_keptanswer", ("body",), instant="t.created_at")
