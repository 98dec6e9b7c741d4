"""Database and broker for one script, embedded or given, and the environment that the service's processes get."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from embedded import broker, postgres
from embedded.folder import DataFolder
from embedded.supervisor import Supervisor

NOT_FOR_PRODUCTION = "for trying and developing, never for production; docker-compose.yml is for that"


def start(
    supervisor: Supervisor, folder: DataFolder, venv: Path, *, say: Callable[[str], None], durable: bool = True
) -> dict[str, str]:
    """Start what DATABASE_URL and REDIS_URL do not give, and return the variables that the service needs.

    Raises CannotRun when a server cannot be started.
    """
    variables = {
        "SECRET_KEY": os.environ.get("SECRET_KEY") or folder.secret("secret_key"),
        "RECEIPT_KEYS": os.environ.get("RECEIPT_KEYS") or folder.secret("receipt_key", lambda: secrets.token_hex(32)),
        "DATA_DIR": str(folder.path),
        "TMPDIR": str(folder.temporary),
        "ALLOWED_HOSTS": os.environ.get("ALLOWED_HOSTS") or "127.0.0.1,localhost,[::1]",
        "EMBEDDED": "1",
        "PYTHONUNBUFFERED": "1",
    }
    if given := os.environ.get("DATABASE_URL"):
        variables["DATABASE_URL"] = given
        variables["DATABASE_OWNER_URL"] = os.environ.get("DATABASE_OWNER_URL") or given
    else:
        database = postgres.start(supervisor, folder, venv, durable=durable)
        variables["DATABASE_URL"], variables["DATABASE_OWNER_URL"] = database.url, database.owner_url
        say(f"PostgreSQL on 127.0.0.1:{database.port}, embedded: {NOT_FOR_PRODUCTION}")
    if given := os.environ.get("REDIS_URL"):
        variables["REDIS_URL"] = given
    else:
        queue = broker.start(supervisor, folder, venv, durable=durable)
        variables["REDIS_URL"] = queue.url
        say(f"broker on 127.0.0.1:{queue.port}, embedded: {NOT_FOR_PRODUCTION}")
    return variables
