"""The collection for Postman, Bruno and others has every request of the document, each as it can be sent."""

import json
from typing import Any

from config.openapi import openapi_document
from tests.api import answers
from tests.client.test_generated import GENERATE

COLLECTION: dict[str, Any] = json.loads(GENERATE["COLLECTION"].read_text(encoding="utf-8"))
REQUESTS = [item["request"] for folder in COLLECTION["item"] for item in folder["item"]]


def test_every_operation_is_in_it_once() -> None:
    there = {
        (method.upper(), path) for path, operations in openapi_document()[0]["paths"].items() for method in operations
    }
    made = [
        (
            one["method"],
            "/" + "/".join(f"{{{part[1:]}}}" if part.startswith(":") else part for part in one["url"]["path"]),
        )
        for one in REQUESTS
    ]

    assert len(made) == len(set(made))
    assert set(made) == there


def test_a_request_is_one_that_the_document_takes() -> None:
    for one in REQUESTS:
        path = "/" + "/".join("x" if part.startswith(":") else part for part in one["url"]["path"])
        found = answers.operation_of(one["method"], path)
        assert found, path
        body = one.get("body")
        if body and body["mode"] == "raw" and json.loads(body["raw"]):
            schema = found[1]["requestBody"]["content"]["application/json"]["schema"]
            assert answers.faults_of(schema, json.loads(body["raw"])) == []
        for parameter in one["url"]["query"]:
            assert parameter["disabled"] or parameter["value"], f"{path}: {parameter['key']} has no example"
