"""What is done by the clock and how often, in seconds: `expires` drops a bell nobody answered, for the next one says the same."""

from typing import Any, Final

SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    "forget-uploads": {"task": "catalog.tasks.forget_old_uploads", "schedule": 3600.0, "options": {"expires": 600}},
    "forget-answers": {"task": "common.api.tasks.forget_answers", "schedule": 3600.0, "options": {"expires": 600}},
    "end-consultations": {"task": "catalog.tasks.end_consultations", "schedule": 60.0, "options": {"expires": 60}},
    "purge-facts": {"task": "claims.tasks.purge_facts", "schedule": 24 * 3600.0, "options": {"expires": 3600}},
    "sweep-jobs": {"task": "common.jobs.tasks.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "announce-catalog-news": {
        "task": "insurers.tasks.queue_catalog_events",
        "schedule": 10.0,
        "options": {"expires": 10},
    },
    "findings-follow-the-lists": {
        "task": "curation.tasks.ask_for_findings",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "forget-requests": {"task": "insurers.tasks.forget_old_requests", "schedule": 3600.0, "options": {"expires": 600}},
    "deliver-webhooks": {"task": "insurers.tasks.deliver_due_webhooks", "schedule": 10.0, "options": {"expires": 10}},
    "forget-deliveries": {
        "task": "insurers.tasks.forget_old_deliveries",
        "schedule": 3600.0,
        "options": {"expires": 600},
    },
}
