"""The OpenAPI document and the service, held together by made-up requests (schemathesis): no 5xx, no answer outside the document, nothing
accepted that it forbids. A few hundred requests every time; `API_CASES=10000 script/test tests/api/test_schemathesis.py` makes so many.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, Verbosity, given
from hypothesis import settings as hypothesis_settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from common.api import shapes
from config.openapi import whole_document
from config.wsgi import application
from tests.api.calls import address
from tests.api.conftest import World
from tests.sharing import share

CASES = int(os.environ.get("API_CASES", "400"))
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
]
# The office's addresses; an insurer's key would mostly be answered 403.
OF_THE_OFFICE = ("/catalogs/", "/imports/", "/drugs/", "/collections/")


def _document() -> dict[str, Any]:
    """Return the document with all that is accepted (common.api.shapes), without keys: who may do what is for test_matrix, and a request without a key shows nothing else."""
    document = shapes.accepted(whole_document())
    del document["components"]["securitySchemes"]
    for operations in document["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)
    return {**document, "servers": [{"url": "http://testserver"}]}


SCHEMA = schemathesis.openapi.from_dict(_document())
SCHEMA.app = application
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
# Half of them made of what is right, half of what is wrong; a few more lead nowhere.
EACH = max(1, CASES // (len(OPERATIONS) * 2))
NOWHERE = max(1, EACH // 5)


@dataclass
class Tally:
    requests: int = 0
    statuses: dict[int, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    """Count the requests, and print the count at the end."""
    counted = Tally()
    yield counted
    print(f"\n{counted.requests} requests: {dict(sorted(counted.statuses.items()))}")


def _real(world: World, path: str) -> dict[str, str]:
    """Return path parameters that lead to something, for the parameters the path has."""
    ids = {"imports": world.office_import, "checks": world.check, "batches": world.batch, "webhooks": world.webhook}
    ids["collections"] = world.collection
    ids |= {"golden-cases": world.golden, "findings": world.finding, "impact": world.impact}
    found = {"code": "HMB" if "/products/" in path else "COM", "label": "2027" if "/products/" in path else "v2"}
    for segment, made in ids.items():
        if f"/{segment}/{{" in path:
            found["id"] = str(made.pk)
    if "/keys/{" in path:
        found["prefix"] = world.key
    if "/drugs/{" in path:
        found["id"] = address(world, "drug-detail", "DRUG").rstrip("/").rsplit("/")[-1]
    found["delivery"] = str(world.delivery.pk)
    found["no"] = world.authorisation.no
    return {name: value for name, value in found.items() if f"{{{name}}}" in path}


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the connection, with its transaction, from one request to the next, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _asked() -> Iterator[Any]:
    """Each operation asked rightly and wrongly of what is there; with path parameters, of anything else in one of the two ways (tests/sharing.py)."""
    modes = list(GenerationMode)
    for operation in OPERATIONS:
        for mode in modes:
            yield pytest.param(operation, True, mode, id=f"{operation.label}-there-{mode.value}")
        if "{" in operation.path:
            for mode in share(modes, of=operation.label, each=1):
                yield pytest.param(operation, False, mode, id=f"{operation.label}-anything-{mode.value}")


@pytest.mark.parametrize(("operation", "real", "mode"), _asked())
def test_the_document_tells_the_truth(
    world: World, tally: Tally, settings: Any, operation: Any, real: bool, mode: GenerationMode
) -> None:
    settings.API_RATE_PER_MINUTE = 10**9
    parameters = _real(world, operation.path) if real else {}
    if real and not parameters and "{" in operation.path:
        pytest.fail(f"{operation.path} leads nowhere: add it to _real")
    key = world.apis["checker" if any(part in operation.path for part in OF_THE_OFFICE) else "A-write"].headers
    _try(operation, mode, parameters, key, tally, EACH if real else NOWHERE)


def _try(
    operation: Any, mode: GenerationMode, parameters: dict[str, str], key: dict[str, str], tally: Tally, examples: int
) -> None:
    strategy = operation.as_strategy(mode, path_parameters=parameters) if parameters else operation.as_strategy(mode)

    @hypothesis_settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def ask(case: Any) -> None:
        mark = transaction.savepoint()
        try:
            if mode is GenerationMode.POSITIVE and isinstance(case.body, dict) and "product" in case.body:
                case.body["product"] = "HMB"  # or it would hardly ever be one that is there
            response = case.call(headers={**key, "Accept-Encoding": "identity"})
            # In a form everything is text: a number is not told from the digits of one.
            untold = (
                [openapi_checks.negative_data_rejection] if (case.media_type or "").startswith("multipart/") else []
            )
            case.validate_response(response, checks=[check for check in CHECKS if check not in untold])
        finally:
            transaction.savepoint_rollback(mark)
        tally.requests += 1
        tally.statuses[response.status_code] = tally.statuses.get(response.status_code, 0) + 1

    try:
        ask()
    except Unsatisfiable:
        pytest.skip("nothing can be wrong here")
