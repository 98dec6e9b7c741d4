"""Files in an S3-compatible bucket that every machine reaches (STORAGES, where S3_BUCKET is given); see common.storage."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from storages.backends.s3 import S3Storage

from common.errors import Away


class StorageFault(Away, OSError):
    """The bucket does not answer, or not as it should: try again."""


class Bucket(S3Storage):
    """A prefix of an S3-compatible bucket. Raises StorageFault where it cannot be reached, in place of what its client raises."""

    def __init__(self, *, addressing: str, **options: Any) -> None:
        super().__init__(
            **options,
            client_config=Config(
                s3={"addressing_style": addressing},
                signature_version="s3v4",
                connect_timeout=3,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
                # What other makers' servers do not know is not sent.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            transfer_config=TransferConfig(use_threads=False),
            default_acl=None,
        )

    @contextmanager
    def reading(self, name: str) -> Iterator[Path]:
        """Give a path of this machine under which a file is read meanwhile: of a copy that is gone with this process, whatever ends it.

        Raises FileNotFoundError.
        """
        with _without_a_name() as copy:
            with _told():
                try:
                    self.bucket.Object(self._normalize_name(name)).download_fileobj(copy, Config=self.transfer_config)
                except ClientError as fault:
                    if _is_missing(fault):
                        raise FileNotFoundError(name) from fault
                    raise
            copy.flush()
            yield _path_of(copy)

    def written_before(self, instant: datetime) -> list[str]:
        """Return the names of the files that were last written before an instant."""
        start = f"{self.location}/"
        with _told():
            found = self.bucket.objects.filter(Prefix=start)
            return [one.key.removeprefix(start) for one in found if one.last_modified < instant]

    def _save(self, name: str, content: Any) -> str:
        # Sent from a copy: what comes in has no end that is known beforehand, and the client reads it again where the network fails.
        with _without_a_name() as copy:
            for chunk in content.chunks():
                copy.write(chunk)
            with _told():
                saved: str = super()._save(name, File(copy))
        return saved

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _told():
            return super()._open(name, mode)

    def exists(self, name: str) -> bool:
        with _told():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _told():
            super().delete(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _told():
            folders, files = super().listdir(path)
        return folders, files


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, Boto3Error, ClientError) as fault:
        raise StorageFault(f"the bucket (S3_BUCKET): {fault}") from fault


def _is_missing(fault: ClientError) -> bool:
    return bool(fault.response["ResponseMetadata"]["HTTPStatusCode"] == 404)


def _without_a_name() -> IO[bytes]:
    """Open a file that stands in no folder, so that nothing is left of it; other systems than Linux need a name for others to open it."""
    return tempfile.TemporaryFile() if sys.platform == "linux" else tempfile.NamedTemporaryFile()


def _path_of(file: IO[bytes]) -> Path:
    return Path(f"/proc/{os.getpid()}/fd/{file.fileno()}") if sys.platform == "linux" else Path(file.name)
