"""A queue that no other worker hears."""

import uuid
from collections.abc import Iterator

import pytest

from config.celery import app


@pytest.fixture
def queue() -> Iterator[str]:
    name = f"faults-{uuid.uuid4().hex}"
    before = app.conf.task_default_queue
    app.conf.task_default_queue = name
    yield name
    app.conf.task_default_queue = before
