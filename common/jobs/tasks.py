"""The two Celery tasks of the job mechanism: do one job, and look after all."""

from celery import shared_task

from common.jobs import services


@shared_task(name="common.jobs.tasks.run_job")
def run_job(job_id: int, **_later_arguments: object) -> None:
    """Do the job; safe to be delivered twice or late, the claim in PostgreSQL decides."""
    services.run(job_id)


@shared_task(name="common.jobs.tasks.sweep")
def sweep() -> None:
    """Ring again for jobs that nobody holds."""
    services.sweep()
