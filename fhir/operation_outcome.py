"""Every error as an OperationOutcome: the same status, code and words as the REST API's problem documents."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from common.api.error_codes import canonical
from common.api.problems import ApiProblem
from common.errors import MAX_ERRORS, FieldError
from common.logs import request_id
from common.personal import without_numbers
from fhir.elements import coding, to_json
from fhir.systems import ERROR

FHIR_JSON: Final = "application/fhir+json"
_TYPES: Final = {
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    411: "required",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    428: "required",
    429: "throttled",
    503: "transient",
}
_BY_CODE: Final = {
    "required": "required",
    "no_drug_identity": "required",
    "unknown_field": "structure",
    "wrong_type": "structure",
    "bad_json": "structure",
    "duplicate_key": "structure",
    "too_deep": "structure",
    "unknown_parameter": "not-supported",
    "too_many": "too-costly",
    "too_long": "too-long",
}


def outcome(problem: ApiProblem) -> dict[str, Any]:
    """Return the OperationOutcome of a problem: an issue for each field that is wrong, one for a problem of the whole."""
    told = problem.errors[:MAX_ERRORS] or [FieldError("", problem.code, problem.detail)]
    issues = [_issue(problem.status, one) for one in told]
    if (left_out := problem.error_count - len(told)) > 0:
        detail = _("%(count)d in all; %(left)d of them are not listed.")
        text = detail % {"count": problem.error_count, "left": left_out}
        issues.append({"severity": "information", "code": "incomplete", "details": {"text": text}})
    return {"resourceType": "OperationOutcome", "issue": issues}


def _issue(status: int, error: FieldError) -> dict[str, Any]:
    code = canonical(error.code)
    issue: dict[str, Any] = {
        "severity": "fatal" if status >= 500 else "error",
        "code": _TYPES.get(status) or ("exception" if status >= 500 else _BY_CODE.get(code, "value")),
        "details": {"coding": [coding(ERROR, code)], "text": without_numbers(error.detail)},
        "diagnostics": f"X-Request-ID: {request_id.get()}",
    }
    place = without_numbers(error.pointer)
    if place.startswith("/"):
        issue["location"] = [f"http.{place[1:]}"]
    elif place:
        issue["expression"] = [place]
    return issue


def plain(problem: ApiProblem) -> HttpResponse:
    """Return the answer for a problem."""
    headers = {"Cache-Control": "no-store", **problem.headers}
    return HttpResponse(to_json(outcome(problem)), status=problem.status, content_type=FHIR_JSON, headers=headers)


@csrf_exempt
def nothing_there(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer an address below the face that leads nowhere."""
    detail = _("There is no such thing here; GET /fhir/R4/metadata tells what there is.")
    return plain(ApiProblem(404, "not_found", detail))
