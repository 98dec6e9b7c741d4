"""Files that nothing knows of, because a process was killed between keeping them and writing their row, are swept; all others stay."""

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from catalog import uploads
from catalog.models import Catalog, ImportRun
from catalog.tasks import forget_old_uploads
from tests.conftest import imported
from tests.files import kept_path


def _aged(path: Path) -> Path:
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    os.utime(path, (long_ago, long_ago))
    return path


@pytest.mark.django_db
def test_an_upload_that_nobody_reads_any_more_goes_after_a_day_and_no_other(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR, settings.UPLOAD_DIR = tmp_path, tmp_path / "uploads"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "tmp"
    settings.FILE_UPLOAD_TEMP_DIR.mkdir()
    catalog = Catalog.objects.create(code="COM", name="目录", kind="commercial")
    run = imported(catalog, "generic_name\n奥希替尼片\n")
    failed = imported(catalog, "generic_name\n\n", label="v2")
    held, orphan, fresh, read = (uploads.keep([b"x"]).path for _ in range(4))
    ImportRun.objects.filter(pk=failed.pk).update(file_path=held, outcome="failed")
    # Its worker was killed between the end of the import and the removing of its file.
    ImportRun.objects.filter(pk=run.pk).update(file_path=read)
    for path in (held, orphan, read):
        _aged(kept_path(path))
    half, just_begun = (settings.FILE_UPLOAD_TEMP_DIR / name for name in ("a.upload", "b.upload"))
    for file in (half, just_begun):
        file.write_bytes(b"x")
    _aged(half)
    package = settings.FILE_UPLOAD_TEMP_DIR / "package-1"
    package.mkdir()
    (package / "0").write_bytes(b"x")
    _aged(package)

    forget_old_uploads()

    assert [uploads.is_kept(path) for path in (held, orphan, fresh, read)] == [True, False, True, False]
    assert [file.exists() for file in (half, just_begun, package)] == [False, True, False]


def test_every_table_that_keeps_an_upload_names_it_file_path() -> None:
    keeping = {model.__name__ for model in apps.get_models() if any(f.name == "file_path" for f in model._meta.fields)}
    source = Path(__file__).resolve().parents[2]
    users = {
        file.relative_to(source).parts[0]
        for app in ("catalog", "claims", "curation", "insurers", "desk")
        for file in (source / app).rglob("*.py")
        if "uploads.keep(" in file.read_text(encoding="utf-8")
    }

    assert keeping == {"ImportRun", "Upload", "ClaimBatch", "Collection"}
    assert all(hasattr(model, "FILE_IS_READ") for model in apps.get_models() if model.__name__ in keeping)
    assert users == {"catalog", "claims", "curation"}


@pytest.mark.django_db
def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(client: Any) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("it was read")

    for path, status in (("/api/v1/imports/", 413), ("/api/v1/claims/checks/", 413), ("/admin/login/", 413)):
        for kind in ("application/json", "multipart/form-data; boundary=x"):
            answer = client.request(
                **{
                    "REQUEST_METHOD": "POST",
                    "PATH_INFO": path,
                    "CONTENT_TYPE": kind,
                    "CONTENT_LENGTH": str(3 * 1024**3),
                },
                **{"wsgi.input": Unread(), "HTTP_AUTHORIZATION": "Api-Key x"},
            )
            assert answer.status_code == status, (path, kind)
