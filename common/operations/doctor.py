"""Is the service well, and will it be next week? One question a function; what is found says what to do."""

import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal
from uuid import uuid4

from cryptography import x509
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from common.audit import chain
from common.jobs.models import Job
from common.operations.health import broker_state, migrations_state, worker_state
from common.sealing.models import DataKey
from common.sealing.services import missing
from common.tenancy import EVERYBODY, acting_for

State = Literal["ok", "warn", "bad"]
# Between this machine and the database: instants are the database's, days of tokens and keys are ours.
CLOCK_SECONDS = 2
DISK_WARN, DISK_BAD = 0.15, 0.05  # of the disk free
JOB_WAITS = timedelta(minutes=5)
CERTIFICATE_WARN, CERTIFICATE_BAD = timedelta(days=21), timedelta(days=3)
BACKUP_AGE = timedelta(hours=26)
UNRECEIVED_BYTES = 256 * 1024 * 1024
DEEDS_LOOKED_AT = 1000
KEYS_LOOKED_AT = 500
OLDEST_POSTGRES = 15


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: of what, how it is, in words, and what to do about it ('' where it is well)."""

    what: str
    state: State
    told: str
    mend: str = ""


def examine(*, backups: Path | None = None, certificate: str = "") -> Iterator[Finding]:
    """Yield what is found, one question after the other; a question that cannot be asked is a finding too.

    `backups` is the folder of base backups where this machine sees it, `certificate` a PEM file or `host:port` whose end is looked at.
    """
    questions: list[tuple[str, Callable[[], Finding]]] = [
        ("database", _database),
        ("migrations", _migrations),
        ("clock", _clock),
        ("broker", _broker),
        ("worker", _worker),
        ("jobs", _jobs),
        ("disk", _disk),
        ("data keys", _data_keys),
        ("uploads", _uploads),
        ("log of deeds", _deeds),
        ("write-ahead log", _followed),
    ]
    if backups is not None:
        questions.append(("base backup", lambda: _base_backup(backups)))
    if certificate:
        questions.append(("certificate", lambda: _certificate(certificate)))
    for what, ask in questions:
        try:
            yield ask()
        except Exception as fault:  # whatever it is, it is a finding, and the next question is asked all the same
            yield Finding(
                what, "bad", f"could not be asked: {type(fault).__name__}: {fault}", "see the log; mend this first"
            )


def _row(sql: str) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: tuple[object, ...] = cursor.fetchone()
    return found


def _database() -> Finding:
    version, durable, checksums, size = _row(
        "SELECT current_setting('server_version_num')::int / 10000, current_setting('fsync') = 'on'"
        " AND current_setting('full_page_writes') = 'on', current_setting('data_checksums') = 'on',"
        " pg_size_pretty(pg_database_size(current_database()))"
    )
    told = f"PostgreSQL {version}, {size}"
    if int(str(version)) < OLDEST_POSTGRES:
        return Finding("database", "bad", told, f"PostgreSQL {OLDEST_POSTGRES} is the oldest that is supported")
    if not durable:
        return Finding(
            "database", "bad", f"{told}, fsync or full_page_writes is off", "turn both on: a crash loses commits"
        )
    if not checksums:
        return Finding(
            "database", "warn", f"{told}, no data checksums", "pg_checksums --enable finds silent disk faults"
        )
    return Finding("database", "ok", told)


def _migrations() -> Finding:
    if migrations_state() == "ok":
        return Finding("migrations", "ok", "all applied")
    return Finding("migrations", "bad", "some are not applied", "run manage.py migrate with the owner's role")


def _clock() -> Finding:
    before = datetime.now(UTC)
    (theirs,) = _row("SELECT clock_timestamp()")
    assert isinstance(theirs, datetime)
    between = before + (datetime.now(UTC) - before) / 2
    apart = abs((theirs - between).total_seconds())
    if apart <= CLOCK_SECONDS:
        return Finding("clock", "ok", f"{apart:.3f} s from the database's")
    return Finding("clock", "bad", f"{apart:.1f} s from the database's", "synchronise both machines (NTP)")


def _broker() -> Finding:
    state = broker_state()
    if state == "ok":
        return Finding("broker", "ok", "answers")
    return Finding("broker", "bad", state, "start it; jobs wait in the database until then, nothing is lost")


def _worker() -> Finding:
    state = worker_state()
    if state == "ok":
        return Finding("worker", "ok", "was seen within the last seconds")
    return Finding("worker", "bad", state, "start worker and scheduler")


def _jobs() -> Finding:
    late = Job.objects.filter(state=Job.State.QUEUED, created_at__lt=timezone.now() - JOB_WAITS)
    waiting = late.count()
    if not waiting:
        return Finding("jobs", "ok", "none waits too long")
    oldest = late.earliest("created_at")
    told = f"{waiting} wait since more than {JOB_WAITS.seconds // 60} minutes, the oldest ({oldest.kind} {oldest.pk})"
    return Finding("jobs", "warn", told, "start more workers, or see the worker's log")


def _disk() -> Finding:
    usage = shutil.disk_usage(settings.DATA_DIR)
    free = usage.free / usage.total
    told = f"{usage.free // 1024**3} GB free ({free:.0%}) where files are written"
    if free < DISK_BAD:
        return Finding("disk", "bad", told, "make room: uploads will be refused")
    return Finding("disk", "warn" if free < DISK_WARN else "ok", told, "make room soon" if free < DISK_WARN else "")


def _data_keys() -> Finding:
    alive = DataKey.objects.filter(destroyed_at=None)
    with acting_for(EVERYBODY):
        count, sample = alive.count(), list(alive.order_by("-created_at")[:KEYS_LOOKED_AT])
        lost = missing(sample)
    told = f"{count}, the newest {len(sample)} looked at"
    if lost:
        return Finding(
            "data keys",
            "bad",
            f"{told}: {len(lost)} without their file, the first {lost[0].pk}",
            "bring the folder of data keys back from its copy (docs/operations.md): facts sealed under them cannot be read",
        )
    return Finding("data keys", "ok", told)


def _uploads() -> Finding:
    place = f"the bucket {settings.S3_BUCKET}" if settings.S3_BUCKET else f"{settings.UPLOAD_DIR}, for web and workers"
    storage = storages["uploads"]
    try:
        storage.delete(storage.save(f"doctor-{uuid4().hex}", ContentFile(b"x")))
    except OSError as fault:
        return Finding("uploads", "bad", f"cannot be written: {fault}", "uploads are refused: mend S3_* or the folder")
    return Finding("uploads", "ok", f"can be written in {place}")


def _deeds() -> Finding:
    proof = chain.verify(DEEDS_LOOKED_AT)
    if proof.broken is None:
        return Finding(
            "log of deeds", "ok", f"{proof.rows} rows, the last {min(proof.rows, DEEDS_LOOKED_AT)} proved whole"
        )
    return Finding(
        "log of deeds", "bad", f"broken at row {proof.broken}", "run manage.py verify_audit; treat it as an incident"
    )


def _followed() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT active, coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint"
            " FROM pg_replication_slots WHERE slot_name = 'shangbao_backup'"
        )
        slot = cursor.fetchone()
    mend = "start the backup (docs/operations.md)"
    if slot is None:
        return Finding("write-ahead log", "warn", "no backup has ever followed it", mend)
    active, behind = slot
    told = f"{'followed' if active else 'not followed'}, {behind // 1024} KB kept for the backup"
    if not active:
        return Finding("write-ahead log", "bad", told, mend)
    if behind > UNRECEIVED_BYTES:
        return Finding("write-ahead log", "warn", told, "the backup is slower than the service writes")
    return Finding("write-ahead log", "ok", told)


def _base_backup(folder: Path) -> Finding:
    names = sorted(path.name for path in (folder / "base").glob("[0-9]*Z"))
    if not names:
        return Finding("base backup", "bad", f"none in {folder}", "run backup.sh take")
    taken = datetime.strptime(names[-1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    age = datetime.now(UTC) - taken
    told = f"{len(names)}, the newest of {taken:%Y-%m-%d %H:%M} UTC"
    if age > BACKUP_AGE:
        return Finding("base backup", "bad", told, "see why backup.sh keep does not take one a day")
    return Finding("base backup", "ok", told)


def _certificate(place: str) -> Finding:
    if Path(place).exists():
        pem = Path(place).read_bytes()
    else:
        host, _, port = place.rpartition(":")
        pem = _served(host, int(port)).encode()
    ends = x509.load_pem_x509_certificate(pem).not_valid_after_utc
    left = ends - datetime.now(UTC)
    told = f"ends {ends:%Y-%m-%d}, in {left.days} days"
    if left < CERTIFICATE_BAD:
        return Finding("certificate", "bad", told, "renew it now")
    return Finding(
        "certificate", "warn" if left < CERTIFICATE_WARN else "ok", told, "renew it" if left < CERTIFICATE_WARN else ""
    )


def _served(host: str, port: int) -> str:
    # What it is is looked at, whether or not this machine trusts it.
    context = ssl._create_unverified_context()  # noqa: S323
    with (
        socket.create_connection((host, port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as held,
    ):
        found = held.getpeercert(binary_form=True)
    assert found is not None
    return ssl.DER_cert_to_PEM_cert(found)
