"""A POST repeated with the same Idempotency-Key gives the first answer again; what it changed and the answer are one transaction."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.utils.translation import gettext as _
from rest_framework.response import Response

from common.api.models import KeptAnswer
from common.api.problems import ApiProblem
from common.api.rendering import JsonRenderer

KEPT_HEADERS = ("Location", "ETag")
KEPT_HOURS = 48


def _fingerprint(request: Any) -> str:
    """Return the SHA-256 of what was asked: path, query, and body as it was understood (files by their bytes)."""
    digest = hashlib.sha256(f"{request.get_full_path()}\n".encode())
    data = request.data
    files = getattr(request, "FILES", {}) or {}
    if hasattr(data, "lists"):
        data = {name: [v for v in values if not isinstance(v, UploadedFile)] for name, values in data.lists()}
    digest.update(json.dumps(data, sort_keys=True, default=str).encode("utf-8", "surrogatepass"))
    for name in sorted(files):
        digest.update(name.encode())
        for chunk in files[name].chunks():
            digest.update(chunk)
        files[name].seek(0)
    return digest.hexdigest()


def once(request: Any, key: str, handler: Callable[[], Response]) -> Response:
    """Run the handler, or give its first answer again; 409 where the key was used for something else or is in use right now.

    Only success is kept: what was refused may be asked again with the same key.
    """
    if not (key.strip() and len(key) <= 255 and key.isascii() and key.isprintable()):
        raise ApiProblem(400, "bad_idempotency_key", _("An Idempotency-Key has 1 to 255 printable ASCII characters."))
    asked = _fingerprint(request)
    # The insurer's, so that a retry with its next key is the same request; of the office each key's own.
    caller = request.user
    holder = caller.prefix if caller.insurer_id is None else f"i{caller.insurer_id}"
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"idempotency {holder} {key}"])
            if not cursor.fetchone()[0]:
                raise ApiProblem(
                    409,
                    "in_flight",
                    _("A request with this Idempotency-Key is under way."),
                    headers={"Retry-After": "1"},
                )
        kept = KeptAnswer.objects.filter(holder=holder, idempotency_key=key).first()
        if kept:
            if kept.fingerprint != asked:
                raise ApiProblem(409, "idempotency_conflict", _("This Idempotency-Key was used for another request."))
            if kept.body is None:
                told = _("The first answer to this Idempotency-Key was removed after retention; ask with another key.")
                raise ApiProblem(409, "idempotency_conflict", told)
            body = json.loads(kept.body) if kept.body else None
            return Response(body, status=kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})
        response = handler()
        if response.status_code < 300:
            KeptAnswer.objects.create(
                insurer_id=request.user.insurer_id,
                holder=holder,
                idempotency_key=key,
                fingerprint=asked,
                status=response.status_code,
                body=JsonRenderer().render(response.data),
                headers={name: response[name] for name in KEPT_HEADERS if response.has_header(name)},
            )
        return response
