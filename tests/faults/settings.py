"""The service's settings for a worker that a fault test starts: the test's database, a queue that no other worker hears."""

import os

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["FAULT_DATABASE"]
CELERY_TASK_DEFAULT_QUEUE = os.environ["FAULT_QUEUE"]
