"""What a request's files are received into: a file in no folder, so that nothing of it is left on the disk, whatever ends the process."""

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class Received(UploadedFile):  # type: ignore[type-arg]
    """A file of a request, on the disk and without a name there."""


class ReceivingHandler(FileUploadHandler):
    """Receives a file that is too large for memory into FILE_UPLOAD_TEMP_DIR, as Django's own handler does, but without a name."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        file = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - the request closes it
        self.file = Received(file, self.file_name, self.content_type, 0, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> Received:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
