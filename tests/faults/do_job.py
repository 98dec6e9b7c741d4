"""`python -m tests.faults.do_job ID`: do one job as a worker does, without a broker.

Where it is, is shown ten times as often, so that a test finds it in the middle of a smaller file.
"""

import sys

import django

django.setup()

from common.jobs import services  # noqa: E402

services.PROGRESS_SECONDS /= 10
services.run(int(sys.argv[1]))
