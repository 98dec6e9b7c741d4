"""An insurer's sandbox over REST: its products copied anew, and all of it erased."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from claims.erase_sandbox import erase_sandbox
from claims.models import ClaimCheck
from common.api.filtering import refuse_unknown
from common.api.problems import ApiProblem
from common.api.views import ApiViewSet
from insurers.api.authentication import ANY_KEY, insurer_of
from insurers.sandboxes import OWN_LISTS, REFUSED, refresh_sandbox, sandbox_of

OF_INSURER = "claims:check"


class CopiedVersionOutput(serializers.Serializer):
    product = serializers.CharField()
    version = serializers.CharField()


class LeftOutOfSandboxOutput(CopiedVersionOutput):
    reason = serializers.ChoiceField(
        [(OWN_LISTS, "names lists of the insurer's own"), (REFUSED, "its terms are refused today")],
        help_text="`own_lists`: it names lists of the insurer's own, which no sandbox has; `refused`: its terms are refused today",
    )
    catalogs = serializers.ListField(child=serializers.CharField(), help_text="the lists of the insurer's own")


class SandboxCopiesOutput(serializers.Serializer):
    copied = CopiedVersionOutput(many=True)
    left_out = LeftOutOfSandboxOutput(many=True)


class SandboxViewSet(ApiViewSet):
    """The sandbox of the key's insurer: asked with a test key, or with a key of the insurer that checks claims."""

    queryset = ClaimCheck.objects.none()
    serializer_class = SandboxCopiesOutput
    scopes = {"POST": ANY_KEY, "DELETE": ANY_KEY}
    bodiless = frozenset({"refresh"})
    refusals = {"refresh": (403, 404), "destroy": (403,)}

    @extend_schema(request=None, responses=SandboxCopiesOutput)
    def refresh(self, request: Any) -> Response:
        """Copy what the sandbox lacks of the insurer's published product versions, in force or to come; what is there stays as it is."""
        refuse_unknown(request.query_params, ())
        sandbox = sandbox_of(self._insurer(request))
        if sandbox is None:
            raise ApiProblem(404, "no_sandbox", _("There is no sandbox; your first test key begins one."))
        return Response(SandboxCopiesOutput(refresh_sandbox(sandbox=sandbox, by=request.user.person)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any) -> Response:
        """Erase the sandbox at once: its keys, webhooks and work end, and all that tells of a person goes. Without one, nothing is done."""
        refuse_unknown(request.query_params, ())
        sandbox = sandbox_of(self._insurer(request))
        if sandbox is not None:
            erase_sandbox(sandbox=sandbox, by=request.user.person)
        return Response(status=204)

    def _insurer(self, request: Any) -> int:
        insurer = insurer_of(request.user)
        if not request.user.is_sandbox and OF_INSURER not in request.user.scopes:
            raise ApiProblem(403, "missing_scope", _("This key lacks the scope %(scope)s.") % {"scope": OF_INSURER})
        return insurer
