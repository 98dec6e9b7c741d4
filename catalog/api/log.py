"""The publication log over REST: leaves, checkpoint, proofs (spec proof.md 2). Anybody may read it: it is about shared lists, for strangers."""

from __future__ import annotations

import json
import re
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from catalog.log import services as log
from catalog.models import LogLeaf
from common.api.filtering import refuse_unknown
from common.api.problems import ApiProblem
from common.api.rendering import accepts
from common.api.views import PublicViewSet
from common.errors import FieldError

MOST = 500
_FAR = 10**15
NOTE = "text/plain"
HASH_NOTE = "64 hexadecimal digits"


class LeafOutput(serializers.Serializer):
    """What happened to a version of a shared list; its hash is SHA-256 over 0x00 and its RFC 8785 JSON without `leaf_hash`."""

    seq = serializers.IntegerField(help_text="from 0, without gaps: its index in the tree")
    catalog = serializers.CharField()
    label = serializers.CharField()
    checksum = serializers.CharField()
    effective_from = serializers.DateField()
    effective_to = serializers.DateField(allow_null=True)
    complete_for = serializers.ListField(child=serializers.CharField())
    deed = serializers.ChoiceField(["published", "withdrawn"])
    at = serializers.DateTimeField()
    leaf_hash = serializers.CharField(help_text=HASH_NOTE)


class LogEntriesOutput(serializers.Serializer):
    size = serializers.IntegerField(help_text="how many leaves there are now")
    results = LeafOutput(many=True)


class CheckpointOutput(serializers.Serializer):
    origin = serializers.CharField()
    size = serializers.IntegerField()
    root = serializers.CharField(help_text=HASH_NOTE)
    note = serializers.CharField(help_text="the same as a signed note; also this address with Accept: text/plain")


class InclusionOutput(serializers.Serializer):
    leaf = LeafOutput()
    size = serializers.IntegerField()
    root = serializers.CharField(help_text=HASH_NOTE)
    proof = serializers.ListField(
        child=serializers.CharField(), help_text="the path from the leaf up (RFC 6962, 2.1.1)"
    )


class ConsistencyOutput(serializers.Serializer):
    proof = serializers.ListField(child=serializers.CharField(), help_text="RFC 6962, 2.1.2")
    from_size = serializers.IntegerField()
    from_root = serializers.CharField(help_text=HASH_NOTE)
    to_size = serializers.IntegerField()
    to_root = serializers.CharField(help_text=HASH_NOTE)


def shown(leaf: LogLeaf) -> dict[str, Any]:
    """Return a leaf as it says it, with its hash."""
    return {**json.loads(leaf.leaf), "leaf_hash": bytes(leaf.leaf_hash).hex()}


def _number(request: Any, name: str) -> int | None:
    """Return a parameter that counts leaves; raises a 400 for what is no whole number, and for what no log will ever hold."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not re.fullmatch("-?[0-9]{1,100}", text):
        raise _refused(name, "bad_number", _("%(name)s is a whole number.") % {"name": name})
    number = int(text)
    if not 0 <= number < _FAR:
        raise _refused(name, "out_of_range", _("%(name)s counts leaves, from 0.") % {"name": name})
    return number


def _refused(name: str, code: str, detail: str) -> ApiProblem:
    return ApiProblem(400, "invalid", detail, [FieldError(f"/{name}", code, detail)])


class LogViewSet(PublicViewSet):
    """The log of publications: whoever keeps a checkpoint can prove later that nothing before it was rewritten."""

    queryset = LogLeaf.objects.none()
    serializer_class = LeafOutput
    pagination_class = None
    files = {"checkpoint": NOTE}

    @extend_schema(responses=CheckpointOutput)
    def checkpoint(self, request: Any) -> HttpResponseBase:
        """The size and root of the log now, signed: as JSON, or alone as a note (text/plain)."""
        refuse_unknown(request.query_params, ())
        state, note = log.checkpoint()
        header = request.META.get("HTTP_ACCEPT", "*/*")
        if accepts(header, NOTE) and not accepts(header, "application/json"):
            return HttpResponse(note, content_type="text/plain; charset=utf-8")
        origin, _size = note.split("\n", 2)[:2]
        return Response({"origin": origin, "size": state.size, "root": state.root.hex(), "note": note})

    @extend_schema(
        responses=forced_singular_serializer(LogEntriesOutput),
        parameters=[
            OpenApiParameter("from", int, description="the first leaf (0)"),
            OpenApiParameter("to", int, description=f"the last leaf, inclusive; at most {MOST} are answered"),
        ],
    )
    def list(self, request: Any) -> Response:
        """Leaves in order."""
        refuse_unknown(request.query_params, ("from", "to"))
        first, last = _number(request, "from") or 0, _number(request, "to")
        found = LogLeaf.objects.filter(seq__gte=first)
        if last is not None:
            found = found.filter(seq__lte=last)
        return Response({"size": log.size_now(), "results": [shown(leaf) for leaf in found[:MOST]]})

    @extend_schema(
        responses=InclusionOutput,
        parameters=[
            OpenApiParameter("leaf", int, required=True, description="the leaf's `seq`"),
            OpenApiParameter("size", int, description="of the tree; left out: as it is now"),
        ],
    )
    def inclusion(self, request: Any) -> Response:
        """The proof that a leaf is in the log of a size."""
        refuse_unknown(request.query_params, ("leaf", "size"))
        found = log.inclusion(_required(request, "leaf"), _number(request, "size"))
        proof = [one.hex() for one in found.proof]
        return Response({"leaf": shown(found.leaf), "size": found.size, "root": found.root.hex(), "proof": proof})

    @extend_schema(
        responses=ConsistencyOutput,
        parameters=[
            OpenApiParameter("from", int, required=True, description="the earlier size, 1 or more"),
            OpenApiParameter("to", int, description="the later size; left out: as it is now"),
        ],
    )
    def consistency(self, request: Any) -> Response:
        """The proof that the log of one size is the beginning of the log of another."""
        refuse_unknown(request.query_params, ("from", "to"))
        found = log.consistency(_required(request, "from"), _number(request, "to"))
        return Response(
            {
                "proof": [one.hex() for one in found.proof],
                "from_size": found.before.size,
                "from_root": found.before.root.hex(),
                "to_size": found.after.size,
                "to_root": found.after.root.hex(),
            }
        )


def _required(request: Any, name: str) -> int:
    value = _number(request, name)
    if value is None:
        raise _refused(name, "required", _("%(name)s is needed.") % {"name": name})
    return value
