"""`python -m tests.faults.do_job ID`: do one job as a worker does, without a broker."""

import sys

import django

django.setup()

from common.jobs import services  # noqa: E402

services.run(int(sys.argv[1]))
