"""The small world of the API tests, as FHIR clients see it; every answer is held against FHIR's own definitions."""

import json
from typing import Any

import pytest

from tests.api.conftest import World, _made, world  # noqa: F401
from tests.conftest import Api
from tests.fhir import validating


class Fhir:
    """The FHIR face as the holder of one key calls it."""

    def __init__(self, api: Api) -> None:
        self.client, self.headers = api.client, api.headers

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        return self._checked(self.client.get(self._whole(path), query or {}, headers={**self.headers, **headers}))

    def post(self, path: str, body: Any, content_type: str = "application/fhir+json", **headers: str) -> Any:
        sent = body if isinstance(body, bytes) else json.dumps(body)
        return self._checked(
            self.client.post(self._whole(path), sent, content_type=content_type, headers={**self.headers, **headers})
        )

    def call(self, method: str, path: str, **headers: str) -> Any:
        return self._checked(self.client.generic(method, self._whole(path), headers={**self.headers, **headers}))

    def found(self, path: str, query: Any = None) -> list[dict[str, Any]]:
        """Return the resources of a search, which has to succeed."""
        answer = self.get(path, query)
        assert answer.status_code == 200, answer.content
        return [entry["resource"] for entry in answer.json().get("entry", ())]

    @staticmethod
    def _whole(path: str) -> str:
        return path if path.startswith("/") else f"/fhir/R4/{path}"

    @staticmethod
    def _checked(answer: Any) -> Any:
        if answer.content:
            assert answer["Content-Type"] in {"application/fhir+json", "application/json"}, answer["Content-Type"]
            validating.check(answer.json())
        return answer


@pytest.fixture
def a(world: World) -> Fhir:  # noqa: F811
    """Insurer A's key with every scope an insurer may have."""
    return Fhir(world.apis["A-write"])


@pytest.fixture
def b(world: World) -> Fhir:  # noqa: F811
    return Fhir(world.apis["B"])


@pytest.fixture
def nobody(world: World) -> Fhir:  # noqa: F811
    return Fhir(world.apis["none"])
