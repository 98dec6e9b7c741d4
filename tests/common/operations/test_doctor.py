"""What hurts next week is told today, with what to do about it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from common.jobs.models import Job
from common.operations import doctor
from common.operations.fingerprint import fingerprint

pytestmark = pytest.mark.django_db


def found(**given: Any) -> dict[str, doctor.Finding]:
    return {finding.what: finding for finding in doctor.examine(**given)}


def test_a_service_that_is_well_has_nothing_to_mend() -> None:
    told = found()

    assert {told[what].state for what in ("migrations", "clock", "jobs", "log of deeds")} == {"ok"}
    assert all(finding.mend for finding in told.values() if finding.state != "ok")


def test_a_server_that_may_lose_commits_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests' own server does not wait for its disk.
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        is_durable = cursor.fetchone() == ("on",)

    assert found()["database"].state == ("ok" if is_durable else "bad")


def test_a_migration_that_was_not_applied_is_bad() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'jobs'")

    assert found()["migrations"].state == "bad"


def test_a_clock_that_goes_wrong_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "CLOCK_SECONDS", -1)

    assert found()["clock"].mend == "synchronise both machines (NTP)"


def test_jobs_that_nobody_takes_up_are_told_with_the_oldest() -> None:
    job = Job.objects.create(kind="import", subject="1")
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=6))

    told = found()["jobs"]

    assert told.state == "warn"
    assert f"import {job.pk}" in told.told


def test_a_full_disk_is_bad_before_it_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "DISK_BAD", 1.1)

    assert found()["disk"].state == "bad"


def test_where_uploads_lie_is_tried(settings: Any, tmp_path: Path) -> None:
    assert found()["uploads"].state == "ok"
    assert list(settings.UPLOAD_DIR.iterdir()) == []

    (tmp_path / "file").write_text("no folder")
    settings.UPLOAD_DIR = tmp_path / "file" / "uploads"

    assert found()["uploads"].state == "bad"


def test_a_question_that_cannot_be_asked_is_a_finding_and_the_next_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise OSError("no route")

    monkeypatch.setattr(doctor, "broker_state", broken)
    told = found()

    assert (told["broker"].state, "no route" in told["broker"].told) == ("bad", True)
    assert "disk" in told


@pytest.mark.parametrize(("hours", "state"), [(1, "ok"), (25, "ok"), (27, "bad")])
def test_a_base_backup_has_an_age(tmp_path: Path, hours: int, state: str) -> None:
    taken = datetime.now(UTC) - timedelta(hours=hours)
    (tmp_path / "base" / taken.strftime("%Y%m%dT%H%M%SZ")).mkdir(parents=True)

    assert found(backups=tmp_path)["base backup"].state == state


def test_no_base_backup_at_all_is_bad(tmp_path: Path) -> None:
    assert found(backups=tmp_path)["base backup"].mend == "run backup.sh take"


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[[float], str]:
    """Write a certificate that ends in so many days."""

    def make(days: float) -> str:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lists.example.org")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=30))
            .not_valid_after(now + timedelta(days=days))
            .sign(key, hashes.SHA256())
        )
        path = tmp_path / "fullchain.pem"
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        return str(path)

    return make


@pytest.mark.parametrize(("days", "state"), [(60, "ok"), (20, "warn"), (2, "bad"), (-1, "bad")])
def test_a_certificate_has_an_end(certificate: Callable[[float], str], days: float, state: str) -> None:
    assert found(certificate=certificate(days))["certificate"].state == state


def test_a_port_where_nothing_is_served_is_told() -> None:
    assert "could not be asked" in found(certificate="127.0.0.1:1")["certificate"].told


def test_the_command_fails_where_something_must_be_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="must be mended"):
        call_command("doctor", "--backups", str(tmp_path))

    assert "→ run backup.sh take" in capsys.readouterr().out


def test_a_fingerprint_tells_every_change_and_nothing_else() -> None:
    before = fingerprint()
    assert fingerprint() == before

    job = Job.objects.create(kind="import", subject="1")
    added = fingerprint()
    Job.objects.filter(pk=job.pk).update(subject="2")
    changed = fingerprint()

    assert {name for name in before if before[name] != added[name]} == {"jobs_job"}
    assert (added["jobs_job"].rows, changed["jobs_job"].rows) == (1, 1)
    assert added["jobs_job"].content != changed["jobs_job"].content
