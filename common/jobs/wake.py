"""The doorbell: a message to the broker that a job waits. Everything about the job itself stands in PostgreSQL."""

from typing import Final

from celery import current_app

RUN_JOB: Final = "common.jobs.tasks.run_job"


def send(job_id: int) -> None:
    """Ask a worker to do the job; raises whatever the broker's connection does."""
    current_app.send_task(RUN_JOB, args=[job_id], retry=False)
